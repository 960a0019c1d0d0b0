/**
 * How long a pass waits for content that is on its way: as long as items get done. When none has been for a while, or
 * the folder is wanted for something else, the pass ends and the content goes on arriving without it.
 */
import { type Clock, type Timer } from '../../platform/clock.js';

/** Nothing got done for so long: what is still on its way comes from a slow device. */
export const LINGER_MS = 10_000;

export class Patience {
  private readonly waiters = new Set<(error?: Error) => void>();
  private progressMs: number;
  private timer: Timer | undefined;
  private isEnded = false;
  private isWalked = false;
  private isWanted = false;

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.progressMs = clock.monotonicMs();
    this.arm(LINGER_MS);
    signal.addEventListener('abort', this.onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.isEnded;
  }

  /** All that is needed was looked at: the pass only waits from now on. */
  walked(): void {
    this.isWalked = true;
    if (this.isWanted) this.end();
  }

  /** Ends as soon as the pass only waits. */
  endWhenWalked(): void {
    this.isWanted = true;
    if (this.isWalked) this.end();
  }

  /** An item got done. */
  progress(): void {
    this.progressMs = this.clock.monotonicMs();
  }

  end(): void {
    this.isEnded = true;
    this.timer?.cancel();
    for (const waiter of [...this.waiters]) waiter();
  }

  /** To be called when the pass is over. */
  close(): void {
    this.end();
    this.signal.removeEventListener('abort', this.onAbort);
  }

  /** undefined when patience ends first; rejects as the promise does, or with the signal's reason. */
  wait<T>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const settle = (error?: Error): void => {
        this.waiters.delete(settle);
        if (error === undefined) resolve(undefined);
        else reject(error);
      };
      if (this.signal.aborted) return reject(this.signal.reason as Error);
      if (this.isEnded) return resolve(undefined);
      this.waiters.add(settle);
      promise.then(
        (value) => {
          this.waiters.delete(settle);
          resolve(value);
        },
        (error: unknown) => settle(error as Error),
      );
    });
  }

  private readonly onAbort = (): void => {
    for (const waiter of [...this.waiters]) waiter(this.signal.reason as Error);
  };

  private arm(delayMs: number): void {
    this.timer = this.clock.setTimer(delayMs, () => {
      const leftMs = this.progressMs + LINGER_MS - this.clock.monotonicMs();
      if (leftMs > 0) this.arm(leftMs);
      else this.end();
    });
  }
}
