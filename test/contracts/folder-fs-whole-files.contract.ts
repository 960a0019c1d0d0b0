/** Files put and blocks read in one go, as every folder file system must do it. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FolderFs, type WholeFile } from '../../src/platform/folder-fs.js';
import { codeOf, type FolderFsFixture, namesIn, put, textOf } from './folder-fs-fixture.js';

const ANY = new Uint8Array(0);

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

function whole(name: string, text: string, rest: Partial<WholeFile> = {}): WholeFile {
  const slash = name.lastIndexOf('/') + 1;
  return {
    name,
    tempName: `${name.slice(0, slash)}.temp-${name.slice(slash)}`,
    data: Buffer.from(text),
    createPermissions: 0o600,
    permissions: 0o640,
    modifiedS: 1_700_000_000,
    modifiedNs: 123_456_000,
    replaced: undefined,
    ...rest,
  };
}

export function folderFsWholeFilesContract(
  name: string,
  makeFixture: () => Promise<FolderFsFixture>,
): void {
  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
    });

    afterEach(async () => {
      await fs.close();
      await fixture.cleanUp();
    });

    it('puts a new file with its content, permissions and time, and leaves no temp file', async () => {
      await fs.makeDirectory('d', 0o755);
      for (const file of ['f', 'd/f']) {
        const done = await fs.putFile(whole(file, 'content'));
        expect(done).toMatchObject({ modifiedS: 1_700_000_000, modifiedNs: 123_456_000 });
        expect(await fs.stat(file)).toMatchObject({ ...done, permissions: 0o640, links: 1 });
        expect(await textOf(fs, file)).toBe('content');
      }
      expect(await namesIn(fs, '')).toEqual(['d', 'f']);
      expect(await namesIn(fs, 'd')).toEqual(['f']);
    });

    it('leaves the permissions to the umask where none are asked for', async () => {
      await (await fs.createFile('made', 0o666)).close();
      await fs.putFile(whole('f', '', { createPermissions: 0o666, permissions: undefined }));
      const made = await fs.stat('made');
      expect(await fs.stat('f')).toMatchObject({ size: 0, permissions: made!.permissions });
    });

    it('replaces the file that it was told to, and no other', async () => {
      await put(fs, 'f', 'old');
      const replaced = await fs.stat('f');
      await fs.putFile(whole('f', 'new', { replaced }));
      expect(await textOf(fs, 'f')).toBe('new');
      expect(await codeOf(fs.putFile(whole('f', 'newer', { replaced })))).toBe('changed');
      expect(await textOf(fs, 'f')).toBe('new');
      expect(await textOf(fs, '.temp-f')).toBe('newer');
      await fs.removeFile('f');
      await fs.removeFile('.temp-f');
      expect(await codeOf(fs.putFile(whole('f', 'newest', { replaced })))).toBe('changed');
      expect(await fs.stat('f')).toBeUndefined();
    });

    it('puts a new file only where nothing is', async () => {
      await put(fs, 'f', 'mine');
      await fs.makeDirectory('d', 0o755);
      await fs.makeSymlink('nowhere', 'l');
      for (const taken of ['f', 'd', 'l']) {
        expect(await codeOf(fs.putFile(whole(taken, 'theirs')))).toBe('exists');
      }
      expect(await textOf(fs, 'f')).toBe('mine');
      expect(await fs.stat('nowhere')).toBeUndefined();
    });

    it('leaves an earlier temp file alone', async () => {
      await put(fs, '.temp-f', 'half');
      expect(await codeOf(fs.putFile(whole('f', 'content')))).toBe('exists');
      expect(await textOf(fs, '.temp-f')).toBe('half');
      expect(await fs.stat('f')).toBeUndefined();
    });

    it('puts nothing through a link or into a directory that is not there', async () => {
      await fs.makeDirectory('d', 0o755);
      await fs.makeSymlink('d', 'l');
      expect(await codeOf(fs.putFile(whole('l/f', 'content')))).toBe('refused');
      expect(await codeOf(fs.putFile(whole('none/f', 'content')))).toBe('missing');
      expect(await codeOf(fs.putFile(whole('../f', 'content')))).toBe('refused');
      expect(await namesIn(fs, 'd')).toEqual([]);
    });

    it('puts and reads many files side by side, each with its own content', async () => {
      const names = Array.from({ length: 150 }, (_, i) => `d${i % 3}/f${i}`);
      for (const directory of ['d0', 'd1', 'd2']) await fs.makeDirectory(directory, 0o755);
      await Promise.all(names.map((file) => fs.putFile(whole(file, `content of ${file}`))));
      const read = await Promise.all(
        names.map((file) => {
          const text = `content of ${file}`;
          return fs.readBlock(file, 0, text.length, sha256(text));
        }),
      );
      expect(read.map((data) => Buffer.from(data!).toString())).toEqual(
        names.map((file) => `content of ${file}`),
      );
    });

    it('puts a group of files, each for itself: what stands in the way of some is told of those alone', async () => {
      await fs.makeDirectory('d', 0o755);
      await put(fs, 'd/taken', 'theirs');
      const outcomes = await fs.putFiles([
        whole('d/new', 'new', { sha256: sha256('new') }),
        whole('d/taken', 'ours'),
        whole('none/f', 'lost'),
        whole('d/other', 'other bytes', { sha256: sha256('the wanted ones') }),
        whole('last', 'last'),
      ]);
      const told = outcomes.map((each) => (each instanceof Error ? each.code : each.modifiedS));
      expect(told).toEqual([1_700_000_000, 'exists', 'missing', 'mismatch', 1_700_000_000]);
      expect(await textOf(fs, 'd/new')).toBe('new');
      expect(await textOf(fs, 'd/taken')).toBe('theirs');
      expect(await namesIn(fs, 'd')).toEqual(['.temp-taken', 'new', 'taken']);
      expect(await textOf(fs, 'last')).toBe('last');
    });

    it('removes what was seen, and nothing that came after', async () => {
      await put(fs, 'f', 'mine');
      const seen = await fs.stat('f');
      const handle = await fs.openFile('f', 'write');
      await handle.write(0, Buffer.from('MINE'));
      await handle.close();
      expect(await codeOf(fs.removeFile('f', seen))).toBe('changed');
      expect(await textOf(fs, 'f')).toBe('MINE');
      await fs.makeSymlink('here', 'l');
      const link = await fs.stat('l');
      await fs.removeFile('l');
      await put(fs, 'l', 'a file now');
      expect(await codeOf(fs.removeFile('l', link))).toBe('changed');
      expect(await textOf(fs, 'l')).toBe('a file now');
      for (const name of ['f', 'l']) await fs.removeFile(name, await fs.stat(name));
      expect(await namesIn(fs, '')).toEqual([]);
      expect(await codeOf(fs.removeFile('f', seen))).toBe('changed');
    });

    it('gives a name over what was seen, and over nothing that came after', async () => {
      await fs.makeDirectory('d', 0o755);
      await put(fs, 'd/new', 'new');
      await put(fs, 'f', 'old');
      const seen = await fs.stat('f');
      await fs.removeFile('f');
      expect(await codeOf(fs.rename('d/new', 'f', seen))).toBe('changed');
      await put(fs, 'f', 'mine');
      expect(await codeOf(fs.rename('d/new', 'f', seen))).toBe('changed');
      expect(await textOf(fs, 'f')).toBe('mine');
      await fs.rename('d/new', 'f', await fs.stat('f'));
      expect(await textOf(fs, 'f')).toBe('new');
      expect(await namesIn(fs, 'd')).toEqual([]);
    });

    it('gives second names to many files at once, each as it was seen and where nothing is', async () => {
      await fs.makeDirectory('d', 0o755);
      const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
      for (const name of names) await put(fs, name, name);
      const seen = await Promise.all(names.map((name) => fs.stat(name)));
      await put(fs, 'd/f1', 'mine');
      await fs.removeFile('f2');
      await put(fs, 'f2', 'changed');
      await fs.removeFile('f3');
      await fs.rename('f5', 'f4');
      const codes = await Promise.all(
        names.map((name, i) => codeOf(fs.linkSeen(name, `d/${name}`, seen[i]!))),
      );
      expect(codes.slice(0, 6)).toEqual([
        ...['none', 'exists', 'changed', 'missing', 'changed', 'missing'],
      ]);
      expect(codes.slice(6).every((code) => code === 'none')).toBe(true);
      const linked = names.filter((_, i) => i === 0 || i > 5);
      expect(await namesIn(fs, 'd')).toEqual([...linked, 'f1'].sort());
      expect(await textOf(fs, 'd/f1')).toBe('mine');
      for (const name of linked) {
        expect(await textOf(fs, `d/${name}`)).toBe(name);
        expect(await fs.stat(name)).toMatchObject({ links: 2 });
      }
    });

    it('sets no time that would hide a change', async () => {
      await put(fs, 'f', 'mine');
      const seen = await fs.stat('f');
      const handle = await fs.openFile('f', 'write');
      await handle.setPermissions(0o600);
      await handle.setModified(1_600_000_000, 0, seen);
      const touched = await handle.stat();
      expect(touched.modifiedS).toBe(1_600_000_000);
      await handle.write(0, Buffer.from('MINE'));
      expect(await codeOf(handle.setModified(1_600_000_001, 0, touched))).toBe('changed');
      expect((await handle.stat()).modifiedS).not.toBe(1_600_000_001);
      await handle.close();
    });

    it('reads a block only when it is whole and has the hash', async () => {
      await put(fs, 'f', 'some content');
      expect(Buffer.from((await fs.readBlock('f', 5, 7, sha256('content')))!).toString()).toBe(
        'content',
      );
      expect((await fs.readBlock('f', 0, 4, ANY))!.length).toBe(4);
      expect(await fs.readBlock('f', 5, 7, sha256('other'))).toBeUndefined();
      expect(await fs.readBlock('f', 5, 8, ANY)).toBeUndefined();
      expect(await fs.readBlock('f', 100, 1, ANY)).toBeUndefined();
    });

    it('reads blocks of regular files only', async () => {
      await fs.makeDirectory('d', 0o755);
      await put(fs, 'f', 'content');
      await fs.makeSymlink('f', 'l');
      await fixture.placeFifo('p');
      for (const other of ['d', 'l', 'p']) {
        expect(await codeOf(fs.readBlock(other, 0, 1, ANY))).toBe('refused');
      }
      expect(await codeOf(fs.readBlock('none', 0, 1, ANY))).toBe('missing');
    });
  });
}
