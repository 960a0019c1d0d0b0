/**
 * A limit on what is held at the same time, shared by groups so that none can take all of it: a group may hold as much
 * as it leaves free (a dynamic threshold, Choudhury and Hahne 1998). One alone gets half; a new one always finds room.
 */
interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

/** Gives back what was held; to be called once. */
export type Release = () => void;

export class SharedLimit {
  private readonly held = new Map<string, number>();
  private readonly waiting = new Map<string, Set<Waiting>>();
  private total = 0;

  /** `max`: of all groups together; one group whose first share is heavier may exceed it. */
  constructor(private readonly max: number) {
    if (!(max > 0)) throw new RangeError('max must be above 0');
  }

  /** undefined when the group has no room. */
  tryHold(group: string, weight: number): Release | undefined {
    const own = this.held.get(group) ?? 0;
    if (own > 0 && own + weight > this.max - this.total) return undefined;
    this.held.set(group, own + weight);
    this.total += weight;
    return () => this.release(group, weight);
  }

  /**
   * Runs the task when the group has room; first come, first served within a group. Settles as the task does, or
   * rejects with the signal's reason when aborted before it started.
   */
  async run<T>(
    group: string,
    weight: number,
    signal: AbortSignal,
    task: () => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const free = this.waiting.has(group) ? undefined : this.tryHold(group, weight);
    const release = free ?? (await this.hold(group, weight, signal));
    try {
      return await task();
    } finally {
      release();
    }
  }

  private hold(group: string, weight: number, signal: AbortSignal): Promise<Release> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        this.remove(group, waiting);
        reject(signal.reason as Error);
        // It may have been the one that held the others up.
        this.startWaiting(group);
      };
      const waiting: Waiting = {
        weight,
        start: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(() => this.release(group, weight));
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      const queue = this.waiting.get(group) ?? new Set();
      this.waiting.set(group, queue.add(waiting));
      this.startWaiting(group);
    });
  }

  private release(group: string, weight: number): void {
    const own = (this.held.get(group) ?? 0) - weight;
    if (own > 0) this.held.set(group, own);
    else this.held.delete(group);
    this.total -= weight;
    for (const each of [...this.waiting.keys()]) this.startWaiting(each);
  }

  private startWaiting(group: string): void {
    for (const next of this.waiting.get(group) ?? []) {
      if (this.tryHold(group, next.weight) === undefined) return;
      this.remove(group, next);
      next.start();
    }
  }

  private remove(group: string, waiting: Waiting): void {
    const queue = this.waiting.get(group);
    queue?.delete(waiting);
    if (queue?.size === 0) this.waiting.delete(group);
  }
}
