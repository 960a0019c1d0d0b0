/** Links directly below the root that are followed, as every folder file system must treat them. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FolderFs, type LinkTarget, type RootLinks } from '../../src/platform/folder-fs.js';
import { NO_LINKS } from '../../src/platform/root-links.js';
import { codeOf, type FolderFsFixture, namesIn, put, textOf } from './folder-fs-fixture.js';

const NOTHING = new Uint8Array(0);
const none = (): boolean => false;

export function folderFsLinksContract(
  name: string,
  makeFixture: () => Promise<FolderFsFixture>,
): void {
  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;
    /** Opened at what the link leads to. */
    let behind: FolderFs;
    let target: LinkTarget;

    const following = (rest: Partial<RootLinks> = {}): RootLinks => ({
      ...NO_LINKS,
      followed: new Map([['link', target]]),
      ...rest,
    });

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
      behind = await fixture.openElsewhere('target');
      await fs.makeSymlink(behind.root, 'link');
      const item = await fs.lookAt('link');
      expect(item).toMatchObject({ type: 'symlink', target: { path: behind.root } });
      target = item.target!;
      await behind.makeDirectory('sub', 0o755);
      await put(behind, 'sub/f', 'content');
      await put(behind, 'g', 'g');
      fs.follow(following());
    });

    afterEach(async () => {
      await fs.close();
      await behind.close();
      await fixture.cleanUp();
    });

    async function relink(to: string): Promise<void> {
      const { links } = fs;
      fs.follow(NO_LINKS);
      if ((await fs.stat('link')) !== undefined) await fs.removeFile('link');
      if (to !== '') await fs.makeSymlink(to, 'link');
      fs.follow(links);
    }

    it('tells what a name directly below the root is or leads to', async () => {
      await put(fs, 'f');
      await fs.makeDirectory('d', 0o755);
      await fs.makeSymlink('nowhere', 'dangling');
      expect((await fs.lookAt('d')).target).toMatchObject({ device: (await fs.stat('d'))!.device });
      expect(await fs.lookAt('f')).toEqual({ type: 'file', target: undefined });
      expect(await fs.lookAt('dangling')).toEqual({ type: 'symlink', target: undefined });
      expect(await fs.lookAt('absent')).toEqual({ type: 'absent', target: undefined });
    });

    it('is a directory with what is behind it, for reading and for writing', async () => {
      expect(await fs.stat('link')).toMatchObject({ type: 'directory', inode: target.inode });
      expect(await fs.list('')).toMatchObject({ entries: [{ name: 'link', type: 'directory' }] });
      expect(await namesIn(fs, 'link')).toEqual(['g', 'sub']);
      expect(await textOf(fs, 'link/sub/f')).toBe('content');
      await fs.makeDirectory('link/sub/new', 0o755);
      await put(fs, 'link/sub/new/x', 'x');
      await fs.rename('link/g', 'link/sub/h');
      await fs.link('link/sub/h', 'link/i');
      await fs.makeSymlink('sub', 'link/l');
      await fs.removeFile('link/sub/f');
      await fs.syncDirectory('link');
      expect(await namesIn(behind, '')).toEqual(['i', 'l', 'sub']);
      expect(await namesIn(behind, 'sub')).toEqual(['h', 'new']);
      expect(await fs.readBlock('link/sub/new/x', 0, 1, NOTHING)).toEqual(
        Uint8Array.from(Buffer.from('x')),
      );
      const handle = await fs.openDirectory('link');
      await handle.setPermissions(0o750);
      await handle.close();
      expect(await behind.stat('')).toMatchObject({ permissions: 0o750 });
      const whole = { createPermissions: 0o600, permissions: 0o600, replaced: undefined };
      const file = { name: 'link/w', tempName: 'link/.t', data: Buffer.from('w'), ...whole };
      await fs.putFile({ ...file, modifiedS: 1, modifiedNs: 0 });
      expect(await textOf(behind, 'w')).toBe('w');
    });

    it('does not go through links further down', async () => {
      await put(fs, 'outside');
      await behind.makeSymlink('sub', 'deeper');
      expect(await fs.stat('link/deeper')).toMatchObject({ type: 'symlink' });
      expect(await codeOf(fs.stat('link/deeper/f'))).toBe('refused');
      expect(await codeOf(put(fs, 'link/deeper/x'))).toBe('refused');
    });

    it('never changes the link itself', async () => {
      await put(fs, 'f', 'f');
      await fs.makeDirectory('d', 0o755);
      for (const change of [
        fs.removeFile('link'),
        fs.removeDirectory('link'),
        fs.rename('link', 'moved'),
        fs.rename('f', 'link'),
        fs.rename('d', 'link'),
        fs.link('f', 'link'),
        fs.createFile('link', 0o600),
        fs.makeDirectory('link', 0o755),
        fs.makeSymlink('f', 'link'),
        fs.readSymlink('link'),
      ]) {
        expect(await codeOf(change)).toBe('refused');
      }
      fs.follow(NO_LINKS);
      expect(await fs.readSymlink('link')).toBe(behind.root);
      expect(await namesIn(fs, '')).toEqual(['d', 'f', 'link']);
    });

    it.each([
      ['leads to another directory', 'other'],
      ['is gone', ''],
      ['leads nowhere', 'nowhere'],
    ])('does nothing when the link %s', async (_, to) => {
      const other = await fixture.openElsewhere('other');
      await other.makeDirectory('sub', 0o755);
      await put(other, 'sub/f', 'not ours');
      await relink(to === 'other' ? other.root : to);
      for (const operation of [
        fs.stat('link'),
        fs.stat('link/sub/f'),
        fs.stat('link/absent'),
        fs.list('link'),
        fs.isEmpty('link', none),
        fs.openFile('link/sub/f', 'write'),
        put(fs, 'link/x'),
        fs.makeDirectory('link/sub/x', 0o755),
        fs.removeFile('link/sub/f'),
        fs.rename('link/sub/f', 'stolen'),
        fs.readBlock('link/sub/f', 0, 1, NOTHING),
      ]) {
        expect(await codeOf(operation)).toBe('io');
      }
      await put(fs, 'rest', 'goes on');
      expect(await namesIn(other, 'sub')).toEqual(['f']);
      expect(await textOf(other, 'sub/f')).toBe('not ours');
      expect(await textOf(behind, 'sub/f')).toBe('content');
      await relink(behind.root);
      expect(await textOf(fs, 'link/sub/f')).toBe('content');
      await other.close();
    });

    it('does nothing with what is stopped, whatever is there, and tells why', async () => {
      const stopped = new Map([
        ['link', 'because of the test'],
        ['absent', 'because of the test'],
      ]);
      fs.follow({ ...NO_LINKS, stopped });
      for (const operation of [
        fs.stat('link'),
        fs.stat('absent'),
        fs.stat('link/sub/f'),
        fs.makeDirectory('absent', 0o755),
        put(fs, 'absent/f'),
        fs.removeFile('link'),
      ]) {
        expect(await codeOf(operation)).toBe('io');
      }
      await expect(fs.list('link')).rejects.toThrow('because of the test');
    });

    it('tells whether a directory is empty, but for what counts for nothing', async () => {
      await fs.makeDirectory('d', 0o755);
      expect(await fs.isEmpty('d', none)).toBe(true);
      expect(await fs.isEmpty('link', none)).toBe(false);
      expect(await fs.isEmpty('link', (each) => each === 'g')).toBe(false);
      expect(await fs.isEmpty('link', (each) => ['g', 'sub'].includes(each))).toBe(true);
      expect(await codeOf(fs.isEmpty('absent', none))).toBe('missing');
    });
  });
}
