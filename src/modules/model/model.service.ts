/** The folders by ID: makes their runners, starts and stops them and their rescans, and finds them for others. */
import { Injectable, Logger } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { FolderFsFactory } from '../../platform/folder-fs.js';
import { Randomness } from '../../platform/randomness.js';
import { type FolderSettings, type Settings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { forgetGuard } from '../guard/guard-memory.js';
import { PullerService } from '../puller/puller.service.js';
import { RescanScheduleService } from '../scanner/rescan-schedule.service.js';
import { ScannerService } from '../scanner/scanner.service.js';
import { VersionsService } from '../versions/versions.service.js';
import { WatcherService } from '../watcher/watcher.service.js';
import { AnnouncedSequences } from './announced.js';
import { type FolderChanges, isSendOnly } from './folder-changes.js';
import { movedFolders, planFolderChanges } from './folder-changes.js';
import { FolderRoots } from './folder-roots.js';
import { FolderRunner } from './folder-runner.js';
import { HomeGate, homeProblem } from './home-room.js';
import { LinkKeeper } from './link-keeper.js';
import { FolderWatch } from './folder-watch.js';
import { type LocalIdentity, newReplicaId, REPLICA_FACT } from './identity.js';

@Injectable()
export class ModelService {
  readonly announced: AnnouncedSequences;
  private readonly logger = new Logger('model');
  private readonly roots: FolderRoots;
  private readonly links: LinkKeeper;
  private readonly runners = new Map<string, FolderRunner>();
  /** The settings that the folders follow. */
  private applied: Settings | undefined;
  private isStopped = false;
  private localIdentity: LocalIdentity | undefined;
  private readonly retired: bigint[] = [];

  constructor(
    private readonly settings: SettingsService,
    private readonly database: IndexDatabase,
    private readonly scanner: ScannerService,
    private readonly puller: PullerService,
    private readonly rescans: RescanScheduleService,
    private readonly watchers: WatcherService,
    private readonly factory: FolderFsFactory,
    private readonly events: EventsService,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
    private readonly versions: VersionsService,
  ) {
    this.announced = new AnnouncedSequences(database);
    this.roots = new FolderRoots(database, factory);
    this.links = new LinkKeeper(database, factory, () => settings.settings, {
      info: (message) => this.logger.log(message),
    });
  }

  /** Who we are in the index; throws before start. */
  get identity(): LocalIdentity {
    if (this.localIdentity === undefined) throw new SyncError('closed', 'the model is not started');
    return this.localIdentity;
  }

  /** Starts every folder that may run; its first scan begins at once. */
  async start(identity: LocalIdentity): Promise<void> {
    this.localIdentity = identity;
    this.logger.log('Initial repository scan in progress');
    const { settings } = this.settings;
    this.applied = settings;
    await this.dropLeftOver(settings);
    for (const folder of settings.folders) await this.startFolder(folder, settings);
  }

  /** What the folders follow by now; throws before start. */
  get appliedSettings(): Settings {
    if (this.applied === undefined) throw new SyncError('closed', 'the model is not started');
    return this.applied;
  }

  /** What the settings mean for the folders as they are. Nothing is changed by that. */
  async plan(now: Settings): Promise<FolderChanges> {
    const before = this.appliedSettings;
    const elsewhere = new Set<string>();
    for (const { id, path } of movedFolders(now, before)) {
      if (await this.roots.isElsewhere(id, path)) elsewhere.add(id);
    }
    return planFolderChanges(now, before, elsewhere);
  }

  /**
   * Folders follow changed settings, as planned: those that are not touched go on. Resolves when those that end have
   * ended and those that begin have begun. Calls must follow each other.
   */
  async apply(now: Settings, changes: FolderChanges): Promise<void> {
    this.applied = now;
    await Promise.all(
      [...changes.stop, ...changes.restart.map(({ id }) => id)].map((id) => this.stopFolder(id)),
    );
    for (const id of changes.drop) await this.drop(id);
    for (const folder of [...changes.start, ...changes.restart]) {
      await this.startFolder(folder, now);
    }
    for (const folder of changes.reschedule) this.schedule(folder);
    for (const runner of this.runners.values()) runner.watch.retryNow();
    for (const folder of changes.reshare) {
      await this.database.keepRemotes(folder.id, folder.devices);
      this.runners.get(folder.id)?.requestPull();
    }
  }

  /** From now on our changes are counted under another id: what we announced before is no longer known to us. */
  async renewReplica(): Promise<void> {
    const replicaId = newReplicaId(this.randomness);
    await this.database.setFact(REPLICA_FACT, replicaId.toString());
    this.retired.push(this.identity.replicaId);
    this.localIdentity = { ...this.identity, replicaId };
  }

  /** The ids we counted under earlier in this run. */
  get retiredReplicas(): readonly bigint[] {
    return this.retired;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.all([...this.runners.keys()].map((id) => this.stopFolder(id)));
  }

  /**
   * A send-only folder announces what it has above what others have. Resolves when that is recorded. Rejects with
   * SyncError: 'missing' when the folder does not run, 'refused' when it is not send-only.
   */
  async override(folder: string): Promise<void> {
    await this.requireRunner(folder).order('override');
  }

  /**
   * A receive-only folder gives up what was changed here. Resolves when that is recorded: what the cluster has then
   * comes as anything needed does. Rejects as `override` does.
   */
  async revert(folder: string): Promise<void> {
    await this.requireRunner(folder).order('revert');
  }

  /** The running folder; undefined when there is none of this ID, or it is paused or blocked. */
  runner(folder: string): FolderRunner | undefined {
    return this.runners.get(folder);
  }

  all(): FolderRunner[] {
    return [...this.runners.values()];
  }

  /** The folder's settings if it runs here and is shared with the device. */
  sharedWith(folder: string, device: string): FolderSettings | undefined {
    const settings = this.settings.settings.folders.find(({ id }) => id === folder);
    if (settings === undefined || settings.blockedBy !== '') return undefined;
    return settings.devices.includes(device) ? settings : undefined;
  }

  /** All folders shared with the device, paused ones included. */
  foldersSharedWith(device: string): FolderSettings[] {
    return this.settings.settings.folders.filter(
      ({ id }) => this.sharedWith(id, device) !== undefined,
    );
  }

  private requireRunner(folder: string): FolderRunner {
    const runner = this.runners.get(folder);
    if (runner === undefined) throw new SyncError('missing', `folder ${folder} is not running`);
    return runner;
  }

  private async stopFolder(folder: string): Promise<void> {
    const runner = this.runners.get(folder);
    this.rescans.stop(folder);
    this.runners.delete(folder);
    await runner?.stop();
  }

  /** What a stop, or an edit of the configuration by hand, left in the index. */
  private async dropLeftOver({ folders }: Settings): Promise<void> {
    const paths = new Map(folders.map(({ id, path }) => [id, path]));
    for (const id of await this.database.folders()) {
      const path = paths.get(id);
      if (path === undefined || (await this.roots.isElsewhere(id, path))) await this.drop(id);
    }
  }

  /**
   * In this order: whenever it is interrupted, the next start goes on with it. The folder may come again with older
   * content than we announced, which must not outrank that: hence the new counters.
   */
  private async drop(folder: string): Promise<void> {
    if ((await this.announced.toAnybody(folder)) > 0) await this.renewReplica();
    await this.announced.forget(folder);
    // Its numbers are those of this index.
    await forgetGuard(folder, this.database);
    await this.database.removeFolder(folder);
    await this.roots.forget(folder);
    await this.links.forget(folder);
    this.logger.log(`Folder ${folder}: its index is dropped`);
  }

  private schedule(folder: FolderSettings): void {
    const runner = this.runners.get(folder.id);
    if (runner === undefined) return;
    this.rescans.start(folder.id, runner.watch.rescanIntervalS(folder), () =>
      this.runners.get(folder.id)?.requestScan(['']),
    );
  }

  private watchOf(folder: FolderSettings): FolderWatch {
    return new FolderWatch(folder, this.watchers, this.events, {
      requestScan: (names) => this.runners.get(folder.id)?.requestScan(names),
      reschedule: () => {
        const now = this.appliedSettings.folders.find(({ id }) => id === folder.id);
        if (now !== undefined) this.schedule(now);
      },
      warn: (message) => this.logger.warn(message),
      info: (message) => this.logger.log(message),
    });
  }

  private async startFolder(folder: FolderSettings, settings: Settings): Promise<void> {
    if (folder.blockedBy !== '') {
      this.logger.error(`Folder ${folder.id} is not started: ${folder.blockedBy}`);
      return;
    }
    if (folder.paused || this.isStopped) return;
    await this.database.addFolder(folder.id);
    await this.database.keepRemotes(folder.id, folder.devices);
    const { database, scanner, puller, factory, events, clock, roots, links, versions } = this;
    const watch = this.watchOf(folder);
    const log = {
      info: (message: string) => this.logger.log(message),
      warn: (message: string) => this.logger.warn(message),
    };
    const home = new HomeGate(folder.id, () => homeProblem(this.applied ?? settings), log);
    const runner = new FolderRunner(
      folder,
      isSendOnly(folder, settings),
      () => this.identity,
      { database, scanner, puller, factory, events, clock, roots, links, watch, home, versions },
      log,
    );
    this.runners.set(folder.id, runner);
    runner.requestScan(['']);
    this.schedule(folder);
  }
}
