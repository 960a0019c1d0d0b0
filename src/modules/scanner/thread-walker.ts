/** The walker of a running node: walks in worker threads, batches ahead of the reader bounded by credits. */
import { availableParallelism } from 'node:os';
import { SyncError } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { WorkerThread } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { unpackBatch } from './walk-batch.js';
import { type WalkReply, type WalkRequest } from './walk-sessions.js';
import { Walker, type WalkEntry } from './walker.js';

/** Walks wait for the disk most of the time; a second thread keeps a slow disk from holding up the others. */
const WALK_THREADS_MAX = 2;
/** Batches of one walk that are asked for and not read yet. */
const BATCHES_AHEAD_MAX = 4;

/** One walk as its reader sees it. */
interface OpenWalk {
  readonly replies: WalkReply[];
  error: Error | undefined;
  /** Wakes the reader, if it waits. */
  wake: () => void;
}

interface WalkThread {
  readonly thread: WorkerThread<WalkRequest, WalkReply>;
  readonly walks: Map<number, OpenWalk>;
}

export class ThreadWalker extends Walker {
  private readonly threads: WalkThread[] = [];
  private lastWalk = 0;
  private isClosed = false;

  override async *walk(
    fs: FolderFs,
    names: readonly string[],
    signal: AbortSignal,
    ignores: readonly IgnorePattern[] = [],
  ): AsyncGenerator<WalkEntry[], void> {
    signal.throwIfAborted();
    const root = await fs.stat('');
    if (root === undefined) throw new SyncError('missing', `${fs.root}: no such folder root`);
    signal.throwIfAborted();
    const { device, inode } = root;
    const number = ++this.lastWalk;
    const at = this.leastBusy();
    const walk: OpenWalk = { replies: [], error: undefined, wake: () => undefined };
    const abort = (): void => fail(walk, signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    at.walks.set(number, walk);
    try {
      at.thread.post({
        kind: 'start',
        walk: number,
        target: { root: fs.root, links: fs.links, device, inode, names, ignores },
      });
      at.thread.setBusy(true);
      for (let i = 0; i < BATCHES_AHEAD_MAX; i++) at.thread.post({ kind: 'next', walk: number });
      yield* read(walk, () => at.thread.post({ kind: 'next', walk: number }));
    } finally {
      signal.removeEventListener('abort', abort);
      at.walks.delete(number);
      // The thread closes the walk's directories; a walk that came to its end is unknown there.
      at.thread.postIfRunning({ kind: 'stop', walk: number });
      at.thread.setBusy(at.walks.size > 0);
    }
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    for (const { walks } of this.threads) failAll(walks, closedError());
    await Promise.all(this.threads.map(({ thread }) => thread.close()));
  }

  private leastBusy(): WalkThread {
    if (this.isClosed) throw closedError();
    const idle = this.threads.find(({ walks }) => walks.size === 0);
    if (idle !== undefined) return idle;
    if (this.threads.length < Math.min(WALK_THREADS_MAX, availableParallelism())) {
      const added = newThread();
      this.threads.push(added);
      return added;
    }
    return this.threads.reduce((a, b) => (b.walks.size < a.walks.size ? b : a));
  }
}

function newThread(): WalkThread {
  const walks = new Map<number, OpenWalk>();
  const thread = new WorkerThread<WalkRequest, WalkReply>(
    'scanner',
    workerUrl(import.meta.url, 'walker-worker'),
    {
      replied: (reply) => {
        const walk = walks.get(reply.walk);
        walk?.replies.push(reply);
        walk?.wake();
      },
      failed: (error) => failAll(walks, error),
    },
  );
  return { thread, walks };
}

async function* read(walk: OpenWalk, askForMore: () => void): AsyncGenerator<WalkEntry[], void> {
  for (;;) {
    if (walk.error !== undefined) throw walk.error;
    const reply = walk.replies.shift();
    if (reply === undefined) {
      await new Promise<void>((resolve) => (walk.wake = resolve));
      continue;
    }
    if (reply.error !== undefined) {
      const { code, message, retryable } = reply.error;
      throw new SyncError(code, message, retryable);
    }
    if (reply.batch !== undefined && reply.batch.count > 0) yield unpackBatch(reply.batch);
    if (walk.error !== undefined) throw walk.error;
    if (reply.isLast) return;
    askForMore();
  }
}

function fail(walk: OpenWalk, error: Error): void {
  walk.error ??= error;
  walk.wake();
}

function failAll(walks: ReadonlyMap<number, OpenWalk>, error: Error): void {
  for (const walk of walks.values()) fail(walk, error);
}

function closedError(): SyncError {
  return new SyncError('closed', 'the walker is closed');
}
