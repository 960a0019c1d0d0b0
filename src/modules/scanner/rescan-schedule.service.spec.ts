/** When folders are rescanned, with time and chance in the test's hand. */
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock, type Timer } from '../../platform/clock.js';
import { Randomness } from '../../platform/randomness.js';
import { RescanScheduleService } from './rescan-schedule.service.js';

class ManualClock extends Clock {
  private now = 0;
  private timers: { atMs: number; callback: () => void }[] = [];

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.now + delayMs, callback };
    this.timers.push(timer);
    return { cancel: () => (this.timers = this.timers.filter((each) => each !== timer)) };
  }

  advanceTo(ms: number): void {
    for (;;) {
      const [next] = this.timers.sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > ms) break;
      this.now = next.atMs;
      this.timers.shift();
      next.callback();
    }
    this.now = ms;
  }

  get pending(): number {
    return this.timers.length;
  }
}

class FixedChance extends Randomness {
  value = 0.5;

  bytes(length: number): Uint8Array {
    return new Uint8Array(length).fill(Math.min(255, Math.floor(this.value * 256)));
  }
}

describe('the rescans of folders', () => {
  let clock: ManualClock;
  let chance: FixedChance;
  let registry: SchedulerRegistry;
  let schedule: RescanScheduleService;
  let wakes: number[];
  const wake = (): void => void wakes.push(clock.nowMs());

  beforeEach(() => {
    clock = new ManualClock();
    chance = new FixedChance();
    registry = new SchedulerRegistry();
    schedule = new RescanScheduleService(clock, chance, registry);
    wakes = [];
  });

  it.each([
    [0, 45_000],
    [0.5, 60_000],
    [0.999, 75_000],
  ])('come at 3/4 to 5/4 of the interval (chance %d: about %d ms)', (value, expected) => {
    chance.value = value;
    schedule.start('f', 60, wake);
    clock.advanceTo(100_000);
    expect(Math.abs(wakes[0] - expected)).toBeLessThan(250);
  });

  it('come again and again until stopped, and leave no timer behind', () => {
    schedule.start('f', 60, wake);
    clock.advanceTo(200_000);
    expect(wakes).toHaveLength(3);
    expect(registry.getTimeouts()).toEqual(['rescan:f']);
    schedule.stop('f');
    clock.advanceTo(1_000_000);
    expect(wakes).toHaveLength(3);
    expect(clock.pending).toBe(0);
    expect(registry.getTimeouts()).toEqual([]);
  });

  it('do not come with an interval of 0, unless asked for', () => {
    schedule.start('f', 0, wake);
    clock.advanceTo(1_000_000);
    expect(wakes).toEqual([]);
    schedule.delay('f', 500);
    clock.advanceTo(2_000_000);
    expect(wakes).toEqual([1_000_500]);
  });

  it('come when a delay says, and from there at the interval', () => {
    schedule.start('f', 60, wake);
    schedule.delay('f', 1000);
    clock.advanceTo(62_000);
    expect(wakes).toHaveLength(2);
    expect(wakes[0]).toBe(1000);
    schedule.delay('unknown', 1);
    expect(clock.pending).toBe(1);
  });

  it('are each folder’s own, and a new start replaces the old one', () => {
    const other: number[] = [];
    schedule.start('f', 60, wake);
    schedule.start('g', 600, () => void other.push(clock.nowMs()));
    schedule.start('f', 6, wake);
    clock.advanceTo(30_500);
    expect(wakes).toHaveLength(5);
    expect(other).toEqual([]);
    expect(registry.getTimeouts().sort()).toEqual(['rescan:f', 'rescan:g']);
  });
});
