/** A followed link that is exchanged while an operation is under way: what was opened is what is used. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CheckedDirectories, ComponentCheckedDirectories } from './checked-directories.js';
import { openDirectoryBelow, openRoot, pathAt } from './confined-open.js';
import { DirectoryHandles } from './directory-handles.js';
import { NO_LINKS, type RootLinks } from './root-links.js';

describe('a link that is exchanged under way', () => {
  let base: string;
  let root: string;
  let links: RootLinks;

  beforeEach(() => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-race-'));
    root = join(base, 'root');
    for (const name of ['root', 'target/sub', 'other/sub']) {
      fs.mkdirSync(join(base, name), { recursive: true });
    }
    const path = join(base, 'target');
    fs.symlinkSync(path, join(root, 'link'));
    const { dev, ino } = fs.statSync(path, { bigint: true });
    links = { ...NO_LINKS, followed: new Map([['link', { path, device: dev, inode: ino }]]) };
  });

  afterEach(() => fs.rmSync(base, { recursive: true }));

  function exchange(): void {
    fs.rmSync(join(root, 'link'));
    fs.symlinkSync(join(base, 'other'), join(root, 'link'));
  }

  it.each<[string, () => Promise<CheckedDirectories | undefined>]>([
    ['through descriptors', () => DirectoryHandles.open(root)],
    ['without descriptors', () => ComponentCheckedDirectories.open(root)],
  ])('has no part in what was begun before, %s', async (_, open) => {
    const directories = (await open())!;
    directories.follow(links);
    for (const name of ['link', 'link/sub']) {
      await directories.use(name, async (path) => {
        exchange();
        await fs.promises.writeFile(`${path}/file`, 'x');
      });
      expect(fs.readdirSync(join(base, 'other/sub'))).toEqual([]);
      expect(fs.readFileSync(join(base, name.replace('link', 'target'), 'file'), 'utf8')).toBe('x');
      await expect(directories.use(name, () => Promise.resolve())).rejects.toThrow(
        'does not lead to the directory that it led to',
      );
      fs.rmSync(join(root, 'link'));
      fs.symlinkSync(join(base, 'target'), join(root, 'link'));
    }
    await directories.close();
  });

  it('is looked at each time that a worker thread opens it, and holds nothing open', () => {
    const opened = openRoot(root);
    const before = fs.readdirSync('/proc/self/fd').length;
    const sub = openDirectoryBelow(opened, 'link/sub', links);
    exchange();
    fs.writeFileSync(pathAt(sub, 'file'), 'x');
    fs.closeSync(sub);
    expect(fs.existsSync(join(base, 'target/sub/file'))).toBe(true);
    expect(() => openDirectoryBelow(opened, 'link/sub', links)).toThrow('does not lead');
    fs.rmSync(join(root, 'link'));
    expect(() => openDirectoryBelow(opened, 'link', links)).toThrow('does not lead');
    expect(fs.readdirSync('/proc/self/fd').length).toBe(before);
    fs.closeSync(opened);
  });
});
