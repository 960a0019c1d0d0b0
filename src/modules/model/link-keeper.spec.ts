/** What the keeper of followed links remembers, and what one folder's links mean for another's. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deletedInfo, directoryInfo, fileInfo } from '../../../test/support/file-info.factory.js';
import { folderSettings, PEER, StillClock } from '../../../test/support/pull-fixture.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { MemoryFolderFsFactory } from '../../platform/memory-folder-fs-factory.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { DatabaseMemory, InThreadIndexDatabase } from '../database/in-thread-index-database.js';
import { LinkKeeper } from './link-keeper.js';

describe('the keeper of followed links', () => {
  const one = folderSettings({ id: 'one', path: '/one', followSymlinks: true });
  const two = folderSettings({ id: 'two', path: '/two', followSymlinks: true });
  let factory: MemoryFolderFsFactory;
  let database: InThreadIndexDatabase;
  let fs: FolderFs;
  let keeper: LinkKeeper;

  const makeKeeper = (): LinkKeeper => {
    const settings = { folders: [one, two], home: '/home' };
    return new LinkKeeper(database, factory, () => settings, { info: () => undefined });
  };

  beforeEach(async () => {
    const clock = new StillClock();
    factory = new MemoryFolderFsFactory(clock);
    database = new InThreadIndexDatabase({
      storage: new DatabaseMemory(),
      clock,
      randomness: new SystemRandomness(),
    });
    await database.open();
    for (const id of ['one', 'two']) await database.addFolder(id);
    for (const path of ['/one', '/two', '/target', '/target/sub', '/home']) {
      await factory.makeRoot(path);
    }
    fs = await factory.open('/one');
    await fs.makeSymlink('/target', 'link');
    keeper = makeKeeper();
  });

  afterEach(async () => {
    await fs.close();
    await database.close();
  });

  async function fillTarget(): Promise<void> {
    const target = await factory.open('/target');
    await (await target.createFile('f', 0o644)).close();
    await target.close();
  }
  const stoppedIn = (folder: FolderFs): string => [...folder.links.stopped.values()].join();

  it('tells what changed once, and remembers across lives what a link led to', async () => {
    expect(await keeper.refresh(one, fs)).toEqual(['link']);
    expect(await keeper.refresh(one, fs)).toEqual([]);
    expect(fs.links.followed.get('link')?.path).toBe('/target');
    factory.takeRoot('/target');
    await factory.makeRoot('/target');
    expect(await makeKeeper().refresh(one, fs)).toEqual(['link']);
    expect(stoppedIn(fs)).toContain('which is another directory');
    await keeper.forget('one');
    expect(await makeKeeper().refresh(one, fs)).toEqual(['link']);
    expect(fs.links.followed.has('link')).toBe(true);
  });

  it('does not let two folders follow links into each other', async () => {
    await keeper.refresh(one, fs);
    const other = await factory.open('/two');
    await other.makeSymlink('/target/sub', 'inner');
    await other.makeSymlink('/one', 'whole');
    // In a later life the other folder may come first.
    await makeKeeper().refresh(two, other);
    expect(other.links.stopped.get('inner')).toContain('what the folder one follows a link to');
    expect(other.links.stopped.get('whole')).toContain('leads to the folder one');
    expect(other.links.followed.size).toBe(0);
    await other.close();
  });

  it('does not take a tree for lost that others deleted, though a crash kept that from being recorded', async () => {
    await fillTarget();
    await keeper.refresh(one, fs);
    const file = { ...fileInfo('link/f', 'x'), diskModifiedS: 0, diskModifiedNs: 0 };
    const directory = { ...directoryInfo('link'), diskModifiedS: 0, diskModifiedNs: 0 };
    await database.updateLocal('one', [directory, file]);
    const target = await factory.open('/target');
    await target.removeFile('f');
    expect(await keeper.refresh(one, fs)).toEqual(['link']);
    expect(stoppedIn(fs)).toContain('suddenly empty');
    const version = [...file.version, { id: 77n, value: 1n }];
    const deleted = deletedInfo('link/f', { version, sequence: 1 });
    await database.updateRemote('one', PEER, [deleted], 1);
    expect(await keeper.refresh(one, fs)).toEqual(['link']);
    expect(fs.links.followed.has('link')).toBe(true);
    await target.close();
  });

  it('knows no name as gone that lies behind a link which leads elsewhere by now', async () => {
    await fillTarget();
    await keeper.refresh(one, fs);
    expect(await keeper.unclear('one', fs, ['link/f', 'other'])).toEqual(new Set());
    factory.takeRoot('/target');
    expect(await keeper.unclear('one', fs, ['link/f', 'other'])).toEqual(new Set(['link']));
  });

  it('costs a folder nothing whose links are not followed and never were', async () => {
    const plain = folderSettings({ id: 'one', path: '/one' });
    let operations = 0;
    factory.disk('/one').beforeOperation = () => void (operations += 1);
    expect(await keeper.refresh(plain, fs)).toEqual([]);
    expect(operations).toBe(0);
    expect(fs.links.plain).toBeUndefined();
  });
});
