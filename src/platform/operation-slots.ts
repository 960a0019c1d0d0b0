/**
 * Lets a bounded number of operations run at once and lets the owner wait for the last of them.
 * Those beyond the bound wait in the order they came; each belongs to a caller that awaits it and holds nothing yet.
 */
import { SyncError } from '../domain/errors.js';

export class OperationSlots {
  readonly #limit: number;
  readonly #what: string;
  #running = 0;
  #closed = false;
  #waiting: (() => void)[] = [];
  #onIdle: (() => void)[] = [];

  /** `what` names the owner in the error after closing. */
  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** Rejects with SyncError 'closed' after close(). */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new SyncError('closed', `${this.#what} is closed`);
    if (this.#running < this.#limit) this.#running++;
    // The slot passes from the one that ends to the one that waits, so the count stays.
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await operation();
    } finally {
      this.#end();
    }
  }

  /** Takes no more; resolves when all that were taken have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  #end(): void {
    const next = this.#waiting.shift();
    if (next) return next();
    this.#running--;
    if (this.#running === 0) for (const wake of this.#onIdle.splice(0)) wake();
  }
}
