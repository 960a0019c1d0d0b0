/** What every folder file system must do: run against the real one and the one in memory. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FileHandle, type FolderFs } from '../../src/platform/folder-fs.js';
import { codeOf, type FolderFsFixture, namesIn, put, textOf } from './folder-fs-fixture.js';
import { folderFsBlocksContract } from './folder-fs-blocks.contract.js';
import { folderFsLinksContract } from './folder-fs-links.contract.js';
import { folderFsMovesContract } from './folder-fs-moves.contract.js';
import { folderFsPathsContract } from './folder-fs-paths.contract.js';
import { folderFsWholeFilesContract } from './folder-fs-whole-files.contract.js';

export function folderFsContract(name: string, makeFixture: () => Promise<FolderFsFixture>): void {
  folderFsPathsContract(`${name} paths`, makeFixture);
  folderFsWholeFilesContract(`${name} whole files`, makeFixture);
  folderFsMovesContract(`${name} moves`, makeFixture);
  folderFsBlocksContract(`${name} blocks`, makeFixture);
  folderFsLinksContract(`${name} followed links`, makeFixture);

  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;
    let handles: FileHandle[];

    const keep = async (opening: Promise<FileHandle>): Promise<FileHandle> => {
      const handle = await opening;
      handles.push(handle);
      return handle;
    };

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
      handles = [];
    });

    afterEach(async () => {
      for (const handle of handles) await handle.close();
      await fs.close();
      await fixture.cleanUp();
    });

    describe('files', () => {
      it('reads back what was written, at any position', async () => {
        const file = await keep(fs.createFile('f', 0o600));
        await file.write(4, Buffer.from('later'));
        await file.write(0, Buffer.from('soon'));
        expect(Buffer.from(await file.read(0, 100)).toString()).toBe('soonlater');
        expect(Buffer.from(await file.read(4, 3)).toString()).toBe('lat');
        expect((await file.read(9, 5)).length).toBe(0);
        expect((await file.read(50, 5)).length).toBe(0);
        expect((await file.stat()).size).toBe(9);
      });

      it('fills a gap and what was cut off before with zeros', async () => {
        const file = await keep(fs.createFile('f', 0o600));
        await file.write(0, Buffer.from('secret'));
        await file.truncate(1);
        await file.truncate(4);
        await file.write(6, Buffer.from('x'));
        expect([...(await file.read(0, 10))]).toEqual([115, 0, 0, 0, 0, 0, 120]);
      });

      it('gives blocks that keep their content when the file changes', async () => {
        const file = await keep(fs.createFile('f', 0o600));
        await file.write(0, Buffer.from('before'));
        const block = await file.read(0, 6);
        await file.write(0, Buffer.from('after!'));
        expect(Buffer.from(block).toString()).toBe('before');
      });

      it('creates a file only where nothing is', async () => {
        await put(fs, 'f', 'mine');
        await fs.makeDirectory('d', 0o755);
        await fs.makeSymlink('nowhere', 'l');
        for (const taken of ['f', 'd', 'l']) {
          expect(await codeOf(fs.createFile(taken, 0o600))).toBe('exists');
        }
        expect(await fs.stat('nowhere')).toBeUndefined();
        expect(await textOf(fs, 'f')).toBe('mine');
      });

      it('opens regular files only', async () => {
        await fs.makeDirectory('d', 0o755);
        await put(fs, 'f');
        await fs.makeSymlink('f', 'l');
        await fixture.placeFifo('p');
        for (const other of ['d', 'l', 'p']) {
          expect(await codeOf(fs.openFile(other, 'read'))).toBe('refused');
          expect(await codeOf(fs.openFile(other, 'write'))).toBe('refused');
        }
        expect(await codeOf(fs.openFile('absent', 'write'))).toBe('missing');
        expect(await codeOf(fs.openFile('', 'read'))).toBe('refused');
      });

      it('does not write through a handle opened for reading', async () => {
        await put(fs, 'f', 'kept');
        const file = await keep(fs.openFile('f', 'read'));
        expect(await codeOf(file.write(0, Buffer.from('lost')))).toBe('io');
        expect(await textOf(fs, 'f')).toBe('kept');
      });

      it('refuses a handle after it was closed, and closes it twice without harm', async () => {
        const file = await fs.createFile('f', 0o600);
        await file.close();
        await file.close();
        expect(await codeOf(file.read(0, 1))).toBe('closed');
        expect(await codeOf(file.stat())).toBe('closed');
      });

      it('keeps an open file usable after its name is gone', async () => {
        const file = await keep(fs.createFile('f', 0o600));
        await fs.removeFile('f');
        await file.write(0, Buffer.from('still'));
        expect(Buffer.from(await file.read(0, 5)).toString()).toBe('still');
      });

      it('flushes files and directories', async () => {
        await fs.makeDirectory('d', 0o755);
        const file = await keep(fs.createFile('d/f', 0o600));
        await file.sync();
        await fs.syncDirectory('d');
        await fs.syncDirectory('');
        await put(fs, 'f');
        await fs.makeSymlink('d', 'l');
        expect(await codeOf(fs.syncDirectory('f'))).toBe('refused');
        expect(await codeOf(fs.syncDirectory('l'))).toBe('refused');
        expect(await codeOf(fs.syncDirectory('absent'))).toBe('missing');
      });
    });

    describe('metadata', () => {
      it('tells what an item is without following links', async () => {
        await put(fs, 'f', '12345');
        await fs.makeDirectory('d', 0o755);
        await fs.makeSymlink('d', 'l');
        await fixture.placeFifo('p');
        expect(await fs.stat('f')).toMatchObject({ type: 'file', size: 5 });
        expect(await fs.stat('d')).toMatchObject({ type: 'directory' });
        expect(await fs.stat('l')).toMatchObject({ type: 'symlink', size: 1 });
        expect(await fs.stat('p')).toMatchObject({ type: 'other' });
        expect(await fs.stat('')).toMatchObject({ type: 'directory' });
        expect(await fs.stat('absent')).toBeUndefined();
        expect(await fs.stat('absent/below')).toBeUndefined();
      });

      it.each([
        [1_700_000_000, 123_456_789, 123_456_000],
        [1_700_000_000, 999_999_999, 999_999_000],
        [1_700_000_000, 1_000, 1_000],
        [1_700_000_000, 999, 0],
        [0, 0, 0],
        [-1, 0, 0],
        [-1, 999_999_999, 999_999_000],
        [-2, 500_000_000, 500_000_000],
        [-1_700_000_000, 123_456_789, 123_456_000],
        [4_294_967_296, 654_321_987, 654_321_000],
      ])('sets the time %d s + %d ns, cut to microseconds', async (seconds, ns, cut) => {
        const file = await keep(fs.createFile('f', 0o600));
        await file.setModified(seconds, ns);
        expect(await fs.stat('f')).toMatchObject({ modifiedS: seconds, modifiedNs: cut });
        await file.setModified(seconds, cut);
        expect(await file.stat()).toMatchObject({ modifiedS: seconds, modifiedNs: cut });
      });

      it('sets permissions exactly, of files and directories, on the handle only', async () => {
        await put(fs, 'f');
        await fs.makeDirectory('d', 0o755);
        const file = await keep(fs.openFile('f', 'read'));
        const directory = await keep(fs.openDirectory('d'));
        for (const mode of [0o000, 0o777, 0o640, 0o4755, 0o1777]) {
          await file.setPermissions(mode);
          await directory.setPermissions(mode);
          expect((await fs.stat('f'))?.permissions).toBe(mode);
          expect((await fs.stat('d'))?.permissions).toBe(mode);
        }
      });

      it('creates with the permissions that the umask leaves', async () => {
        await (await fs.createFile('f', 0o666)).close();
        await (await fs.createFile('private', 0o600)).close();
        await fs.makeDirectory('d', 0o777);
        expect((await fs.stat('f'))?.permissions).toBe(0o644);
        expect((await fs.stat('private'))?.permissions).toBe(0o600);
        expect((await fs.stat('d'))?.permissions).toBe(0o755);
      });

      it('moves the change time with content, permissions and set times', async () => {
        const file = await keep(fs.createFile('f', 0o600));
        const seen = new Set<bigint>();
        const note = async (): Promise<void> => {
          seen.add((await file.stat()).changedNs);
          // The system's own clock for files may tick only every few milliseconds.
          await new Promise((resolve) => setTimeout(resolve, 20));
        };
        await note();
        await file.write(0, Buffer.from('x'));
        await note();
        await file.setPermissions(0o644);
        await note();
        await file.setModified(1, 0);
        await note();
        await fs.rename('f', 'g');
        await note();
        expect(seen.size).toBe(5);
      });

      it('tells two files apart and knows one under two names', async () => {
        await put(fs, 'a');
        await put(fs, 'b');
        await fs.link('a', 'c');
        const [a, b, c] = [await fs.stat('a'), await fs.stat('b'), await fs.stat('c')];
        expect(a?.inode).not.toBe(b?.inode);
        expect(c).toMatchObject({ inode: a?.inode, device: a?.device });
      });
    });

    describe('directories', () => {
      it('lists entries with their types, and empty directories as empty', async () => {
        await fs.makeDirectory('d', 0o755);
        expect(await fs.list('d')).toEqual({ entries: [], undecodable: [] });
        await put(fs, 'd/f');
        await fs.makeDirectory('d/e', 0o755);
        await fs.makeSymlink('..', 'd/l');
        await fixture.placeFifo('d/p');
        const { entries } = await fs.list('d');
        expect(entries.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
          { name: 'e', type: 'directory' },
          { name: 'f', type: 'file' },
          { name: 'l', type: 'symlink' },
          { name: 'p', type: 'other' },
        ]);
        expect(await namesIn(fs, '')).toEqual(['d']);
      });

      it('reports names that are not UTF-8 and lists the others', async () => {
        await fs.makeDirectory('d', 0o755);
        await put(fs, 'd/café');
        await fixture.placeUndecodable('d');
        expect(await fs.list('d')).toEqual({
          entries: [{ name: 'café', type: 'file' }],
          undecodable: ['caf\\xe9.txt'],
        });
        await fs.removeFile('d/café');
        expect(await codeOf(fs.removeDirectory('d'))).toBe('exists');
      });

      it('refuses to list what is no directory', async () => {
        await put(fs, 'f');
        await fs.makeSymlink('.', 'l');
        expect(await codeOf(fs.list('f'))).toBe('refused');
        expect(await codeOf(fs.list('l'))).toBe('refused');
        expect(await codeOf(fs.openDirectory('f'))).toBe('refused');
        expect(await codeOf(fs.openDirectory('l'))).toBe('refused');
        expect(await codeOf(fs.list('absent'))).toBe('missing');
      });

      it('makes a directory only where nothing is and its parent exists', async () => {
        await put(fs, 'f');
        await fs.makeSymlink('nowhere', 'l');
        expect(await codeOf(fs.makeDirectory('f', 0o755))).toBe('exists');
        expect(await codeOf(fs.makeDirectory('l', 0o755))).toBe('exists');
        expect(await codeOf(fs.makeDirectory('a/b', 0o755))).toBe('missing');
        expect(await codeOf(fs.makeDirectory('', 0o755))).toBe('refused');
      });

      it('removes only empty directories, and only directories', async () => {
        await fs.makeDirectory('d', 0o755);
        await put(fs, 'd/f');
        await fs.makeDirectory('e', 0o755);
        await fs.makeSymlink('e', 'l');
        expect(await codeOf(fs.removeDirectory('d'))).toBe('exists');
        expect(await codeOf(fs.removeDirectory('d/f'))).toBe('refused');
        expect(await codeOf(fs.removeDirectory('l'))).toBe('refused');
        expect(await codeOf(fs.removeDirectory('absent'))).toBe('missing');
        expect(await codeOf(fs.removeDirectory(''))).toBe('refused');
        await fs.removeDirectory('e');
        expect(await namesIn(fs, '')).toEqual(['d', 'l']);
      });

      it('removes files and links, never what a link points to and never directories', async () => {
        await fs.makeDirectory('d', 0o755);
        await put(fs, 'd/f', 'kept');
        await fs.makeSymlink('d/f', 'l');
        await fs.removeFile('l');
        expect(await codeOf(fs.removeFile('d'))).toBe('refused');
        expect(await codeOf(fs.removeFile('absent'))).toBe('missing');
        expect(await textOf(fs, 'd/f')).toBe('kept');
        await fs.removeFile('d/f');
        expect(await namesIn(fs, 'd')).toEqual([]);
      });
    });

    describe('renaming and linking', () => {
      it('replaces a file or link, and leaves what the link pointed to', async () => {
        await put(fs, 'new', 'new');
        await put(fs, 'old', 'old');
        await put(fs, 'target', 'target');
        await fs.makeSymlink('target', 'l');
        await fs.rename('new', 'old');
        expect(await textOf(fs, 'old')).toBe('new');
        await fs.rename('old', 'l');
        expect(await textOf(fs, 'l')).toBe('new');
        expect(await textOf(fs, 'target')).toBe('target');
        expect(await namesIn(fs, '')).toEqual(['l', 'target']);
      });

      it('moves a directory with all that is in it, also onto an empty one', async () => {
        await fs.makeDirectory('a', 0o755);
        await fs.makeDirectory('a/b', 0o755);
        await put(fs, 'a/b/f', 'deep');
        await fs.makeDirectory('z', 0o755);
        await fs.rename('a/b', 'z/b');
        expect(await textOf(fs, 'z/b/f')).toBe('deep');
        expect(await fs.stat('a/b/f')).toBeUndefined();
        await fs.rename('z', 'a');
        expect(await textOf(fs, 'a/b/f')).toBe('deep');
      });

      it('does not replace what is in the way of another kind', async () => {
        await put(fs, 'f', 'file');
        await fs.makeDirectory('empty', 0o755);
        await fs.makeDirectory('full', 0o755);
        await put(fs, 'full/f');
        expect(await codeOf(fs.rename('f', 'empty'))).toBe('exists');
        expect(await codeOf(fs.rename('f', 'full'))).toBe('exists');
        expect(await codeOf(fs.rename('empty', 'f'))).toBe('exists');
        expect(await codeOf(fs.rename('empty', 'full'))).toBe('exists');
        expect(await codeOf(fs.rename('full', 'full/below'))).toBe('refused');
        expect(await codeOf(fs.rename('full/f', 'full'))).toBe('exists');
        expect(await codeOf(fs.rename('absent', 'f'))).toBe('missing');
        expect(await codeOf(fs.rename('f', 'absent/f'))).toBe('missing');
        expect(await codeOf(fs.rename('f', 'full/f/x'))).toBe('refused');
        expect(await codeOf(fs.rename('', 'x'))).toBe('refused');
        expect(await codeOf(fs.rename('f', ''))).toBe('refused');
        expect(await textOf(fs, 'f')).toBe('file');
      });

      it('leaves both names when one file is renamed onto its other name', async () => {
        await put(fs, 'a', 'one');
        await fs.link('a', 'b');
        await fs.rename('a', 'b');
        await fs.rename('a', 'a');
        expect(await namesIn(fs, '')).toEqual(['a', 'b']);
      });

      it('links a file into place only where nothing is', async () => {
        await put(fs, 'temp', 'new');
        await put(fs, 'user', 'just appeared');
        await fs.makeDirectory('d', 0o755);
        await fs.makeSymlink('nowhere', 'l');
        for (const taken of ['user', 'd', 'l']) {
          expect(await codeOf(fs.link('temp', taken))).toBe('exists');
        }
        expect(await codeOf(fs.link('d', 'e'))).toBe('refused');
        expect(await codeOf(fs.link('absent', 'e'))).toBe('missing');
        expect(await codeOf(fs.link('temp', 'absent/e'))).toBe('missing');
        await fs.link('temp', 'd/placed');
        await fs.removeFile('temp');
        expect(await textOf(fs, 'd/placed')).toBe('new');
        expect(await textOf(fs, 'user')).toBe('just appeared');
        await fs.link('l', 'm');
        expect(await fs.readSymlink('m')).toBe('nowhere');
      });

      it('makes and reads links with any target', async () => {
        for (const [index, target] of ['/etc/passwd', '../../up', 'ü b\\c\n', '.'].entries()) {
          await fs.makeSymlink(target, `l${index}`);
          expect(await fs.readSymlink(`l${index}`)).toBe(target);
        }
        await put(fs, 'f');
        expect(await codeOf(fs.makeSymlink('x', 'f'))).toBe('exists');
        expect(await codeOf(fs.makeSymlink('', 'e'))).toBe('refused');
        expect(await codeOf(fs.makeSymlink('a\0b', 'e'))).toBe('refused');
        expect(await codeOf(fs.makeSymlink('\ud800', 'e'))).toBe('refused');
        expect(await codeOf(fs.readSymlink('f'))).toBe('refused');
        expect(await codeOf(fs.readSymlink('absent'))).toBe('missing');
      });
    });
  });
}
