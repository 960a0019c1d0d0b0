/** The hasher of a running node: a pool of worker threads, each with a bounded number of jobs in work. */
import { hash as hashOnce } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { SyncError } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { WorkerThread } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { AbortGroups } from './abort-groups.js';
import { GroupJob, type HashJob, RANGE_BYTES, RangedFile } from './hash-jobs.js';
import { packPieces, type HashPlace, type HashReply, type HashRequest } from './hash-pieces.js';
import { HashQueue } from './hash-queue.js';
import { Hasher, type FileHash, type FileToHash, type HashedFile } from './hasher.js';

export const HASH_THREADS_MAX = 8;
/** One in work and one waiting, so that no thread idles until the event loop comes round. */
const JOBS_PER_THREAD_MAX = 2;

/** What can be given up. */
type Waiting = Pick<HashJob, 'fail'>;

interface HashThread {
  readonly thread: WorkerThread<HashRequest, HashReply>;
  /** By the number of their requests. */
  readonly jobs: Map<number, HashJob>;
}

export class ThreadHasher extends Hasher {
  private readonly queue = new HashQueue();
  private readonly aborts = new AbortGroups<Waiting>((waiting, reason) => waiting.fail(reason));
  private readonly threads: HashThread[] = [];
  private readonly threadsMax = Math.min(HASH_THREADS_MAX, Math.max(1, availableParallelism()));
  private lastNumber = 0;
  private isDispatchDue = false;
  private isClosed = false;

  override async hashFile(
    fs: FolderFs,
    name: string,
    expectedSize: number,
    blockSize: number,
    signal: AbortSignal,
  ): Promise<HashedFile> {
    const file = { name, size: expectedSize, blockSize };
    if (expectedSize > RANGE_BYTES) return this.hashInRanges(fs, file, signal);
    const [hashed] = await this.hashFiles(fs, [file], signal);
    if (hashed instanceof Error) throw hashed;
    return hashed;
  }

  override hashFiles(
    fs: FolderFs,
    files: readonly FileToHash[],
    signal: AbortSignal,
  ): Promise<FileHash[]> {
    return new Promise((resolve) => {
      const job = new GroupJob(placeOf(fs), files, (hashes) => {
        this.aborts.remove(signal, job);
        resolve(hashes);
      });
      if (!this.admits(job, signal)) return;
      this.queue.addGroup(job);
    });
  }

  override sha256(data: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(hashOnce('sha256', data, 'buffer'));
  }

  override async close(): Promise<void> {
    this.isClosed = true;
    for (const job of this.queue.drain()) job.fail(closedError());
    for (const { jobs } of this.threads) failAll(jobs, closedError());
    await Promise.all(this.threads.map(({ thread }) => thread.close()));
  }

  private hashInRanges(fs: FolderFs, file: FileToHash, signal: AbortSignal): Promise<HashedFile> {
    return new Promise((resolve, reject) => {
      const end = (): void => this.aborts.remove(signal, ranged);
      const ranged = new RangedFile(
        placeOf(fs),
        file,
        (hashed) => {
          end();
          resolve(hashed);
        },
        (error) => {
          end();
          reject(error);
        },
      );
      if (!this.admits(ranged, signal)) return;
      this.queue.addRanges(ranged.jobs);
    });
  }

  private admits(waiting: Waiting, signal: AbortSignal): boolean {
    if (signal.aborted || this.isClosed) {
      waiting.fail(signal.aborted ? (signal.reason as Error) : closedError());
      return false;
    }
    this.aborts.add(signal, waiting);
    this.dispatchSoon();
    return true;
  }

  /** Calls made in one go take their turns. */
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
      const job = this.queue.take();
      if (job === undefined) return;
      this.send(free ?? this.addThread(), job);
    }
  }

  /** undefined: all are at their limit; null: one more may be started. */
  private leastBusy(): HashThread | null | undefined {
    let best: HashThread | undefined;
    for (const each of this.threads) {
      if (best === undefined || each.jobs.size < best.jobs.size) best = each;
    }
    if (best?.jobs.size === 0) return best;
    if (this.threads.length < this.threadsMax) return null;
    return best !== undefined && best.jobs.size < JOBS_PER_THREAD_MAX ? best : undefined;
  }

  private send(to: HashThread, job: HashJob): void {
    const number = ++this.lastNumber;
    to.jobs.set(number, job);
    to.thread.post(packPieces(number, job.place, job.pieces));
    to.thread.setBusy(true);
  }

  private addThread(): HashThread {
    const jobs = new Map<number, HashJob>();
    const thread = new WorkerThread<HashRequest, HashReply>(
      'scanner',
      workerUrl(import.meta.url, 'hasher-worker'),
      {
        replied: (reply) => {
          const job = jobs.get(reply.group);
          jobs.delete(reply.group);
          thread.setBusy(jobs.size > 0);
          this.dispatchSoon();
          job?.settle(reply);
        },
        failed: (error) => {
          failAll(jobs, error);
          this.dispatchSoon();
        },
      },
    );
    const added = { thread, jobs };
    this.threads.push(added);
    return added;
  }
}

function placeOf({ root, links }: FolderFs): HashPlace {
  return { root, links };
}

function failAll(jobs: Map<number, HashJob>, error: Error): void {
  for (const job of jobs.values()) job.fail(error);
  jobs.clear();
}

function closedError(): SyncError {
  return new SyncError('closed', 'the hasher is closed');
}
