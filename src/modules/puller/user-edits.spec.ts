/** A user writes into a file at the worst moment: what they wrote must show, and outlive whatever comes next. */
import { type FolderFs, type FileHandle } from '../../platform/folder-fs.js';
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

  async function settle(): Promise<void> {
    for (let i = 0; i < 3; i += 1) {
      await f.pull();
      await f.scanAll();
      f.clock.now += 60_000;
    }
  }

  async function contents(): Promise<string[]> {
    return Promise.all((await f.names()).map((name) => f.read(name)));
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
      { settings, fs: f.fs, ownShortId: OURS, replicaId: OURS, isSendOnly: true },
      new AbortController().signal,
    );
    expect(await f.names()).toEqual(['kept']);
    const { version } = (await f.local('kept'))!;
    expect(compareVectors(version, theirVersion(2).version)).toBe('newer');
  });
});
