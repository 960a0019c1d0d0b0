/**
 * One folder while it runs: the only caller of its scans and pulls, one at a time, so that nothing else changes its
 * local index. Owns the folder's state, its open file system and what is asked of it. Wakes coalesce.
 */
import { messageOf, SyncError, type ItemProblem } from '../../domain/errors.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type FolderFs, type FolderFsFactory } from '../../platform/folder-fs.js';
import { WakeLoop } from '../../platform/wake-loop.js';
import { type FolderSettings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService, type FolderState } from '../events/events.service.js';
import { removeStrayTemps } from '../puller/temp-cleanup.js';
import { type PullerService } from '../puller/puller.service.js';
import { type ScannerService } from '../scanner/scanner.service.js';
import { refuseIgnorePatterns } from './ignore-file.js';
import { makeOrRequireMarker, requireMarker } from './folder-marker.js';
import { FolderScan, type ScanOutcome } from './folder-scan.js';
import { type LocalIdentity } from './identity.js';
import { ScanRequests } from './scan-requests.js';

/** A stopped folder is looked at again after this time. */
export const ERROR_RETRY_MS = 60_000;
/** A file that changed while it was hashed is scanned again after this time. */
export const CHANGED_RETRY_MS = 1_000;

/** Temp files that nobody will go on with are looked for this often. */
export const CLEANUP_INTERVAL_MS = 24 * 3_600_000;

export interface FolderRunnerParts {
  readonly database: IndexDatabase;
  readonly scanner: ScannerService;
  readonly puller: PullerService;
  readonly factory: FolderFsFactory;
  readonly events: EventsService;
  readonly clock: Clock;
}

export interface FolderRunnerLog {
  info(message: string): void;
  warn(message: string): void;
}

export class FolderRunner {
  private readonly loop: WakeLoop;
  private readonly timers = new Set<Timer>();
  private readonly requests = new ScanRequests();
  private isPullWanted = false;
  private isCleanupDue = true;
  private isFirstScanDone = false;
  private openFs: FolderFs | undefined;
  private currentState: FolderState = 'idle';
  private lastError = '';
  private scanProblems: readonly ItemProblem[] = [];

  constructor(
    readonly settings: FolderSettings,
    /** Nothing from the cluster changes the disk. */
    private readonly isSendOnly: boolean,
    private readonly identity: () => LocalIdentity,
    private readonly parts: FolderRunnerParts,
    private readonly log: FolderRunnerLog,
  ) {
    this.loop = new WakeLoop(
      (signal) => this.run(signal),
      (error) => this.fail(error),
    );
  }

  get state(): FolderState {
    return this.currentState;
  }

  /** Why the folder is stopped, or ''. */
  get error(): string {
    return this.lastError;
  }

  /** The folder's file system while it is healthy: for answering requests. */
  get fs(): FolderFs | undefined {
    return this.openFs;
  }

  get problems(): ItemProblem[] {
    return [...this.scanProblems, ...this.parts.puller.problems(this.settings.id)];
  }

  /** Scans the names and all below them; [''] = the whole folder. */
  requestScan(names: readonly string[]): void {
    this.requests.add(names);
    this.loop.wake();
  }

  requestPull(): void {
    this.isPullWanted = true;
    this.loop.wake();
  }

  /** A device that may have what failed or was not to be had is there now. */
  deviceConnected(): void {
    this.parts.puller.retryNow(this.settings.id);
    this.requestPull();
  }

