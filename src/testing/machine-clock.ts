/**
 * The clocks of one simulated machine: a wall clock that may be wrong and may jump, above the time that all machines
 * share. What a process set goes with the process.
 */
import { Clock, type Timer } from '../platform/clock.js';

const NO_TIMER: Timer = { cancel: () => undefined };

export class MachineClock extends Clock {
  /** How far the wall clock is ahead of the shared time; negative: behind. */
  aheadMs = 0;

  constructor(private readonly shared: Clock) {
    super();
  }

  nowMs(): number {
    return this.shared.nowMs() + this.aheadMs;
  }

  monotonicMs(): number {
    return this.shared.monotonicMs();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    return this.shared.setTimer(delayMs, callback);
  }
}

/** As one process on the machine has it. */
export class ProcessClock extends Clock {
  private readonly timers = new Set<Timer>();
  private isOver = false;

  constructor(private readonly machine: Clock) {
    super();
  }

  nowMs(): number {
    return this.machine.nowMs();
  }

  monotonicMs(): number {
    return this.machine.monotonicMs();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (this.isOver) return NO_TIMER;
    const timer = this.machine.setTimer(delayMs, () => {
      this.timers.delete(timer);
      callback();
    });
    this.timers.add(timer);
    return {
      cancel: () => {
        this.timers.delete(timer);
        timer.cancel();
      },
    };
  }

  /** The process is no more: nothing that it set ever fires. */
  end(): void {
    this.isOver = true;
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
  }
}
