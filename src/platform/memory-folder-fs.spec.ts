/** The file system in memory: the contract, and what only it can do: faults and crashes. */
import { describe, expect, it } from '@jest/globals';
import {
  codeOf,
  type FolderFsFixture,
  put,
  textOf,
} from '../../test/contracts/folder-fs-fixture.js';
import { folderFsContract } from '../../test/contracts/folder-fs.contract.js';
import { SystemClock } from './clock.js';
import { type CrashOptions, type MemoryDiskOptions, systemError } from './memory-disk.js';
import { MemoryFolderFs } from './memory-folder-fs.js';
import { MemoryFolderFsFactory } from './memory-folder-fs-factory.js';

const ROOT = '/memory/folder';

async function openMemory(
  options: MemoryDiskOptions = {},
): Promise<{ factory: MemoryFolderFsFactory; fs: MemoryFolderFs }> {
  const factory = new MemoryFolderFsFactory(new SystemClock(), options);
  await factory.makeRoot(ROOT);
  return { factory, fs: await factory.open(ROOT) };
}

async function makeFixture(): Promise<FolderFsFixture> {
  const { factory, fs } = await openMemory();
  return {
    fs,
    placeFifo: async (name) => fs.disk.placeOther(name),
    placeUndecodable: async (directory) => fs.disk.placeUndecodable(directory, 'caf\\xe9.txt'),
    takeRoot: async () => void factory.takeRoot(ROOT),
    replaceRoot: () => factory.makeRoot(ROOT),
    openElsewhere: async (name) => {
      await factory.makeRoot(`/elsewhere/${name}`);
      return factory.open(`/elsewhere/${name}`);
    },
    cleanUp: () => Promise.resolve(),
  };
}

folderFsContract('MemoryFolderFs', makeFixture);

describe('MemoryFolderFs on a disk that ignores case', () => {
  it('finds names in any case and keeps the one that was given', async () => {
    const { fs } = await openMemory({ caseSensitive: false });
    expect(await fs.isCaseSensitive()).toBe(false);
    await put(fs, 'Readme', 'text');
    expect(await textOf(fs, 'README')).toBe('text');
    expect(await codeOf(fs.createFile('readme', 0o600))).toBe('exists');
    await fs.rename('readme', 'README');
    expect((await fs.list('')).entries).toEqual([{ name: 'README', type: 'file' }]);
  });
});

describe('MemoryFolderFs with exact times', () => {
  it('keeps nanoseconds', async () => {
    const { fs } = await openMemory({ timesIn: 'nanoseconds' });
    const file = await fs.createFile('f', 0o600);
    await file.setModified(-3, 123_456_789);
    expect(await fs.stat('f')).toMatchObject({ modifiedS: -3, modifiedNs: 123_456_789 });
  });
});

describe('MemoryFolderFs under faults', () => {
  it('fails as the hook says, with the code that the system’s error stands for', async () => {
    const seen: string[] = [];
    const { fs } = await openMemory({
      beforeOperation: (operation, name) => {
        seen.push(`${operation} ${name}`);
        if (operation === 'write') throw systemError('ENOSPC');
        if (operation === 'rename') throw systemError('ENOENT');
      },
    });
    const file = await fs.createFile('f', 0o600);
    const problem = await file.write(0, Buffer.from('x')).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'io', retryable: true, cause: { code: 'ENOSPC' } });
    expect(await codeOf(fs.rename('f', 'g'))).toBe('missing');
    expect(seen).toEqual(['createFile f', 'write f', 'rename f']);
    expect((await fs.stat('f'))?.size).toBe(0);
  });
});

