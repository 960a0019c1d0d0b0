/**
 * What a node keeps in memory for a hostile device: bounded by what is named here, whatever the device claims, packs,
 * repeats or refuses to read; and a good device is served meanwhile.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { OFFERS_PER_DEVICE_MAX } from '../src/modules/model/folder-offers.js';
import { bep } from '../src/modules/protocol/gen/bep.js';
import { BesiegedNode, onlyReason } from './support/besieged-node.js';
import { packedRepetition } from './support/lz4-bomb.js';
import { long, type WireFile } from './support/fake-folder.js';
import { type FakePeer, frameOf, PEER_TYPES } from './support/fake-peer.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

const KIB = 1024;
const MIB = 1024 * KIB;
/** Of the resident set: the largest message there is (64 MiB), once as it came and once as it was decoded, and room for the machine. */
const GROWTH_BYTES_MAX = 128 * MIB;
const WATCH_INTERVAL_MS = 10;
const HOSTILE_MESSAGES = 20_000;

let besieged: BesiegedNode;
let collectGarbage: () => void;
let rssAtStart: number;

beforeAll(async () => {
  setFlagsFromString('--expose-gc');
  collectGarbage = runInNewContext('gc') as () => void;
  besieged = await BesiegedNode.start();
  rssAtStart = process.memoryUsage.rss();
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
});

afterAll(async () => {
  await besieged.stop();
});

/** The most that the resident set grew while the attack was under way and a good device was served beside it. */
async function growthDuring(attack: () => Promise<void>): Promise<number> {
  collectGarbage();
  const before = process.memoryUsage.rss();
  let most = before;
  const look = (): void => void (most = Math.max(most, process.memoryUsage.rss()));
  const watch = setInterval(look, WATCH_INTERVAL_MS);
  try {
    await Promise.all([attack(), besieged.isServed()]);
    await besieged.isServed();
  } finally {
    clearInterval(watch);
  }
  look();
  if (process.env.SHOW_MEMORY !== undefined) {
    process.stderr.write(`${expect.getState().currentTestName}: ${(most - before) / MIB} MiB\n`);
  }
  return most - before;
}

/** Writes the same bytes again and again, as fast as they are taken; resolves with the count when they are not taken any more. */
async function flood(peer: FakePeer, bytes: Uint8Array, times: number): Promise<number> {
  const { stream } = peer;
  const closed = once(stream, 'close');
  for (let count = 0; count < times; count++) {
    if (stream.destroyed) return count;
    if (stream.write(bytes)) continue;
    const pause = new AbortController();
    const stalled = new Promise((resolve) => setTimeout(resolve, 500, 'stalled'));
    const drained = once(stream, 'drain', pause);
    const outcome = await Promise.race([drained, closed, stalled]).catch(() => 'lost');
    pause.abort();
    drained.catch(() => undefined);
    if (outcome === 'stalled' || outcome === 'lost') return count;
  }
  return times;
}

/** A peer that has joined and from now on reads nothing. */
async function deafEvil(): Promise<FakePeer> {
  const { peer } = await besieged.joinedEvil();
  peer.stream.removeAllListeners('data');
  peer.stream.pause();
  return peer;
}

function repeated(frame: Uint8Array, times: number): Buffer {
  return Buffer.concat(new Array<Uint8Array>(times).fill(frame));
}

/** An index of the same file many times. */
function bombOf(file: WireFile, count: number): Buffer {
  const head = bep.Index.encode({ folder: 'default' }).finish();
  return packedRepetition(head, bep.Index.encode({ files: [file] }).finish(), count);
}

