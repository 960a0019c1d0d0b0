/** The port for time. Nothing else in the node reads the system's clock or sets a timer. */
export interface Timer {
  cancel(): void;
}

export abstract class Clock {
  /** Wall clock, milliseconds since 1970. May jump. */
  abstract nowMs(): number;
  /** Never steps back; milliseconds from an arbitrary start. */
  abstract monotonicMs(): number;
  /** Calls back once after delayMs. Does not keep the process alive. */
  abstract setTimer(delayMs: number, callback: () => void): Timer;

  /** Resolves after delayMs, or rejects with signal.reason when aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      const timer = this.setTimer(delayMs, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}

const START = process.hrtime();

export class SystemClock extends Clock {
  nowMs(): number {
    return Date.now();
  }

  /** Not performance.now(): what it brings along would be loaded in each thread. */
  monotonicMs(): number {
    const [seconds, nanoseconds] = process.hrtime(START);
    return seconds * 1_000 + nanoseconds / 1_000_000;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timeout = setTimeout(callback, delayMs);
    timeout.unref();
    return { cancel: () => clearTimeout(timeout) };
  }
}
