/**
 * Bounded concurrency: so many tasks at a time and, together, so much weight (usually bytes). Tasks start in the
 * order they were given. One that is heavier than the whole limit runs alone rather than never.
 */
export interface TaskQueueLimits {
  /** Tasks that run at the same time, at least 1. */
  readonly tasksMax: number;
  /** Weight of all running tasks together. Unlimited when absent. */
  readonly weightMax?: number;
}

export interface TaskOptions {
  /** Share of weightMax while the task runs; 0 when absent. */
  readonly weight?: number;
  /** Aborting takes a task that has not started out of the queue; a running task watches the signal itself. */
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

export class TaskQueue {
  readonly tasksMax: number;
  private readonly weightMax: number;
  /** In order of arrival; a set gives up an aborted task in constant time. */
  private readonly waiting = new Set<Waiting>();
  private readonly idleWaiters: (() => void)[] = [];
  private runningTasks = 0;
  private runningWeight = 0;

  constructor(limits: TaskQueueLimits) {
    this.tasksMax = limits.tasksMax;
    this.weightMax = limits.weightMax ?? Infinity;
    if (!(this.tasksMax >= 1)) throw new RangeError('tasksMax must be at least 1');
    if (!(this.weightMax > 0)) throw new RangeError('weightMax must be above 0');
  }

  /** Settles as the task does, or rejects with the signal's reason when aborted before the task started. */
  async run<T>(task: () => Promise<T>, options: TaskOptions = {}): Promise<T> {
    const weight = options.weight ?? 0;
    await this.admission(weight, options.signal);
    try {
      return await task();
    } finally {
      this.runningTasks -= 1;
      this.runningWeight -= weight;
      this.startWaiting();
    }
  }

  /** Resolves when no task runs or waits. */
  async onIdle(): Promise<void> {
    while (this.runningTasks > 0 || this.waiting.size > 0) {
      await new Promise<void>((resolve) => this.idleWaiters.push(resolve));
    }
  }

  private admission(weight: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        this.waiting.delete(waiting);
        reject(signal?.reason as Error);
        this.startWaiting();
      };
      const waiting: Waiting = {
        weight,
        start: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.add(waiting);
      this.startWaiting();
    });
  }

  private startWaiting(): void {
    for (const next of this.waiting) {
      if (!this.fits(next.weight)) break;
      this.waiting.delete(next);
      this.runningTasks += 1;
      this.runningWeight += next.weight;
      next.start();
    }
    if (this.runningTasks > 0 || this.waiting.size > 0) return;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  private fits(weight: number): boolean {
    if (this.runningTasks === 0) return true;
    return this.runningTasks < this.tasksMax && this.runningWeight + weight <= this.weightMax;
  }
}

/**
 * Runs fn through the queue for every item. Takes the next item only while fewer of them than the queue's tasksMax are
 * under way, so that a long iterable is never held whole. Resolves when all are done. After the first rejection, or
 * when signal aborts, no further item is taken; it then rejects with that error once the calls under way have ended.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T> | AsyncIterable<T>,
  queue: TaskQueue,
  fn: (item: T) => Promise<void>,
  signal?: AbortSignal,
  weightOf: (item: T) => number = () => 0,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const start = (item: T): void => {
    const call = queue
      .run(() => fn(item), { signal, weight: weightOf(item) })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(call));
    underWay.add(call);
  };
  try {
    for await (const item of items) {
      signal?.throwIfAborted();
      start(item);
      while (underWay.size >= queue.tasksMax) await Promise.race(underWay);
      if (failure !== undefined) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (failure !== undefined) throw failure.error;
}
