/**
 * One folder while it runs: the only caller of its scans and pulls, one at a time, so that nothing else changes its
 * local index. Owns the folder's state, its open file system and what is asked of it. Wakes coalesce.
 */
import { messageOf, SyncError, type ItemProblem } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { WakeLoop } from '../../platform/wake-loop.js';
import { type FolderSettings } from '../config/settings.js';
import { type FolderState } from '../events/events.service.js';
import { type PullFolder } from '../puller/puller.service.js';
import { type FolderGuard } from '../guard/folder-guard.js';
import { ChangedAgain } from './changed-again.js';
import { FolderIgnores } from './folder-ignores.js';
import { carryOut, type FolderOrder, FolderOrders, mayOrder } from './folder-orders.js';
import { requireMarker } from './folder-marker.js';
import { OwnerScan, settingsOnDisk } from './disk-settings.js';
import { FolderProblems } from './folder-problems.js';
import {
  ERROR_RETRY_MS,
  type FolderRunnerLog,
  type FolderRunnerParts,
  LOOK_PAUSE_MS,
  UNFINISHED_RETRY_MS,
} from './folder-runner-parts.js';
import { FolderScan, type ScanOutcome } from './folder-scan.js';
import { type FolderWatch } from './folder-watch.js';
import { GuardTurns } from './guard-turns.js';
import { HOME_LOOK_INTERVAL_MS } from './home-room.js';
import { FolderVersions } from './folder-versions.js';
import { type LocalIdentity } from './identity.js';
import { openFolder } from './open-folder.js';
import { renewSince } from './renewal.js';
import { ScanRequests } from './scan-requests.js';
import { TempRounds } from './temp-rounds.js';

export { type Decision, type FolderGuard, type HeldSet } from './guard-turns.js';

export class FolderRunner {
  private readonly loop: WakeLoop;
  private readonly timers: NamedTimers<'error' | 'changed' | 'pull' | 'arrived' | 'links'>;
  private readonly requests = new ScanRequests();
  private readonly orders = new FolderOrders();
  private isPullWanted = false;
  private isFirstScanDone = false;
  private openFs: FolderFs | undefined;
  /** As far as the disk allows. */
  private onDisk: FolderSettings;
  private readonly owners: OwnerScan;
  private currentState: FolderState = 'idle';
  private lastError = '';
  /** Content is on its way, between passes. */
  private isFetching = false;
  private arrivalPauseMs = 0;
  private readonly changedAgain = new ChangedAgain(
    (delayMs, callback) => this.timers.setUnlessSet('changed', delayMs, callback),
    (names) => this.requestScan(names),
  );
  private renewal: { after: number; retired: readonly bigint[] } | undefined;
  private readonly scanProblems = new FolderProblems();
  private readonly ignores = new FolderIgnores();
  private readonly temps: TempRounds;
  readonly versions: FolderVersions;
  private readonly turns: GuardTurns;

  constructor(
    readonly settings: FolderSettings,
    /** Nothing from the cluster changes the disk. */
    private readonly isSendOnly: boolean,
    private readonly identity: () => LocalIdentity,
    private readonly parts: FolderRunnerParts,
    private readonly log: FolderRunnerLog,
  ) {
    this.onDisk = settings;
    this.owners = new OwnerScan(parts.clock);
    this.timers = new NamedTimers(parts.clock);
    this.loop = new WakeLoop(
      (signal) => this.run(signal),
      (error) => this.fail(error),
    );
    const wake = (): void => this.loop.wake();
    this.temps = new TempRounds(parts.clock, wake, (message) => log.info(message));
    this.turns = new GuardTurns(settings, isSendOnly, parts, log, {
      wake,
      pull: () => this.requestPull(),
      scan: (names) => this.requestScan(names),
    });
    this.versions = new FolderVersions(settings, parts, wake, (message) => log.warn(message));
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
    return this.currentState === 'error' && this.parts.home.problem === ''
      ? undefined
      : this.openFs;
  }

  get watch(): FolderWatch {
    return this.parts.watch;
  }

  get guard(): FolderGuard {
    return this.turns.guard;
  }

  get problems(): ItemProblem[] {
    return [...this.scanProblems.all, ...this.parts.puller.problems(this.settings.id)];
  }

  get hasIgnorePatterns(): boolean {
    return this.ignores.patterns.length > 0;
  }

  /** Scans the names and all below them; [''] = the whole folder. */
  requestScan(names: readonly string[]): void {
    this.requests.add(names);
    this.parts.puller.hurry(this.settings.id);
    this.loop.wake();
  }

  /** As requestScan; settles when these names have been scanned, or cannot be. */
  scanned(names: readonly string[]): Promise<void> {
    this.requestScan(names);
    return this.requests.done();
  }

  requestPull(): void {
    this.isPullWanted = true;
    this.parts.puller.lookAgain(this.settings.id);
    this.loop.wake();
  }

  /** Where much is needed, looking through it all is work: no more than half of the time goes into that. */
  private readonly contentArrived = (): void => {
    this.timers.setUnlessSet('arrived', this.arrivalPauseMs, () => this.requestPull());
  };

