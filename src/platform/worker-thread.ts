/**
 * One worker thread that is started at its first use, keeps the process alive only while it owes replies, and is
 * started anew after it failed. It owns the thread's life; what the messages mean is its user's.
 */
import { type TransferListItem, Worker } from 'node:worker_threads';
import { messageOf, SyncError } from '../domain/errors.js';

export interface WorkerThreadUser<Reply> {
  replied(reply: Reply): void;
  /** The thread is gone and with it all that it was asked. Not called after close. */
  failed(error: SyncError): void;
}

export class WorkerThread<Request, Reply> {
  private worker: Worker | undefined;
  private isClosed = false;

  /** `what` names the thread's kind in errors, for instance "scanner". */
  constructor(
    private readonly what: string,
    private readonly url: URL,
    private readonly user: WorkerThreadUser<Reply>,
  ) {}

  post(request: Request, transferred: readonly TransferListItem[] = []): void {
    if (this.isClosed) throw new SyncError('closed', `the ${this.what} is closed`);
    this.worker ??= this.start();
    this.worker.postMessage(request, transferred);
  }

  /** As post, but what a thread that is not running could not know needs no thread. */
  postIfRunning(request: Request): void {
    this.worker?.postMessage(request);
  }

  /** While busy the thread keeps the process alive. */
  setBusy(isBusy: boolean): void {
    if (isBusy) this.worker?.ref();
    else this.worker?.unref();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { worker } = this;
    this.worker = undefined;
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(this.url);
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
