/** A number of places, given in the order they were asked for, until they are closed. */
export class Slots {
  #free: number;
  #closedBy: Error | undefined;
  readonly #waiting: { take: () => void; reject: (error: Error) => void }[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when a place is ours; rejects with the signal's reason or what closed the slots. Each one taken is given back once. */
  take(signal: AbortSignal): Promise<void> {
    if (this.#closedBy !== undefined) return Promise.reject(this.#closedBy);
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
      };
      const entry = {
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

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next.take();
  }

  /** Rejects those who wait and all who come later. */
  close(error: Error): void {
    this.#closedBy ??= error;
    for (const entry of this.#waiting.splice(0)) entry.reject(error);
  }
}
