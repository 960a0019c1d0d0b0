/**
 * Worker threads for small pieces of disk work, shared by the folders of a node. Several, because a flush waits for
 * the disk. Tasks asked for in one turn of the event loop travel together; a block with its buffer travels alone. New
 * files, and new names, wait for one another while few threads are at it: the more there are in a group, the less each waits for the
 * flush that they share. What waits is bounded by its callers: each folder has a bounded number of operations.
 */
import { FRONT_BYTES, giveBuffer, returned, takeFreeBuffer } from './block-buffers.js';
import { type BlockRead, type BlockReply, type BlockRequest } from './block-tasks.js';
import {
  bytesOf,
  type DiskReply,
  type DiskRequest,
  packRequest,
  resultAt,
} from './disk-messages.js';
import { type MoveReply, type MoveRequest, packMoves } from './file-moves.js';
import { type FileId, type FileMove } from './folder-fs.js';
import { errorFrom, type DiskResult, type DiskTask } from './disk-tasks.js';
import { type BlockCopy, type BlockWrite } from './real-file-handle.js';
import { TaskShare } from './task-share.js';
import { WorkerThread } from './worker-thread.js';
import { workerUrl } from './worker-url.js';

export const DISK_THREADS_MAX = 4;
/** One in work and one waiting, so that no thread idles until the event loop comes round. */
const GROUPS_PER_THREAD_MAX = 2;
/** One writes while the other waits for the disk. */
const PUT_THREADS_MAX = 2;
const PUT_GROUP_FILES_MAX = 256;
/** Of the files in a group of new ones. */
const PUT_GROUP_BYTES_MAX = 4 * 1024 * 1024;
const GROUP_BYTES_MAX = 1024 * 1024;

type Request = DiskRequest | BlockRequest | MoveRequest;
type Reply = DiskReply | BlockReply | MoveReply;

interface Waiting {
  readonly task: DiskTask;
  readonly resolve: (result: DiskResult) => void;
  readonly reject: (error: Error) => void;
}

/** What travels in one message. */
interface Job {
  readonly isPut?: boolean;
  /** Of the file that it writes a block to. */
  readonly descriptor?: number;
  /** The message, and what is transferred with it. */
  pack(group: number): [Request, ArrayBuffer[]];
  settle(reply: Reply): void;
  reject(error: Error): void;
}

interface DiskThread {
  readonly thread: WorkerThread<Request, Reply>;
  readonly jobs: Map<number, Job>;
}

export class DiskThreads {
  private readonly threads: DiskThread[] = [];
  private readonly waiting: Waiting[] = [];
  private readonly waitingPuts: Waiting[] = [];
  private readonly blocks: Job[] = [];
  private readonly share = new TaskShare();
  /** Whose it is to be handed to a thread. */
  private turn = 0;
  private users = 0;
  private lastGroup = 0;
  private isDispatchDue = false;

  /** Each user closes once; with the last one the threads end. A later user starts them anew. */
  open(): void {
    this.users += 1;
  }

  /** Only after the user's own tasks have ended. */
  async close(): Promise<void> {
    this.users -= 1;
    if (this.users > 0) return;
    await Promise.all(this.threads.splice(0).map(({ thread }) => thread.close()));
  }

  /** Rejects with the system's error, or a SyncError. */
  run(task: DiskTask): Promise<DiskResult> {
    return new Promise((resolve, reject) => {
      this.listOf(task).push({ task, resolve, reject });
      this.dispatchSoon();
    });
  }

  /** What came of each, in the order of the tasks; does not reject. */
  runAll(tasks: readonly DiskTask[]): Promise<(DiskResult | Error)[]> {
    if (tasks.length === 0) return Promise.resolve([]);
    return new Promise((resolve) => {
      const results = new Array<DiskResult | Error>(tasks.length);
      let left = tasks.length;
      tasks.forEach((task, index) => {
        const settle = (result: DiskResult | Error): void => {
          results[index] = result;
          left -= 1;
          if (left === 0) resolve(results);
        };
        this.listOf(task).push({ task, resolve: settle, reject: settle });
      });
      this.dispatchSoon();
    });
  }

