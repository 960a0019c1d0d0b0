/** The folders by ID: makes their runners, starts and stops them and their rescans, and finds them for others. */
import { Injectable, Logger } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { FolderFsFactory } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { PullerService } from '../puller/puller.service.js';
import { RescanScheduleService } from '../scanner/rescan-schedule.service.js';
import { ScannerService } from '../scanner/scanner.service.js';
import { FolderRunner } from './folder-runner.js';
import { type LocalIdentity, REPLICA_FACT } from './identity.js';

@Injectable()
export class ModelService {
  private readonly logger = new Logger('model');
  private readonly runners = new Map<string, FolderRunner>();
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
    for (const folder of this.settings.settings.folders) await this.startFolder(folder);
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
    const runners = [...this.runners.values()];
    for (const runner of runners) this.rescans.stop(runner.settings.id);
    await Promise.all(runners.map((runner) => runner.stop()));
    this.runners.clear();
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

  private async startFolder(folder: FolderSettings): Promise<void> {
    if (folder.blockedBy !== '') {
      this.logger.error(`Folder ${folder.id} is not started: ${folder.blockedBy}`);
      return;
    }
    if (folder.paused) return;
    await this.database.addFolder(folder.id);
    await this.database.keepRemotes(folder.id, folder.devices);
    const { database, scanner, puller, factory, events, clock } = this;
    const isSendOnly = this.settings.settings.readOnly || folder.type === 'sendonly';
    const runner = new FolderRunner(
      folder,
      isSendOnly,
      () => this.identity,
      { database, scanner, puller, factory, events, clock },
      {
        info: (message) => this.logger.log(message),
        warn: (message) => this.logger.warn(message),
      },
    );
    this.runners.set(folder.id, runner);
    runner.requestScan(['']);
    this.rescans.start(folder.id, folder.rescanIntervalS, () => runner.requestScan(['']));
  }
}
