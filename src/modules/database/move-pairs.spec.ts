import { beforeEach, describe, expect, it } from '@jest/globals';
import { deletedInfo, fileInfo, local } from '../../../test/support/file-info.factory.js';
import { asIgnored } from '../../domain/file-info-rules.js';
import { type FileInfo } from '../../domain/file-info.js';
import { SystemClock } from '../../platform/clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { DatabaseMemory, InThreadIndexDatabase } from './in-thread-index-database.js';

const FOLDER = 'f';
const PEER = 'P'.repeat(52);
const theirs = {
  version: [
    { id: 1n, value: 1_600_000_000n },
    { id: 7n, value: 1_700_000_000n },
  ],
  modifiedBy: 7n,
};

describe('pairs of moved files', () => {
  let database: InThreadIndexDatabase;
  let sequence = 0;

  beforeEach(async () => {
    const parts = { clock: new SystemClock(), randomness: new SystemRandomness() };
    database = new InThreadIndexDatabase({ storage: new DatabaseMemory(), ...parts });
    await database.open();
    await database.addFolder(FOLDER);
    sequence = 0;
  });

  const ours = (name: string, content: string): FileInfo =>
    fileInfo(name, content, { version: theirs.version.slice(0, 1), modifiedBy: 1n });
  const have = (...files: FileInfo[]): Promise<unknown> =>
    database.updateLocal(FOLDER, files.map(local));
  const announce = async (...files: FileInfo[]): Promise<void> => {
    const sequenced = files.map((file) => ({ ...file, sequence: (sequence += 1) }));
    await database.updateRemote(FOLDER, PEER, sequenced, 0);
    await database.judgeThreats(FOLDER, 0, {});
  };
  const pairs = async (limit: number): Promise<string[]> => {
    const found: string[] = [];
    let from: Uint8Array | undefined;
    do {
      const page = await database.movePairs(FOLDER, from, limit);
      expect(page.pairs.length).toBeLessThanOrEqual(limit);
      for (const { wanted, source } of page.pairs) {
        expect(source.local?.blocksHash).toEqual(wanted.global.blocksHash);
        expect(source.global.deleted).toBe(true);
        found.push(`${source.global.name} > ${wanted.global.name}`);
      }
      from = page.next;
    } while (from !== undefined);
    return found;
  };

  it('are needed files and those of the same content that are deleted, whatever the page', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    await have(...names.map((name) => ours(name, name)), ours('stays', 'stays'));
    await announce(
      ...names.map((name) => fileInfo(`moved/${name}`, name, theirs)),
      ...names.map((name) => deletedInfo(name, theirs)),
      fileInfo('new', 'new', theirs),
      fileInfo('copy', 'stays', theirs),
    );
    const all = names.map((name) => `${name} > moved/${name}`);
    for (const limit of [1, 2, 5, 100]) expect(await pairs(limit)).toEqual(all);
  });

  it('have each old name once, where many files have one content', async () => {
    await have(ours('a', 'same'), ours('b', 'same'));
    await announce(
      ...['x', 'y', 'z'].map((name) => fileInfo(name, 'same', theirs)),
      ...['a', 'b'].map((name) => deletedInfo(name, theirs)),
    );
    expect((await pairs(100)).map((pair) => pair.slice(0, 1)).sort()).toEqual(['a', 'b']);
  });

  it('are none where nothing of ours is deleted, and none of what another file is replaced by', async () => {
    await have(ours('a', 'one'), ours('b', 'two'));
    await announce(fileInfo('x', 'one', theirs));
    expect(await pairs(9)).toEqual([]);
    await announce(fileInfo('b', 'one', theirs), deletedInfo('a', theirs));
    expect(await pairs(9)).toEqual(['a > x']);
  });

  it('finds for many contents the files of ours that have them', async () => {
    await have(
      ours('a', 'one'),
      ours('b', 'one'),
      ours('c', 'two!'),
      asIgnored(local(ours('d', 'one'))),
    );
    const contents = ['one', 'none', 'two!'].map((content) => ours('x', content).blocksHash);
    const found = await database.localsOf(FOLDER, contents, 9);
    expect(found).toEqual([
      [
        { name: 'a', size: 3 },
        { name: 'b', size: 3 },
      ],
      [],
      [{ name: 'c', size: 4 }],
    ]);
    expect((await database.localsOf(FOLDER, contents, 1))[0]).toHaveLength(1);
    expect(await database.localsOf('unknown', contents, 1)).toEqual([[], [], []]);
  });

  it.each([1, 60])('finds them in one go, and %p for each content', async (each) => {
    const contents = Array.from({ length: 20 }, (_, at) => `content ${at}`);
    const namesOf = (content: string, at: number): string[] =>
      at === 3 ? [] : Array.from({ length: at === 7 ? 100 : each }, (_, no) => `${content}/${no}`);
    await have(
      ...contents.flatMap((content, at) => namesOf(content, at).map((name) => ours(name, content))),
    );
    const hashes = contents.map((content) => ours('x', content).blocksHash);
    const found = await database.localsOf(FOLDER, hashes, 80);
    expect(found.map((files) => files.length)).toEqual(
      contents.map((content, at) => Math.min(80, namesOf(content, at).length)),
    );
    for (const [at, files] of found.entries()) {
      for (const { name } of files) expect(name).toContain(`content ${at}/`);
    }
  });

  it.each([1, 60])('pairs in one go, and where %p have each content', async (each) => {
    const contents = Array.from({ length: 20 }, (_, at) => `content ${at}`);
    const names = contents.flatMap((content) =>
      Array.from({ length: each }, (_, no) => ({ name: `${content}/${no}`, content })),
    );
    await have(...names.map(({ name, content }) => ours(name, content)));
    await announce(
      ...names.map(({ name, content }) => fileInfo(`moved/${name}`, content, theirs)),
      ...names.map(({ name }) => deletedInfo(name, theirs)),
    );
    const found = await pairs(2_000);
    expect(found).toHaveLength(names.length);
    expect(new Set(found.map((pair) => pair.split(' > ')[0])).size).toBe(names.length);
  });
});
