/** What happens to a tree between two steps of its watch, on a real disk and in the test's own thread. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Told } from '../../../test/contracts/watcher.contract.js';
import { until } from '../../../test/support/wait.js';
import { SystemClock } from '../../platform/clock.js';
import { ThreadWatcherFactory } from './thread-watcher.js';
import { REAL_DISK, type TreeDisk } from './tree-disk.js';
import { TreeWatch } from './tree-watch.js';
import { type WatchReply, type WatchRequest } from './watch-messages.js';
import { WatchSessions } from './watch-sessions.js';
import { type WatchScope } from './watcher.js';

const SCOPE: WatchScope = { patterns: [], patternFiles: ['.stignore'], mounts: [] };
const never = (): boolean => false;

describe('a tree that changes while its watch begins', () => {
  let root: string;
  let told: Told;
  let tree: TreeWatch;

  beforeEach(() => {
    root = fs.mkdtempSync(join(tmpdir(), 'syncnest-race-'));
    fs.mkdirSync(at('d/below'), { recursive: true });
    fs.mkdirSync(at('other/below'), { recursive: true });
    told = new Told();
  });

  afterEach(() => {
    tree.close();
    fs.rmSync(root, { recursive: true });
  });

  const at = (name: string): string => join(root, name);

  function make(disk: TreeDisk = REAL_DISK): void {
    const host = {
      stirred: () => setImmediate(() => (tree.turn(false), tree.work(never))),
      ended: () => undefined,
      changed: (change: never) => told.changed([change]),
      patternsChanged: () => undefined,
      watching: () => told.watching(),
      failed: (error: never) => told.failed(error),
    };
    tree = new TreeWatch({ root, ...SCOPE }, host, disk);
  }

  function exchange(): void {
    fs.renameSync(at('d'), at('old'));
    fs.renameSync(at('other'), at('d'));
  }

  async function isHeard(name: string): Promise<void> {
    fs.writeFileSync(at('mark'), '');
    await until('what happened is told', () => told.covers('mark'));
    told.take();
    fs.writeFileSync(at(name), '');
    await until(`${name} is told`, () => told.covers(name));
  }

  it('is watched where a directory is exchanged just after its watch began', async () => {
    let isDone = false;
    make({
      watch: (path, heard, failed) => {
        const handle = REAL_DISK.watch(path, heard, failed);
        if (path === at('d') && !isDone) {
          isDone = true;
          exchange();
        }
        return handle;
      },
    });
    tree.work(never);
    await isHeard('d/new');
    await isHeard('d/below/new');
  });

  it('is watched where a directory is exchanged while the tree is gone through again', async () => {
    make();
    tree.work(never);
    tree.follow(SCOPE);
    let steps = 0;
    // The root has been listed, and the directory not yet.
    tree.work(() => (steps += 1) > 1);
    exchange();
    tree.work(never);
    expect(told.watchings).toBe(2);
    await isHeard('d/new');
    await isHeard('d/below/new');
  });

  it('is watched again where the system gives up a watch', async () => {
    let giveUp = (): void => undefined;
    make({
      watch: (path, heard, failed) => {
        const handle = REAL_DISK.watch(path, heard, failed);
        if (path === at('d')) {
          giveUp = () => {
            handle.close();
            failed();
          };
        }
        return handle;
      },
    });
    tree.work(never);
    giveUp();
    await until('it is told', () => told.covers('d/below'));
    await isHeard('d/new');
    await isHeard('d/below/new');
  });
});

describe('watches that end', () => {
  it('count for the overflow of the queue, where they take room as well', async () => {
    const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-ended-'));
    const root = join(base, 'root');
    for (let i = 0; i < 60; i += 1) fs.mkdirSync(join(root, `tree/${i}`), { recursive: true });
    const told = new Told();
    const hear = (reply: WatchReply): void => {
      if (reply.kind === 'watching') told.watching();
      if (reply.kind === 'changed') told.changed(reply.changes);
    };
    const clock = new SystemClock();
    const sessions = new WatchSessions({ tell: hear, clock, overflowEvents: 50 });
    sessions.handle({ kind: 'watch', watch: 1, target: { root, ...SCOPE } });
    await until('it is watched', () => told.watchings > 0);
    fs.renameSync(join(root, 'tree'), join(base, 'elsewhere'));
    await until('the whole folder is told', () => told.changes.some(({ name }) => name === ''));
    sessions.close();
    fs.rmSync(base, { recursive: true });
  });
});

describe('a watcher with a thread', () => {
  it('does not take an answer to what it asked before for one to what it asked last', () => {
    const asked: WatchRequest[] = [];
    let reply = (_: WatchReply): void => undefined;
    const factory = new ThreadWatcherFactory((replied) => {
      reply = replied;
      return { post: (request) => void asked.push(request), close: () => Promise.resolve() };
    });
    const told = new Told();
    const watcher = factory.watch({ root: '/root', ...SCOPE }, told);
    const { watch } = asked[0]!;
    watcher.follow(SCOPE);
    reply({ kind: 'watching', watch, follows: 0 });
    expect(told.watchings).toBe(0);
    reply({ kind: 'watching', watch, follows: 1 });
    expect(told.watchings).toBe(1);
  });
});
