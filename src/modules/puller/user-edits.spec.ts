/** A user writes into a file at the worst moment: what they wrote must show, and outlive whatever comes next. */
import { type FolderFs, type FileHandle, type WholeFile } from '../../platform/folder-fs.js';
import { type FileInfo } from '../../domain/file-info.js';
import { compareVectors } from '../../domain/version-vector.js';
import { OURS, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';

describe('a change of the user during a pull', () => {
  let f: PullFixture;

  beforeEach(async () => {
    f = await PullFixture.onDisk();
  });

  afterEach(async () => {
    await f.close();
  });

  /** In place, with the size it has. */
  async function editInPlace(name: string, content: string): Promise<void> {
    const handle = await f.fs.openFile(name, 'write');
    await handle.write(0, Buffer.from(content));
    await handle.close();
  }

  /** Calls back once while the file is being flushed. */
  function duringFlush(name: string, callback: () => Promise<void>): void {
    const open = f.fs.openFile.bind(f.fs);
    let isDone = false;
    f.fs.openFile = async (...args: Parameters<FolderFs['openFile']>): Promise<FileHandle> => {
      const handle = await open(...args);
      if (args[0] !== name || isDone) return handle;
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        if (!isDone) {
          isDone = true;
          await callback();
        }
        await sync();
      };
      return handle;
    };
  }

  /** Calls back once when all looks are done and the file system is told to take this name away or replace it. */
  function rightBefore(
    operation: 'removeFile' | 'rename' | 'putFile',
    name: string,
    callback: () => Promise<void>,
  ): void {
    const original = f.fs[operation].bind(f.fs) as (...args: unknown[]) => Promise<never>;
    let isDone = false;
    f.fs[operation] = async (...args: unknown[]) => {
      const concerned = args[operation === 'rename' ? 1 : 0] as string | WholeFile;
      if (!isDone && (concerned === name || (concerned as WholeFile).name === name)) {
        isDone = true;
        await callback();
      }
      return original(...args);
    };
  }

  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      await f.pull();
      await f.scanAll();
      f.clock.now += 60_000;
    }
  }

  async function contents(): Promise<string[]> {
    const stats = (await f.allNames()).map(async (name) => ({ name, ...(await f.fs.stat(name)) }));
    const files = (await Promise.all(stats)).filter(({ type }) => type === 'file');
    return Promise.all(files.map(({ name }) => f.read(name)));
  }

  it('is not recorded as the content of the network when only the time was set', async () => {
    await f.has(f.file('x', 'first'));
    const touched: FileInfo = f.file('x', 'first', {
      ...theirVersion(2),
      modifiedS: 1_700_000_500,
    });
    await f.announce(touched);
    duringFlush('x', () => editInPlace('x', 'MINE!'));
    await settle();
    await f.announce(f.file('x', 'third', theirVersion(3)));
    await settle();
    expect(await contents()).toContain('MINE!');
  });

  describe.each([true, false])('where the guard has told what is moved: %s', (isGuarded) => {
    beforeEach(() => {
      f.isGuarded = isGuarded;
    });

    it('is not lost with a file that is being moved', async () => {
      await f.has(f.file('old', 'first'));
      await f.announce(f.file('new', 'first', theirVersion(2)), f.deleted('old', theirVersion(2)));
      duringFlush('old', () => editInPlace('new', 'MINE!'));
      await settle();
      expect(f.source.asked).toEqual([]);
      await f.announce(f.file('new', 'third', theirVersion(3)));
      await settle();
      expect(await contents()).toContain('MINE!');
    });

    it('is left where it is when it is a directory in the place of a file that is about to be moved', async () => {
      await f.has(f.file('old', 'first'));
      await f.announce(f.file('new', 'first', theirVersion(2)), f.deleted('old', theirVersion(2)));
      const link = f.fs.link.bind(f.fs);
      let isDone = false;
      f.fs.link = async (from, name) => {
        if (from === 'old' && !isDone) {
          isDone = true;
          await f.fs.removeFile('old');
          await f.fs.makeDirectory('old', 0o755);
          await f.write('old/inside', 'MINE!');
        }
        await link(from, name);
      };
      await settle();
      expect(isDone).toBe(true);
      expect(await f.read('old/inside')).toBe('MINE!');
      expect(await f.read('new')).toBe('first');
    });

    it('stays under its name when it was written there while the file was being moved', async () => {
      await f.has(f.file('old', 'first'));
      await f.announce(f.file('new', 'first', theirVersion(2)), f.deleted('old', theirVersion(2)));
      const link = f.fs.link.bind(f.fs);
      f.fs.link = async (from, name) => {
        await link(from, name);
        if (name === 'new') await editInPlace('old', 'MINE!');
      };
      await settle();
      expect(await f.read('old')).toBe('MINE!');
      expect((await f.pull()).problems).toEqual([]);
      expect(await f.local('old')).toMatchObject({ deleted: false, modifiedBy: OURS });
    });
  });

  it('is not lost when it takes the place of a link that was about to make room for a directory', async () => {
    await f.has(f.symlink('x', 'somewhere'));
    await f.announce(f.directory('x', theirVersion(2)), f.file('x/inside', 'theirs'));
    rightBefore('removeFile', 'x', () => f.write('x', 'MINE!'));
    await settle();
    expect(await contents()).toContain('MINE!');
  });

  it.each([
    ['small', 5],
    ['large', 200_000],
  ])('is not lost when it was made while a %s file was on its way', async (_, size) => {
    await f.has(f.file('x', 'first'));
    await f.announce(f.file('x', 'x'.repeat(size), theirVersion(2)));
    let isEdited = false;
    f.source.onFetch = async () => {
      if (isEdited) return;
      isEdited = true;
      await f.write('x', 'MINE!');
    };
    await settle();
    expect(isEdited).toBe(true);
    expect(await contents()).toContain('MINE!');
  });

  it.each(['file', 'symlink'])(
    'is not lost with a %s that was about to be deleted',
    async (type) => {
      await f.has(type === 'file' ? f.file('x', 'first') : f.symlink('x', 'somewhere'));
      await f.announce(f.deleted('x', theirVersion(2)));
      rightBefore('removeFile', 'x', () => f.write('x', 'MINE!'));
      await settle();
      expect(await contents()).toEqual(['MINE!']);
    },
  );

  it.each(['putFile', 'rename'] as const)(
    'is not lost when the file was about to be replaced by %s',
    async (operation) => {
      await f.has(f.file('x', 'first'));
      const content = operation === 'putFile' ? 'small' : 'x'.repeat(200_000);
      await f.announce(f.file('x', content, theirVersion(2)));
      rightBefore(operation, 'x', () => f.write('x', 'MINE!'));
      await settle();
      expect(await contents()).toContain('MINE!');
    },
  );

  it('is not hidden by the time that the network announces', async () => {
    await f.has(f.file('x', 'first'));
    await f.announce(f.file('x', 'first', { ...theirVersion(2), modifiedS: 1_700_000_500 }));
    const open = f.fs.openFile.bind(f.fs);
    let isDone = false;
    f.fs.openFile = async (...args: Parameters<FolderFs['openFile']>): Promise<FileHandle> => {
      const handle = await open(...args);
      const set = handle.setModified.bind(handle);
      handle.setModified = async (...time) => {
        if (!isDone) await editInPlace('x', 'MINE!');
        isDone = true;
        return set(...time);
      };
      return handle;
    };
    await settle();
    expect(await contents()).toContain('MINE!');
    expect((await f.local('x'))!.version.some(({ id }) => id === OURS)).toBe(true);
  });

  it('leaves no trace of a counter of ours to be taken for a lost index', async () => {
    await f.has(f.file('x', 'first'));
    await f.fs.removeFile('x');
    await f.scanAll();
    const ours = (await f.local('x'))!.version;
    await f.announce(f.file('x', 'edited there', theirVersion(6)));
    await settle();
    expect(compareVectors((await f.local('x'))!.version, ours)).toBe('newer');
    // Announced above our delete, and deleted there by a user who saw it.
    const above = ours.find(({ id }) => id === OURS)!;
    const version = [{ id: 7n, value: 8n }, above].sort((a, b) => (a.id < b.id ? -1 : 1));
    await f.announce(f.deleted('x', { version }));
    await settle();
    expect(await f.names()).toEqual([]);
  });

  it('is the only thing that a folder which only sends announces above a delete', async () => {
    await f.has(f.file('kept', 'first'));
    await f.write('kept', 'ours');
    await f.scanAll();
    await f.announce(f.deleted('kept', theirVersion(2)), f.file('other', 'theirs'));
    const settings = f.settings;
    await f.puller.pull(
      {
        settings,
        fs: f.fs,
        ownShortId: OURS,
        replicaId: OURS,
        isSendOnly: true,
        ignores: f.ignores,
        onArrived: () => undefined,
      },
      new AbortController().signal,
    );
    expect(await f.names()).toEqual(['kept']);
    const { version } = (await f.local('kept'))!;
    expect(compareVectors(version, theirVersion(2).version)).toBe('newer');
  });
});
