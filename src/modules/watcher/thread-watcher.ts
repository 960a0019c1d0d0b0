/** The watcher with a thread behind it: one thread for all folders, so that nothing the node does keeps it from hearing. */
import { SyncError } from '../../domain/errors.js';
import { WorkerThread } from '../../platform/worker-thread.js';
import { workerUrl } from '../../platform/worker-url.js';
import { type WatchReply, type WatchRequest } from './watch-messages.js';
import {
  type SeenItem,
  Watcher,
  WatcherFactory,
  type WatchListener,
  type WatchScope,
  type WatchTarget,
} from './watcher.js';

interface Look {
  readonly resolve: (items: readonly (SeenItem | undefined)[]) => void;
  readonly reject: (error: SyncError) => void;
}

/** Where requests go to: a thread, or in tests the same one. */
export interface WatchLine {
  post(request: WatchRequest): void;
  close(): Promise<void>;
}

type OpenLine = (
  replied: (reply: WatchReply) => void,
  failed: (error: SyncError) => void,
) => WatchLine;

const THREAD_LINE: OpenLine = (replied, failed) =>
  new WorkerThread<WatchRequest, WatchReply>(
    'watcher',
    workerUrl(import.meta.url, 'watcher-worker'),
    { replied, failed },
  );

export class ThreadWatcherFactory extends WatcherFactory {
  private readonly watchers = new Map<number, ThreadWatcher>();
  private readonly line: WatchLine;
  private last = 0;

  constructor(open: OpenLine = THREAD_LINE) {
    super();
    this.line = open(
      (reply) => this.watchers.get(reply.watch)?.replied(reply),
      (error) => {
        for (const watcher of [...this.watchers.values()]) watcher.failed(error);
      },
    );
  }

  watch(target: WatchTarget, listener: WatchListener): Watcher {
    this.last += 1;
    const watch = this.last;
    const watcher = new ThreadWatcher(watch, this.line, listener, () => {
      this.watchers.delete(watch);
    });
    this.watchers.set(watch, watcher);
    this.line.post({ kind: 'watch', watch, target });
    return watcher;
  }

  /** A request to no watch starts the thread. */
  prepare(): void {
    this.line.post({ kind: 'close', watch: 0 });
  }

  async close(): Promise<void> {
    for (const watcher of [...this.watchers.values()]) watcher.close();
    await this.line.close();
  }
}

class ThreadWatcher extends Watcher {
  private readonly looks = new Map<number, Look>();
  private lastCall = 0;
  private follows = 0;
  private isClosed = false;

  constructor(
    private readonly watch: number,
    private readonly line: WatchLine,
    private readonly listener: WatchListener,
    private readonly forget: () => void,
  ) {
    super();
  }

  follow(scope: WatchScope): void {
    if (this.isClosed) return;
    this.follows += 1;
    this.line.post({ kind: 'follow', watch: this.watch, scope });
  }

  look(names: readonly string[]): Promise<readonly (SeenItem | undefined)[]> {
    if (this.isClosed) return Promise.reject(closedError());
    this.lastCall += 1;
    const call = this.lastCall;
    return new Promise((resolve, reject) => {
      this.looks.set(call, { resolve, reject });
      this.line.post({ kind: 'look', watch: this.watch, call, names });
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.line.post({ kind: 'close', watch: this.watch });
    this.end(closedError());
  }

  replied(reply: WatchReply): void {
    switch (reply.kind) {
      case 'watching':
        // One that was on its way when something else was asked for says nothing of that.
        if (reply.follows === this.follows) this.listener.watching();
        return;
      case 'patterns':
        this.listener.patternsChanged();
        return;
      case 'changed':
        this.listener.changed(reply.changes);
        if (!this.isClosed) this.line.post({ kind: 'taken', watch: this.watch });
        return;
      case 'looked':
        this.looks.get(reply.call)?.resolve(reply.items);
        this.looks.delete(reply.call);
        return;
      case 'failed': {
        const { code, message, retryable } = reply.error;
        this.failed(new SyncError(code, message, retryable));
      }
    }
  }

  failed(error: SyncError): void {
    this.end(error);
    this.listener.failed(error);
  }

  private end(error: SyncError): void {
    this.isClosed = true;
    this.forget();
    for (const { reject } of this.looks.values()) reject(error);
    this.looks.clear();
  }
}

function closedError(): SyncError {
  return new SyncError('closed', 'the watcher is closed');
}
