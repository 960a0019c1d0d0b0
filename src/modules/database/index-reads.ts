/**
 * The reading half of the index: what the port asks, by the names of folders and devices. Items are answered packed
 * (item-packing.ts). A folder or device that is not known has nothing.
 */
import { type NeedGate } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { FolderTallies } from './folder-tallies.js';
import { type ContentFile } from './index-database.js';
import { type BlockLocation, type FolderCounts, type FolderSummary } from './index-database.js';
import { type PendingDevice, type PendingFolder } from './index-database.js';
import { indexIdOf } from './index-ids.js';
import { type IndexQueries } from './index-queries.js';
import { type IndexWalks, type WalkPage, type WalkPosition } from './index-walks.js';
import { type Packed } from './item-packing.js';
import { type KnownNames } from './known-names.js';
import { type MovePage } from './move-pairs.js';
import { type NeedOrder, type NeedPlace } from './need-order.js';
import { type PendingRecords } from './pending-records.js';
import { GLOBAL_COUNTS, LOCAL, NEED_COUNTS, RECEIVE_ONLY_COUNTS } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { NO_SUMMARIES, type SummaryPage } from './summary-page.js';
import { type ThreatRows } from './threat-rows.js';

/** No row has these. */
const NO_FOLDER = 0;
const NO_DEVICE = -4;
const NO_COUNTS: FolderCounts = {
  files: 0,
  directories: 0,
  symlinks: 0,
  deleted: 0,
  bytes: 0,
  sequence: 0,
};
const NO_SUMMARY: FolderSummary = {
  local: NO_COUNTS,
  global: NO_COUNTS,
  need: NO_COUNTS,
  receiveOnlyChanged: NO_COUNTS,
};
const NOTHING: Packed = new Uint8Array(0);

export class IndexReads {
  constructor(
    private readonly db: SqliteConnection,
    private readonly names: KnownNames,
    private readonly queries: IndexQueries,
    private readonly walks: IndexWalks,
    private readonly pending: PendingRecords,
    private readonly threatRows: ThreatRows,
  ) {}

  folders(): string[] {
    const rows = this.db
      .statement('SELECT name FROM folders WHERE name IS NOT NULL ORDER BY name')
      .all();
    return rows.map(([name]) => name as string);
  }

  remoteIndex(folder: string, device: string): { indexId: bigint; sequence: number } {
    const id = this.names.folder(folder);
    const number = this.names.device(device);
    if (id === undefined || number === undefined) return { indexId: 0n, sequence: 0 };
    const sequence = new FolderTallies(this.db, id).sequenceOf(number);
    return { indexId: indexIdOf(this.db, id, number), sequence };
  }

  locals(folder: string, names: readonly string[]): Packed {
    return this.queries.items(this.names.folder(folder) ?? NO_FOLDER, LOCAL, names);
  }

  localHeads(folder: string, names: readonly string[]): Packed {
    return this.queries.heads(this.names.folder(folder) ?? NO_FOLDER, LOCAL, names);
  }

  globals(folder: string, names: readonly string[]): Packed {
    return this.queries.globals(this.names.folder(folder) ?? NO_FOLDER, names);
  }

  remote(folder: string, device: string, name: string): Packed {
    const number = this.names.device(device) ?? NO_DEVICE;
    return this.queries.items(this.names.folder(folder) ?? NO_FOLDER, number, [name]);
  }

  needed(folder: string, name: string): Packed {
    return this.within(folder, (id) => this.queries.needed(id, name));
  }

  localSummaryPage(
    folder: string,
    tree: string,
    after: Uint8Array | undefined,
    limit: number,
  ): SummaryPage {
    const id = this.names.folder(folder);
    if (id === undefined) return NO_SUMMARIES;
    return this.queries.localSummaryPage(id, tree, after, limit);
  }

  localsAfter(folder: string, after: number, limit: number, bytesMax: number): Packed {
    return this.within(folder, (id) => this.queries.localsAfter(id, after, limit, bytesMax));
  }

  needs(folder: string, after: string | undefined, limit: number, gate?: NeedGate): Packed {
    return this.within(folder, (id) => this.queries.needs(id, after, limit, gate));
  }

