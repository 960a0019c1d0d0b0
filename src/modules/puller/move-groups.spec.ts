import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FOLDER, PullFixture } from '../../../test/support/pull-fixture.js';
import { type FileInfo } from '../../domain/file-info.js';

const THEIRS = { version: [{ id: 7n, value: 20n }], modifiedBy: 7n };

describe.each(['in memory', 'on disk'])('files moved by the group, %s', (kind) => {
  let f: PullFixture;
  let steps: string[];

  beforeEach(async () => {
    f = kind === 'on disk' ? await PullFixture.onDisk() : await PullFixture.inMemory();
    steps = [];
    const { moves: fs } = f.fs;
    const [link, drop] = [fs.link.bind(fs), fs.drop.bind(fs)];
    fs.link = (moves) => {
      steps.push(`link ${moves.length}`);
      return link(moves);
    };
    fs.drop = (moves, ids) => {
      steps.push(`drop ${moves.length}`);
      return drop(moves, ids);
    };
  });
  afterEach(() => f.close());

  const contents = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => `text ${i}`);
  const hasTree = (texts: readonly string[]): Promise<void> =>
    f.has(f.directory('old'), ...texts.map((text, i) => f.file(`old/f${i}`, text)));
  /** The guard's look before a pass finds the moves. */
  const move = async (texts: readonly string[], ...others: FileInfo[]): Promise<void> => {
    await f.announce(
      f.directory('new', THEIRS),
      ...texts.map((text, i) => f.file(`new/f${i}`, text, THEIRS)),
      ...texts.map((_, i) => f.deleted(`old/f${i}`, THEIRS)),
      f.deleted('old', { ...THEIRS, type: 'directory' }),
      ...others,
    );
    await f.database.judgeThreats(FOLDER, 0, {});
  };

  it('come with two steps, no transfer and one record, and their directory with them', async () => {
    const texts = contents(20);
    await hasTree(texts);
    await move(texts);
    const outcome = await f.pull();
    expect(outcome.problems).toEqual([]);
    expect(outcome.changed).toBe(22);
    expect(outcome.rescan).toEqual([]);
    expect(f.source.asked).toEqual([]);
    expect(steps).toEqual(['link 20', 'drop 20']);
    expect(await f.names()).toEqual(['new']);
    for (const [i, text] of texts.entries()) {
      expect(await f.read(`new/f${i}`)).toBe(text);
      expect(await f.local(`new/f${i}`)).toMatchObject({ deleted: false, size: text.length });
      expect(await f.local(`old/f${i}`)).toMatchObject({ deleted: true });
    }
    expect((await f.pull()).changed).toBe(0);
  });

  it('leaves what the user put under a new name, and moves the others', async () => {
    const texts = contents(4);
    await hasTree(texts);
    await f.fs.makeDirectory('new', 0o755);
    await f.write('new/f1', 'MINE');
    await move(texts);
    await f.pull();
    expect(await f.read('new/f1')).toBe('MINE');
    for (const i of [0, 2, 3]) expect(await f.read(`new/f${i}`)).toBe(texts[i]);
  });

  it('leaves what the user wrote to an old name before', async () => {
    const texts = contents(4);
    await hasTree(texts);
    await move(texts);
    await f.write('old/f2', 'MINE, and longer');
    const { rescan } = await f.pull();
    expect(await f.read('old/f2')).toBe('MINE, and longer');
    expect(rescan).toContain('old/f2');
    expect(await f.read('new/f2')).toBe(texts[2]);
    expect(await f.names('old')).toEqual(['f2']);
  });

  it('leaves what the user writes under an old name between the steps', async () => {
    const texts = contents(4);
    await hasTree(texts);
    await move(texts);
    const drop = f.fs.moves.drop.bind(f.fs.moves);
    f.fs.moves.drop = async (moves, ids) => {
      const handle = await f.fs.openFile('old/f0', 'write');
      await handle.write(0, Buffer.from('MINE, and longer'));
      await handle.close();
      await f.write('mine', 'MINE, TOO');
      await f.fs.rename('mine', 'old/f3');
      return drop(moves, ids);
    };
    const { rescan } = await f.pull();
    expect(await f.read('old/f0')).toBe('MINE, and longer');
    expect(await f.read('old/f3')).toBe('MINE, TOO');
    expect(await f.read('new/f3')).toBe(texts[3]);
    expect(rescan).toEqual(expect.arrayContaining(['old/f0', 'new/f0', 'old/f3']));
    expect(await f.names('new')).toEqual(['f0', 'f1', 'f2', 'f3']);
  });

  it('brings other time or permissions than the moved file has by the single steps', async () => {
    const texts = contents(2);
    await hasTree(texts);
    await move(texts, f.file('new/f0', texts[0]!, { ...THEIRS, modifiedS: 1_500_000_000 }));
    await f.pull();
    expect(steps).toEqual(['link 1', 'drop 1']);
    expect(await f.fs.stat('new/f0')).toMatchObject({ modifiedS: 1_500_000_000 });
    expect(await f.names()).toEqual(['new']);
  });
});
