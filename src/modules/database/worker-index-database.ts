/**
 * The index on a worker thread: the event loop is never held up by the disk. Calls beyond a bound wait here, reads and
 * changes in lines of their own, so that no read stands behind a long change. When the worker ends on its own, every
 * call under way and every later one is rejected.
 */
import { Worker } from 'node:worker_threads';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { type Randomness } from '../../platform/randomness.js';
import { YOUNG_GENERATION_MIB_MAX } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { type ChangeArgs, type ChangeName, type ChangeResult } from './index-core.js';
import { type IndexCall, type ReadArgs, type ReadName, type ReadResult } from './index-core.js';
import { type OpenedIndex } from './index-database.js';
import { PackedIndexDatabase } from './packed-index-database.js';
import { transferables, type CarriedError, type WorkerReply } from './worker-messages.js';
import { type WorkerRequest, type WorkerStart } from './worker-messages.js';

/** Calls that the worker has at once; each holds one packed batch. */
const READS_OUTSTANDING_MAX = 32;
const CHANGES_OUTSTANDING_MAX = 4;
/** Calls of one kind that wait for their turn; one more is refused. */
const CALLS_WAITING_MAX = 10_000;

interface WaitingCall {
  readonly call: IndexCall | 'open' | 'close';
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: SyncError) => void;
}

interface Line {
  readonly outstandingMax: number;
  outstanding: number;
  readonly waiting: WaitingCall[];
}

export class WorkerIndexDatabase extends PackedIndexDatabase {
  private worker: Worker | undefined;
  /** Why calls are rejected. */
  private ended: SyncError | undefined = new SyncError('closed', 'the index database is not open');
  private nextId = 1;
  private readonly pending = new Map<number, WaitingCall & { readonly line: Line }>();
  private readonly readLine = lineOf(READS_OUTSTANDING_MAX);
  private readonly changeLine = lineOf(CHANGES_OUTSTANDING_MAX);
  /** Calls of this turn of the event loop, which travel together: a message costs more than a small call. */
  private leaving: WorkerRequest[] = [];

  /** path: of the database's file, in an existing directory. */
  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    randomness: Randomness,
  ) {
    super(randomness);
  }

  async open(): Promise<OpenedIndex> {
    const workerData: WorkerStart = { path: this.path, nowMs: this.clock.nowMs() };
    const worker = new Worker(workerUrl(import.meta.url, 'index-database-worker'), {
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB_MAX },
    });
    const opened = new Promise((resolve, reject) => {
      this.pending.set(0, { call: 'open', resolve, reject, line: lineOf(1) });
    });
    this.worker = worker;
    this.ended = undefined;
    worker.on('message', (replies: WorkerReply[]) => {
      for (const reply of replies) this.settle(reply);
    });
    worker.on('messageerror', (error) => this.end(stopped(messageOf(error))));
    worker.on('error', (error) => this.end(stopped(messageOf(error))));
    worker.on('exit', (code) => this.end(stopped(`exit code ${code}`)));
    try {
      return (await opened) as OpenedIndex;
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /** After the changes asked for before; later calls are rejected. */
  async close(): Promise<void> {
    const { worker } = this;
    if (worker === undefined || this.ended !== undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    const closing = this.enqueue(this.changeLine, 'close');
    this.ended = new SyncError('closed', 'the index database is closed');
    try {
      await closing;
      await exited;
    } finally {
      this.worker = undefined;
    }
  }

  protected read<M extends ReadName>(method: M, ...args: ReadArgs<M>): Promise<ReadResult<M>> {
    const call: IndexCall = { kind: 'read', method, args };
    return this.submit(this.readLine, call) as Promise<ReadResult<M>>;
  }

  protected change<M extends ChangeName>(
    method: M,
    ...args: ChangeArgs<M>
  ): Promise<ChangeResult<M>> {
    const call: IndexCall = { kind: 'change', method, args };
    return this.submit(this.changeLine, call) as Promise<ChangeResult<M>>;
  }

  private async submit(line: Line, call: IndexCall): Promise<unknown> {
    if (this.ended !== undefined) throw this.ended;
    if (line.waiting.length >= CALLS_WAITING_MAX) {
      throw new SyncError('refused', 'index database: too many calls are waiting', true);
    }
    return this.enqueue(line, call);
  }

  private enqueue(line: Line, call: IndexCall | 'close'): Promise<unknown> {
    return new Promise((resolve, reject) => {
      line.waiting.push({ call, resolve, reject });
      this.post(line);
    });
  }

  private post(line: Line): void {
    while (line.outstanding < line.outstandingMax) {
      const next = line.waiting.shift();
      if (next === undefined) return;
      const id = this.nextId;
      this.nextId += 1;
      line.outstanding += 1;
      const { call, resolve, reject } = next;
      this.pending.set(id, { call, resolve, reject, line });
      if (this.leaving.length === 0) queueMicrotask(() => this.send());
      this.leaving.push({ id, call: call as WorkerRequest['call'] });
    }
  }

  private send(): void {
    const requests = this.leaving;
    this.leaving = [];
    const args = requests.flatMap(({ call }) => (typeof call === 'string' ? [] : call.args));
    this.worker?.postMessage(requests, transferables(args));
  }

  private settle(reply: WorkerReply): void {
    const call = this.pending.get(reply.id);
    if (call === undefined) return;
    this.pending.delete(reply.id);
    if ('error' in reply) call.reject(errorFrom(reply.error));
    else call.resolve(reply.result);
    call.line.outstanding -= 1;
    this.post(call.line);
  }

  private end(reason: SyncError): void {
    this.ended ??= reason;
    const { readLine, changeLine } = this;
    const calls = [...this.pending.values(), ...readLine.waiting, ...changeLine.waiting];
    this.pending.clear();
    for (const line of [readLine, changeLine]) {
      line.waiting.length = 0;
      line.outstanding = 0;
    }
    for (const call of calls) call.reject(this.ended);
  }
}

function lineOf(outstandingMax: number): Line {
  return { outstandingMax, outstanding: 0, waiting: [] };
}

function stopped(why: string): SyncError {
  return new SyncError('io', `the thread of the index database ended: ${why}`);
}

function errorFrom({ code, message, retryable }: CarriedError): SyncError {
  return new SyncError(code, message, retryable);
}
