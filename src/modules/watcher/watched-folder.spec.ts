/** The watch of one folder over its life, with time and the watcher in the test's hand. */
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { fileInfo, local } from '../../../test/support/file-info.factory.js';
import { SyncError } from '../../domain/errors.js';
import { EXPECTED_MS } from './expected-items.js';
import {
  LIMIT_RETRY_MS,
  OWN_WORK_MS,
  RETRY_MS,
  WATCH_FIRST_MS,
  WatchedFolder,
} from './watched-folder.js';
import {
  type SeenItem,
  Watcher,
  WatcherFactory,
  type WatchListener,
  type WatchScope,
  type WatchTarget,
} from './watcher.js';

class ScriptedWatcher extends Watcher {
  isClosed = false;
  readonly followed: WatchScope[] = [];
  disk = new Map<string, SeenItem>();

  constructor(
    readonly target: WatchTarget,
    readonly told: WatchListener,
  ) {
    super();
  }
  follow(scope: WatchScope): void {
    this.followed.push(scope);
  }
  look(names: readonly string[]): Promise<(SeenItem | undefined)[]> {
    return Promise.resolve(names.map((name) => this.disk.get(name)));
  }
  close(): void {
    this.isClosed = true;
  }
}

class ScriptedFactory extends WatcherFactory {
  readonly made: ScriptedWatcher[] = [];

