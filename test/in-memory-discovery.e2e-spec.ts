/** Whole nodes that know only each other's IDs, on a LAN and with a server in memory: no socket, and a test's own time. */
import { type TestingModuleBuilder } from '@nestjs/testing';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateDer } from '../src/modules/cert/identity.js';
import { SettingsService } from '../src/modules/config/settings.service.js';
import { type Settings } from '../src/modules/config/settings.js';
import { MemoryNetwork } from '../src/modules/connections/memory-transport.js';
import { Beacon } from '../src/modules/discovery/beacon.js';
import { DiscoveryService } from '../src/modules/discovery/discovery.service.js';
import {
  DiscoveryHttp,
  type ServerAnswer,
  type ServerRequest,
} from '../src/modules/discovery/discovery-http.js';
import { type MemoryBeacon, MemoryLan } from '../src/modules/discovery/memory-beacon.js';
import { HandClock } from './support/hand-clock.js';
import { MemoryMachine } from './support/memory-node.js';
import { TestNode } from './support/test-node.js';

const NAMES = ['a', 'b'] as const;
const STEP_MS = 100;
const STEPS_MAX = 2_000;
const FIND_LIMIT_MS = 5_000;

/** A discovery server in memory: knows whoever announced. */
class MemoryServer {
  readonly announced = new Map<string, string>();
  requests = 0;

  /** As the node with this ID reaches it. */
  client(id: string): DiscoveryHttp {
    const exchange = ({ url, body }: ServerRequest): Promise<ServerAnswer> => {
      this.requests += 1;
      if (body !== undefined) this.announced.set(id, body);
      const asked = new URL(url).searchParams.get('device');
      const found = asked === null ? undefined : this.announced.get(asked);
      const status = body !== undefined ? 204 : found === undefined ? 404 : 200;
      const times = { retryAfterS: undefined, reannounceAfterS: undefined };
      return Promise.resolve({ status, body: found ?? '', ...times });
    };
    return { exchange };
  }
}

describe('nodes that have to find each other', () => {
  let base: string;
  let clock: HandClock;
  let lan: MemoryLan;
  let server: MemoryServer;
  const nodes: TestNode[] = [];
  const machines: MemoryMachine[] = [];
  const beacons: MemoryBeacon[] = [];

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-memory-discovery-'));
    clock = new HandClock();
    lan = new MemoryLan();
    server = new MemoryServer();
    const network = new MemoryNetwork(clock, 5);
    for (const [i, name] of NAMES.entries()) {
      const node = await TestNode.create(base, name);
      const pem = fs.readFileSync(join(node.home, 'cert.pem'), 'utf8');
      nodes[i] = node;
      machines[i] = new MemoryMachine(name, certificateDer(pem), network, clock, i + 1);
      beacons[i] = lan.beacon(`10.0.0.${i + 1}`);
    }
  });

  afterEach(async () => {
    let stopped = 0;
    const stopping = nodes.map((node) => node.stop().finally(() => (stopped += 1)));
    for (let i = 0; i < STEPS_MAX && stopped < nodes.length; i += 1) await clock.pass(STEP_MS);
    await Promise.all(stopping);
    fs.rmSync(base, { recursive: true });
  });

  async function start(i: number, settings: Partial<Settings>): Promise<void> {
    const override = (builder: TestingModuleBuilder): TestingModuleBuilder =>
      machines[i]!.override(builder)
        .overrideProvider(Beacon)
        .useValue(beacons[i]!)
        .overrideProvider(DiscoveryHttp)
        .useValue(server.client(nodes[i]!.id));
    await nodes[i]!.start({
      devices: [{ id: nodes[1 - i]!.id, addresses: ['dynamic'] }],
      settings: {
        listenAddresses: [`tcp://${NAMES[i]!}:22000`],
        reconnectIntervalS: 60,
        discovery: { servers: ['https://discovery.example/?insecure'], announcedPort: 0 },
        ...settings,
      },
      override,
    });
  }

  const areConnected = (): boolean =>
    nodes[0]!.isConnectedTo(nodes[1]!.id) && nodes[1]!.isConnectedTo(nodes[0]!.id);

  async function untilConnected(limitMs = FIND_LIMIT_MS): Promise<void> {
    for (let ms = 0; ms < limitMs && !areConnected(); ms += STEP_MS) await clock.pass(STEP_MS);
    expect(areConnected()).toBe(true);
  }

  it('do so on the LAN within seconds, though the first had long given up trying', async () => {
    await start(0, { localAnnounce: true });
    await clock.pass(600_000);
    await start(1, { localAnnounce: true });
    await untilConnected();
    // Nest has one logger for all nodes of a process: that of the last one.
    expect(nodes[1]!.log.lines).toContain('Starting local discovery');
    expect(nodes[1]!.log.lines).toContain(`Discovered node ${nodes[1]!.id} at tcp://b:22000`);
    const known = nodes[0]!.get(DiscoveryService).cache();
    expect(known.get(nodes[1]!.id)).toEqual(['tcp://b:22000']);
    expect(server.requests).toBe(0);
  });

  it('do so by a server', async () => {
    await start(0, { globalAnnounce: true });
    await clock.pass(10_000);
    await start(1, { globalAnnounce: true });
    await untilConnected();
    expect(lan.sent).toBe(0);
  });

  it('do so once discovery is turned on while they run, and leave the network alone before and after', async () => {
    await start(0, {});
    await start(1, {});
    await clock.pass(600_000);
    expect([lan.sent, lan.listeners, server.requests, areConnected()]).toEqual([0, 0, 0, false]);
    const change = async (localAnnounce: boolean): Promise<void> => {
      for (const node of nodes) {
        const service = node.get(SettingsService);
        await service.change({ ...service.settings, localAnnounce });
      }
    };
    await change(true);
    await untilConnected();
    await change(false);
    expect(lan.listeners).toBe(0);
    const { sent } = lan;
    await clock.pass(600_000);
    expect(lan.sent).toBe(sent);
    expect(areConnected()).toBe(true);
  });

  it('tell the others when their machine got another address', async () => {
    await start(0, { localAnnounce: true });
    await start(1, { localAnnounce: true });
    await untilConnected();
    const { sent } = lan;
    beacons[1]!.address = '10.0.0.77';
    await clock.pass(5_000);
    expect(lan.sent).toBeGreaterThan(sent);
    expect(nodes[1]!.log.lines).toContain("This machine's addresses are now 10.0.0.77");
  });

  it('tell the others at once when they listen at another address', async () => {
    await start(0, { localAnnounce: true });
    await start(1, { localAnnounce: true });
    await untilConnected();
    const service = nodes[1]!.get(SettingsService);
    await service.change({ ...service.settings, listenAddresses: ['tcp://b:22001'] });
    await clock.pass(2_000);
    const known = nodes[0]!.get(DiscoveryService).cache();
    expect(known.get(nodes[1]!.id)).toContain('tcp://b:22001');
  });

  it('look at the addresses of their machine without any discovery too', async () => {
    await start(0, {});
    await clock.pass(10_000);
    beacons[0]!.address = '10.0.0.99';
    await clock.pass(5_000);
    expect(nodes[0]!.log.lines).toContain("This machine's addresses are now 10.0.0.99");
  });
});
