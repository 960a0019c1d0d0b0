/**
 * One worker thread that is started at its first use, keeps the process alive only while it owes replies, ends when it had
 * nothing to do for a while, and is started anew after that or after it failed. It owns the thread's life; what the
 * messages mean is its user's.
 */
import { type TransferListItem, Worker } from 'node:worker_threads';
import { messageOf, SyncError } from '../domain/errors.js';
import { END } from './thread-port.js';

/**
 * For what tasks make and leave. By default a thread would keep three times 16 MiB for it; with this little it takes no more
 * time.
 */
export const YOUNG_GENERATION_MIB_MAX = 6;
/** A thread takes some 15 MiB while it does nothing, and a new one 50 ms. */
const IDLE_MS_MAX = 60_000;
/** For what the thread is at when it is to end: a piece to be hashed, a group of files to be flushed. */
const END_MS_MAX = 30_000;

export interface WorkerThreadUser<Reply> {
  replied(reply: Reply): void;
  /** The thread is gone and with it all that it was asked. Not called after close. */
  failed(error: SyncError): void;
}

export class WorkerThread<Request, Reply> {
  private worker: Worker | undefined;
  private isClosed = false;
  private idle: NodeJS.Timeout | undefined;

  /** `what` names the thread's kind in errors, for instance "scanner". */
  constructor(
    private readonly what: string,
    private readonly url: URL,
    private readonly user: WorkerThreadUser<Reply>,
    private readonly idleMs = IDLE_MS_MAX,
  ) {}

  post(request: Request, transferred: readonly TransferListItem[] = []): void {
    if (this.isClosed) throw new SyncError('closed', `the ${this.what} is closed`);
    clearTimeout(this.idle);
    this.worker ??= this.start();
    this.worker.postMessage(request, transferred);
  }

  /** As post, but what a thread that is not running could not know needs no thread. */
  postIfRunning(request: Request): void {
    this.worker?.postMessage(request);
  }

  /** While busy the thread keeps the process alive. One that nobody ever says it of is kept, busy or not. */
  setBusy(isBusy: boolean): void {
    clearTimeout(this.idle);
    if (isBusy) {
      this.worker?.ref();
      return;
    }
    this.worker?.unref();
    if (!this.isClosed) this.idle = setTimeout(() => void this.end(), this.idleMs).unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.end();
  }

  /** As nothing is under way, nothing is lost; a user that posts again gets a new thread. */
  private async end(): Promise<void> {
    clearTimeout(this.idle);
    const { worker } = this;
    this.worker = undefined;
    if (worker === undefined) return;
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    // Else the process might end first, and the thread with it from outside: see thread-port.ts.
    worker.ref();
    worker.postMessage(END);
    const late = setTimeout(() => void worker.terminate(), END_MS_MAX);
    await exited;
    clearTimeout(late);
  }

  private start(): Worker {
    const worker = new Worker(this.url, {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB_MAX },
      // Node would complain of each descriptor that the system gave it directly (system-calls.ts).
      trackUnmanagedFds: false,
    });
    const fail = (reason: string): void => {
      if (this.worker !== worker) return;
      this.worker = undefined;
      this.user.failed(new SyncError('io', `a ${this.what} thread stopped: ${reason}`, true));
    };
    worker.on('message', (reply: Reply) => {
      if (this.worker === worker) this.user.replied(reply);
    });
    worker.on('error', (error) => fail(messageOf(error)));
    worker.on('exit', (status) => fail(`exit status ${status}`));
    worker.unref();
    return worker;
  }
}
