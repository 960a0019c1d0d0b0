/** What every part of one pass over a folder's needs works with. Made by PullPass, gone with it. */
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { type NeedGate } from '../../domain/guard-threat.js';
import { type IgnoreMatcher } from '../../domain/ignore/matcher.js';
import { type Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type SharedLimit } from '../../platform/shared-limit.js';
import { type FolderSettings } from '../config/settings.js';
import { type BlockSource } from '../connections/block-source.js';
import { type IndexDatabase, type NeededItem, type NeedOrder } from '../database/index-database.js';
import { type Versioner } from '../versions/versioner.js';
import { type DiskView } from './disk-view.js';
import { type FolderRoom } from './folder-room.js';
import { type OwnPlaces } from './own-places.js';
import { type OwnerKeeper } from './owner-keeper.js';
import { type PartialFiles } from './partial-files.js';
import { type Patience } from './patience.js';
import { type RecordBatch } from './record-batch.js';
import { type TempBook } from './temp-book.js';
import { type OpenNeeds } from './open-needs.js';
import { type Transfers } from './transfers.js';
import { type WritableDirectories } from './writable-directories.js';

/** The folder as the model hands it over. */
export interface PullFolder {
  readonly settings: FolderSettings;
  readonly fs: FolderFs;
  readonly ownShortId: bigint;
  /** The id of our counters in version vectors. */
  readonly replicaId: bigint;
  /** Nothing from the cluster changes the disk: only what is right already is recorded. */
  readonly isSendOnly?: boolean;
  readonly ignores: IgnoreMatcher;
  /** Keeps what the cluster replaces or deletes. Absent: nothing is kept. */
  readonly versioner?: Versioner;
  /** What must not be looked at now, as it would delete or replace too much. Absent: nothing. */
  readonly gate?: NeedGate | undefined;
  /** Content has arrived, or failed to, that no pass was waiting for: another pass is due. */
  readonly onArrived: () => void;
  /** These are on disk as the entries say, and about to be recorded. */
  readonly onPlaced?: (files: readonly LocalFileInfo[]) => void;
}

/** Connected devices that have the item: files of one group compete for the same senders. */
export function groupOf({ source }: Pick<PullContext, 'source'>, item: NeededItem): string {
  return source.connected(item.devices).join(' ');
}

export interface PullContext {
  readonly folder: PullFolder;
  readonly fs: FolderFs;
  readonly disk: DiskView;
  readonly writable: WritableDirectories;
  readonly database: IndexDatabase;
  /** What is needed and may be applied now: to be read from here alone. */
  readonly needs: OpenNeeds;
  readonly source: BlockSource;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Blocks requested and not yet written, by bytes; grouped by the devices that have them. */
  readonly requests: SharedLimit;
  readonly transfers: Transfers;
  readonly room: FolderRoom;
  readonly owners: OwnerKeeper;
  readonly ownPlaces: OwnPlaces;
  /** In which order files are made; undefined: tree order. */
  readonly order: NeedOrder | undefined;
  readonly temps: TempBook;
  readonly partial: PartialFiles;
  readonly patience: Patience;
  readonly batch: RecordBatch;
  /** Names to be scanned after the pass. */
  readonly rescan: RescanList;
  /** File systems of the folders that run here, for blocks that another folder has. */
  readonly folderFs: (folder: string) => FolderFs | undefined;
  /** The cluster deletes files of ours: some of them may have been moved. */
  readonly hasDeletes: boolean;
  /** Directories that were looked at in this pass, to hold items: whether they are there. */
  readonly parents: Map<string, Promise<boolean>>;
  /** Items of ours that are getting a conflict name just now, as several others need their place. */
  readonly givingWay: Map<string, Promise<void>>;
  /** How often this version of the item has failed in earlier passes. */
  readonly failedTries: (item: FileInfo) => number;
  /** Files moved in this pass, old name to new name; a name is set before the move begins. */
  readonly moved: Map<string, string>;
}

/** Names whose state on disk is not what the index says; more than the limit become a scan of the whole folder. */
export class RescanList {
  private readonly wanted = new Set<string>();

  add(...names: readonly string[]): void {
    for (const name of names) {
      if (this.wanted.size < RESCAN_NAMES_MAX) this.wanted.add(name);
      else this.wanted.add('');
    }
  }

  get names(): string[] {
    return this.wanted.has('') ? [''] : [...this.wanted];
  }
}

export const RESCAN_NAMES_MAX = 10_000;
