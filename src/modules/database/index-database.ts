/**
 * The port for the index: what every device says about every item of every folder, which version is global and
 * what we need. Every update keeps global, need and counts right in the same transaction as the change.
 * Each call that writes resolves when the change is durable. An update of up to 1,000 items is one transaction,
 * unless it brings or drops more than 20,000 blocks of ours; a larger one is several, with reads served in between.
 * Order of lists of names: tree order (domain/tree-order.ts).
 * Method names say whose entries: local = this device.
 */
import { type FileInfo, type LocalFileInfo, type LocalSummary } from '../../domain/file-info.js';
import { type NeedGate, type ThreatTally } from '../../domain/guard-threat.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type NeedOrder, type NeedPlace } from './need-order.js';
import { type SummaryPage } from './summary-page.js';

export { type NeedOrder, type NeedPlace, type SummaryPage };

export interface FolderCounts {
  readonly files: number;
  readonly directories: number;
  readonly symlinks: number;
  readonly deleted: number;
  /** Bytes of the files. */
  readonly bytes: number;
  /** Highest sequence. */
  readonly sequence: number;
}

export interface FolderSummary {
  /** Items that a receive-only folder keeps to itself included. */
  readonly local: FolderCounts;
  readonly global: FolderCounts;
  /** What we need; `deleted` counts deletes to apply. `sequence` is 0. */
  readonly need: FolderCounts;
  /** Of `local` what a receive-only folder keeps to itself. `sequence` is 0. */
  readonly receiveOnlyChanged: FolderCounts;
}

export interface NeededItem {
  /**
   * The version to have. A delete that is concurrent with ours although ours is global: others may decide otherwise
   * (Syncthing 2 does), so ours is to be announced again, above both.
   */
  readonly global: FileInfo;
  /** Ours now; undefined when we never had the name. */
  readonly local: LocalFileInfo | undefined;
  /** Devices that announced exactly the global version as valid, ourselves excepted. */
  readonly devices: DeviceId[];
}

/** A part of a walk over a folder's names in tree order. */
export interface WalkedItems {
  /** Lists of more than one block are left out. */
  readonly items: FileInfo[];
  /** Where the next part begins, for the same question only; absent at the end. */
  readonly next?: Uint8Array;
}

/** A file under its new name and under its old one, which is to be deleted. */
export interface MovePair {
  readonly wanted: NeededItem;
  readonly source: NeededItem;
}

export interface MovePairs {
  readonly pairs: MovePair[];
  /** Where the next part begins; absent at the end. */
  readonly next?: Uint8Array;
}

export interface ContentFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export interface BlockLocation {
  readonly folder: string;
  readonly name: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  /** Bytes. */
  readonly size: number;
}

export interface UpdateOutcome {
  /** Highest sequence of the device after the update. */
  readonly sequence: number;
}

export interface PendingDevice {
  readonly device: DeviceId;
  readonly name: string;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly seenMs: number;
}

export interface PendingFolder {
  readonly folder: string;
  readonly device: DeviceId;
  readonly label: string;
  readonly seenMs: number;
}

export interface OpenedIndex {
  /** Made anew: it was missing, or damaged and set aside. */
  readonly created: boolean;
  /** What runs SQLite, and why it is not the faster one. */
  readonly library: string;
}

export abstract class IndexDatabase {
  /** Opens or makes the database in the home. */
  abstract open(): Promise<OpenedIndex>;
  abstract close(): Promise<void>;

  /** Makes what is missing for a folder; returns our index ID for it, made with a random non-zero value when new. */
  abstract addFolder(folder: string): Promise<{ indexId: bigint; created: boolean }>;
  /** When it resolves the folder is unknown for good. Its rows go afterwards, between the changes of other calls. */
  abstract removeFolder(folder: string): Promise<void>;
  abstract folders(): Promise<string[]>;
  /** Gives the folder a new index ID for us (peers will then ask for all of it). */
  abstract renewIndexId(folder: string): Promise<bigint>;

  /** The index ID and highest sequence we know of a remote device; 0 and 0 when unknown. */
  abstract remoteIndex(
    folder: string,
    device: DeviceId,
  ): Promise<{ indexId: bigint; sequence: number }>;
  /** Drops all the device announced for the folder and remembers its new index ID. */
  abstract resetRemoteIndex(folder: string, device: DeviceId, indexId: bigint): Promise<void>;
  /** Drops what devices not in `keep` announced for the folder. */
  abstract keepRemotes(folder: string, keep: readonly DeviceId[]): Promise<void>;

  /**
   * Records our own items in the order given; each gets the next sequence (the given one is ignored).
   */
  abstract updateLocal(folder: string, files: readonly LocalFileInfo[]): Promise<UpdateOutcome>;
  /** Takes out our items of these names, as if we had never had them; nobody is told. */
  abstract forgetLocals(folder: string, names: readonly string[]): Promise<void>;
  /** Records what a device announced; sequences as announced. */
  abstract updateRemote(
    folder: string,
    device: DeviceId,
    files: readonly FileInfo[],
    /** Highest sequence of this batch as announced; 0 = the highest of the files. */
    lastSequence: number,
  ): Promise<UpdateOutcome>;