  /** Resolves when nothing that was asked so far is left to do. */
  idle(): Promise<void> {
    return this.loop.idle();
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) timer.cancel();
    this.timers.clear();
    await this.loop.stop();
    await this.closeFs();
    this.parts.puller.forget(this.settings.id);
  }

  private async run(signal: AbortSignal): Promise<void> {
    const fs = await this.healthyFs();
    while (!signal.aborted) {
      const names = this.requests.take();
      if (names !== undefined) {
        await this.scan(fs, names, signal);
      } else if (this.isPullWanted && this.isFirstScanDone && !this.isSendOnly) {
        this.isPullWanted = false;
        await this.pull(fs, signal);
      } else if (this.isCleanupDue && this.isFirstScanDone) {
        await this.cleanUp(fs, signal);
      } else {
        break;
      }
    }
    this.setState('idle', '');
  }

  private async healthyFs(): Promise<FolderFs> {
    if (this.openFs !== undefined) {
      await requireMarker(this.openFs);
      await refuseIgnorePatterns(this.openFs);
      return this.openFs;
    }
    const { id, path, isNamedByUser } = this.settings;
    const { local } = await this.parts.database.summary(id);
    const isNew = local.sequence === 0;
    if (isNew) await this.parts.factory.makeRoot(path);
    const fs = await this.parts.factory.open(path);
    try {
      await makeOrRequireMarker(fs, isNew, isNamedByUser);
      await refuseIgnorePatterns(fs);
    } catch (error) {
      await fs.close();
      throw error;
    }
    this.openFs = fs;
    return fs;
  }

  private async scan(fs: FolderFs, names: readonly string[], signal: AbortSignal): Promise<void> {
    this.setState('scanning', '');
    const { database, scanner, events, clock } = this.parts;
    const scan = new FolderScan(this.settings, this.identity(), {
      database,
      scanner,
      events,
      clock,
    });
    const outcome = await scan.run(fs, names, signal);
    this.noteProblems(outcome, names.includes(''));
    if (outcome.retry.length > 0) {
      this.later(CHANGED_RETRY_MS, () => this.requestScan(outcome.retry));
    }
    if (!this.isFirstScanDone && names.includes('')) {
      this.isFirstScanDone = true;
      this.isPullWanted = true;
      this.log.info(`Completed initial scan of folder ${this.settings.id}`);
    }
    if (outcome.changed > 0) this.isPullWanted = true;
  }

  private noteProblems(outcome: ScanOutcome, isWhole: boolean): void {
    const known = new Set(this.scanProblems.map((problem) => problem.name));
    for (const problem of outcome.problems) {
      if (!known.has(problem.name)) this.log.warn(`${problem.name}: ${problem.message}`);
    }
    this.scanProblems = isWhole ? outcome.problems : [...this.scanProblems, ...outcome.problems];
    if (outcome.problems.length > 0) {
      this.parts.events.emit('FolderErrors', {
        folder: this.settings.id,
        errors: [...this.scanProblems],
      });
    }
  }

  private async pull(fs: FolderFs, signal: AbortSignal): Promise<void> {
    this.setState('syncing', '');
    await requireMarker(fs);
    const { shortId, replicaId } = this.identity();
    const outcome = await this.parts.puller.pull(
      { settings: this.settings, fs, ownShortId: shortId, replicaId },
      signal,
    );
    if (outcome.rescan.length > 0) {
      this.requests.add(outcome.rescan);
      this.isPullWanted = true;
    }
    if (outcome.nextRetryMs !== undefined) {
      this.later(outcome.nextRetryMs, () => this.requestPull());
    }
    const { need } = await this.parts.database.summary(this.settings.id);
    if (need.files + need.directories + need.symlinks + need.deleted > 0) {
      // What was done may have made room for what was not.
      if (outcome.changed > 0) this.isPullWanted = true;
    } else {
      this.parts.events.emit('FolderInSync', { folder: this.settings.id });
    }
  }

  private async cleanUp(fs: FolderFs, signal: AbortSignal): Promise<void> {
    this.isCleanupDue = false;
    const removed = await removeStrayTemps(fs, this.parts.clock.nowMs(), signal);
    for (const name of removed) this.log.info(`${name}: removed a temporary file older than a day`);
    this.later(CLEANUP_INTERVAL_MS, () => {
      this.isCleanupDue = true;
      this.loop.wake();
    });
  }

  private fail(error: unknown): void {
    const text = messageOf(error);
    if (text !== this.lastError) this.log.warn(`Folder ${this.settings.id} stopped: ${text}`);
    this.setState('error', text);
    const isRootTrouble = error instanceof SyncError && error.code === 'missing';
    void (isRootTrouble ? this.closeFs() : Promise.resolve()).then(() => {
      this.later(ERROR_RETRY_MS, () => {
        this.requests.add(['']);
        this.isPullWanted = true;
        this.loop.wake();
      });
    });
  }

  private async closeFs(): Promise<void> {
    const fs = this.openFs;
    this.openFs = undefined;
    await fs?.close();
  }

  private later(delayMs: number, callback: () => void): void {
    const timer = this.parts.clock.setTimer(delayMs, () => {
      this.timers.delete(timer);
      callback();
    });
    this.timers.add(timer);
  }

  private setState(to: FolderState, error: string): void {
    const from = this.currentState;
    this.lastError = error;
    if (from === to) return;
    this.currentState = to;
    this.parts.events.emit('StateChanged', { folder: this.settings.id, from, to, error });
  }
}
