/** The walker of a running node: walks in worker threads, batches ahead of the reader bounded by credits. */
import { availableParallelism } from 'node:os';
import { SyncError } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { WorkerThread } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { type Difference, unpackDifferences } from './difference.js';
import { type RowPage } from './row-pages.js';
import { type ScanRules } from './scan-finding.js';
import { unpackBatch } from './walk-batch.js';
import { type WalkReply, type WalkRequest } from './walk-sessions.js';
import { type RowSource, Walker, type WalkEntry } from './walker.js';

/** Walks wait for the disk most of the time; a second thread keeps a slow disk from holding up the others. */
const WALK_THREADS_MAX = 2;
/** Batches of one walk that are asked for and not read yet. */
const BATCHES_AHEAD_MAX = 4;
/** Pages of rows that the thread has and did not take yet. */
const ROW_PAGES_AHEAD_MAX = 2;

/** What a walk is to do. */
interface Order {
  readonly fs: FolderFs;
  readonly names: readonly string[];
  readonly ignores: readonly IgnorePattern[];
  readonly signal: AbortSignal;
  /** Where it compares. */
  readonly comparison?: { readonly rules: ScanRules; readonly rows: RowSource };
}

/** One walk as its reader sees it. */
interface OpenWalk {
  readonly replies: WalkReply[];
  error: Error | undefined;
  isOver: boolean;
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
    for await (const { batch } of this.replies({ fs, names, ignores, signal })) {
      if (batch !== undefined && batch.count > 0) yield unpackBatch(batch);
    }
  }

  override async *compare(
    fs: FolderFs,
    names: readonly string[],
    rows: RowSource,
    rules: ScanRules,
    signal: AbortSignal,
  ): AsyncGenerator<Difference[], void> {
    const order = { fs, names, ignores: rules.ignores, signal, comparison: { rules, rows } };
    for await (const { differences } of this.replies(order)) {
      if (differences !== undefined && differences.kinds.length > 0) {
        yield unpackDifferences(differences);
      }
    }
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    for (const { walks } of this.threads) failAll(walks, closedError());
    await Promise.all(this.threads.map(({ thread }) => thread.close()));
  }

  private async *replies(order: Order): AsyncGenerator<WalkReply, void> {
    const { fs, names, ignores, signal, comparison } = order;
    signal.throwIfAborted();
    const root = await fs.stat('');
    if (root === undefined) throw new SyncError('missing', `${fs.root}: no such folder root`);
    signal.throwIfAborted();
    const { device, inode } = root;
    const number = ++this.lastWalk;
    const at = this.leastBusy();
    const walk: OpenWalk = {
      replies: [],
      error: undefined,
      isOver: false,
      wake: () => undefined,
    };
    const abort = (): void => fail(walk, signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    at.walks.set(number, walk);
    const feed = comparison && new RowFeed(comparison.rows, walk, at.thread, number);
    const askForMore = (): void => at.thread.post({ kind: 'next', walk: number });
    try {
      at.thread.post({
        kind: 'start',
        walk: number,
        target: { root: fs.root, links: fs.links, device, inode, names, ignores },
        rules: comparison && rulesOf(comparison.rules),
      });
      at.thread.setBusy(true);
      feed?.give(ROW_PAGES_AHEAD_MAX);
      for (let i = 0; i < BATCHES_AHEAD_MAX; i++) askForMore();
      yield* read(walk, askForMore, feed);
    } finally {
      walk.isOver = true;
      signal.removeEventListener('abort', abort);
      at.walks.delete(number);
      // The thread closes the walk's directories; a walk that came to its end is unknown there.
      at.thread.postIfRunning({ kind: 'stop', walk: number });
      at.thread.setBusy(at.walks.size > 0);
    }
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

/** Hands on pages of rows to the thread that compares. */
class RowFeed {
  private lastGiven: Promise<void> = Promise.resolve();
  private isLastGiven = false;

  constructor(
    private readonly rows: RowSource,
    private readonly walk: OpenWalk,
    private readonly thread: WorkerThread<WalkRequest, WalkReply>,
    private readonly number: number,
  ) {}

  give(pages: number): void {
    for (let i = 0; i < pages; i += 1) {
      this.lastGiven = this.lastGiven.then(() => this.giveOne());
    }
  }

  /** Never rejects: the walk fails. */
  private async giveOne(): Promise<void> {
    if (this.walk.isOver || this.isLastGiven) return;
    try {
      const rows = await this.rows.next();
      if (this.walk.isOver) return;
      this.isLastGiven = rows.isLast;
      const { bytes, lengths } = rows.page;
      const posted = { page: { bytes, lengths }, isLast: rows.isLast };
      this.thread.post({ kind: 'rows', walk: this.number, rows: posted }, buffersOf(rows));
    } catch (error) {
      fail(this.walk, error as Error);
    }
  }
}

function buffersOf({ page: { bytes } }: RowPage): ArrayBuffer[] {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
  return isWhole && bytes.length > 0 ? [buffer] : [];
}

/** Nothing but them: what else the object holds may not be fit to be handed over. */
function rulesOf(rules: ScanRules): ScanRules {
  const { ignorePerms, modTimeWindowNs, accounts, ignores, isReceiveOnly, autoNormalize } = rules;
  const options = { accounts, isReceiveOnly, modTimeWindowNs };
  return { ignorePerms, ignores, autoNormalize, ...options };
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

async function* read(
  walk: OpenWalk,
  askForMore: () => void,
  feed: RowFeed | undefined,
): AsyncGenerator<WalkReply, void> {
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
    feed?.give(reply.rowsTaken ?? 0);
    yield reply;
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