  /** The buffer behind the data is a block buffer and goes with it. Settles as run; false: not the hash's bytes. */
  writeBlock(write: BlockWrite | BlockCopy): Promise<boolean> {
    return this.runBlock(write, (buffer, isRight) => {
      if (buffer !== undefined) giveBuffer(buffer);
      return isRight;
    });
  }

  /** In a block buffer of its own, behind FRONT_BYTES; undefined where the content is not the wanted one. */
  readBlock(read: BlockRead): Promise<Uint8Array | undefined> {
    return this.runBlock(read, (buffer, isRight) => {
      if (buffer === undefined) return undefined;
      if (isRight) return new Uint8Array(buffer, FRONT_BYTES, read.length);
      giveBuffer(buffer);
      return undefined;
    });
  }

  /** One step for all of them, in one message. Paths whose directories the caller holds. */
  runMoves(
    step: MoveRequest['step'],
    moves: readonly FileMove[],
    ids: readonly FileId[],
  ): Promise<MoveReply> {
    return new Promise((resolve, reject) => {
      const pack = (group: number): [Request, ArrayBuffer[]] => {
        const request = packMoves(group, step, moves, ids);
        return [request, [request.numbers.buffer, request.ids.buffer]];
      };
      this.blocks.push({ pack, settle: (reply) => resolve(reply as MoveReply), reject });
      this.dispatch();
    });
  }

