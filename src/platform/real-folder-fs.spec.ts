/** The file system on disk: the contract in both ways of reaching directories, races, and descriptors left behind. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import * as nodeFs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  codeOf,
  type FolderFsFixture,
  put,
  textOf,
} from '../../test/contracts/folder-fs-fixture.js';
import { folderFsContract } from '../../test/contracts/folder-fs.contract.js';
import { KEPT_DIRECTORIES_MAX } from './directory-handles.js';
import { RealFolderFs } from './real-folder-fs.js';
import { RealFolderFsFactory } from './real-folder-fs-factory.js';

const run = promisify(execFile);

async function makeTemporary(): Promise<string> {
  return nodeFs.mkdtemp(join(tmpdir(), 'syncnest-fs-'));
}

async function makeFixture(
  open: (root: string) => Promise<RealFolderFs>,
): Promise<FolderFsFixture> {
  const base = await makeTemporary();
  const root = join(base, 'root');
  await nodeFs.mkdir(root);
  return {
    fs: await open(root),
    placeFifo: async (name) => void (await run('mkfifo', [join(root, name)])),
    placeUndecodable: (directory) =>
      nodeFs.writeFile(Buffer.from(`${root}/${directory}/caf\xe9.txt`, 'latin1'), ''),
    takeRoot: () => nodeFs.rename(root, join(base, 'taken')),
    replaceRoot: () => nodeFs.mkdir(root),
    openElsewhere: async (name) => {
      await nodeFs.mkdir(join(base, name));
      return open(join(base, name));
    },
    cleanUp: () => nodeFs.rm(base, { recursive: true, force: true }),
  };
}

folderFsContract('RealFolderFs', () => makeFixture((root) => RealFolderFs.open(root)));
folderFsContract('RealFolderFs without descriptors of directories', () =>
  makeFixture((root) => RealFolderFs.openWithoutDescriptors(root)),
);

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('RealFolderFs', () => {
  let base: string;
  let root: string;
  let fs: RealFolderFs;

  const descriptors = async (): Promise<number> => (await nodeFs.readdir('/proc/self/fd')).length;

  beforeEach(async () => {
    base = await makeTemporary();
    root = join(base, 'root');
    await nodeFs.mkdir(root);
    fs = await RealFolderFs.open(root);
  });

  afterEach(async () => {
    await fs.close();
    await nodeFs.rm(base, { recursive: true, force: true });
  });

  it('writes nothing outside while a directory and a link take turns at one name', async () => {
    const outside = join(base, 'outside');
    await nodeFs.mkdir(outside);
    await nodeFs.writeFile(join(outside, 'secret'), 'secret');
    await nodeFs.mkdir(join(root, 'a/turn'), { recursive: true });
    await nodeFs.symlink(outside, join(root, 'a/link'));
    const script = join(base, 'turns.mjs');
    await nodeFs.writeFile(script, TURNS_SCRIPT);
    const child = fork(script, [join(root, 'a')], { execArgv: [] });
    const counts = { done: 0, failed: 0 };
    const read: string[] = [];
    try {
      await once(child, 'message');
      for (let index = 0; index < 1500; index++) {
        const code = await codeOf(put(fs, `a/turn/f${index}`, 'x'));
        expect(['none', 'missing', 'refused']).toContain(code);
        counts[code === 'none' ? 'done' : 'failed']++;
        await textOf(fs, 'a/turn/secret').then(
          (text) => read.push(text),
          () => undefined,
        );
        const moved = codeOf(fs.rename(`a/turn/f${index}`, `a/turn/g${index}`));
        expect(['none', 'missing', 'refused']).toContain(await moved);
      }
    } finally {
      child.kill();
      await once(child, 'exit');
    }
    expect(read).toEqual([]);
    expect(await nodeFs.readdir(outside)).toEqual(['secret']);
    // Both outcomes were met, so the turns did take place while the operations ran.
    expect(counts.done).toBeGreaterThan(0);
    expect(counts.failed).toBeGreaterThan(0);
  });

  it('leaves no descriptor open, whatever fails', async () => {
    await nodeFs.mkdir(join(root, 'a/b/c'), { recursive: true });
    await nodeFs.symlink('a', join(root, 'link'));
    await put(fs, 'a/f');
    await run('mkfifo', [join(root, 'a/p')]);
    const before = await descriptors();
    for (let turn = 0; turn < 20; turn++) {
      for (const name of ['a/b/absent/x', 'a/f/x', 'link/b', 'a/b/c/absent', 'a/p', 'a', 'x\0']) {
        await codeOf(fs.openFile(name, 'read'));
        await codeOf(fs.openFile(name, 'write'));
        await codeOf(fs.list(name));
        await codeOf(fs.rename(name, 'a/b/c/absent/y'));
        await codeOf(fs.link('a/b/absent', name));
        await codeOf(fs.syncDirectory(name));
      }
    }
    expect(await descriptors()).toBeLessThanOrEqual(before + KEPT_DIRECTORIES_MAX);
    await fs.checkRoot();
    expect(await descriptors()).toBeLessThanOrEqual(before);
  });

  it('keeps few descriptors, however many directories are used at once', async () => {
    const names = Array.from({ length: 400 }, (_, index) => `d${index % 20}/e${index}`);
    for (const name of names) await nodeFs.mkdir(join(root, name), { recursive: true });
    const before = await descriptors();
    await Promise.all(names.map((name) => put(fs, `${name}/f`, name)));
    expect(await descriptors()).toBeLessThanOrEqual(before + KEPT_DIRECTORIES_MAX);
    const texts = await Promise.all(names.map((name) => textOf(fs, `${name}/f`)));
    expect(texts).toEqual(names);
    await fs.close();
    expect(await descriptors()).toBeLessThan(before);
  });

  it('stays in the opened root when the root is moved, until it is checked', async () => {
    await fs.makeDirectory('d', 0o755);
    await put(fs, 'd/f', 'old');
    await nodeFs.rename(root, join(base, 'moved'));
    await nodeFs.mkdir(join(root, 'd'), { recursive: true });
    await put(fs, 'd/g', 'new');
    expect(await nodeFs.readdir(join(root, 'd'))).toEqual([]);
    expect((await nodeFs.readdir(join(base, 'moved/d'))).sort()).toEqual(['f', 'g']);
    expect(await codeOf(fs.checkRoot())).toBe('missing');
  });

  it('follows links in the path of the root itself', async () => {
    await nodeFs.symlink(root, join(base, 'alias'));
    const aliased = await RealFolderFs.open(join(base, 'alias'));
    await put(aliased, 'f', 'through');
    await aliased.checkRoot();
    await aliased.close();
    expect(await textOf(fs, 'f')).toBe('through');
  });

  it('reports a link with an undecodable target as such', async () => {
    await nodeFs.symlink(Buffer.from('caf\xe9', 'latin1'), join(root, 'l'));
    expect(await codeOf(fs.readSymlink('l'))).toBe('refused');
    expect((await fs.stat('l'))?.type).toBe('symlink');
  });

  it('names the item in its errors, not the descriptor', async () => {
    const problem = (await fs.openFile('absent', 'read').catch((e: unknown) => e)) as Error;
    expect(problem.message).toContain(join(root, 'absent'));
    expect(problem.message).not.toContain('/proc/');
    expect(problem.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('does as well with a case probe that a crash left behind', async () => {
    await put(fs, '.syncthing.case-probe.tmp');
    expect(await fs.isCaseSensitive()).toBe(true);
    expect((await fs.list('')).entries).toEqual([]);
  });
});

describe('RealFolderFsFactory', () => {
  let base: string;
  const factory = new RealFolderFsFactory();

  beforeEach(async () => {
    base = await makeTemporary();
  });

  afterEach(() => nodeFs.rm(base, { recursive: true, force: true }));

  it('makes a root with its parents, for those whom the umask names, and again without harm', async () => {
    const root = join(base, 'a/b/root');
    await factory.makeRoot(root);
    await factory.makeRoot(root);
    expect((await nodeFs.stat(root)).mode & 0o777).toBe(0o777 & ~process.umask());
    const fs = await factory.open(root);
    expect(await fs.list('')).toEqual({ entries: [], undecodable: [] });
    await fs.close();
  });

  it('says when the root is missing or no directory', async () => {
    await nodeFs.writeFile(join(base, 'file'), '');
    expect(await codeOf(factory.open(join(base, 'absent')))).toBe('missing');
    expect(await codeOf(factory.open(join(base, 'file')))).toBe('refused');
    expect(await codeOf(factory.open(join(base, 'file/below')))).toBe('refused');
    expect(await codeOf(factory.makeRoot(join(base, 'file')))).toBe('refused');
    expect(await codeOf(factory.makeRoot(join(base, 'file/below')))).toBe('refused');
  });
});

/** Lets `turn` be a directory and a link by turns, until it is killed. */
const TURNS_SCRIPT = `
import { renameSync } from 'node:fs';
const base = process.argv[2];
process.send('started');
const give = () => {
  for (let turn = 0; turn < 50; turn++) {
    renameSync(base + '/turn', base + '/directory');
    renameSync(base + '/link', base + '/turn');
    renameSync(base + '/turn', base + '/link');
    renameSync(base + '/directory', base + '/turn');
  }
  setImmediate(give);
};
give();
`;