describe('MemoryFolderFs with a plan of faults', () => {
  it.each([
    ['before', undefined],
    ['after', 'directory'],
  ] as const)('fails the call of that number, %s it takes effect', async (when, type) => {
    const { fs } = await openMemory();
    fs.disk.faults.plan = { failAt: { call: 2, code: 'ESTALE', when } };
    await fs.makeDirectory('a', 0o755);
    const problem = await fs.makeDirectory('b', 0o755).catch((error: unknown) => error);
    expect(problem).toMatchObject({ code: 'io', retryable: true, cause: { code: 'ESTALE' } });
    expect((await fs.stat('b'))?.type).toBe(type);
    expect(fs.disk.faults.calls).toBe(3);
  });

  it.each(['before', 'after'] as const)('ends %s a call, and does no other', async (when) => {
    const { factory, fs } = await openMemory();
    fs.disk.faults.plan = { crashAt: { call: 2, when } };
    const file = await fs.createFile('f', 0o600);
    expect(await codeOf(file.write(0, Buffer.from('text')))).toBe('closed');
    expect(await codeOf(file.sync())).toBe('closed');
    expect(await codeOf(fs.makeDirectory('d', 0o755))).toBe('closed');
    factory.crash({ keepUnsynced: true });
    const after = await factory.open(ROOT);
    expect(await textOf(after, 'f')).toBe(when === 'after' ? 'text' : '');
    expect(await after.stat('d')).toBeUndefined();
  });

  it('goes on by itself as a copy, flushed or not', async () => {
    const { fs } = await openMemory();
    await put(fs, 'f', 'one');
    const copy = fs.disk.copy();
    const file = await fs.openFile('f', 'write');
    await file.write(0, Buffer.from('two'));
    expect(await textOf(new MemoryFolderFs(ROOT, copy), 'f')).toBe('one');
    expect(await textOf(fs, 'f')).toBe('two');
    copy.crash({ keepUnsynced: false });
    expect(copy.root.entries.size).toBe(0);
    expect(fs.disk.unsynced('harsh')).toHaveLength(2);
  });
});

