/** Many files moved at once, as every folder file system must do it. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SyncError } from '../../src/domain/errors.js';
import { type FileId, type FileMove, type FolderFs } from '../../src/platform/folder-fs.js';
import { type FolderFsFixture, namesIn, put, textOf } from './folder-fs-fixture.js';

export function folderFsMovesContract(
  name: string,
  makeFixture: () => Promise<FolderFsFixture>,
): void {
  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
      for (const directory of ['a', 'b', 'a/x', 'b/x']) await fs.makeDirectory(directory, 0o755);
    });

    afterEach(async () => {
      await fs.close();
      await fixture.cleanUp();
    });

    const moveOf = async (from: string, to: string): Promise<FileMove> => {
      const { size, modifiedS, modifiedNs, permissions } = (await fs.stat(from))!;
      return { from, to, size, modifiedS, modifiedNs, permissions: permissions & 0o777 };
    };
    const codesOf = (results: readonly unknown[]): unknown[] =>
      results.map((result) => (result instanceof SyncError ? result.code : 'none'));
    const write = async (file: string, text: string): Promise<void> => {
      const handle = await fs.openFile(file, 'write');
      await handle.write(0, Buffer.from(text));
      await handle.close();
    };

    it('gives files new names where nothing is, then takes the old ones', async () => {
      const names = ['f0', 'f1', 'f2', 'x/f3', 'x/f4', 'f5', 'f6', 'f7', 'f8', 'f9'];
      for (const each of names) await put(fs, `a/${each}`, each);
      const moves = await Promise.all(names.map((each) => moveOf(`a/${each}`, `b/${each}`)));
      const ids = await fs.moves.link(moves);
      expect(codesOf(ids)).toEqual(names.map(() => 'none'));
      expect(await fs.stat('b/x/f3')).toMatchObject({ links: 2, ...(ids[3] as FileId) });
      expect(await fs.moves.drop(moves, ids as FileId[])).toEqual(names.map(() => true));
      expect(await namesIn(fs, 'a')).toEqual(['x']);
      expect(await namesIn(fs, 'a/x')).toEqual([]);
      for (const each of names) expect(await textOf(fs, `b/${each}`)).toBe(each);
    });

    it('leaves what is not as expected, or has something in its way, and goes on with the others', async () => {
      const names = ['taken', 'changed', 'other bits', 'gone', 'right', 'no directory'];
      for (const each of names) await put(fs, `a/${each}`, each);
      const moves = await Promise.all(names.map((each) => moveOf(`a/${each}`, `b/${each}`)));
      await put(fs, 'b/taken', 'mine');
      await write('a/changed', 'changed, and longer');
      await fs.removeFile('a/gone');
      moves[2] = { ...moves[2]!, permissions: 0o111 };
      moves[5] = { ...moves[5]!, to: 'none/file' };
      const ids = await fs.moves.link(moves);
      expect(codesOf(ids)).toEqual([
        ...['exists', 'changed', 'changed', 'changed', 'none', 'missing'],
      ]);
      expect(await namesIn(fs, 'b')).toEqual(['right', 'taken', 'x']);
      expect(await textOf(fs, 'b/taken')).toBe('mine');
    });

    it('leads through no link', async () => {
      await put(fs, 'a/f', 'f');
      await fs.makeSymlink('b', 'l');
      await fs.makeSymlink('f', 'a/l');
      const move = await moveOf('a/f', 'l/f');
      expect(codesOf(await fs.moves.link([move, { ...move, from: 'a/l', to: 'b/l' }]))).toEqual([
        ...['refused', 'changed'],
      ]);
      expect(await fs.moves.look([{ name: 'a/l', size: 1 }])).toEqual([false]);
      expect(await namesIn(fs, 'b')).toEqual(['x']);
    });

    it('takes no old name from a file that was written to meanwhile, nor from another file', async () => {
      for (const each of ['written', 'replaced', 'gone']) await put(fs, `a/${each}`, each);
      const moves = await Promise.all(
        ['written', 'replaced', 'gone'].map((each) => moveOf(`a/${each}`, `b/${each}`)),
      );
      const ids = (await fs.moves.link(moves)) as FileId[];
      await write('a/written', 'MINE, and longer');
      await put(fs, 'a/mine', 'MINE');
      await fs.rename('a/mine', 'a/replaced');
      await fs.removeFile('a/gone');
      expect(await fs.moves.drop(moves, ids)).toEqual([false, true, true]);
      expect(await namesIn(fs, 'a')).toEqual(['replaced', 'written', 'x']);
      expect(await textOf(fs, 'a/replaced')).toBe('MINE');
      expect(await textOf(fs, 'b/replaced')).toBe('replaced');
    });

    it('says which files of a size are there', async () => {
      await put(fs, 'a/f', 'four');
      const looks = ['a/f', 'a/none', 'b', 'none/f'].map((each) => ({ name: each, size: 4 }));
      const [there, ...others] = await fs.moves.look([...looks, { name: 'a/f', size: 5 }]);
      expect(there).toBe(true);
      expect(others).not.toContain(true);
    });

    it('takes files of very many directories', async () => {
      const names = Array.from({ length: 150 }, (_, i) => `d${i}/f`);
      for (const each of names) {
        await fs.makeDirectory(each.slice(0, -2), 0o755);
        await put(fs, each, each);
      }
      const moves = await Promise.all(names.map((each, i) => moveOf(each, `a/f${i}`)));
      const ids = (await fs.moves.link(moves)) as FileId[];
      expect(await fs.moves.drop(moves, ids)).toEqual(names.map(() => true));
      expect(await textOf(fs, 'a/f149')).toBe('d149/f');
    });
  });
}
