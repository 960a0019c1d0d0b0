/** Watching of real trees in the test's own thread, which can be kept from listening. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Told } from '../../../test/contracts/watcher.contract.js';
import { SeededRandom } from '../../../test/support/random.js';
import { until } from '../../../test/support/wait.js';
import { SystemClock } from '../../platform/clock.js';
import { REAL_DISK, type TreeDisk } from './tree-disk.js';
import { TreeWatch } from './tree-watch.js';
import { type WatchReply } from './watch-messages.js';
import { limitError } from './watch-limits.js';
import { WatchSessions } from './watch-sessions.js';
import { type WatchScope } from './watcher.js';

const SCOPE: WatchScope = { patterns: [], patternFiles: ['.stignore'], mounts: [] };

describe('a watched tree', () => {
  let root: string;
  let told: Told;
  let watches: Map<string, number>;
  let sessions: WatchSessions | undefined;

  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'syncnest-tree-'));
    told = new Told();
    watches = new Map();
  });

  afterEach(() => {
    sessions?.close();
    sessions = undefined;
    fs.rmSync(root, { recursive: true });
  });

  const at = (name: string): string => join(root, name);

  /** Counts the watches that are open, by the path that they were begun with. */
  const counting = (limit = Infinity): TreeDisk => ({
    watch: (path, heard, failed) => {
      const open = [...watches.values()].reduce((sum, count) => sum + count, 0);
      if (open >= limit) throw Object.assign(new Error('no room'), { code: 'ENOSPC' });
      const handle = REAL_DISK.watch(path, heard, failed);
      watches.set(path, (watches.get(path) ?? 0) + 1);
      return {
        close: () => {
          handle.close();
          const left = watches.get(path)! - 1;
          if (left === 0) watches.delete(path);
          else watches.set(path, left);
        },
      };
    },
  });

  async function watch(scope: Partial<WatchScope> = {}, limit?: number): Promise<void> {
    const hear = (reply: WatchReply): void => {
      if (reply.kind === 'watching') told.watching();
      if (reply.kind === 'failed') told.failed(reply.error as never);
      if (reply.kind !== 'changed') return;
      told.changed(reply.changes);
      sessions!.handle({ kind: 'taken', watch: 1 });
    };
    sessions = new WatchSessions({ tell: hear, clock: new SystemClock(), disk: counting(limit) });
    sessions.handle({ kind: 'watch', watch: 1, target: { root, ...SCOPE, ...scope } });
    await until(
      'the watch stands or fails',
      () => told.watchings > 0 || told.failure !== undefined,
    );
  }

  const directories = (): string[] =>
    fs
      .readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .concat(root)
      .sort();
  const watched = (): string[] => [...watches.keys()].sort();
  const areAllWatched = (): boolean =>
    directories().join('\n') === watched().join('\n') &&
    [...watches.values()].every((count) => count === 1);

  it('is told as a whole when more happens than the system keeps, and all of it is watched after', async () => {
    fs.mkdirSync(at('many'));
    fs.mkdirSync(at('other'));
    await watch();
    // Nothing is heard meanwhile: the queue holds 16,384 events, and Node does not tell of the rest.
    for (let i = 0; i < 30_000; i += 1) fs.closeSync(fs.openSync(at(`many/${i}`), 'w'));
    fs.mkdirSync(at('other/lost/deeper'), { recursive: true });
    await until('the whole folder is told', () =>
      told.changes.some(({ name, kind }) => name === '' && kind === 'tree'),
    );
    expect(areAllWatched()).toBe(true);
    told.take();
    fs.writeFileSync(at('other/lost/deeper/file'), '');
    await until('the new directory is watched', () => told.covers('other/lost/deeper/file'));
  });

  it('stays watched, all of it and nothing else, whatever is done to its directories', async () => {
    const random = new SeededRandom(7);
    const names = ['a', 'b', 'c'];
    const some = (): string =>
      Array.from({ length: 1 + random.below(3) }, () => names[random.below(3)]).join('/');
    await watch();
    for (let round = 0; round < 60; round += 1) {
      for (let step = random.below(12); step >= 0; step -= 1) {
        const [from, to] = [at(some()), at(some())];
        try {
          const deed = random.below(4);
          if (deed === 0) fs.rmSync(from, { recursive: true });
          else if (deed === 1) fs.renameSync(from, to);
          else if (deed === 2) fs.mkdirSync(from, { recursive: true });
          else fs.writeFileSync(from, 'content');
        } catch {
          // It was not possible at that moment.
        }
      }
      if (random.below(2) === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await until('every directory is watched once', areAllWatched);
    told.take();
    const files = directories().map((path) => join(path, 'last'));
    for (const file of files) fs.writeFileSync(file, '');
    await until('each is told', () =>
      files.every((file) => told.covers(file.slice(root.length + 1))),
    );
  });

  it('goes on when a tree is moved in and out', async () => {
    const outside = fs.mkdtempSync(join(tmpdir(), 'syncnest-outside-'));
    fs.mkdirSync(join(outside, 'tree/deep'), { recursive: true });
    fs.writeFileSync(join(outside, 'tree/deep/file'), '');
    await watch();
    fs.renameSync(join(outside, 'tree'), at('tree'));
    await until('the tree is told', () => told.covers('tree/deep/file'));
    await until('the tree is watched', areAllWatched);
    fs.renameSync(at('tree'), join(outside, 'tree'));
    await until('its end is told', () => told.changes.some(({ kind }) => kind === 'gone'));
    await until('nothing outside is watched', areAllWatched);
    told.take();
    fs.writeFileSync(join(outside, 'tree/deep/other'), '');
    fs.writeFileSync(at('mark'), '');
    await until('the mark is told', () => told.covers('mark'));
    expect(told.changes.map(({ name }) => name)).toEqual(['mark']);
    fs.rmSync(outside, { recursive: true });
  });

  it('leaves ignored directories without a watch', async () => {
    const patterns = [
      { glob: 'out', isRooted: true, isIgnored: true, isDeletable: false, foldsCase: false },
    ];
    fs.mkdirSync(at('out/deep'), { recursive: true });
    fs.mkdirSync(at('in'));
    await watch({ patterns });
    expect(watched()).toEqual([root, at('in')]);
    fs.mkdirSync(at('out/more'));
    sessions!.handle({ kind: 'follow', watch: 1, scope: SCOPE });
    await until('all is watched', areAllWatched);
  });

  it('is watched again where a directory could not be read for a while', async () => {
    fs.mkdirSync(at('closed'));
    let isClosed = true;
    const disk: TreeDisk = {
      watch: (path, heard, failed) => {
        if (isClosed && path.endsWith('closed')) {
          throw Object.assign(new Error('not allowed'), { code: 'EACCES' });
        }
        return REAL_DISK.watch(path, heard, failed);
      },
    };
    const changes: string[] = [];
    const tree = new TreeWatch(
      { root, ...SCOPE },
      {
        stirred: () => setImmediate(() => (tree.turn(false), tree.work(() => false))),
        ended: () => undefined,
        changed: ({ name }) => void changes.push(name),
        patternsChanged: () => undefined,
        watching: () => undefined,
        failed: (error) => {
          throw error;
        },
      },
      disk,
    );
    tree.work(() => false);
    expect(tree.directories).toBe(1);
    isClosed = false;
    fs.chmodSync(at('closed'), 0o700);
    await until('it is watched', () => tree.directories === 2);
    fs.writeFileSync(at('closed/file'), '');
    await until('it is told', () => changes.includes('closed/file'));
    tree.close();
  });

  it('holds no watch and says which limit to raise to what when the system has too few', async () => {
    for (let i = 0; i < 40; i += 1) fs.mkdirSync(at(`d${i}/e`), { recursive: true });
    await watch({}, 50);
    expect(told.failure?.code).toBe('refused');
    expect(told.failure?.message).toContain('the folder has 81 directories');
    expect(told.failure?.message).toMatch(/fs\.inotify\.max_user_watches is \d+; raise it to \d+/);
    expect(watched()).toEqual([]);
  });
});

describe('the message about a limit', () => {
  const error = (code: string): Error => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', 8192, 50_000, 'max_user_watches is 8192; raise it to 65536'],
    ['ENOSPC', 65_536, 70_000, 'max_user_watches is 65536; raise it to 262144'],
    ['EMFILE', 128, 3, 'max_user_instances is 128; raise it to 256'],
  ])('names setting and number (%s, limit %d, %d directories)', (code, limit, count, text) => {
    expect(limitError(error(code), count, () => limit).message).toContain(text);
  });
});