  watch(target: WatchTarget, listener: WatchListener): ScriptedWatcher {
    const watcher = new ScriptedWatcher(target, listener);
    this.made.push(watcher);
    return watcher;
  }
  prepare(): void {
    // Nothing to do.
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  get last(): ScriptedWatcher {
    return this.made.at(-1)!;
  }
}

const SCOPE: WatchScope = { patterns: [], patternFiles: ['.stignore'], mounts: [] };
const holder = {};
const never = new AbortController().signal;

describe('the watch of a folder', () => {
  let clock: HandClock;
  let factory: ScriptedFactory;
  let scans: (readonly string[])[];
  let wakes: number;
  let states: string[];
  let watched: WatchedFolder;

  beforeEach(() => {
    clock = new HandClock();
    factory = new ScriptedFactory();
    scans = [];
    wakes = 0;
    states = [];
    const options = { delayMs: 300, ignorePerms: false };
    watched = new WatchedFolder(factory, clock, options, {
      scan: (names) => void scans.push(names),
      wake: () => void (wakes += 1),
      stateChanged: (from, to) => void states.push(`${from} -> ${to}`),
    });
  });

  afterEach(() => {
    watched.stop();
    expect(clock.timerCount).toBe(0);
  });

  async function begin(): Promise<ScriptedWatcher> {
    const followed = watched.follow(holder, '/root', SCOPE, never);
    factory.last.told.watching();
    await followed;
    return factory.last;
  }

  it('lets the first scan wait until it is in place, and asks for no other', async () => {
    let isFollowed = false;
    const followed = watched.follow(holder, '/root', SCOPE, never).then(() => (isFollowed = true));
    await turns();
    expect(isFollowed).toBe(false);
    factory.last.told.watching();
    await followed;
    expect(factory.last.target).toEqual({ root: '/root', ...SCOPE });
    await clock.pass(60_000);
    expect(scans).toEqual([]);
    expect(states).toEqual([]);
  });

  it('lets the scan begin when it takes long, and has the folder scanned again once in place', async () => {
    const followed = watched.follow(holder, '/root', SCOPE, never);
    await clock.pass(WATCH_FIRST_MS);
    await followed;
    await watched.follow(holder, '/root', SCOPE, never);
    expect(factory.made).toHaveLength(1);
    factory.last.told.watching();
    expect(scans).toEqual([['']]);
  });

  it('holds up nobody who stops waiting', async () => {
    const left = new AbortController();
    const followed = watched.follow(holder, '/root', SCOPE, left.signal);
    left.abort();
    await followed;
  });

  it('follows other patterns in the same watch, and begins another for another root', async () => {
    const first = await begin();
    await watched.follow(holder, '/root', SCOPE, never);
    expect(first.followed).toEqual([]);
    const other = { ...SCOPE, patterns: [] };
    const followed = watched.follow(holder, '/root', other, never);
    first.told.watching();
    await followed;
    expect(first.followed).toEqual([other]);
    const anew = watched.follow({}, '/root', other, never);
    expect(first.isClosed).toBe(true);
    factory.last.told.watching();
    await anew;
    expect(factory.made).toHaveLength(2);
    first.told.changed([{ name: 'of the old root', kind: 'item' }]);
    await clock.pass(60_000);
    expect(scans).toEqual([]);
  });

  it('scans what changed after the delay, and looks at the patterns when they may be others', async () => {
    const { told } = await begin();
    told.changed([{ name: 'a', kind: 'item' }]);
    await clock.pass(299);
    expect(scans).toEqual([]);
    await clock.pass(1);
    expect(scans).toEqual([['a']]);
    told.patternsChanged();
    await clock.pass(300);
    expect(wakes).toBe(1);
  });

  it('does not scan what the node itself has put in place, unless it is another by now', async () => {
    const { told, disk } = await begin();
    const file = { ...local(fileInfo('pulled', 'abc')), diskModifiedS: 100, diskModifiedNs: 5 };
    const seen: SeenItem = {
      ...{ type: 'file', size: 3, permissions: file.permissions },
      ...{ modifiedS: 100, modifiedNs: 5, symlinkTarget: '' },
    };
    const change = async (): Promise<(readonly string[])[]> => {
      told.changed([{ name: 'pulled', kind: 'item' }]);
      await clock.pass(5_000);
      return scans.splice(0);
    };
    disk.set('pulled', seen);
    watched.expect([file]);
    expect(await change()).toEqual([]);
    disk.set('pulled', { ...seen, modifiedNs: 6 });
    expect(await change()).toEqual([['pulled']]);
    watched.expect([file]);
    disk.delete('pulled');
    expect(await change()).toEqual([['pulled']]);
    watched.expect([{ ...file, deleted: true }]);
    expect(await change()).toEqual([]);
    disk.set('pulled', seen);
    expect(await change()).toEqual([['pulled']]);
    watched.expect([file]);
    await clock.pass(EXPECTED_MS);
    expect(await change()).toEqual([['pulled']]);
    watched.expect([file]);
    told.changed([{ name: 'pulled', kind: 'tree' }]);
    await clock.pass(5_000);
    expect(scans).toEqual([['pulled']]);
  });

  it('asks again before it scans what the node itself is at work on', async () => {
    const { told, disk } = await begin();
    const file = { ...local(fileInfo('late', 'abc')), diskModifiedS: 100, diskModifiedNs: 5 };
    disk.set('late', {
      ...{ type: 'file', size: 3, permissions: file.permissions },
      ...{ modifiedS: 100, modifiedNs: 5, symlinkTarget: '' },
    });
    for (const name of ['late', 'other']) watched.started(name);
    told.changed(['late', 'other', 'of the user'].map((name) => ({ name, kind: 'item' })));
    await clock.pass(300);
    expect(scans).toEqual([['of the user']]);
    watched.expect([file]);
    watched.finished('late');
    await clock.pass(OWN_WORK_MS);
    expect(scans).toEqual([['of the user'], ['other']]);
  });

  it('scans what was pulled, changed and changed back', async () => {
    const { told, disk } = await begin();
    const file = { ...local(fileInfo('pulled', 'abc')), diskModifiedS: 100, diskModifiedNs: 5 };
    const seen: SeenItem = {
      ...{ type: 'file', size: 3, permissions: file.permissions },
      ...{ modifiedS: 100, modifiedNs: 5, symlinkTarget: '' },
    };
    const change = async (item: SeenItem | undefined): Promise<(readonly string[])[]> => {
      if (item === undefined) disk.delete('pulled');
      else disk.set('pulled', item);
      told.changed([{ name: 'pulled', kind: item === undefined ? 'gone' : 'item' }]);
      await clock.pass(2_000);
      return scans.splice(0);
    };
    watched.expect([file]);
    expect(await change({ ...seen, size: 4 })).toEqual([['pulled']]);
    expect(await change(seen)).toEqual([['pulled']]);
    watched.expect([{ ...file, deleted: true }]);
    expect(await change(seen)).toEqual([['pulled']]);
    expect(await change(undefined)).toEqual([['pulled']]);
    watched.expect([{ ...file, name: 'tree/pulled' }]);
    told.changed([{ name: 'tree', kind: 'tree' }]);
    await clock.pass(2_000);
    disk.set('tree/pulled', seen);
    told.changed([{ name: 'tree/pulled', kind: 'item' }]);
    await clock.pass(2_000);
    expect(scans).toEqual([['tree'], ['tree/pulled']]);
  });

  it('lets a quiet path not wait for a busy one', async () => {
    const { told } = await begin();
    for (let saved = 0; saved < 300; saved += 1) {
      told.changed([{ name: 'busy', kind: 'item' }]);
      await clock.pass(100);
    }
    for (let round = 0; round < 20; round += 1) {
      told.changed([{ name: `quiet ${round}`, kind: 'item' }]);
      for (let waitedMs = 0; waitedMs < 500; waitedMs += 100) {
        told.changed([{ name: 'busy', kind: 'item' }]);
        await clock.pass(100);
      }
      expect(scans.flat()).toContain(`quiet ${round}`);
    }
  });

  it('tries again after a failure, ever later, and has the folder scanned when it is back', async () => {
    const { told } = await begin();
    told.failed(new SyncError('io', 'the thread is gone'));
    expect(watched.error).toBe('the thread is gone');
    expect(scans.splice(0)).toEqual([['']]);
    await watched.follow(holder, '/root', SCOPE, never);
    expect(factory.made).toHaveLength(1);
    await clock.pass(RETRY_MS);
    expect(wakes).toBe(1);
    const followed = watched.follow(holder, '/root', SCOPE, never);
    factory.last.told.failed(new SyncError('io', 'the thread is gone'));
    await followed;
    await clock.pass(2 * RETRY_MS - 1);
    expect(wakes).toBe(1);
    await clock.pass(1);
    expect(wakes).toBe(2);
    scans.splice(0);
    await begin();
    expect(scans).toEqual([['']]);
    expect(states).toEqual([' -> the thread is gone', 'the thread is gone -> ']);
  });

  it('asks for no scan when a limit is met, and tries again when told to', async () => {
    const followed = watched.follow(holder, '/root', SCOPE, never);
    factory.last.told.failed(new SyncError('refused', 'raise the limit', true));
    await followed;
    expect(scans).toEqual([]);
    await clock.pass(LIMIT_RETRY_MS - 1);
    expect(wakes).toBe(0);
    watched.retryNow();
    expect(wakes).toBe(1);
    await begin();
    expect(scans).toEqual([['']]);
  });
});