  private runBlock<T>(
    block: BlockRequest['block'],
    resultOf: (buffer: ArrayBuffer | undefined, isRight: boolean) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = ({ buffer, isRight, failure }: BlockReply): void => {
        const back = buffer && returned(buffer);
        if (failure === undefined) return resolve(resultOf(back, isRight));
        if (back !== undefined) giveBuffer(back);
        reject(errorFrom(failure));
      };
      this.blocks.push(blockJob(block, settle, reject));
      this.dispatch();
    });
  }

  private listOf({ kind }: DiskTask): Waiting[] {
    return kind === 'put' || kind === 'link' ? this.waitingPuts : this.waiting;
  }

  private dispatchSoon(): void {
    if (this.isDispatchDue) return;
    this.isDispatchDue = true;
    setImmediate(() => {
      this.isDispatchDue = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    const sources = [() => this.nextGroup(), () => this.nextBlock(), () => this.nextPuts()];
    // In turn, so that none keeps the others waiting.
    for (let misses = 0; misses < sources.length; this.turn += 1) {
      const source = sources[this.turn % sources.length] as () => boolean;
      misses = source() ? 0 : misses + 1;
    }
  }

  /** Hands a group to a thread; false when there is none, or no thread has room. */
  private nextGroup(): boolean {
    const to = this.waiting.length > 0 ? this.leastBusy() : undefined;
    if (to === undefined) return false;
    const tasksMax = this.share.groupOf(this.waiting.length, DISK_THREADS_MAX);
    const group = takeGroup(this.waiting, tasksMax, GROUP_BYTES_MAX);
    const job = groupJob(group);
    const settle = (reply: Reply): void => {
      this.share.took(group.length, (reply as DiskReply).tookMs);
      job.settle(reply);
    };
    this.send(to, { pack: job.pack, settle, reject: job.reject });
    return true;
  }

  private nextPuts(): boolean {
    if (this.waitingPuts.length === 0) return false;
    if (this.threads.filter(isPutting).length >= PUT_THREADS_MAX) return false;
    const to = this.leastBusy();
    if (to === undefined) return false;
    const group = takeGroup(this.waitingPuts, PUT_GROUP_FILES_MAX, PUT_GROUP_BYTES_MAX);
    this.send(to, { ...groupJob(group), isPut: true });
    return true;
  }

  /** The first that may go. */
  private nextBlock(): boolean {
    /** Files whose writers have enough. */
    const full = new Set<number>();
    for (const [index, job] of this.blocks.entries()) {
      const { descriptor } = job;
      if (descriptor !== undefined && full.has(descriptor)) continue;
      const to = this.writerOf(descriptor) ?? this.leastBusy();
      if (to === undefined) return false;
      if (to.jobs.size >= GROUPS_PER_THREAD_MAX) {
        if (descriptor !== undefined) full.add(descriptor);
        continue;
      }
      this.blocks.splice(index, 1);
      this.send(to, job);
      return true;
    }
    return false;
  }

  /** The thread that writes to the file just now: others would only wait for it, and use up a processor while they do. */
  private writerOf(descriptor: number | undefined): DiskThread | undefined {
    if (descriptor === undefined) return undefined;
    for (const thread of this.threads) {
      for (const job of thread.jobs.values()) if (job.descriptor === descriptor) return thread;
    }
    return undefined;
  }

  private send(to: DiskThread, job: Job): void {
    const number = ++this.lastGroup;
    to.jobs.set(number, job);
    to.thread.post(...job.pack(number));
    to.thread.setBusy(true);
  }

  /** undefined when all have as much as they may. */
  private leastBusy(): DiskThread | undefined {
    let best: DiskThread | undefined;
    for (const each of this.threads) {
      if (best === undefined || each.jobs.size < best.jobs.size) best = each;
    }
    if (best?.jobs.size === 0) return best;
    if (this.threads.length < DISK_THREADS_MAX) return this.addThread();
    return best !== undefined && best.jobs.size < GROUPS_PER_THREAD_MAX ? best : undefined;
  }

  private addThread(): DiskThread {
    const jobs = new Map<number, Job>();
    const thread = new WorkerThread<Request, Reply>(
      'disk',
      workerUrl(import.meta.url, 'disk-worker'),
      {
        replied: (reply) => {
          const job = jobs.get(reply.group);
          jobs.delete(reply.group);
          thread.setBusy(jobs.size > 0);
          job?.settle(reply);
          this.dispatchSoon();
        },
        failed: (error) => {
          for (const job of jobs.values()) job.reject(error);
          jobs.clear();
          this.dispatchSoon();
        },
      },
    );
    const added = { thread, jobs };
    this.threads.push(added);
    return added;
  }
}

function isPutting({ jobs }: DiskThread): boolean {
  for (const { isPut } of jobs.values()) if (isPut === true) return true;
  return false;
}

/** From the front of the list, which loses them. */
function takeGroup(list: Waiting[], tasksMax: number, bytesMax: number): Waiting[] {
  let count = 0;
  let bytes = 0;
  while (count < Math.min(tasksMax, list.length)) {
    bytes += bytesOf((list[count] as Waiting).task);
    if (count > 0 && bytes > bytesMax) break;
    count += 1;
  }
  return list.splice(0, count);
}

function groupJob(group: readonly Waiting[]): Job {
  return {
    pack: (number) => {
      const request = packRequest(
        number,
        group.map(({ task }) => task),
      );
      return [request, [request.numbers.buffer, request.data.buffer] as ArrayBuffer[]];
    },
    settle: (reply) => settle(group, reply as DiskReply),
    reject: (error) => rejectAll(group, error),
  };
}

function blockJob(
  block: BlockRequest['block'],
  settle: (reply: BlockReply) => void,
  reject: (error: Error) => void,
): Job {
  return {
    ...('data' in block ? { descriptor: block.descriptor } : {}),
    pack: (group) => {
      if ('data' in block) return [{ group, block, buffer: undefined }, [block.data.buffer]];
      if ('source' in block) return [{ group, block, buffer: undefined }, []];
      const buffer = takeFreeBuffer(FRONT_BYTES + block.length);
      return [{ group, block, buffer }, buffer === undefined ? [] : [buffer]];
    },
    settle: (reply) => settle(reply as BlockReply),
    reject,
  };
}

function settle(group: readonly Waiting[], reply: DiskReply): void {
  let at = 0;
  group.forEach(({ task, resolve, reject }, index) => {
    const failure = reply.failures.get(index);
    if (failure === undefined) resolve(resultAt(reply, index, task, at));
    else reject(errorFrom(failure));
    if (task.kind === 'read') at += task.length;
  });
}

function rejectAll(tasks: readonly Waiting[], error: Error): void {
  for (const { reject } of tasks) reject(error);
}