  /** A device that may have what failed or was not to be had is there now. */
  deviceConnected(): void {
    this.parts.puller.retryNow(this.settings.id);
    this.requestPull();
  }

  /** Our index turned out to be an old copy: what it has after the sequence is announced as of a new replica. */
  requestRenewal(after: number, retired: readonly bigint[]): void {
    this.renewal = { after, retired };
    this.loop.wake();
  }

  /** Settles when it is carried out, or cannot be. Rejects with SyncError 'refused' where the type has no such order. */
  order(order: FolderOrder): Promise<void> {
    if (!mayOrder(order, this.settings, this.isSendOnly)) {
      const { id, type } = this.settings;
      const error = new SyncError('refused', `${order}: not for folder ${id} (${type})`, false);
      return Promise.reject(error);
    }
    const done = this.orders.add(order);
    this.loop.wake();
    return done;
  }

  /** Resolves when nothing that was asked so far is left to do. */
  idle(): Promise<void> {
    return this.loop.idle();
  }

  async stop(): Promise<void> {
    this.timers.stop();
    this.turns.stop();
    this.parts.watch.stop();
    this.versions.stop();
    this.temps.stop();
    await this.loop.stop();
    this.refuseAll(new SyncError('closed', 'the folder is stopped'));
    await this.parts.puller.forget(this.settings.id);
    await this.closeFs();
  }

  private async run(signal: AbortSignal): Promise<void> {
    const fs = await this.healthyFs();
    while (!signal.aborted) {
      await this.renew();
      await this.refreshLinks(fs);
      await this.refreshIgnores(fs);
      await this.parts.watch.follow(fs, this.ignores, signal);
      const names = this.requests.take();
      if (names !== undefined) {
        await this.scan(fs, names, signal);
        this.requests.scanned();
      } else if (this.guard.isDecisionDue && this.isFirstScanDone) {
        await this.turns.carryOut(fs, this.identity(), signal);
      } else if (this.orders.next !== undefined && this.isFirstScanDone) {
        await this.carryOut(this.orders.next, fs, signal);
      } else if (this.versions.isRestoreDue && this.isFirstScanDone) {
        await this.versions.runRestores((names) => this.scan(fs, names, signal), signal);
      } else if (this.isPullWanted && this.isFirstScanDone) {
        this.isPullWanted = false;
        await this.pull(fs, signal);
      } else if (this.temps.isDue && this.isFirstScanDone) {
        await this.temps.run(fs, signal);
      } else if (this.versions.isCleanDue && this.isFirstScanDone) {
        await this.versions.clean(signal);
      } else {
        break;
      }
    }
    if (this.parts.home.problem !== '') this.setState('error', this.parts.home.problem);
    else this.setState(this.isFetching ? 'syncing' : 'idle', '');
  }

  private async healthyFs(): Promise<FolderFs> {
    if (this.openFs !== undefined) {
      await requireMarker(this.openFs);
      return this.openFs;
    }
    this.openFs = await openFolder(this.settings, this.parts, this.guard, async (fs) => {
      await this.versions.open(fs);
      this.onDisk = await settingsOnDisk(this.settings, fs, (message) => this.log.info(message));
    });
    return this.openFs;
  }

  /** Links that are followed from now on, or no longer, show in the index before anything else is done. */
  private async refreshLinks(fs: FolderFs): Promise<void> {
    const changed = await this.parts.links.refresh(this.settings, fs);
    if (fs.links.stopped.size > 0) {
      this.timers.setUnlessSet('links', ERROR_RETRY_MS, () => this.loop.wake());
    }
    if (changed.length === 0) return;
    this.parts.events.emit('FollowedLinksChanged', { folder: this.settings.id });
    if (!this.isFirstScanDone) return;
    this.requests.add(changed);
    this.isPullWanted = true;
  }

  /** What is ignored now, and what no longer is, shows in the index before anything else is done. */
  private async refreshIgnores(fs: FolderFs): Promise<void> {
    if (!(await this.ignores.refresh(fs)) || !this.isFirstScanDone) return;
    this.log.info(`Folder ${this.settings.id}: the ignore patterns changed`);
    this.requests.add(['']);
  }

  private async scan(fs: FolderFs, names: readonly string[], signal: AbortSignal): Promise<void> {
    this.setState('scanning', '');
    const { database, scanner, events, clock, links } = this.parts;
    const scan = new FolderScan(this.onDisk, this.identity(), this.ignores.patterns, {
      database,
      scanner,
      events,
      clock,
      links,
      owners: this.owners,
      guard: this.guard,
    });
    const outcome = await scan.run(fs, names, signal);
    this.noteProblems(names, outcome);
    await this.turns.scanned(outcome.after, fs);
    this.changedAgain.scanned(outcome.retry);
    if (!this.isFirstScanDone && names.includes('')) {
      this.isFirstScanDone = true;
      this.isPullWanted = true;
      this.log.info(`Completed initial scan of folder ${this.settings.id}`);
    }
    if (outcome.changed > 0) this.isPullWanted = true;
  }

