/** Brings the disk to what the cluster has, folder by folder; keeps what failed and when it may be tried again. */
import { Injectable, Logger } from '@nestjs/common';
import { type ItemProblem } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { TaskQueue } from '../../platform/task-queue.js';
import { SettingsService } from '../config/settings.service.js';
import { BlockSource } from '../connections/block-source.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { DiskView } from './disk-view.js';
import { type PullContext, type PullFolder, RescanList } from './pull-context.js';
import { PullPass } from './pull-pass.js';
import { RecordBatch } from './record-batch.js';
import { RetryBook } from './retry-book.js';
import { WritableDirectories } from './writable-directories.js';

export { type PullFolder } from './pull-context.js';

/** Requests of one folder at the same time, however small the blocks. */
export const REQUESTS_MAX = 1_024;

export interface PullOutcome {
  /** Items that now are as the cluster has them. */
  readonly changed: number;
  readonly problems: ItemProblem[];
  /** Names whose state on disk is not what the index says: to be scanned, then pulled again. */
  readonly rescan: string[];
  /** In how many milliseconds failed items may be tried again; undefined when none waits for that. */
  readonly nextRetryMs: number | undefined;
  /** Items that no connected device has: they wait for a device. */
  readonly waiting: number;
}

@Injectable()
export class PullerService {
  private readonly trace = new Logger('file');
  private readonly retries = new Map<string, RetryBook>();
  private readonly fileSystems = new Map<string, FolderFs>();

  constructor(
    private readonly settings: SettingsService,
    private readonly database: IndexDatabase,
    private readonly source: BlockSource,
    private readonly events: EventsService,
    private readonly clock: Clock,
  ) {}

  /**
   * One pass over all that is needed. Failures of items are in the outcome; rejects when the folder as a whole
   * cannot go on (its root is gone: 'missing'; the index cannot be written) and with the signal's reason.
   */
  async pull(folder: PullFolder, signal: AbortSignal): Promise<PullOutcome> {
    const { id } = folder.settings;
    this.fileSystems.set(id, folder.fs);
    const retries = this.retries.get(id) ?? new RetryBook();
    this.retries.set(id, retries);
    const context = await this.contextFor(folder, retries, signal);
    const { filesInFlight } = this.settings.settings;
    const isTraced = this.settings.settings.trace.includes('file');
    const trace = (line: string): void => {
      if (isTraced) this.trace.debug(`${id}: ${line}`);
    };
    const pass = new PullPass(context, retries, this.events, filesInFlight, trace);
    await pass.run();
    const problems = retries.problems();
    if (pass.failed > 0 && problems.length > 0) {
      this.events.emit('FolderErrors', { folder: id, errors: problems });
    }
    return {
      changed: pass.changed,
      problems,
      rescan: context.rescan.names,
      nextRetryMs: retries.nextRetryMs(this.clock.monotonicMs()),
      waiting: pass.waiting,
    };
  }

  /** What failed last time and is still needed. */
  problems(folder: string): ItemProblem[] {
    return this.retries.get(folder)?.problems() ?? [];
  }

  /** Failed items may be tried at the next pass, as when a device that has them connected. */
  retryNow(folder: string): void {
    this.retries.get(folder)?.retryNow();
  }

  /** The folder stopped: its file system is not used any more. */
  forget(folder: string): void {
    this.retries.delete(folder);
    this.fileSystems.delete(folder);
  }

  private async contextFor(
    folder: PullFolder,
    retries: RetryBook,
    signal: AbortSignal,
  ): Promise<PullContext> {
    const { fs, settings } = folder;
    const { database, source, clock, events } = this;
    const { need } = await database.summary(settings.id);
    return {
      folder,
      fs,
      disk: await DiskView.of(fs, settings.ignorePerms),
      writable: new WritableDirectories(fs),
      database,
      source,
      clock,
      signal,
      requests: new TaskQueue({
        tasksMax: REQUESTS_MAX,
        weightMax: this.settings.settings.requestBytesMax,
      }),
      batch: new RecordBatch(settings.id, fs, database, events, clock),
      rescan: new RescanList(),
      folderFs: (id) => this.fileSystems.get(id),
      hasDeletes: need.deleted > 0 && !settings.ignoreDelete,
      parents: new Map(),
      givingWay: new Map(),
      failedTries: ({ name, version }) => retries.triesOf(name, version),
      moved: new Map(),
    };
  }
}
