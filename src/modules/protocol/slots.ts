/** A number of places, given in the order they were asked for, until they are closed. */
export class Slots {
  #free: number;
  #closedBy: Error | undefined;
  readonly #waiting: { count: number; take: () => void; reject: (error: Error) => void }[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Resolves when so many places are ours, no more than there are; rejects with the signal's reason or what closed the
   * slots. Each one taken is given back once.
   */
  take(signal: AbortSignal, count = 1): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#waiting.length === 0 && this.#free >= count) {
      this.#free -= count;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
        // It may have been the one that held the others up.
        this.#advance();
      };
      const entry = {
        count,
        take: (): void => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        reject: (error: Error): void => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      this.#waiting.push(entry);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  giveBack(count = 1): void {
    this.#free += count;
    this.#advance();
  }

  /** Rejects those who wait and all who come later. */
  close(error: Error): void {
    this.#closedBy ??= error;
    for (const entry of this.#waiting.splice(0)) entry.reject(error);
  }

  #advance(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#free < next.count) return;
      this.#waiting.shift();
      this.#free -= next.count;
      next.take();
    }
  }
}
