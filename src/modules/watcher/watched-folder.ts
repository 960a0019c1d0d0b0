/**
 * The watch of one folder over its life: begins it, follows what is to be watched, turns changes into names to scan, and
 * begins anew after a failure. The rule: once the tree is watched, whatever may have changed before that is scanned.
 */
import { isDeepStrictEqual } from 'node:util';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { ChangeAggregator } from './change-aggregator.js';
import { ExpectedItems } from './expected-items.js';
import {
  type PathChange,
  type Watcher,
  type WatcherFactory,
  type WatchListener,
  type WatchScope,
} from './watcher.js';

/** A scan waits so long for the watch to be in place; when it takes longer the folder is scanned once more. */
export const WATCH_FIRST_MS = 1_500;
/** After a failure, and after twice the last pause then. */
export const RETRY_MS = 1_000;
export const RETRY_MS_MAX = 60_000;
/** After a limit of the system was met. */
export const LIMIT_RETRY_MS = 60_000;
export const LIMIT_RETRY_MS_MAX = 3_600_000;
/**
 * The node says what it has put in place only after that is flushed. A name that it is at work on is asked about again
 * after this time, before it is scanned.
 */
export const OWN_WORK_MS = 2_000;
/** Names that the node is at work on, and those that wait for that; what comes above is scanned at once. */
const OWN_NAMES_MAX = 10_000;
/** A watch that lasted so long was a good one. */
const STEADY_MS = 60_000;

export interface WatchOptions {
  readonly delayMs: number;
  readonly pauseMaxMs?: number;
  readonly ignorePerms: boolean;
}

/** Who the watch is for. */
export interface WatchUser {
  /** These names, and what is below them, may have changed; [''] = the whole folder. */
  scan(names: readonly string[]): void;
  /** A file with ignore patterns may have changed, or a failed watch may be tried again: follow is due. */
  wake(): void;
  /** Why nothing is watched, '' when all is. */
  stateChanged(from: string, to: string): void;
}

export class WatchedFolder {
  private readonly timers: NamedTimers<'flush' | 'own' | 'patterns' | 'retry' | 'first'>;
  private readonly aggregator: ChangeAggregator;
  private readonly expected: ExpectedItems;
  private readonly delayMs: number;
  private watcher: Watcher | undefined;
  /** What the present watcher was begun for, and what it follows. */
  private holder: object | undefined;
  private scope: WatchScope | undefined;
  private isPlaced = false;
  /** What the node itself is at work on. */
  private readonly inProgress = new Set<string>();
  /** May be the node's own work; each waits for its own time. */
  private held: { readonly change: PathChange; readonly untilMs: number }[] = [];
  /** A scan has begun, or was given up, while changes could be missed. */
  private isScanDue = false;
  private placedMs = 0;
  private retryMs = 0;
  private isWaitingToRetry = false;
  private isStopped = false;
  /** When it next looks whether something is due. */
  private flushMs = Infinity;
  private settle = (): void => undefined;
  private currentError = '';

  constructor(
    private readonly factory: WatcherFactory,
    private readonly clock: Clock,
    options: WatchOptions,
    private readonly user: WatchUser,
  ) {
    this.timers = new NamedTimers(clock);
    this.aggregator = new ChangeAggregator(options);
    this.expected = new ExpectedItems(options.ignorePerms);
    this.delayMs = options.delayMs;
  }

  /** Why nothing is watched, or ''. */
  get error(): string {
    return this.currentError;
  }

