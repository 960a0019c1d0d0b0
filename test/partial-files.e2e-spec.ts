/** Files that several devices receive at the same time, in whole nodes in memory: what one has, the others get from it. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateDer } from '../src/modules/cert/identity.js';
import { ConnectedDevices } from '../src/modules/connections/connected-devices.js';
import { MemoryNetwork } from '../src/modules/connections/memory-transport.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { PullerService } from '../src/modules/puller/puller.service.js';
import { HandClock } from './support/hand-clock.js';
import { MemoryMachine } from './support/memory-node.js';
import { SeededRandom } from './support/random.js';
import { TestNode } from './support/test-node.js';

const KIB = 1024;
const STEP_MS = 100;
const STEPS_MAX = 3_000;
const BLOCKS = 96;
const FILE_BYTES = BLOCKS * 128 * KIB;
const SLOW_KBPS = 100;
const NAMES = ['a', 'b', 'c'];

describe('a file that one slow device has and two others want', () => {
  let base: string;
  let clock: HandClock;
  let nodes: TestNode[];
  let machines: MemoryMachine[];
  const content = Buffer.from(new SeededRandom(5).bytes(FILE_BYTES / 2)).toString('hex');

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-partial-'));
    clock = new HandClock();
    const network = new MemoryNetwork(clock, 5);
    nodes = [];
    machines = [];
    for (const [i, name] of NAMES.entries()) {
      const node = await TestNode.create(base, name);
      const pem = fs.readFileSync(join(node.home, 'cert.pem'), 'utf8');
      nodes.push(node);
      machines.push(new MemoryMachine(name, certificateDer(pem), network, clock, i + 1));
    }
    await machines[0]!.write(nodes[0]!.root, 'file', content);
  });

  afterEach(async () => {
    await Promise.all(nodes.map((node) => stop(node)));
    fs.rmSync(base, { recursive: true });
  });

  function start(i: number): Promise<void> {
    const peers = nodes.flatMap(({ id }, j) =>
      j === i ? [] : [{ id, addresses: [`tcp://${NAMES[j]}:22000`] }],
    );
    const limits = { maxSendKbps: i === 0 ? SLOW_KBPS : 0, maxRecvKbps: 0, limitInLan: true };
    return nodes[i]!.start({
      devices: peers,
      settings: {
        listenAddresses: [`tcp://${NAMES[i]}:22000`],
        limits: { ...limits, connectionsMax: 0, lanNetworks: [] },
      },
      override: (builder) => machines[i]!.override(builder),
    });
  }

  async function stop(node: TestNode): Promise<void> {
    let isStopped = false;
    const stopping = node.stop().finally(() => (isStopped = true));
    for (let i = 0; i < STEPS_MAX && !isStopped; i += 1) await clock.pass(STEP_MS);
    await stopping;
  }

  async function passUntil(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let i = 0; i < STEPS_MAX; i += 1) {
      if (await isSo()) return;
      await clock.pass(STEP_MS);
    }
    throw new Error(`not in time: ${what}`);
  }

  async function have(i: number): Promise<boolean> {
    const local = await nodes[i]!.get(IndexDatabase).local('default', 'file');
    if (local === undefined) return false;
    return (await machines[i]!.files(nodes[i]!.root)).file === content;
  }

  function blocksOf(i: number): readonly number[] {
    return nodes[i]!.get(PullerService).partialFiles('default')[0]?.blockIndexes ?? [];
  }

  it('comes to both in little more than the time for one', async () => {
    for (const i of NAMES.keys()) await start(i);
    await passUntil('both have it', async () => (await have(1)) && (await have(2)));
    const { bytesOut } = nodes[0]!.get(ConnectedDevices).transferred();
    expect(bytesOut).toBeLessThan(1.5 * FILE_BYTES);
    expect([blocksOf(1), blocksOf(2)]).toEqual([[], []]);
  });
});
