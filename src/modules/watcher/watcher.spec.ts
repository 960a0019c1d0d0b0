/** The watchers of a running node and of a deterministic kit, held to one contract. */
import { mkdtempSync, renameSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWatcher, type WatchedFixture } from '../../../test/contracts/watcher.contract.js';
import { SystemClock } from '../../platform/clock.js';
import { MemoryFolderFsFactory } from '../../platform/memory-folder-fs-factory.js';
import { RealFolderFsFactory } from '../../platform/real-folder-fs-factory.js';
import { MemoryWatcherFactory } from './memory-watcher.js';
import { ThreadWatcherFactory } from './thread-watcher.js';

async function onDisk(): Promise<WatchedFixture> {
  const parent = mkdtempSync(join(tmpdir(), 'syncnest-watcher-'));
  const root = join(parent, 'root');
  mkdirSync(root);
  const fs = await new RealFolderFsFactory().open(root);
  return {
    factory: new ThreadWatcherFactory(),
    fs,
    replaceRoot: () => {
      renameSync(root, join(parent, 'away'));
      mkdirSync(root);
      return Promise.resolve();
    },
    cleanUp: async () => {
      await fs.close();
      rmSync(parent, { recursive: true });
    },
  };
}

async function inMemory(): Promise<WatchedFixture> {
  const disks = new MemoryFolderFsFactory(new SystemClock());
  await disks.makeRoot('/memory');
  const fs = await disks.open('/memory');
  return {
    factory: new MemoryWatcherFactory(disks),
    fs,
    replaceRoot: () => {
      disks.takeRoot('/memory');
      return disks.makeRoot('/memory');
    },
    cleanUp: () => fs.close(),
  };
}

describeWatcher('ThreadWatcher', onDisk);
describeWatcher('MemoryWatcher', inMemory);
