/**
 * What failed in a folder, and when it may be tried again: pauses grow from try to try, for each item by itself.
 * A new version of an item starts afresh.
 */
import { type ItemProblem } from '../../domain/errors.js';
import { type VersionVector } from '../../domain/version-vector.js';

export const FIRST_PAUSE_MS = 10_000;
export const LONGEST_PAUSE_MS = 3_600_000;
/** Failed items that are remembered one by one; the others are tried again with every pass. */
export const FAILED_ITEMS_MAX = 10_000;
/** When the next pass comes for those that are not. */
export const UNREMEMBERED_PAUSE_MS = 60_000;

interface Failure {
  readonly version: string;
  readonly tries: number;
  /** Clock.monotonicMs; Infinity while it waits for room. */
  readonly nextMs: number;
  /** undefined while it is not worth showing. */
  readonly problem: ItemProblem | undefined;
  readonly pass: number;
}

export class RetryBook {
  private readonly failures = new Map<string, Failure>();
  private pass = 0;
  private hasUnremembered = false;

  beginPass(): void {
    this.pass += 1;
    this.hasUnremembered = false;
  }

  /** Forgets items that the pass did not come across: they are not needed any more. */
  endPass(): void {
    for (const [name, failure] of this.failures) {
      if (failure.pass !== this.pass) this.failures.delete(name);
    }
  }

  /** Whether it is time; an item that waits is noted as still needed. */
  mayTry(name: string, version: VersionVector, nowMs: number): boolean {
    const failure = this.failures.get(name);
    if (failure === undefined || failure.version !== versionKey(version)) return true;
    if (nowMs >= failure.nextMs) return true;
    this.failures.set(name, { ...failure, pass: this.pass });
    return false;
  }

  /**
   * Notes a failed try. The item that is only to be scanned first (`isRescanned`) may be tried at once and shows no
   * problem, the first time; when the scan did not help it is a failure like others.
   */
  failed(problem: ItemProblem, version: VersionVector, nowMs: number, isRescanned: boolean): void {
    const key = versionKey(version);
    const before = this.failures.get(problem.name);
    if (before === undefined && this.failures.size >= FAILED_ITEMS_MAX) {
      this.hasUnremembered = true;
      return;
    }
    const tries = before?.version === key ? before.tries + 1 : 1;
    const isForgiven = isRescanned && tries === 1;
    this.failures.set(problem.name, {
      version: key,
      tries,
      nextMs: isForgiven ? nowMs : nowMs + pauseMs(isRescanned ? tries - 1 : tries),
      problem: isForgiven ? undefined : problem,
      pass: this.pass,
    });
  }

  /** The item does not fit on the disk: it is tried again when `roomCame`. */
  waitsForRoom(problem: ItemProblem, version: VersionVector): void {
    const key = versionKey(version);
    const before = this.failures.get(problem.name);
    if (before === undefined && this.failures.size >= FAILED_ITEMS_MAX) return;
    this.failures.set(problem.name, {
      version: key,
      tries: before?.version === key ? before.tries + 1 : 1,
      nextMs: Infinity,
      problem,
      pass: this.pass,
    });
  }

  /** Items that waited for room may be tried at the next pass. */
  roomCame(): void {
    for (const [name, failure] of this.failures) {
      if (failure.nextMs === Infinity) this.failures.set(name, { ...failure, nextMs: 0 });
    }
  }

  /** How often this version of the item has failed so far. */
  triesOf(name: string, version: VersionVector): number {
    const failure = this.failures.get(name);
    return failure?.version === versionKey(version) ? failure.tries : 0;
  }

  succeeded(name: string): void {
    this.failures.delete(name);
  }

  /** Every item may be tried at the next pass; the number of tries stays. */
  retryNow(): void {
    for (const [name, failure] of this.failures) this.failures.set(name, { ...failure, nextMs: 0 });
  }

  problems(): ItemProblem[] {
    return [...this.failures.values()].flatMap(({ problem }) => problem ?? []);
  }

  /** How long from now until the first item may be tried again; undefined when none waits. */
  nextRetryMs(nowMs: number): number | undefined {
    let next = this.hasUnremembered ? UNREMEMBERED_PAUSE_MS : Infinity;
    for (const { nextMs } of this.failures.values()) {
      next = Math.min(next, Math.max(0, nextMs - nowMs));
    }
    return next === Infinity ? undefined : next;
  }
}

/** `tries`: failed ones, from 1. */
export function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
}

export function versionKey(version: VersionVector): string {
  return version.map(({ id, value }) => `${id}:${value}`).join(',');
}