  private noteProblems(trees: readonly string[], outcome: ScanOutcome): void {
    const news = this.scanProblems.replace(trees, outcome.problems);
    for (const { name, message } of news) this.log.warn(`${name}: ${message}`);
    if (outcome.problems.length === 0) return;
    const errors = this.scanProblems.all;
    this.parts.events.emit('FolderErrors', { folder: this.settings.id, errors });
  }

  private async pull(fs: FolderFs, signal: AbortSignal): Promise<void> {
    if (!(await this.parts.home.mayPull())) {
      this.timers.set('pull', HOME_LOOK_INTERVAL_MS, () => this.requestPull());
      return;
    }
    this.setState('syncing', '');
    await requireMarker(fs);
    const gate = await this.turns.gate();
    const outcome = await this.parts.puller.pull({ ...this.pullFolder(fs), gate }, signal);
    if (outcome.rescan.length > 0) {
      this.requests.add(outcome.rescan);
      this.isPullWanted = true;
    }
    this.isFetching = outcome.underWay > 0;
    // A scan has its turn, then the pass goes on.
    if (this.isFetching && this.requests.isAny) this.isPullWanted = true;
    if (outcome.isUnfinished)
      this.timers.set('arrived', UNFINISHED_RETRY_MS, () => this.requestPull());
    if (outcome.nextRetryMs !== undefined) {
      this.timers.set('pull', outcome.nextRetryMs, () => this.requestPull());
    }
    const { need } = await this.parts.database.summary(this.settings.id);
    const needed = need.files + need.directories + need.symlinks + need.deleted;
    this.arrivalPauseMs = Math.ceil(needed * LOOK_PAUSE_MS);
    if (needed > 0) {
      // What was done may have made room for what was not.
      if (outcome.changed > 0) this.isPullWanted = true;
    } else {
      this.parts.events.emit('FolderInSync', { folder: this.settings.id });
    }
  }

  private pullFolder(fs: FolderFs): PullFolder {
    const { shortId, replicaId } = this.identity();
    return {
      settings: this.onDisk,
      fs,
      ownShortId: shortId,
      replicaId,
      isSendOnly: this.isSendOnly,
      ignores: this.ignores.matcher,
      versioner: this.versions.current,
      onArrived: this.contentArrived,
      onPlaced: this.parts.watch.expect,
    };
  }

  private async carryOut(order: FolderOrder, fs: FolderFs, signal: AbortSignal): Promise<void> {
    this.setState('scanning', '');
    await requireMarker(fs);
    const outcome = await this.orders.carryOut(order, () =>
      carryOut(order, this.pullFolder(fs), this.identity(), this.parts, signal, (name) =>
        this.scanProblems.covers(name),
      ),
    );
    for (const failure of outcome.failures) this.log.warn(`Not done (${order}): ${failure}`);
    if (outcome.rescan.length > 0) this.requests.add(outcome.rescan);
    this.isPullWanted = true;
  }

  /** Whoever waits learns that it will not be done soon. */
  private refuseAll(error: unknown): void {
    this.requests.failed(error);
    this.orders.refuseAll(error);
    this.guard.refuseAll(error);
    this.versions.refuseAll(error);
  }

  private async renew(): Promise<void> {
    const { renewal } = this;
    if (renewal === undefined) return;
    this.renewal = undefined;
    const { database, clock, events } = this.parts;
    const nowS = Math.floor(clock.nowMs() / 1000);
    const context = { identity: this.identity(), ignorePerms: this.onDisk.ignorePerms, nowS };
    const { id } = this.settings;
    const { after, retired } = renewal;
    const sequence = await renewSince(id, after, retired, context, database);
    events.emit('LocalIndexUpdated', { folder: id, items: 0, sequence });
  }

  /** The file system is opened anew next time: whatever is wrong may be mended outside. */
  private fail(error: unknown): void {
    const text = messageOf(error);
    this.refuseAll(error);
    if (text !== this.lastError) this.log.warn(`Folder ${this.settings.id} stopped: ${text}`);
    this.parts.home.problem = '';
    this.setState('error', text);
    const isFull = error instanceof SyncError && error.code === 'full';
    this.timers.set('error', isFull ? HOME_LOOK_INTERVAL_MS : ERROR_RETRY_MS, () => {
      this.isPullWanted = true;
      this.requestScan(['']);
    });
    this.closeFs().catch((closing: unknown) => {
      this.log.warn(`Folder ${this.settings.id}: ${messageOf(closing)}`);
    });
  }

  private async closeFs(): Promise<void> {
    const fs = this.openFs;
    this.openFs = undefined;
    this.isFetching = false;
    await this.parts.puller.stopTransfers(this.settings.id);
    await this.versions.close();
    await fs?.close();
  }

  private setState(to: FolderState, error: string): void {
    const from = this.currentState;
    this.lastError = error;
    if (from === to) return;
    this.currentState = to;
    this.parts.events.emit('StateChanged', { folder: this.settings.id, from, to, error });
  }
}
