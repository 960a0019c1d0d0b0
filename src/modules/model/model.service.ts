/** The folders by ID: makes their runners, starts and stops them and their rescans, and finds them for others. */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf, SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { FolderFsFactory } from '../../platform/folder-fs.js';
import { type FolderSettings, type Settings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { PullerService } from '../puller/puller.service.js';
import { RescanScheduleService } from '../scanner/rescan-schedule.service.js';
import { ScannerService } from '../scanner/scanner.service.js';
import { isSendOnly, planFolderChanges } from './folder-changes.js';
import { FolderRunner } from './folder-runner.js';
import { type LocalIdentity, REPLICA_FACT } from './identity.js';

@Injectable()
export class ModelService {
  private readonly logger = new Logger('model');
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
    private readonly factory: FolderFsFactory,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

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
    for (const folder of settings.folders) await this.startFolder(folder, settings);
  }

  /** What the folders follow by now; throws before start. */
  get appliedSettings(): Settings {
    if (this.applied === undefined) throw new SyncError('closed', 'the model is not started');
    return this.applied;
  }

  /**
   * Folders follow changed settings: those that are not touched go on. Resolves, with the IDs of the folders whose index
   * is being dropped, when those that end have ended and those that begin have begun. Calls must follow each other.
   */
  async apply(now: Settings): Promise<readonly string[]> {
    const changes = planFolderChanges(now, this.appliedSettings);
    this.applied = now;
    await Promise.all(
      [...changes.stop, ...changes.restart.map(({ id }) => id)].map((id) => this.stopFolder(id)),
    );
    for (const id of changes.drop) this.drop(id);
    for (const folder of [...changes.start, ...changes.restart]) {
      await this.startFolder(folder, now);
    }
    for (const folder of changes.reschedule) this.schedule(folder);
    for (const folder of changes.reshare) {
      await this.database.keepRemotes(folder.id, folder.devices);
      this.runners.get(folder.id)?.requestPull();
    }
    for (const folder of changes.drop) this.logger.log(`Folder ${folder} is no longer kept here`);
    return changes.drop;
  }

  /** From now on our changes are counted under another id: what we announced before is no longer known to us. */
  async renewReplica(replicaId: bigint): Promise<void> {
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
    const runner = this.requireRunner(folder);
    const settings = this.appliedSettings.folders.find(({ id }) => id === folder);
    if (settings === undefined || !isSendOnly(settings, this.appliedSettings)) {
      throw new SyncError('refused', `folder ${folder} is not send-only`);
    }
    await runner.override();
  }

  /** Rejects with SyncError 'refused': receive-only folders are not there yet. */
  async revert(folder: string): Promise<void> {
    this.requireRunner(folder);
    throw new SyncError('refused', `folder ${folder} is not receive-only`);
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

  /** Not awaited: it takes as long as the index is large, and the folder is unknown from the first step on. */
  private drop(folder: string): void {
    this.database.removeFolder(folder).catch((error: unknown) => {
      if (!this.isStopped) this.logger.error(`Index of folder ${folder}: ${messageOf(error)}`);
    });
  }

  private schedule(folder: FolderSettings): void {
    this.rescans.start(folder.id, folder.rescanIntervalS, () =>
      this.runners.get(folder.id)?.requestScan(['']),
    );
  }

  private async startFolder(folder: FolderSettings, settings: Settings): Promise<void> {
    if (folder.blockedBy !== '') {
      this.logger.error(`Folder ${folder.id} is not started: ${folder.blockedBy}`);
      return;
    }
    if (folder.paused) return;
    await this.database.addFolder(folder.id);
    await this.database.keepRemotes(folder.id, folder.devices);
    const { database, scanner, puller, factory, events, clock } = this;
    const runner = new FolderRunner(
      folder,
      isSendOnly(folder, settings),
      () => this.identity,
      { database, scanner, puller, factory, events, clock },
      {
        info: (message) => this.logger.log(message),
        warn: (message) => this.logger.warn(message),
      },
    );
    this.runners.set(folder.id, runner);
    runner.requestScan(['']);
    this.schedule(folder);
  }
}
