/**
 * When each folder is rescanned: one timer per folder, kept in the scheduler's registry under `rescan:ID`. A timer only
 * wakes; the folder's loop takes wakes one at a time, so a scan under way is never started twice.
 */
import { Injectable } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Clock, type Timer } from '../../platform/clock.js';
import { Randomness } from '../../platform/randomness.js';

/** Nodes that were started together do not all scan at once: 3/4 to 5/4 of the interval. */
const JITTER_FROM = 3 / 4;
const JITTER_SPAN = 1 / 2;
/** The longest delay that Node's timers take; a longer one would fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

interface Schedule {
  /** 0: only when asked by delay. */
  readonly intervalMs: number;
  readonly wake: () => void;
}

@Injectable()
export class RescanScheduleService {
  private readonly schedules = new Map<string, Schedule>();

  constructor(
    private readonly clock: Clock,
    private readonly randomness: Randomness,
    private readonly registry: SchedulerRegistry,
  ) {}

  /** Calls back at each interval, with jitter, until stop; 0 turns the interval off. Replaces an earlier start. */
  start(folder: string, intervalS: number, callback: () => void): void {
    this.stop(folder);
    this.schedules.set(folder, { intervalMs: intervalS * 1000, wake: callback });
    this.setNext(folder);
  }

  stop(folder: string): void {
    this.schedules.delete(folder);
    this.clear(folder);
  }

  /** Sets the next wake of a started folder to `delayMs` from now; the interval counts from there. */
  delay(folder: string, delayMs: number): void {
    if (!this.schedules.has(folder)) return;
    this.clear(folder);
    this.set(folder, delayMs);
  }

  private setNext(folder: string): void {
    const intervalMs = this.schedules.get(folder)?.intervalMs ?? 0;
    if (intervalMs <= 0) return;
    this.set(folder, intervalMs * (JITTER_FROM + JITTER_SPAN * this.randomness.fraction()));
  }

  private set(folder: string, delayMs: number): void {
    const timer = this.clock.setTimer(Math.min(delayMs, DELAY_MS_MAX), () => {
      const schedule = this.schedules.get(folder);
      this.clear(folder);
      this.setNext(folder);
      schedule?.wake();
    });
    this.registry.addTimeout(timerName(folder), timer);
  }

  private clear(folder: string): void {
    const name = timerName(folder);
    if (!this.registry.doesExist('timeout', name)) return;
    (this.registry.getTimeout(name) as Timer).cancel();
    this.registry.deleteTimeout(name);
  }
}

function timerName(folder: string): string {
  return `rescan:${folder}`;
}
