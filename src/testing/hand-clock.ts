/** A clock that a test moves by hand: timers due within the time passed fire in order, each at its own time. */
import { Clock, type Timer } from '../platform/clock.js';

/** Where nothing but this thread is at work, one would do. */
const TURNS_PER_TIMER = 20;
const START_MS = Date.UTC(2024, 0, 2, 3, 4, 5);

interface SetTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class HandClock extends Clock {
  #nowMs = START_MS;
  readonly #timers = new Set<SetTimer>();

  /** `turnsPerTimer`: turns of the event loop after each timer that fires. */
  constructor(private readonly turnsPerTimer = TURNS_PER_TIMER) {
    super();
  }

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
    while (await this.step(endMs)) {
      // Each step fires one.
    }
    this.#nowMs = endMs;
    await turns(this.turnsPerTimer);
  }

  /** Moves on to the next timer and fires it; false when none is due until then. */
  async step(untilMs = Infinity): Promise<boolean> {
    let first: SetTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (first === undefined || timer.dueMs < first.dueMs)) {
        first = timer;
      }
    }
    if (first === undefined) return false;
    this.#timers.delete(first);
    this.#nowMs = Math.max(this.#nowMs, first.dueMs);
    first.callback();
    await turns(this.turnsPerTimer);
    return true;
  }
}

/** Some turns of the event loop: what can happen without time passing has happened. */
export async function turns(count = TURNS_PER_TIMER): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}
