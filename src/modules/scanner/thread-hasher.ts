/** The hasher of a running node: a pool of worker threads, each with a bounded number of groups in work. */
import { hash as hashOnce } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SyncError } from '../../domain/errors.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { isSameState } from '../../platform/item-state.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { WorkerThread } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { AbortGroups } from './abort-groups.js';
import {
  changed,
  hashBytesOf,
  packPieces,
  type HashReply,
  type HashRequest,
} from './hash-pieces.js';
import { HashQueue, type HashTask, type QueuedPiece } from './hash-queue.js';
import { Hasher, type HashedFile } from './hasher.js';
import { statAt } from './stat-columns.js';

export const HASH_THREADS_MAX = 8;
/** One in work and one waiting, so that no thread idles until the event loop comes round. */
const GROUPS_PER_THREAD_MAX = 2;

interface HashThread {
  readonly thread: WorkerThread<HashRequest, HashReply>;
  readonly groups: Map<number, QueuedPiece[]>;
}

export class ThreadHasher extends Hasher {
  private readonly queue = new HashQueue();
  private readonly aborts = new AbortGroups<HashTask>(rejectTask);
  private readonly threads: HashThread[] = [];
  private readonly threadsMax = Math.min(HASH_THREADS_MAX, Math.max(1, availableParallelism()));
  private lastGroup = 0;
  private isDispatchDue = false;
  private isClosed = false;

  override hashFile(
    fs: FolderFs,
    name: string,
    expectedSize: number,
    blockSize: number,
    signal: AbortSignal,
  ): Promise<HashedFile> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (this.isClosed) return reject(closedError());
      const task: HashTask = {
        root: fs.root,
        links: fs.links,
        name,
        size: expectedSize,
        blockSize,
        isOver: false,
        blockHashes: undefined,
        stat: undefined,
        piecesLeft: 0,
        resolve: (hashed) => {
          this.aborts.remove(signal, task);
          resolve(hashed);
        },
        reject: (error) => {
          this.aborts.remove(signal, task);
          reject(error);
        },
      };
      this.aborts.add(signal, task);
      this.queue.add(task);
      this.dispatchSoon();
    });
  }

  override sha256(data: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(hashOnce('sha256', data, 'buffer'));
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    for (const task of this.queue.drain()) rejectTask(task, closedError());
    for (const { groups } of this.threads) rejectGroups(groups, closedError());
    await Promise.all(this.threads.map(({ thread }) => thread.close()));
  }

  /** Calls made in one go are grouped: the first of them must not leave alone. */
  private dispatchSoon(): void {
    if (this.isDispatchDue) return;
    this.isDispatchDue = true;
    queueMicrotask(() => {
      this.isDispatchDue = false;
      if (!this.isClosed) this.dispatch();
    });
  }

  private dispatch(): void {
    for (;;) {
      const free = this.leastBusy();
      if (free === undefined) return;
      const pieces = this.queue.take(this.threadsMax);
      if (pieces.length === 0) return;
      this.send(free ?? this.addThread(), pieces);
    }
  }

  /** undefined: all are at their limit; null: one more may be started. */
  private leastBusy(): HashThread | null | undefined {
    let best: HashThread | undefined;
    for (const each of this.threads) {
      if (best === undefined || each.groups.size < best.groups.size) best = each;
    }
    if (best?.groups.size === 0) return best;
    if (this.threads.length < this.threadsMax) return null;
    return best !== undefined && best.groups.size < GROUPS_PER_THREAD_MAX ? best : undefined;
  }

  private send(to: HashThread, pieces: QueuedPiece[]): void {
    const group = ++this.lastGroup;
    to.groups.set(group, pieces);
    const list = pieces.map(({ piece }) => piece);
    to.thread.post(packPieces(group, pieces[0].task, list));
    to.thread.setBusy(true);
  }

  private addThread(): HashThread {
    const groups = new Map<number, QueuedPiece[]>();
    const thread = new WorkerThread<HashRequest, HashReply>(
      'scanner',
      workerUrl(import.meta.url, 'hasher-worker'),
      {
        replied: (reply) => {
          const pieces = groups.get(reply.group) ?? [];
          groups.delete(reply.group);
          thread.setBusy(groups.size > 0);
          this.dispatchSoon();
          takeReply(pieces, reply);
        },
        failed: (error) => {
          rejectGroups(groups, error);
          this.dispatchSoon();
        },
      },
    );
    const added = { thread, groups };
    this.threads.push(added);
    return added;
  }
}

function takeReply(pieces: readonly QueuedPiece[], reply: HashReply): void {
  let at = 0;
  pieces.forEach(({ task, piece }, index) => {
    const end = at + hashBytesOf(piece.length, piece.blockSize);
    const failure = reply.failures.get(index);
    if (task.isOver) {
      // Given up, or another of its ranges failed.
    } else if (failure !== undefined) {
      rejectTask(task, new SyncError(failure.code, failure.message, failure.retryable));
    } else {
      const offset = (piece.offset / piece.blockSize) * HASH_BYTES;
      // A copy: a view would keep the hashes of the whole group for as long as this file's are kept.
      takePiece(task, offset, reply.hashes.slice(at, end), statAt(reply.stats, index));
    }
    at = end;
  });
}

function takePiece(task: HashTask, offset: number, hashes: Uint8Array, stat: ItemStat): void {
  // All ranges must come from one state of the file, or the list would describe a file that never was.
  if (task.stat !== undefined && !isSameState(task.stat, stat)) {
    rejectTask(task, changed(task.name));
    return;
  }
  task.stat = stat;
  let all = hashes;
  if (task.piecesLeft > 1 || task.blockHashes !== undefined) {
    all = task.blockHashes ??= new Uint8Array(hashBytesOf(task.size, task.blockSize));
    all.set(hashes, offset);
  }
  task.piecesLeft -= 1;
  if (task.piecesLeft > 0) return;
  task.isOver = true;
  task.resolve({ size: task.size, blockHashes: all, stat });
}

function rejectTask(task: HashTask, error: Error): void {
  if (task.isOver) return;
  task.isOver = true;
  task.reject(error);
}

function rejectGroups(groups: Map<number, QueuedPiece[]>, error: Error): void {
  for (const pieces of groups.values()) for (const { task } of pieces) rejectTask(task, error);
  groups.clear();
}

function closedError(): SyncError {
  return new SyncError('closed', 'the hasher is closed');
}
