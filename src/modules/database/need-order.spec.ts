import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FOLDER, ALICE, fileOf } from '../../../test/contracts/index-database-fixture.js';
import { type FileInfo } from '../../domain/file-info.js';
import { SystemClock } from '../../platform/clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { DatabaseMemory, InThreadIndexDatabase } from './in-thread-index-database.js';
import { type NeedOrder, type NeedPlace } from './index-database.js';

describe('the orders of needed files', () => {
  let database: InThreadIndexDatabase;

  beforeEach(async () => {
    const [clock, randomness] = [new SystemClock(), new SystemRandomness()];
    const storage = new DatabaseMemory();
    database = new InThreadIndexDatabase({ storage, clock, randomness });
    await database.open();
    await database.addFolder(FOLDER);
  });
  afterEach(() => database.close());

  let sequence = 0;
  const announce = (...files: FileInfo[]): Promise<unknown> =>
    database.updateRemote(
      FOLDER,
      ALICE,
      files.map((file) => ({ ...file, sequence: ++sequence })),
      0,
    );
  const remote = (name: string, size: number, modifiedS: number, change = {}): FileInfo =>
    fileOf(name, { size, modifiedS, modifiedNs: 0, ...change });
  const directory = { type: 'directory', blockHashes: new Uint8Array(0), size: 0 } as const;

  /** All names in the order, read in pages of that many. */
  const names = async (order: NeedOrder, atOnce = 100): Promise<string[]> => {
    const found: NeedPlace[] = [];
    for (;;) {
      const page = await database.needPlaces(FOLDER, order, found.at(-1), atOnce);
      found.push(...page);
      if (page.length < atOnce) return found.map(({ name }) => name);
    }
  };

  it.each([
    ['smallestFirst', ['d/b', 'a', 'e', 'c']],
    ['largestFirst', ['c', 'a', 'e', 'd/b']],
    ['oldestFirst', ['c', 'd/b', 'a', 'e']],
    ['newestFirst', ['e', 'a', 'd/b', 'c']],
  ] as const)('%s', async (kind, expected) => {
    await announce(
      { ...remote('d', 0, 5), ...directory },
      remote('a', 20, 300),
      remote('d/b', 10, 200),
      remote('c', 30, -100),
      remote('e', 20, 400),
    );
    expect(await names({ kind })).toEqual(expected);
    expect(await names({ kind }, 1)).toEqual(expected);
    expect(await names({ kind: 'others' })).toEqual(['d']);
  });

  it('follows an item that is announced anew while it is needed, and forgets one that is not', async () => {
    await announce(remote('a', 10, 1), remote('b', 20, 1), remote('c', 5, 1));
    const version = [{ id: 7n, value: 2n }];
    const deleted = { deleted: true, blockHashes: new Uint8Array(0), version };
    await announce(remote('a', 30, 1, { version }), remote('c', 0, 1, deleted));
    expect(await names({ kind: 'smallestFirst' })).toEqual(['b', 'a']);
    await database.updateLocal(FOLDER, [fileOf('b', { size: 20, modifiedS: 1, modifiedNs: 0 })]);
    expect(await names({ kind: 'smallestFirst' })).toEqual(['a']);
  });

  it('shuffles by the seed alone, and gives each name once', async () => {
    const all = Array.from({ length: 300 }, (_, i) => `f${String(i).padStart(3, '0')}`);
    await announce(...all.map((name) => remote(name, 1, 1)));
    const [first, again] = [
      await names({ kind: 'random', seed: 1 }, 7),
      await names({ kind: 'random', seed: 1 }),
    ];
    expect(again).toEqual(first);
    expect([...first].sort()).toEqual(all);
    const other = await names({ kind: 'random', seed: 2 });
    const kept = other.filter((name, i) => name === first[i] || name === all[i]);
    expect(kept.length).toBeLessThan(30);
  });

  it('reads the needed ones of many names', async () => {
    await announce(remote('a', 1, 1), remote('b', 2, 1));
    const items = await database.neededOf(FOLDER, ['b', 'x', 'a']);
    expect(items.map(({ global }) => global.name)).toEqual(['b', 'a']);
  });
});
