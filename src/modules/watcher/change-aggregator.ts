/**
 * When a changed path is scanned: a quiet one after the delay, a busy one less and less often, and one that is gone a
 * little later, so that the new name of what was moved comes with it. Pure; time is passed in.
 */
import { type PendingPath, PendingPaths } from './pending-paths.js';
import { type PathChange } from './watcher.js';

/** A path that never is quiet for the delay is scanned after this many delays. */
export const RESTLESS_DELAYS = 4;
/** What is gone is held for this many delays, unless something else is scanned before. */
export const GONE_DELAYS = 3;
/** A path that changes again within so many of its pauses after a scan is busy, and its pause doubles. */
const BUSY_PAUSES = 10;
/** The longest pause of a busy path: this many delays, but not less than so many milliseconds. */
const PAUSE_DELAYS_MAX = 6;
const PAUSE_MAX_MS = 10_000;
/** Between scans: what comes in the meantime is scanned together. */
const BETWEEN_DELAYS = 1 / 3;
/** Paths whose pauses are remembered; the oldest are forgotten first. */
export const PAUSES_MAX = 1_000;

export interface AggregatorOptions {
  readonly delayMs: number;
  /** The longest pause between scans of a busy path; absent: by the delay. */
  readonly pauseMaxMs?: number;
}

interface Scanned {
  readonly atMs: number;
  readonly pauseMs: number;
}

export class ChangeAggregator {
  private readonly paths = new PendingPaths();
  /** Of paths that were scanned lately. */
  private readonly scanned = new Map<string, Scanned>();
  private takenMs = -Infinity;
  private readonly pauseMaxMs: number;

  constructor(private readonly options: AggregatorOptions) {
    const { delayMs, pauseMaxMs } = options;
    const byDelay = Math.max(PAUSE_MAX_MS, PAUSE_DELAYS_MAX * delayMs);
    this.pauseMaxMs = Math.max(delayMs, pauseMaxMs ?? byDelay);
  }

  get size(): number {
    return this.paths.size;
  }

  add(change: PathChange, nowMs: number): void {
    const before = this.scanned.get(change.name);
    if (before !== undefined && !this.paths.covers(change.name)) {
      this.keep(change.name, { ...before, pauseMs: this.nextPause(before, nowMs) });
    }
    this.paths.add(change, nowMs);
  }

  /** What is to be scanned now; it does not wait any longer. */
  take(nowMs: number): PathChange[] {
    if (nowMs < this.notBeforeMs) return [];
    const entries = [...this.paths.entries()];
    const isDue = ([name, path]: readonly [string, PendingPath]): boolean =>
      this.dueMs(name, path) <= nowMs;
    const hasOther = entries.some((entry) => entry[1].kind !== 'gone' && isDue(entry));
    const taken: PathChange[] = [];
    for (const entry of entries) {
      const [name, { kind, lastMs }] = entry;
      const comesAlong = hasOther && kind === 'gone' && lastMs + this.options.delayMs <= nowMs;
      if (!comesAlong && !isDue(entry)) continue;
      taken.push({ name, kind });
      this.paths.remove(name);
      const pauseMs = this.scanned.get(name)?.pauseMs ?? this.options.delayMs;
      this.keep(name, { atMs: nowMs, pauseMs });
    }
    if (taken.length > 0) this.takenMs = nowMs;
    return taken;
  }

  /** When to take next; undefined when nothing waits. */
  nextMs(): number | undefined {
    let next: number | undefined;
    for (const [name, path] of this.paths.entries()) {
      const due = this.dueMs(name, path);
      if (next === undefined || due < next) next = due;
    }
    return next === undefined ? undefined : Math.max(next, this.notBeforeMs);
  }

  private get notBeforeMs(): number {
    return this.takenMs + this.options.delayMs * BETWEEN_DELAYS;
  }

  private dueMs(name: string, { kind, firstMs, lastMs }: PendingPath): number {
    const { delayMs } = this.options;
    const { atMs, pauseMs } = this.scanned.get(name) ?? { atMs: -Infinity, pauseMs: delayMs };
    const quiet = lastMs + delayMs * (kind === 'gone' ? GONE_DELAYS : 1);
    const restless = firstMs + Math.max(pauseMs, RESTLESS_DELAYS * delayMs);
    return Math.max(Math.min(quiet, restless), atMs + pauseMs);
  }

  private nextPause({ atMs, pauseMs }: Scanned, nowMs: number): number {
    if (nowMs - atMs > BUSY_PAUSES * pauseMs) return this.options.delayMs;
    return Math.min(Math.max(2 * pauseMs, 1), this.pauseMaxMs);
  }

  private keep(name: string, scanned: Scanned): void {
    // Set anew, so that the order is that of the last scan.
    this.scanned.delete(name);
    this.scanned.set(name, scanned);
    if (this.scanned.size <= PAUSES_MAX) return;
    for (const oldest of this.scanned.keys()) {
      this.scanned.delete(oldest);
      return;
    }
  }
}
