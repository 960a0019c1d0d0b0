/** Local discovery on a LAN in memory, with time that only the test moves. */
import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { deviceIdFromBytes } from '../../domain/device-id.js';
import { encodeAnnouncement } from './announcement.js';
import { type BeaconPlace } from './beacon.js';
import { ANSWER_GAP_MS, CHANGE_AGAIN_MS, LocalDiscovery } from './local-discovery.js';
import { type MemoryBeacon, MemoryLan } from './memory-beacon.js';
import { ANNOUNCE_INTERVAL_MS, NEIGHBOUR_LIFE_MS } from './neighbours.js';

const PLACE: BeaconPlace = { kind: 'broadcast', port: 21027, group: '' };
const idOf = (n: number): string => deviceIdFromBytes(new Uint8Array(32).fill(n));
const [A, B, STRANGER] = [idOf(1), idOf(2), idOf(3)] as [string, string, string];

describe('local discovery', () => {
  let clock: HandClock;
  let lan: MemoryLan;

  beforeEach(() => {
    clock = new HandClock();
    lan = new MemoryLan();
  });

  class Host {
    readonly found: string[] = [];
    readonly lines: string[] = [];
    listening = ['tcp://0.0.0.0:22000'];
    readonly beacon: MemoryBeacon;
    readonly discovery: LocalDiscovery;

    constructor(id: string, address: string, instanceId = 1n) {
      this.beacon = lan.beacon(address);
      this.discovery = new LocalDiscovery({
        ...{ ownId: id, beacon: this.beacon, place: PLACE, clock, instanceId },
        announced: () => this.listening,
        isConfigured: (device) => device !== STRANGER,
        found: (device, addresses) => this.found.push(`${device} ${addresses.join()}`),
        log: {
          info: (line) => this.lines.push(line),
          warn: (line) => this.lines.push(line),
          debug: () => undefined,
        },
      });
    }

    async start(): Promise<this> {
      await this.discovery.start();
      await turns();
      return this;
    }
  }

  it('finds both ways at once, whoever was there first, and says where', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    await clock.pass(ANSWER_GAP_MS);
    const b = await new Host(B, '10.0.0.2').start();
    expect(a.found).toEqual([`${B} tcp://10.0.0.2:22000`]);
    expect(b.found).toEqual([`${A} tcp://10.0.0.1:22000`]);
    expect(a.lines).toEqual([`Discovered node ${B} at tcp://10.0.0.2:22000`]);
    expect(await b.discovery.addresses(A)).toEqual(['tcp://10.0.0.1:22000']);
    expect(b.discovery.known()).toEqual(new Map([[A, ['tcp://10.0.0.1:22000']]]));
  });

  it('says the same device once, until it started anew or moved', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const b = await new Host(B, '10.0.0.2').start();
    await clock.pass(10 * ANNOUNCE_INTERVAL_MS);
    expect(a.found).toHaveLength(1);
    b.beacon.address = '10.0.0.3';
    b.discovery.networkChanged();
    await turns();
    expect(a.found[1]).toBe(`${B} tcp://10.0.0.3:22000`);
    await b.discovery.stop();
    await clock.pass(ANSWER_GAP_MS);
    await new Host(B, '10.0.0.3', 2n).start();
    expect(a.found).toHaveLength(3);
  });

  it('forgets who is silent, and those who cannot be heard find each other when they can', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const b = await new Host(B, '').start();
    expect(a.found).toEqual([]);
    b.beacon.address = '10.0.0.2';
    await clock.pass(ANNOUNCE_INTERVAL_MS);
    expect(a.found).toHaveLength(1);
    await b.discovery.stop();
    await clock.pass(NEIGHBOUR_LIFE_MS);
    expect(await a.discovery.addresses(B)).toEqual([]);
  });

  it('answers inventions at most once a second, and tells nobody of strangers', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const sentBefore = lan.sent;
    const liar = await lan.beacon('10.0.0.66').open(PLACE, () => undefined);
    const addresses = ['tcp://0.0.0.0:1'];
    for (let i = 0; i < 500; i += 1) {
      await liar.send(encodeAnnouncement({ id: STRANGER, addresses, instanceId: BigInt(i) }));
      await liar.send(new Uint8Array(100).fill(i));
    }
    await clock.pass(3 * ANSWER_GAP_MS);
    expect(lan.sent - sentBefore - 1000).toBeLessThanOrEqual(3);
    expect(a.found).toEqual([]);
    expect(a.lines).toEqual([]);
    expect([...a.discovery.known().keys()]).toEqual([STRANGER]);
  });

  it('tells invented news of a configured device less and less often, and true ones after a while', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const liar = await lan.beacon('10.0.0.66').open(PLACE, () => undefined);
    const lie = async (instanceId: bigint): Promise<void> => {
      const addresses = [`tcp://192.0.2.1:${1 + Number(instanceId % 1000n)}`];
      await liar.send(encodeAnnouncement({ id: B, addresses, instanceId }));
    };
    for (let i = 0n; i < 6000n; i += 1n) {
      await lie(i);
      if (i % 10n === 0n) await clock.pass(500);
    }
    // In five minutes: after 0, 1, 3, 7, 15, 31, 63, 123 … seconds.
    expect(a.found.length).toBeGreaterThanOrEqual(8);
    expect(a.found.length).toBeLessThanOrEqual(12);
    await clock.pass(120_000);
    const { length } = a.found;
    await new Host(B, '10.0.0.2', -1n).start();
    expect(a.found.slice(length)).toEqual([`${B} tcp://10.0.0.2:22000`]);
  });

  it('tells of a move right after another one as soon as that is allowed', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const b = await new Host(B, '10.0.0.2').start();
    b.beacon.address = '10.0.0.3';
    const beacon = await b.beacon.open(PLACE, () => undefined);
    const addresses = ['tcp://0.0.0.0:22000'];
    await beacon.send(encodeAnnouncement({ id: B, addresses, instanceId: 1n }));
    await turns();
    expect(a.found).toHaveLength(1);
    await clock.pass(ANNOUNCE_INTERVAL_MS);
    expect(a.found[1]).toBe(`${B} tcp://10.0.0.3:22000`);
  });

  it('says once more where it is after a change, since a network that comes up loses packets', async () => {
    const a = await new Host(A, '10.0.0.1').start();
    const b = await new Host(B, '10.0.0.2').start();
    await clock.pass(10_000);
    b.beacon.address = '';
    b.discovery.networkChanged();
    await turns();
    expect(a.found).toHaveLength(1);
    b.beacon.address = '10.0.0.3';
    await clock.pass(CHANGE_AGAIN_MS);
    await turns();
    expect(a.found[1]).toBe(`${B} tcp://10.0.0.3:22000`);
  });

  it('announces nothing where nothing is listened on, and is silent after its stop', async () => {
    const a = new Host(A, '10.0.0.1');
    a.listening = [];
    await a.start();
    await clock.pass(ANNOUNCE_INTERVAL_MS);
    expect(lan.sent).toBe(0);
    a.listening = ['tcp://0.0.0.0:22000'];
    await clock.pass(ANNOUNCE_INTERVAL_MS);
    expect(lan.sent).toBe(1);
    await a.discovery.stop();
    await clock.pass(10 * ANNOUNCE_INTERVAL_MS);
    expect(lan.sent).toBe(1);
    expect(clock.timerCount).toBe(0);
  });
});