  abstract local(folder: string, name: string): Promise<LocalFileInfo | undefined>;
  /** Same order and length as names. */
  abstract locals(folder: string, names: readonly string[]): Promise<(LocalFileInfo | undefined)[]>;
  /** As locals, where few are absent: lists of more than one block are left out. */
  abstract localHeads(
    folder: string,
    names: readonly string[],
  ): Promise<(LocalFileInfo | undefined)[]>;
  abstract remote(folder: string, device: DeviceId, name: string): Promise<FileInfo | undefined>;
  abstract needed(folder: string, name: string): Promise<NeededItem | undefined>;
  abstract global(folder: string, name: string): Promise<FileInfo | undefined>;
  /** Same order and length as names. */
  abstract globals(folder: string, names: readonly string[]): Promise<(FileInfo | undefined)[]>;

  /** Our items under `tree` ('' = all; the name itself included), after the name `after` in tree order; deleted ones too. */
  abstract localSummaries(
    folder: string,
    tree: string,
    after: string | undefined,
    limit: number,
  ): Promise<LocalSummary[]>;
  /** The same as one value that can be handed on (summary-page.ts), after the tree key `after`. */
  abstract localSummaryPage(
    folder: string,
    tree: string,
    after: Uint8Array | undefined,
    limit: number,
  ): Promise<SummaryPage>;
  /** Our items with sequence > after by ascending sequence; stops at `limit` items or about `bytesMax` encoded bytes. */
  abstract localsAfter(
    folder: string,
    after: number,
    limit: number,
    bytesMax: number,
  ): Promise<LocalFileInfo[]>;
  /**
   * What we need, in tree order after the name `after`. Fewer than `limit` when the block lists are long (32 MiB):
   * only an empty answer is the end. `gate`: without those that it does not let through.
   */
  abstract needs(
    folder: string,
    after: string | undefined,
    limit: number,
    gate?: NeedGate,
  ): Promise<NeededItem[]>;
  /**
   * The needed ones of these names, in their order. Some at the end may be missing when block lists are long: only an
   * empty answer says that none of them is needed. `gate` as above.
   */
  abstract neededOf(
    folder: string,
    names: readonly string[],
    gate?: NeedGate,
  ): Promise<NeededItem[]>;
  /**
   * What needs would delete or replace here, by the devices that modified. Looks first which deletes with a number above
   * `after` are moves. `approved`: by device the number up to which its threats are approved.
   */
  abstract judgeThreats(
    folder: string,
    after: number,
    approved: Readonly<Record<string, number>>,
  ): Promise<ThreatTally>;
  /**
   * What the device's changes threaten, moves left out, numbered above the first and up to the second of `numbers`; order
   * and limits as of `needs`.
   */
  abstract threats(
    folder: string,
    by: string,
    after: string | undefined,
    limit: number,
    numbers: readonly [number, number],
  ): Promise<NeededItem[]>;
  /** Names that we need in this order, after this place. */
  abstract needPlaces(
    folder: string,
    order: NeedOrder,
    after: NeedPlace | undefined,
    limit: number,
  ): Promise<NeedPlace[]>;
  /**
   * The global versions that exist below `tree`, down to `levels` directories deep (0: right in it; -1: all). May answer
   * fewer than `limit` and go on; only an absent `next` is the end.
   */
  abstract walkGlobals(
    folder: string,
    tree: string,
    levels: number,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems>;
  /** The global versions, deletes included, that the device has not announced; parts as above. */
  abstract walkRemoteNeeds(
    folder: string,
    device: DeviceId,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems>;
  /** Our items that a receive-only folder keeps to itself, deleted ones too, in tree order; parts as above. */
  abstract walkReceiveOnlyChanges(
    folder: string,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems>;
  /** Our valid undeleted files with this blocksHash. */
  abstract localsWithBlocks(
    folder: string,
    blocksHash: Uint8Array,
    limit: number,
  ): Promise<LocalFileInfo[]>;
  /** The same without block lists, for many contents at once: of each, in their order, no more files than `limit`. */
  abstract localsOf(
    folder: string,
    contents: readonly Uint8Array[],
    limit: number,
  ): Promise<ContentFile[][]>;
  /**
   * Files that are needed and lie here under a name that the cluster deletes, as far as judgeThreats found them moved. May
   * answer fewer than `limit` and go on; only an absent `next` is the end.
   */
  abstract movePairs(
    folder: string,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<MovePairs>;
  /** For each hash (same order) where one of our files, in any folder, has such a block; at most a few each. */
  abstract findBlocks(hashes: readonly Uint8Array[]): Promise<BlockLocation[][]>;
  abstract summary(folder: string): Promise<FolderSummary>;
  /** Whole counts of one remote device's index. */
  abstract remoteCounts(folder: string, device: DeviceId): Promise<FolderCounts>;

  abstract pendingDevices(): Promise<PendingDevice[]>;
  /** True when it was not known before. */
  abstract addPendingDevice(pending: PendingDevice): Promise<boolean>;
  abstract removePendingDevice(device: DeviceId): Promise<void>;
  abstract pendingFolders(): Promise<PendingFolder[]>;
  abstract addPendingFolder(pending: PendingFolder): Promise<boolean>;
  abstract removePendingFolder(folder: string, device: DeviceId): Promise<void>;

  /** Small facts by key, for instance the full ID seen for a 2013 fingerprint. */
  abstract fact(key: string): Promise<string | undefined>;
  /** All or none of them. */
  abstract setFacts(facts: Readonly<Record<string, string>>): Promise<void>;

  setFact(key: string, value: string): Promise<void> {
    return this.setFacts({ [key]: value });
  }
}
