/** One timer per name: setting it again replaces the one before, so that wakes do not multiply. None after stop. */
import { type Clock, type Timer } from './clock.js';

export class NamedTimers<Name extends string> {
  private readonly timers = new Map<Name, Timer>();
  private isStopped = false;

  constructor(private readonly clock: Clock) {}

  set(name: Name, delayMs: number, callback: () => void): void {
    this.cancel(name);
    if (this.isStopped) return;
    const timer = this.clock.setTimer(delayMs, () => {
      this.timers.delete(name);
      callback();
    });
    this.timers.set(name, timer);
  }

  /** One that is set already stays: what comes again and again does not put it off for ever. */
  setUnlessSet(name: Name, delayMs: number, callback: () => void): void {
    if (!this.timers.has(name)) this.set(name, delayMs, callback);
  }

  cancel(name: Name): void {
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
