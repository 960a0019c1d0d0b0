/**
 * A lying device that announces without end, and one that asks without end: what is kept in memory stays below a named
 * bound however long it goes on, and another device is served all the time.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ModelService } from '../src/modules/model/model.service.js';
import { BesiegedNode } from './support/besieged-node.js';
import { effort, IS_LONG } from './support/effort.js';
import { long, type WireFile } from './support/fake-folder.js';
import { type FakePeer } from './support/fake-peer.js';
import { until } from './support/wait.js';

const MIB = 1024 * 1024;
/** Of the resident set, while a million items come as while a thousand do. */
const GROWTH_BYTES_MAX = 256 * MIB;
const ITEMS = effort(6_000, 1_000_000);
const ITEMS_AT_ONCE = 1_000;
const REQUESTS = effort(1_000, 100_000);
const GOOD_EVERY = effort(5, 50);

jest.setTimeout(IS_LONG ? 7_200_000 : 120_000);

let besieged: BesiegedNode;
let collectGarbage: () => void;

beforeAll(async () => {
  setFlagsFromString('--expose-gc');
  collectGarbage = runInNewContext('gc') as () => void;
  besieged = await BesiegedNode.start();
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
});

afterAll(async () => {
  await besieged.stop();
});

/** What the peer has sent is in the hands of the system. */
async function sent(peer: FakePeer): Promise<void> {
  if (peer.stream.writableNeedDrain) await once(peer.stream, 'drain');
}

/** The most that the resident set grew after the first thousand. */
class Growth {
  #before = 0;
  #most = 0;

  look(): void {
    const now = process.memoryUsage.rss();
    this.#most = Math.max(this.#most, now);
    if (this.#before > 0) return;
    collectGarbage();
    this.#before = this.#most = process.memoryUsage.rss();
  }

  get bytes(): number {
    return this.#most - this.#before;
  }
}

type Make = (at: number) => WireFile;

describe('an index without end', () => {
  const KINDS: [what: string, item: Make][] = [
    ['of deletes of what nobody ever had', (at) => ({ ...bare(at), deleted: true })],
    ['of names that are not for items', (at) => ({ ...bare(at), name: `.stversions/${at}` })],
    ['of what cannot be had', (at) => ({ ...bare(at), invalid: true })],
  ];

  it.each(KINDS)('%s is taken in bounded memory', async (what, item) => {
    const { peer, folder } = await besieged.joinedEvil();
    const growth = new Growth();
    folder.index(peer, []);
    const count = Math.ceil(ITEMS / KINDS.length);
    for (let at = 0; at < count; at += ITEMS_AT_ONCE) {
      const size = Math.min(ITEMS_AT_ONCE, count - at);
      folder.update(
        peer,
        ...Array.from({ length: size }, (_, i) => numbered(item(at + i), at + i)),
      );
      await sent(peer);
      if (at % (GOOD_EVERY * ITEMS_AT_ONCE) === 0) await besieged.isServed();
      growth.look();
    }
    const last = `after ${what}`;
    folder.update(peer, numbered(folder.file(last, 'x'), count));
    await until('the last is there', () => besieged.has(last), IS_LONG ? 3_600_000 : 90_000);
    growth.look();
    expect(growth.bytes).toBeLessThan(GROWTH_BYTES_MAX);
    const problems = besieged.node.get(ModelService).runner('default')!.problems;
    expect(problems.length).toBeLessThanOrEqual(11_000);
    await peer.drop();
  });

  const numbered = (file: WireFile, at: number): WireFile => ({ ...file, sequence: long(at + 1) });

  function bare(at: number): WireFile {
    const counters = [{ id: long(besieged.evilIdentity.shortId), value: long(1) }];
    const name = `directory ${at % 97}/${String(at).padStart(40, 'n')}`;
    return { name, type: 1, permissions: 0o755, version: { counters }, modifiedS: long(1) };
  }
});

describe('a device that asks without end', () => {
  it('gets its answers in its turn, and another one does not wait for them', async () => {
    const { peer } = await besieged.joinedEvil();
    const growth = new Growth();
    let answered = 0;
    const take = (): boolean => (answered += peer.received.splice(0).length) >= REQUESTS;
    const good = (async () => {
      while (!take() && !peer.isEnded) {
        // Fails when it takes longer than a device may be kept waiting.
        await besieged.answersGood();
        growth.look();
      }
    })();
    for (let id = 1; id <= REQUESTS; id++) {
      peer.send('request', { id, folder: 'default', name: 'kept', size: 64 * 1024 });
      await sent(peer);
    }
    await good;
    expect(answered).toBeGreaterThanOrEqual(REQUESTS);
    expect(growth.bytes).toBeLessThan(GROWTH_BYTES_MAX);
    await peer.drop();
  });
});