describe('MemoryFolderFs after a crash', () => {
  const crashAndOpen = async (
    factory: MemoryFolderFsFactory,
    keepUnsynced: CrashOptions['keepUnsynced'],
  ): Promise<MemoryFolderFs> => {
    factory.crash({ keepUnsynced });
    return factory.open(ROOT);
  };

  it('has lost what was not synced and kept what was', async () => {
    const { factory, fs } = await openMemory();
    const file = await fs.createFile('f', 0o600);
    await file.write(0, Buffer.from('synced'));
    await file.setModified(5, 0);
    await file.sync();
    await fs.syncDirectory('');
    await file.write(0, Buffer.from('not synced'));
    await file.setPermissions(0o777);
    await put(fs, 'unseen', 'x');
    const after = await crashAndOpen(factory, false);
    expect(await textOf(after, 'f')).toBe('synced');
    expect(await after.stat('f')).toMatchObject({ permissions: 0o600, modifiedS: 5 });
    expect((await after.list('')).entries.map((entry) => entry.name)).toEqual(['f']);
  });

  it('has an empty file where the entry was synced and the content was not', async () => {
    const { factory, fs } = await openMemory();
    await put(fs, 'f', 'content');
    await fs.syncDirectory('');
    const after = await crashAndOpen(factory, false);
    expect((await after.stat('f'))?.size).toBe(0);
  });

  it('has the old name again when a rename was not synced', async () => {
    const { factory, fs } = await openMemory();
    await put(fs, 'old', 'content');
    const file = await fs.openFile('old', 'write');
    await file.sync();
    await fs.syncDirectory('');
    await fs.rename('old', 'new');
    const after = await crashAndOpen(factory, false);
    expect(await textOf(after, 'old')).toBe('content');
    expect(await after.stat('new')).toBeUndefined();
  });

  it('has everything after a mere kill of the process', async () => {
    const { factory, fs } = await openMemory();
    await fs.makeDirectory('d', 0o755);
    await put(fs, 'd/f', 'content');
    const after = await crashAndOpen(factory, true);
    expect(await textOf(after, 'd/f')).toBe('content');
  });

  it('asks about each thing that was not synced, and only about those', async () => {
    const { factory, fs } = await openMemory();
    await fs.makeDirectory('d', 0o755);
    await fs.syncDirectory('');
    await put(fs, 'd/kept', 'kept');
    await put(fs, 'd/lost', 'lost');
    const asked: string[] = [];
    const after = await crashAndOpen(factory, ({ kind, name }) => {
      asked.push(`${kind} ${name}`);
      return name !== 'd/lost';
    });
    expect(asked).toEqual([
      ...['content d/kept', 'content d/lost'],
      ...['entry d/kept', 'entry d/lost'],
    ]);
    expect(await textOf(after, 'd/kept')).toBe('kept');
    expect(await after.stat('d/lost')).toBeUndefined();
  });

  it('never has one directory under two parents', async () => {
    const { factory, fs } = await openMemory();
    for (const directory of ['a', 'b', 'a/moved']) await fs.makeDirectory(directory, 0o755);
    for (const directory of ['', 'a', 'b']) await fs.syncDirectory(directory);
    await fs.rename('a/moved', 'b/moved');
    const after = await crashAndOpen(factory, ({ name }) => name === 'b/moved');
    const found = [await after.stat('a/moved'), await after.stat('b/moved')];
    expect(found.filter((stat) => stat !== undefined)).toHaveLength(1);
  });

  /** A file in d that is flushed, with its directory. */
  async function flushed(fs: MemoryFolderFs): Promise<void> {
    await fs.makeDirectory('d', 0o755);
    await put(fs, 'd/old', 'content');
    await (await fs.openFile('d/old', 'write')).sync();
    for (const directory of ['', 'd']) await fs.syncDirectory(directory);
  }

  it('may keep either entry of a rename, or none, where the disk keeps no order', async () => {
    for (const kept of ['d/old', 'd/new', '']) {
      const { factory, fs } = await openMemory();
      await flushed(fs);
      await fs.rename('d/old', 'd/new');
      const after = await crashAndOpen(factory, ({ name }) => name === kept);
      const names = (await after.list('d')).entries.map((entry) => entry.name).sort();
      expect({ kept, names }).toEqual({
        kept,
        names: kept === 'd/old' ? [] : kept === 'd/new' ? ['new', 'old'] : ['old'],
      });
    }
  });

  it('keeps renames whole and in order on a journaling disk', async () => {
    const found = new Set<string>();
    for (let kept = 0; kept <= 3; kept++) {
      const { fs } = await openMemory();
      await flushed(fs);
      await fs.rename('d/old', 'd/new');
      await fs.makeDirectory('e', 0o755);
      await fs.rename('d/new', 'e/new');
      expect(fs.disk.unsynced('journaling').map(({ name }) => name)).toEqual([
        ...['d/old', 'e', 'd/new'],
      ]);
      let asked = 0;
      fs.crash({ model: 'journaling', keepUnsynced: () => asked++ < kept });
      const after = new MemoryFolderFs(ROOT, fs.disk);
      const names = ['d/old', 'd/new', 'e', 'e/new'];
      const there = await Promise.all(names.map((name) => after.stat(name)));
      found.add(names.filter((_, i) => there[i] !== undefined).join(' '));
    }
    expect([...found]).toEqual(['d/old', 'd/new', 'd/new e', 'e e/new']);
  });

  it('keeps on a journaling disk what came before any flush', async () => {
    const { fs } = await openMemory();
    await flushed(fs);
    await fs.rename('d/old', 'd/new');
    const file = await fs.createFile('other', 0o600);
    await file.sync();
    expect(fs.disk.unsynced('journaling')).toEqual([]);
    expect(fs.disk.unsynced('harsh')).toHaveLength(3);
  });

  it.each([
    ['zeros', 'base\0\0\0\0\0\0'],
    ['torn', 'BASE \0\0\0\0\0'],
    ['lost', 'base'],
    ['kept', 'BASE +more'],
  ] as const)('has %s where the size reached the disk before the data', async (fate, text) => {
    const { factory, fs } = await openMemory();
    const file = await fs.createFile('f', 0o600);
    await file.write(0, Buffer.from('base'));
    await file.sync();
    await fs.syncDirectory('');
    await file.write(0, Buffer.from('BASE +more'));
    factory.crash({ keepUnsynced: () => fate });
    expect(await textOf(await factory.open(ROOT), 'f')).toBe(text);
  });

  it('refuses everything that was open before', async () => {
    const { factory, fs } = await openMemory();
    const file = await fs.createFile('f', 0o600);
    await crashAndOpen(factory, true);
    expect(await codeOf(fs.stat('f'))).toBe('closed');
    expect(await codeOf(file.write(0, Buffer.from('x')))).toBe('closed');
  });
});

describe('MemoryFolderFsFactory', () => {
  it('opens only roots that were made, and finds them again', async () => {
    const { factory, fs } = await openMemory();
    await put(fs, 'f', 'stays');
    await fs.close();
    await factory.makeRoot(ROOT);
    expect(await textOf(await factory.open(`${ROOT}/`), 'f')).toBe('stays');
    expect(await codeOf(factory.open('/memory/other'))).toBe('missing');
  });
});
