/** Brings the disk to what the cluster has, folder by folder; keeps what failed and when it may be tried again. */
import { Injectable, Logger } from '@nestjs/common';
import { type ItemProblem } from '../../domain/errors.js';
import { AccountNames } from '../../platform/account-names.js';
import { Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { Randomness } from '../../platform/randomness.js';
import { SharedLimit } from '../../platform/shared-limit.js';
import { type FolderSettings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { BlockSource } from '../connections/block-source.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { DiskView } from './disk-view.js';
import { FolderRoom } from './folder-room.js';
import { OpenNeeds } from './open-needs.js';
import { orderOf } from './needs-walk.js';
import { OwnPlaces } from './own-places.js';
import { OwnerKeeper } from './owner-keeper.js';
import { PartialFiles, type PartialFile } from './partial-files.js';
import { Patience } from './patience.js';
import { type PullContext, type PullFolder, RescanList } from './pull-context.js';
import { SMALL_FILES_PER_FILE } from './pull-job.js';
import { PullPass } from './pull-pass.js';
import { RecordBatch } from './record-batch.js';
import { RetryBook } from './retry-book.js';
import { RevertPass } from './revert-pass.js';
import { RoomBook } from './room-book.js';
import { TempBook } from './temp-book.js';
import { Transfers } from './transfers.js';
import { WritableDirectories } from './writable-directories.js';

export { type PullFolder } from './pull-context.js';

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
  /** Files whose content is on its way: the next pass puts in place what has arrived. */
  readonly underWay: number;
  /** Nothing was tried for some items yet, as too much is on its way. */
  readonly isUnfinished: boolean;
}

export interface RevertOutcome {
  /** Items that are no longer changes of this device alone. */
  readonly changed: number;
  /** A line for each of the first items that could not be reverted. */
  readonly failures: readonly string[];
  /** As of PullOutcome. */
  readonly rescan: string[];
}

/** A limit that groups share leaves one alone with half of it. */
const GROUP_SHARE = 2;

/** What outlives a pass. */
interface FolderState {
  /** undefined while the folder is stopped. */
  readonly fs: FolderFs | undefined;
  readonly retries: RetryBook;
  readonly transfers: Transfers;
  readonly room: FolderRoom;
  readonly owners: OwnerKeeper;
  /** Of the order by chance. */
  readonly seed: number;
  readonly temps: TempBook;
  readonly partial: PartialFiles;
  readonly requests: SharedLimit;
  readonly writable: WritableDirectories;
  /** Of the pass under way. */
  patience: Patience | undefined;
}

@Injectable()
export class PullerService {
  private readonly trace = new Logger('file');
  private readonly logger = new Logger('puller');
  private readonly folders = new Map<string, FolderState>();
  private readonly rooms: RoomBook;
  private readonly accounts: AccountNames;

  constructor(
    private readonly settings: SettingsService,
    private readonly database: IndexDatabase,
    private readonly source: BlockSource,
    private readonly events: EventsService,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {
    this.rooms = new RoomBook(clock);
    this.accounts = new AccountNames(clock);
  }

  /**
   * One pass over all that is needed. Failures of items are in the outcome; rejects when the folder as a whole
   * cannot go on (its root is gone: 'missing'; the index cannot be written) and with the signal's reason.
   */
  async pull(folder: PullFolder, signal: AbortSignal): Promise<PullOutcome> {
    const { id } = folder.settings;
    const state = this.stateOf(folder);
    const { retries, transfers } = state;
    const patience = new Patience(this.clock, signal);
    const { filesInFlight } = this.settings.settings;
    const isTraced = this.settings.settings.trace.includes('file');
    const trace = (line: string): void => {
      if (isTraced) this.trace.debug(`${id}: ${line}`);
    };
    state.patience = patience;
    let context: PullContext;
    let pass: PullPass;
    try {
      context = await this.contextFor(folder, state, patience, signal);
      pass = new PullPass(context, retries, this.events, filesInFlight, trace);
      await pass.run();
    } finally {
      state.patience = undefined;
      patience.close();
    }
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
      underWay: transfers.count,
      isUnfinished: pass.deferred > 0,
    };
  }

  /**
   * Gives up what a receive-only folder has changed: what nobody else has is removed, everything else is needed again.
   * Failures of items are in the outcome; rejects as `pull` does.
   */
  async revert(folder: PullFolder, signal: AbortSignal): Promise<RevertOutcome> {
    const patience = new Patience(this.clock, signal);
    try {
      const context = await this.contextFor(folder, this.stateOf(folder), patience, signal);
      const pass = new RevertPass(context);
      await pass.run();
      return { changed: pass.changed, failures: pass.failures, rescan: context.rescan.names };
    } finally {
      patience.close();
    }
  }

  /** The pass under way waits no longer for what is on its way from other devices; that goes on arriving. */
  hurry(folder: string): void {
    this.folders.get(folder)?.patience?.end();
  }

  /** More is needed than when the pass under way began: it ends when it only waits. */
  lookAgain(folder: string): void {
    this.folders.get(folder)?.patience?.endWhenWalked();
  }

  /** What failed last time and is still needed. */
  problems(folder: string): ItemProblem[] {
    return this.folders.get(folder)?.retries.problems() ?? [];
  }

  /** What the folder has of files that are still on their way. */
  partialFiles(folder: string): PartialFile[] {
    return this.folders.get(folder)?.partial.all() ?? [];
  }

  /** Failed items may be tried at the next pass, as when a device that has them connected. */
  retryNow(folder: string): void {
    this.folders.get(folder)?.retries.retryNow();
  }

  /** Gives up what is on its way; before the folder's file system is closed. Temp files stay. */
  async stopTransfers(folder: string): Promise<void> {
    const state = this.folders.get(folder);
    if (state === undefined) return;
    this.folders.set(folder, { ...state, fs: undefined });
    state.room.close();
    await state.transfers.close();
  }

  /** The folder is stopped: what is known of its failures goes with it. */
  async forget(folder: string): Promise<void> {
    await this.stopTransfers(folder);
    this.folders.delete(folder);
  }

  private async contextFor(
    folder: PullFolder,
    { retries, requests, transfers, room, owners, seed, temps, partial, writable }: FolderState,
    patience: Patience,
    signal: AbortSignal,
  ): Promise<PullContext> {
    const { fs, settings } = folder;
    const { database, source, clock, events } = this;
    const { need } = await database.summary(settings.id);
    return {
      folder,
      fs,
      disk: await DiskView.of(fs, settings),
      writable,
      database,
      needs: new OpenNeeds(database, folder.gate),
      source,
      clock,
      signal,
      requests,
      transfers,
      room,
      owners,
      ownPlaces: new OwnPlaces(database),
      order: orderOf(settings, seed),
      temps,
      partial,
      patience,
      batch: new RecordBatch(settings.id, fs, database, events, clock, folder.onPlaced),
      rescan: new RescanList(),
      folderFs: (id) => this.folders.get(id)?.fs,
      hasDeletes: need.deleted > 0 && !settings.ignoreDelete,
      parents: new Map(),
      givingWay: new Map(),
      failedTries: ({ name, version }) => retries.triesOf(name, version),
      moved: new Map(),
    };
  }

  private stateOf({ settings: folder, fs, onArrived }: PullFolder): FolderState {
    const { id } = folder;
    const known = this.folders.get(id);
    if (known?.fs === fs) return known;
    const retries = known?.retries ?? new RetryBook();
    // Who looked for room on their behalf is gone.
    retries.roomCame();
    const { filesInFlight, requestBytesMax } = this.settings.settings;
    const partial = new PartialFiles();
    const filesMax = GROUP_SHARE * filesInFlight * SMALL_FILES_PER_FILE;
    const state: FolderState = {
      fs,
      retries,
      transfers: new Transfers(new SharedLimit(filesMax), onArrived, (name) => partial.end(name)),
      room: this.roomOf(folder, fs, () => {
        retries.roomCame();
        onArrived();
      }),
      owners: new OwnerKeeper(folder, fs, this.accounts, (line) => this.logger.log(line)),
      seed: known?.seed ?? Math.floor(this.randomness.fraction() * 2 ** 31),
      temps: known?.temps ?? new TempBook(),
      partial,
      requests: new SharedLimit(GROUP_SHARE * requestBytesMax),
      writable: new WritableDirectories(fs),
      patience: undefined,
    };
    this.folders.set(id, state);
    return state;
  }

  private roomOf(settings: FolderSettings, fs: FolderFs, onRoom: () => void): FolderRoom {
    const warn = (message: string): void => this.logger.warn(message);
    return new FolderRoom({ settings, fs, book: this.rooms, clock: this.clock, onRoom, warn });
  }
}
