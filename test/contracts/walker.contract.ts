/** What every Walker does, for whichever folder file system it walks. */
import { SyncError } from '../../src/domain/errors.js';
import { compareTreeOrder } from '../../src/domain/tree-order.js';
import { type IgnorePattern } from '../../src/domain/ignore/patterns.js';
import { type Walker, type WalkEntry } from '../../src/modules/scanner/walker.js';
import { patternsOf } from '../support/ignoring.js';
import { put } from './folder-fs-fixture.js';
import { type ScannedFolder } from './scanner-fixture.js';

const never = new AbortController().signal;

export function describeWalker(
  title: string,
  makeWalker: () => Walker,
  makeFolder: () => Promise<ScannedFolder>,
): void {
  describe(`${title} as a Walker`, () => {
    let walker: Walker;
    let folder: ScannedFolder;

    beforeEach(async () => {
      walker = makeWalker();
      folder = await makeFolder();
    });

    afterEach(async () => {
      await walker.close();
      await folder.cleanUp();
    });

    async function walk(
      names: readonly string[] = [''],
      ignores: readonly IgnorePattern[] = [],
    ): Promise<WalkEntry[]> {
      const entries: WalkEntry[] = [];
      const batches = walker.walk(folder.fs, names, never, ignores);
      for await (const batch of batches) entries.push(...batch);
      return entries;
    }

    const namesOf = (entries: readonly WalkEntry[]): string[] => entries.map(({ name }) => name);

    it('gives nothing for an empty folder', async () => {
      expect(await walk()).toEqual([]);
    });

    it('gives a directory, then what is in it, then its siblings, by the bytes of their names', async () => {
      await folder.fs.makeDirectory('a', 0o755);
      await folder.fs.makeDirectory('a/sub', 0o755);
      for (const name of ['a/sub/z', 'a/x', 'a b', 'a!', 'B', 'ä', '日本', '😀', '\uffee']) {
        await put(folder.fs, name);
      }
      const names = namesOf(await walk());
      expect(names).toEqual([...names].sort(compareTreeOrder));
      expect(names.slice(0, 7)).toEqual(['B', 'a', 'a/sub', 'a/sub/z', 'a/x', 'a b', 'a!']);
      expect(names.slice(-2)).toEqual(['\uffee', '😀']);
    });

    it('tells of each item what the file system tells', async () => {
      await folder.fs.makeDirectory('d', 0o750);
      await put(folder.fs, 'd/file', 'content');
      const handle = await folder.fs.openFile('d/file', 'write');
      await handle.setPermissions(0o640);
      await handle.setModified(-5, 250_000_000);
      await handle.close();
      await folder.fs.makeSymlink('../where/ever', 'link');
      for (const entry of await walk()) {
        expect(entry.kind === 'item' && entry.stat).toEqual(await folder.fs.stat(entry.name));
        const target = entry.name === 'link' ? '../where/ever' : '';
        expect(entry.kind === 'item' && entry.symlinkTarget).toBe(target);
      }
    });

    it('does not follow links, even those that lead round in a circle', async () => {
      await folder.fs.makeDirectory('real', 0o755);
      await put(folder.fs, 'real/inside');
      await folder.fs.makeSymlink('..', 'real/up');
      await folder.fs.makeSymlink('real', 'to-real');
      await folder.fs.makeSymlink('self', 'self');
      expect(namesOf(await walk())).toEqual(['real', 'real/inside', 'real/up', 'self', 'to-real']);
    });

    it('leaves out what belongs to the program, and fifos, also when asked for them', async () => {
      for (const name of ['.stfolder', '.stversions', 'd', 'd/.stversions']) {
        await folder.fs.makeDirectory(name, 0o755);
      }
      await put(folder.fs, '.stfolder/x');
      await put(folder.fs, '.stignore');
      await put(folder.fs, 'd/.syncthing.file.tmp');
      folder.placeFifo('d/fifo');
      expect(namesOf(await walk())).toEqual(['d', 'd/.stversions']);
      expect(await walk(['.stfolder/x', 'd/.syncthing.file.tmp', 'd/fifo'])).toEqual([]);
    });

    it('reports a name that is not UTF-8 and goes on', async () => {
      await put(folder.fs, 'a');
      await put(folder.fs, 'z');
      folder.placeUndecodable();
      const entries = await walk();
      expect(entries.map(({ kind }) => kind)).toEqual(['item', 'problem', 'item']);
      expect(entries[1].name).toMatch(/^caf/);
      expect(entries[1].kind === 'problem' && entries[1].problem.message).toContain('UTF-8');
    });

    it('gives a name in another normal form where its form in NFC belongs, under the name on disk', async () => {
      // In NFC "é" follows "f"; the bytes of "e" with an accent after it come before "f".
      const nfd = 'e\u0301';
      await folder.fs.makeDirectory(nfd, 0o755);
      await put(folder.fs, `${nfd}/x`);
      await put(folder.fs, 'f');
      expect(namesOf(await walk())).toEqual(['f', nfd, `${nfd}/x`]);
    });

    it('walks only the names it is asked for; those that are not there give nothing', async () => {
      await folder.fs.makeDirectory('a', 0o755);
      await folder.fs.makeDirectory('a/b', 0o755);
      await put(folder.fs, 'a/b/c');
      await put(folder.fs, 'a/other');
      await put(folder.fs, 'file');
      await folder.fs.makeSymlink('a', 'link');
      expect(namesOf(await walk(['a/b', 'file']))).toEqual(['a/b', 'a/b/c', 'file']);
      const absent = ['a/b/none', 'file/below', 'link/b', 'none', 'none/below'];
      expect(await walk(absent)).toEqual([]);
    });

    it('leaves out what is ignored, but for directories that hold something kept', async () => {
      for (const name of ['a', 'a/b', 'a/empty', 'skipped', 'skipped/keep']) {
        await folder.fs.makeDirectory(name, 0o755);
      }
      for (const name of ['a/b/keep', 'a/b/x', 'a/x', 'keep', 'x']) await put(folder.fs, name);
      const ignores = await patternsOf('skipped', '!keep', '*');
      expect(namesOf(await walk([''], ignores))).toEqual(['a', 'a/b', 'a/b/keep', 'keep']);
      expect(namesOf(await walk(['a/b', 'skipped/keep', 'x'], ignores))).toEqual([
        'a/b',
        'a/b/keep',
      ]);
      expect(namesOf(await walk(['a/b/x', 'a/b/keep'], ignores))).toEqual(['a/b/keep']);
    });

    it('gives many entries in several bounded batches', async () => {
      await folder.fs.makeDirectory('many', 0o755);
      for (let i = 0; i < 1100; i++) await folder.fs.makeSymlink('t', `many/${i}`);
      const sizes: number[] = [];
      for await (const batch of walker.walk(folder.fs, [''], never)) sizes.push(batch.length);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(1101);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    });

    it('serves several walks at once, and a new one after a reader left early', async () => {
      for (let i = 0; i < 20; i++) await put(folder.fs, `f${i}`);
      for await (const batch of walker.walk(folder.fs, [''], never)) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      const walks = await Promise.all([walk(), walk(), walk(), walk(['f1'])]);
      expect(walks.map(({ length }) => length)).toEqual([20, 20, 20, 1]);
    });

    it('ends with the reason of the signal', async () => {
      await put(folder.fs, 'f');
      const stop = new AbortController();
      const reason = new Error('stopped by the test');
      const reading = (async () => {
        for await (const batch of walker.walk(folder.fs, [''], stop.signal)) {
          expect(batch).toHaveLength(1);
          stop.abort(reason);
        }
      })();
      await expect(reading).rejects.toBe(reason);
      const refused = walker.walk(folder.fs, [''], stop.signal)[Symbol.asyncIterator]().next();
      await expect(refused).rejects.toBe(reason);
    });

    it('fails when the root is not the directory that was opened', async () => {
      await folder.replaceRoot();
      const error = await walk().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SyncError);
      expect((error as SyncError).code).toBe('missing');
    });
  });
}