describe('the memory of a node does not grow', () => {
  it('with the length that a message claims', async () => {
    const growth = await growthDuring(async () => {
      for (let round = 0; round < 10; round++) {
        const { peer } = await besieged.joinedEvil();
        peer.sendFrameClaiming(PEER_TYPES.index, 64 * MIB, Buffer.alloc(64 * KIB));
        await besieged.isServed();
        await peer.drop();
      }
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it('with what comes in messages that nobody knows', async () => {
    const growth = await growthDuring(async () => {
      const { peer } = await besieged.joinedEvil();
      peer.sendFrameClaiming(99, 400 * MIB);
      expect(await flood(peer, Buffer.alloc(MIB), 100)).toBe(100);
      await peer.drop();
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it('with what a device goes on sending after it was closed', async () => {
    const growth = await growthDuring(async () => {
      const peer = await deafEvil();
      peer.sendBytes(Buffer.from([0xff, 0xff]));
      expect(await flood(peer, Buffer.alloc(MIB, 0xff), 1_000)).toBeLessThan(1_000);
      if (!peer.stream.closed) await once(peer.stream, 'close');
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it.each([
    ['versions', () => manyVersions(), /versions of more than 100000 counters/],
    ['attributes', () => manyAttributes(), /file infos of more than 16777216 bytes/],
    ['files', () => manyFiles(), /more than 10000 files in one message/],
  ])('with %s that LZ4 makes out of next to nothing', async (_what, make, reason) => {
    const bomb = make();
    expect(bomb.length).toBeLessThan(MIB);
    const growth = await growthDuring(async () => {
      const { peer } = await besieged.joinedEvil();
      peer.sendFrame(PEER_TYPES.index, bomb, 1);
      expect(await onlyReason(peer)).toMatch(reason);
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it('with pings without end', async () => {
    const ping = frameOf(PEER_TYPES.ping, Buffer.alloc(0));
    const growth = await growthDuring(async () => {
      const { peer } = await besieged.joinedEvil();
      expect(await flood(peer, repeated(ping, 10_000), HOSTILE_MESSAGES / 1_000)).toBe(20);
      peer.send('request', { id: 5, folder: 'default', name: 'nothing', size: 1 });
      expect((await peer.next('response')).id).toBe(5);
      await peer.drop();
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it.each([
    ['updates', 'indexUpdate', bep.Index.encode({ folder: 'default' }).finish()],
    ['progress', 'downloadProgress', bep.DownloadProgress.encode({ folder: 'default' }).finish()],
    ['responses to nobody', 'response', bep.Response.encode({ id: 123_456, code: 1 }).finish()],
  ] as const)('with tens of thousands of empty %s', async (_what, type, content) => {
    const one = frameOf(PEER_TYPES[type], content);
    const growth = await growthDuring(async () => {
      const { peer } = await besieged.joinedEvil();
      await flood(peer, repeated(one, 1_000), HOSTILE_MESSAGES / 1_000);
      expect(peer.closeReason).toBe(undefined);
      await peer.drop();
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it.each([
    ['blocks', 'kept', 128 * KIB],
    ['names that are 60 KB long', 'n'.repeat(60_000), 1],
  ])('when a device asks for %s and never reads', async (_what, name, size) => {
    const request = { id: 1, folder: 'default', name, size };
    const kept = { ...request, name: 'kept', size: 128 * KIB };
    const asked = frameOf(PEER_TYPES.request, bep.Request.encode(request).finish());
    const growth = await growthDuring(async () => {
      const peer = await deafEvil();
      peer.sendBytes(
        repeated(frameOf(PEER_TYPES.request, bep.Request.encode(kept).finish()), 1_000),
      );
      const piece = repeated(asked, Math.ceil((64 * KIB) / asked.length));
      expect(await flood(peer, piece, 4_000)).toBeLessThan(4_000);
      await besieged.isServed();
      await peer.drop();
    });
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX);
  });

  it('with the folders that a device offers, and few of them are remembered', async () => {
    const folders = Array.from({ length: 9_999 }, (_, i) => ({ id: `offered ${i}` }));
    const growth = await growthDuring(async () => {
      const { peer, folder } = await besieged.joinedEvil();
      const { folders: shared = [] } = folder.clusterConfig();
      peer.send('clusterConfig', { folders: [...folders, ...(shared ?? [])] });
      folder.index(peer, [folder.file('after the offers', 'x')]);
      await until('the offers are dealt with', () => besieged.has('after the offers'));
      await peer.drop();
    });
    const pending = await besieged.node.get(IndexDatabase).pendingFolders();
    expect(pending).toHaveLength(OFFERS_PER_DEVICE_MAX);
    const told = besieged.node.log.lines.filter((line) => line.includes('offers folder'));
    expect(told).toHaveLength(OFFERS_PER_DEVICE_MAX);
    expect(growth).toBeLessThan(GROWTH_BYTES_MAX / 2);
  });

  it('over all of these together', () => {
    collectGarbage();
    expect(process.memoryUsage.rss() - rssAtStart).toBeLessThan(2 * GROWTH_BYTES_MAX);
  });
});

function manyVersions(): Buffer {
  const counters = Array.from({ length: 9_000 }, (_, i) => ({ id: long(i + 1) }));
  return bombOf({ name: 'bomb', type: 1, version: { counters } }, 1_000);
}

function manyAttributes(): Buffer {
  // A field 15 of 60,000 bytes, which nobody knows.
  const platform = Buffer.concat([Uint8Array.of(0x7a, 0xe0, 0xd4, 0x03), Buffer.alloc(60_000)]);
  return bombOf({ name: 'bomb', type: 1, platform }, 1_000);
}

function manyFiles(): Buffer {
  return bombOf({ name: 'n'.repeat(1_000), type: 1 }, 60_000);
}
