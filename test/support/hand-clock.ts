/** A clock that a test moves by hand: timers due within the time passed fire in order, each at its own time. */
import { Clock, type Timer } from '../../src/platform/clock.js';

export class HandClock extends Clock {
  #nowMs = Date.UTC(2024, 0, 2, 3, 4, 5);
  readonly #timers = new Set<{ dueMs: number; callback: () => void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** Timers that were set and have neither fired nor been cancelled. */
  get timerCount(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Moves on by durationMs; gives the event loop turns after each timer that fires and at the end. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueMs <= endMs);
      const first = due.sort((a, b) => a.dueMs - b.dueMs)[0];
      if (first === undefined) break;
      this.#timers.delete(first);
      this.#nowMs = Math.max(this.#nowMs, first.dueMs);
      first.callback();
      await turns();
    }
    this.#nowMs = endMs;
    await turns();
  }
}

/** Some turns of the event loop: what can happen without time passing has happened. */
export async function turns(count = 20): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