  neededOf(folder: string, names: readonly string[], gate?: NeedGate): Packed {
    return this.within(folder, (id) => this.queries.neededOf(id, names, gate));
  }

  threats(
    folder: string,
    by: string,
    after: string | undefined,
    limit: number,
    numbers: readonly [number, number],
  ): Packed {
    return this.within(folder, (id) => {
      const names = this.threatRows.names(id, by, after, limit, numbers);
      return this.queries.neededOf(id, names);
    });
  }

  needPlaces(
    folder: string,
    order: NeedOrder,
    after: NeedPlace | undefined,
    limit: number,
  ): NeedPlace[] {
    const id = this.names.folder(folder);
    return id === undefined ? [] : this.queries.needPlaces(id, order, after, limit);
  }

  walkGlobals(
    folder: string,
    tree: string,
    levels: number,
    from: WalkPosition | undefined,
    limit: number,
  ): WalkPage {
    const id = this.names.folder(folder);
    if (id === undefined) return { items: NOTHING };
    return this.walks.globals(id, tree, levels, from, limit);
  }

  walkRemoteNeeds(
    folder: string,
    device: string,
    from: WalkPosition | undefined,
    limit: number,
  ): WalkPage {
    const id = this.names.folder(folder);
    if (id === undefined) return { items: NOTHING };
    return this.walks.remoteNeeds(id, this.names.device(device), from, limit);
  }

  walkReceiveOnlyChanges(folder: string, from: WalkPosition | undefined, limit: number): WalkPage {
    const id = this.names.folder(folder);
    if (id === undefined) return { items: NOTHING };
    return this.walks.receiveOnlyChanges(id, from, limit);
  }

  localsWithBlocks(folder: string, blocksHash: Uint8Array, limit: number): Packed {
    return this.within(folder, (id) => this.queries.localsWithBlocks(id, blocksHash, limit));
  }

  localsOf(folder: string, contents: readonly Uint8Array[], limit: number): ContentFile[][] {
    const id = this.names.folder(folder);
    return id === undefined ? contents.map(() => []) : this.queries.localsOf(id, contents, limit);
  }

  movePairs(folder: string, after: Uint8Array | undefined, limit: number): MovePage {
    const id = this.names.folder(folder);
    if (id === undefined) return { pairs: NOTHING };
    return this.queries.movePairs(id, after ?? treeKey(''), limit);
  }

  findBlocks(hashes: readonly Uint8Array[]): BlockLocation[][] {
    return this.queries.findBlocks(hashes);
  }

  summary(folder: string): FolderSummary {
    const id = this.names.folder(folder);
    if (id === undefined) return NO_SUMMARY;
    const tallies = new FolderTallies(this.db, id);
    const receiveOnlyChanged = tallies.countsOf(RECEIVE_ONLY_COUNTS);
    return {
      local: sumOf(tallies.countsOf(LOCAL), receiveOnlyChanged),
      global: { ...tallies.countsOf(GLOBAL_COUNTS), sequence: tallies.sequenceMax },
      need: tallies.countsOf(NEED_COUNTS),
      receiveOnlyChanged,
    };
  }

  remoteCounts(folder: string, device: string): FolderCounts {
    const id = this.names.folder(folder);
    const number = this.names.device(device);
    if (id === undefined || number === undefined) return NO_COUNTS;
    return new FolderTallies(this.db, id).countsOf(number);
  }

  pendingDevices(): PendingDevice[] {
    return this.pending.devices();
  }

  pendingFolders(): PendingFolder[] {
    return this.pending.folders();
  }

  fact(key: string): string | undefined {
    return this.pending.fact(key);
  }

  private within(folder: string, read: (id: number) => Packed): Packed {
    const id = this.names.folder(folder);
    return id === undefined ? NOTHING : read(id);
  }
}

/** The sequence is that of the first. */
function sumOf(a: FolderCounts, b: FolderCounts): FolderCounts {
  return {
    files: a.files + b.files,
    directories: a.directories + b.directories,
    symlinks: a.symlinks + b.symlinks,
    deleted: a.deleted + b.deleted,
    bytes: a.bytes + b.bytes,
    sequence: a.sequence,
  };
}
