/** Followed links in a walk, for whichever walker and folder file system. */
import { type RootLinks } from '../../src/platform/folder-fs.js';
import { NO_LINKS } from '../../src/platform/root-links.js';
import { type Walker, type WalkEntry } from '../../src/modules/scanner/walker.js';
import { put } from './folder-fs-fixture.js';
import { type ScannedFolder } from './scanner-fixture.js';

const never = new AbortController().signal;

export function describeWalkerLinks(
  title: string,
  makeWalker: () => Walker,
  makeFolder: () => Promise<ScannedFolder>,
): void {
  describe(`${title} with followed links`, () => {
    let walker: Walker;
    let folder: ScannedFolder;

    beforeEach(async () => {
      walker = makeWalker();
      folder = await makeFolder();
      const behind = await folder.openElsewhere('target');
      await behind.makeDirectory('sub', 0o755);
      await put(behind, 'sub/f', 'x');
      await behind.makeSymlink('sub', 'deeper');
      await folder.fs.makeSymlink(behind.root, 'm');
      await put(folder.fs, 'a');
      await put(folder.fs, 'z');
      await behind.close();
    });

    afterEach(async () => {
      await walker.close();
      await folder.cleanUp();
    });

    async function walk(...names: string[]): Promise<string[]> {
      const entries: WalkEntry[] = [];
      for await (const batch of walker.walk(folder.fs, names, never)) entries.push(...batch);
      return entries.map((entry) => {
        if (entry.kind === 'item') return `${entry.stat.type} ${entry.name}`;
        return `problem ${entry.problem.code} ${entry.name}`;
      });
    }

    async function follow(rest: Partial<RootLinks> = {}): Promise<void> {
      const { target } = await folder.fs.lookAt('m');
      folder.fs.follow({ ...NO_LINKS, followed: new Map([['m', target!]]), ...rest });
    }

    it('gives one as a directory with what is behind it, in its place', async () => {
      expect(await walk('')).toEqual(['file a', 'symlink m', 'file z']);
      await follow();
      const behind = ['directory m', 'symlink m/deeper', 'directory m/sub', 'file m/sub/f'];
      expect(await walk('')).toEqual(['file a', ...behind, 'file z']);
      expect(await walk('m')).toEqual(behind);
      expect(await walk('m/sub/f', 'm/absent', 'm/deeper/f')).toEqual(['file m/sub/f']);
    });

    it('gives a problem, not an absence, where one leads elsewhere or is gone', async () => {
      await follow();
      const { links } = folder.fs;
      folder.fs.follow(NO_LINKS);
      await folder.fs.removeFile('m');
      folder.fs.follow(links);
      for (const _ of ['removed', 'exchanged']) {
        expect(await walk('')).toEqual(['file a', 'problem io m', 'file z']);
        expect(await walk('m')).toEqual(['problem io m']);
        expect(await walk('m/sub/f')).toEqual(['problem io m/sub/f']);
        folder.fs.follow(NO_LINKS);
        const other = await folder.openElsewhere(`other ${_}`);
        await folder.fs.makeSymlink(other.root, 'm').catch(() => undefined);
        await other.close();
        folder.fs.follow(links);
      }
    });

    it('gives a problem for what is stopped, there or not, and nothing for what is hidden', async () => {
      const stopped = new Map([
        ['m', 'stopped'],
        ['k', 'stopped'],
      ]);
      folder.fs.follow({ ...NO_LINKS, stopped });
      expect(await walk('')).toEqual(['file a', 'problem io k', 'problem io m', 'file z']);
      expect(await walk('k/x', 'm/sub')).toEqual(['problem io k/x', 'problem io m/sub']);
      folder.fs.follow(NO_LINKS);
      await follow({ hidden: new Set(['m']) });
      expect(await walk('')).toEqual(['file a', 'file z']);
    });

    it('leaves a link that nobody has decided about for a second look', async () => {
      await folder.fs.makeSymlink('a', 'plain');
      folder.fs.follow({ ...NO_LINKS, plain: new Set(['plain']) });
      expect(await walk('')).toEqual([
        ...['file a', 'problem changed m', 'symlink plain', 'file z'],
      ]);
    });
  });
}
