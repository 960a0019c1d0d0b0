/** What a user of a watched folder sees: what is saved here is there a moment later, and no scan is asked for. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncError } from '../src/domain/errors.js';
import { type FolderSettings } from '../src/modules/config/settings.js';
import { SettingsService } from '../src/modules/config/settings.service.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ModelService } from '../src/modules/model/model.service.js';
import {
  type Watcher,
  WatcherFactory,
  type WatchListener,
  type WatchTarget,
} from '../src/modules/watcher/watcher.js';
import { effort } from './support/effort.js';
import { settle, startPair, TestNode, type TestNodeOptions } from './support/test-node.js';
import { treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(120_000);

/** Rescans stay off: what arrives was told by the watcher. */
const WATCHED: TestNodeOptions = { folders: [{ watch: true }] };

describe('a watched folder', () => {
  let base: string;
  let a: TestNode;
  let b: TestNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-watch-'));
    a = await TestNode.create(base, 'a');
    b = await TestNode.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop(), b.stop()]);
    fs.rmSync(base, { recursive: true });
  });

  const startWatched = (): Promise<void> => startPair(a, b, { dialer: WATCHED, listener: WATCHED });
  const isAlike = (): boolean => treeDifferences(a.root, b.root).length === 0;

  it('brings what is saved, changed, moved and removed to the other without a scan', async () => {
    await startWatched();
    await settle(a, b);
    fs.mkdirSync(join(a.root, 'd/e/f'), { recursive: true });
    fs.writeFileSync(join(a.root, 'd/e/f/one'), 'one');
    fs.writeFileSync(join(a.root, 'two'), 'two');
    await until('the new files arrived', isAlike);
    fs.writeFileSync(join(a.root, 'two'), 'two, edited');
    fs.renameSync(join(a.root, 'd/e'), join(a.root, 'g'));
    await until('the edit and the move arrived', isAlike);
    fs.writeFileSync(join(a.root, 'g/f/one'), 'edited under the new name');
    await until('the edit in the moved directory arrived', isAlike);
    fs.rmSync(join(a.root, 'g'), { recursive: true });
    await until('the delete arrived', isAlike);
    expect(
      fs
        .readdirSync(b.root)
        .filter((name) => !name.startsWith('.'))
        .sort(),
    ).toEqual(['d', 'two']);
  });

  /** Names that the node's watcher asks to be scanned, from now on. */
  const scansOf = (node: TestNode): string[] => {
    const names: string[] = [];
    const runner = node.get(ModelService).runner('default')!;
    const requestScan = runner.requestScan.bind(runner);
    jest.spyOn(runner, 'requestScan').mockImplementation((asked) => {
      names.push(...asked);
      requestScan(asked);
    });
    return names;
  };

  it('does not scan what it has pulled itself', async () => {
    await startWatched();
    await settle(a, b);
    const scans = scansOf(b);
    for (let i = 0; i < 400; i += 1) {
      if (i % 100 === 0) fs.mkdirSync(join(a.root, `tree/${i}`), { recursive: true });
      fs.writeFileSync(join(a.root, `tree/${Math.floor(i / 100) * 100}/file-${i}`), `${i}`);
    }
    fs.symlinkSync('tree', join(a.root, 'link'));
    await until('the tree arrived', isAlike);
    fs.renameSync(join(a.root, 'tree'), join(a.root, 'moved'));
    await until('the move arrived', isAlike);
    fs.chmodSync(join(a.root, 'moved/0/file-1'), 0o600);
    fs.rmSync(join(a.root, 'moved/100'), { recursive: true });
    await until('the changes arrived', isAlike);
    fs.writeFileSync(join(b.root, 'mark'), 'of b');
    await until('the mark arrived', isAlike);
    expect(scans).toContain('mark');
    // On a slow disk a name may be asked about before the node has said that it is its own.
    expect(scans.length).toBeLessThan(40);
  });

  it('has all of a burst of new files and of a renamed tree in its index, without a rescan', async () => {
    // More than the system's queue of events has room for.
    const burst = effort(18_000, 30_000);
    const renamed = effort(5_000, 10_000);
    await a.start(WATCHED);
    await a.scan();
    const database = a.get(IndexDatabase);
    const counts = async (): Promise<[number, number]> => {
      const { local } = await database.summary('default');
      return [local.files, local.deleted];
    };
    // This thread is not the one that listens, but the disk is the same.
    for (let i = 0; i < burst; i += 1) {
      const directory = join(a.root, i < renamed ? `tree/${i % 100}` : 'burst');
      if (i < 100 || i === renamed) fs.mkdirSync(directory, { recursive: true });
      fs.closeSync(fs.openSync(join(directory, `${i}`), 'w'));
    }
    await until('the burst is indexed', async () => (await counts())[0] === burst, 60_000);
    fs.renameSync(join(a.root, 'tree'), join(a.root, 'renamed'));
    await until(
      'the renamed tree is indexed',
      async () => (await counts()).join() === [burst, renamed + 101].join(),
      60_000,
    );
  });

  it('takes other patterns at once, both ways', async () => {
    await startWatched();
    await settle(a, b);
    fs.mkdirSync(join(a.root, 'd'));
    fs.writeFileSync(join(a.root, '.stignore'), '#include d/more\n*.secret\n');
    fs.writeFileSync(join(a.root, 'd/more'), 'd/x\n');
    fs.writeFileSync(join(a.root, 'd/x'), 'ignored');
    fs.writeFileSync(join(a.root, 'a.secret'), 'ignored');
    fs.writeFileSync(join(a.root, 'd/y'), 'shared');
    const isThere = (name: string): boolean => fs.existsSync(join(b.root, name));
    await until('what is shared arrived', () => isThere('d/y'));
    expect(isThere('d/x') || isThere('a.secret')).toBe(false);
    fs.writeFileSync(join(a.root, 'd/more'), 'd/z\n');
    await until('what is no longer ignored arrived', () => isThere('d/x'));
    fs.writeFileSync(join(a.root, '.stignore'), '');
    await until('the rest arrived', () => isThere('a.secret'));
  });

  it('is stopped by its own check when its root is replaced, and watched again when it is back', async () => {
    await a.start(WATCHED);
    await a.scan();
    const runner = a.get(ModelService).runner('default')!;
    fs.renameSync(a.root, join(base, 'away'));
    fs.mkdirSync(a.root);
    await until('the folder is stopped', () => runner.state === 'error');
    expect(runner.error).toMatch(/root|marker/);
    fs.rmdirSync(a.root);
    fs.renameSync(join(base, 'away'), a.root);
    await a.scan();
    fs.writeFileSync(join(a.root, 'later'), 'seen');
    const database = a.get(IndexDatabase);
    await until(
      'the file is seen',
      async () => (await database.local('default', 'later')) !== undefined,
    );
    expect(runner.watch.error).toBe('');
  });

  it('is left alone where the settings say so, and when it is paused', async () => {
    await a.start({ folders: [{ watch: false }] });
    await a.scan();
    fs.writeFileSync(join(a.root, 'unseen'), '');
    const database = a.get(IndexDatabase);
    const service = a.get(SettingsService);
    const restart = async (folder: Partial<FolderSettings>): Promise<void> => {
      const { settings } = service;
      const folders = settings.folders.map((each) => ({ ...each, ...folder }));
      await service.change({ ...settings, folders });
    };
    await restart({ watch: true });
    await until(
      'the file is seen',
      async () => (await database.local('default', 'unseen')) !== undefined,
    );
    await restart({ paused: true });
    expect(a.get(ModelService).runner('default')).toBeUndefined();
    await restart({ paused: false });
    await a.scan();
    fs.writeFileSync(join(a.root, 'seen'), '');
    await until(
      'the new file is seen',
      async () => (await database.local('default', 'seen')) !== undefined,
    );
  });

  it('that cannot be watched says why over HTTP, and is rescanned more often', async () => {
    const error = new SyncError('refused', 'raise fs.inotify.max_user_watches', true);
    class FullSystem extends WatcherFactory {
      prepare(): void {
        // There is nothing to make ready.
      }
      watch(_: WatchTarget, listener: WatchListener): Watcher {
        queueMicrotask(() => listener.failed(error));
        return {
          follow: () => undefined,
          look: () => Promise.reject(error),
          close: () => undefined,
        };
      }
      close(): Promise<void> {
        return Promise.resolve();
      }
    }
    await a.start({
      folders: [{ watch: true, rescanIntervalS: 3600, isRescanIntervalStated: false }],
      http: true,
      override: (builder) => builder.overrideProvider(WatcherFactory).useValue(new FullSystem()),
    });
    await a.scan();
    const status = await a.rest<{ watchError: string; state: string }>('db/status?folder=default');
    expect(status).toMatchObject({ watchError: error.message, state: 'idle' });
    const events = await a.rest<{ type: string; data: unknown }[]>('events?since=0&timeout=0');
    const told = events.filter(({ type }) => type === 'FolderWatchStateChanged');
    expect(told.map(({ data }) => data)).toEqual([{ folder: 'default', to: error.message }]);
    const settings = a.get(SettingsService).settings.folders[0]!;
    const { watch } = a.get(ModelService).runner('default')!;
    expect(watch.rescanIntervalS(settings)).toBe(60);
    expect(watch.rescanIntervalS({ ...settings, isRescanIntervalStated: true })).toBe(3600);
  });
});