  /**
   * Watches from now on what is asked for. Resolves when that is so, cannot be, or takes longer than WATCH_FIRST_MS;
   * soon, when nothing is another than last time. `holder`: another object means another directory at the root.
   */
  async follow(
    holder: object,
    root: string,
    scope: WatchScope,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.isStopped || this.isWaitingToRetry) return;
    if (this.watcher !== undefined && this.holder !== holder) this.end();
    if (this.watcher === undefined) {
      this.begin(holder, root, scope);
    } else if (!isSameScope(scope, this.scope)) {
      this.scope = scope;
      this.isPlaced = false;
      this.watcher.follow(scope);
    } else if (this.isPlaced || this.isScanDue) {
      return;
    }
    await this.placed(signal);
  }

  /** The node itself has put these in place, or removed them. */
  expect(files: readonly LocalFileInfo[]): void {
    this.expected.add(files, this.clock.monotonicMs());
  }

  /** The node itself may be about to put this in place; ends with finished. */
  started(name: string): void {
    if (this.inProgress.size < OWN_NAMES_MAX) this.inProgress.add(name);
  }

  finished(name: string): void {
    this.inProgress.delete(name);
  }

  /** What kept it from watching may be over: tries again now. */
  retryNow(): void {
    if (!this.isWaitingToRetry) return;
    this.timers.cancel('retry');
    this.isWaitingToRetry = false;
    this.user.wake();
  }

  stop(): void {
    this.isStopped = true;
    this.timers.stop();
    this.end();
    this.settle();
  }

  private begin(holder: object, root: string, scope: WatchScope): void {
    this.holder = holder;
    this.scope = scope;
    this.isPlaced = false;
    const isCurrent = (): boolean => this.watcher === watcher && !this.isStopped;
    const listener: WatchListener = {
      watching: () => isCurrent() && this.watching(),
      changed: (changes) => isCurrent() && this.changed(changes),
      patternsChanged: () => isCurrent() && this.patternsChanged(),
      failed: (error) => isCurrent() && this.failed(error),
    };
    const watcher = this.factory.watch({ root, ...scope }, listener);
    this.watcher = watcher;
  }

  private end(): void {
    this.watcher?.close();
    this.watcher = undefined;
    this.isPlaced = false;
  }

  private async placed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.settle = resolve;
      signal.addEventListener('abort', this.settle);
      this.timers.set('first', WATCH_FIRST_MS, resolve);
    });
    signal.removeEventListener('abort', this.settle);
    this.timers.cancel('first');
    if (!this.isPlaced) this.isScanDue = true;
  }

  private watching(): void {
    this.isPlaced = true;
    this.placedMs = this.clock.monotonicMs();
    this.setError('');
    this.settle();
    if (!this.isScanDue) return;
    this.isScanDue = false;
    this.user.scan(['']);
  }

  private failed(error: SyncError): void {
    const wasPlaced = this.isPlaced;
    const lastedMs = wasPlaced ? this.clock.monotonicMs() - this.placedMs : 0;
    const isLimit = error.code === 'refused';
    const least = isLimit ? LIMIT_RETRY_MS : RETRY_MS;
    const most = isLimit ? LIMIT_RETRY_MS_MAX : RETRY_MS_MAX;
    const next = lastedMs >= STEADY_MS ? least : Math.max(2 * this.retryMs, least);
    this.retryMs = Math.min(next, most);
    this.end();
    this.isScanDue = true;
    this.isWaitingToRetry = true;
    this.timers.set('retry', this.retryMs, () => this.retryNow());
    this.setError(error.message);
    this.settle();
    // What became of the root is for the folder's own check to say; what was heard and not told is lost.
    if (!isLimit || wasPlaced) this.user.scan(['']);
  }

  private setError(error: string): void {
    const from = this.currentError;
    if (from === error) return;
    this.currentError = error;
    this.user.stateChanged(from, error);
  }

  private changed(changes: readonly PathChange[]): void {
    const nowMs = this.clock.monotonicMs();
    for (const change of changes) this.aggregator.add(change, nowMs);
    // Nothing of it is due before, and to look through all that waits takes long when that is much.
    if (this.flushMs <= nowMs + this.delayMs) return;
    this.flushIn(nowMs);
  }

  /** The file may be half written. */
  private patternsChanged(): void {
    this.timers.set('patterns', this.delayMs, () => this.user.wake());
  }

  /** A quiet path does not wait for a busy one: what is due first decides. */
  private flushIn(nowMs: number): void {
    const nextMs = this.aggregator.nextMs();
    this.flushMs = nextMs ?? Infinity;
    if (nextMs === undefined) return;
    this.timers.set('flush', Math.max(1, Math.ceil(nextMs - nowMs)), () => this.flush());
  }

  private flush(): void {
    const nowMs = this.clock.monotonicMs();
    const changes = this.aggregator.take(nowMs);
    this.flushIn(nowMs);
    this.pass(changes, (others) => this.holdOwn(others));
  }

  /** Those that are to be scanned now. */
  private holdOwn(changes: readonly PathChange[]): PathChange[] {
    const untilMs = this.clock.monotonicMs() + OWN_WORK_MS;
    return changes.filter((change) => {
      if (change.kind === 'tree' || !this.inProgress.has(change.name)) return true;
      if (this.held.length >= OWN_NAMES_MAX) return true;
      this.held.push({ change, untilMs });
      this.timers.setUnlessSet('own', OWN_WORK_MS, () => this.releaseHeld());
      return false;
    });
  }

  private releaseHeld(): void {
    const nowMs = this.clock.monotonicMs();
    const due = this.held.filter(({ untilMs }) => untilMs <= nowMs);
    this.held = this.held.filter(({ untilMs }) => untilMs > nowMs);
    const [next] = this.held;
    if (next !== undefined) {
      this.timers.set('own', next.untilMs - nowMs, () => this.releaseHeld());
    }
    this.pass(
      due.map(({ change }) => change),
      (others) => others,
    );
  }

  /** Has scanned what is not the node's own work, as far as `choose` wants it scanned now. */
  private pass(
    changes: readonly PathChange[],
    choose: (others: readonly PathChange[]) => readonly PathChange[],
  ): void {
    if (changes.length === 0) return;
    const scan = (chosen: readonly PathChange[]): void => {
      if (chosen.length === 0 || this.isStopped) return;
      // The index will say something else of these, and what was expected would be a change.
      for (const { name, kind } of chosen) this.expected.forget(name, kind === 'tree');
      this.user.scan(chosen.map(({ name }) => name));
    };
    this.unexpected(changes).then(
      (others) => scan(choose(others)),
      () => scan(changes),
    );
  }

  /** Where something else is on disk than what the node has put there. */
  private async unexpected(changes: readonly PathChange[]): Promise<PathChange[]> {
    const asked = changes
      .filter(({ name, kind }) => kind !== 'tree' && this.expected.has(name))
      .map(({ name }) => name);
    const seen = asked.length === 0 ? [] : await this.watcher?.look(asked);
    const nowMs = this.clock.monotonicMs();
    const same = new Set(
      asked.filter(
        (name, at) => seen !== undefined && this.expected.isAsExpected(name, seen[at], nowMs),
      ),
    );
    return changes.filter(({ name }) => !same.has(name));
  }
}

function isSameScope(now: WatchScope, before: WatchScope | undefined): boolean {
  if (before === undefined || now.patterns !== before.patterns) return false;
  return (
    isDeepStrictEqual(now.patternFiles, before.patternFiles) &&
    isDeepStrictEqual(now.mounts, before.mounts)
  );
}
