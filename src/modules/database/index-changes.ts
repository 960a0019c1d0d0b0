/**
 * The writing half of the index. Each change is durable when it returns. Long ones are generators: each step is one
 * transaction, and between steps reads can be served.
 */
import { SyncError } from '../../domain/errors.js';
import { type ThreatTally } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { type BlockLists } from './block-lists.js';
import { FolderTallies } from './folder-tallies.js';
import { type UpdateOutcome } from './index-database.js';
import { type PendingDevice, type PendingFolder } from './index-database.js';
import { indexIdOf, writeIndexId } from './index-ids.js';
import { type IndexRemoval, type Steps } from './index-removal.js';
import { type IndexUpdate } from './index-update.js';
import { type RawItem } from './item-encoding.js';
import { type Packed, unpackPresent } from './item-packing.js';
import { type KnownNames } from './known-names.js';
import { type PendingRecords } from './pending-records.js';
import { LOCAL } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { type ThreatRows } from './threat-rows.js';

/** One transaction of an update ends after so many items, or sooner when block lists are long (block-lists.ts). */
const ITEMS_PER_TRANSACTION_MAX = 1_000;

export class IndexChanges {
  constructor(
    private readonly db: SqliteConnection,
    private readonly names: KnownNames,
    private readonly updates: IndexUpdate,
    private readonly removal: IndexRemoval,
    private readonly lists: BlockLists,
    private readonly pending: PendingRecords,
    private readonly threats: ThreatRows,
  ) {}

  /** newIndexId is used if the folder has none yet. */
  addFolder(folder: string, newIndexId: bigint): { indexId: bigint; created: boolean } {
    const known = this.names.folder(folder);
    if (known !== undefined) {
      return { indexId: indexIdOf(this.db, known, LOCAL), created: false };
    }
    this.db.transaction(() => {
      const row = this.db.statement('INSERT INTO folders(name) VALUES(?) RETURNING id').get(folder);
      writeIndexId(this.db, row?.[0] as number, LOCAL, newIndexId);
    });
    return { indexId: newIndexId, created: true };
  }

  /** From here on the folder is unknown; its rows go afterwards, by removalStep. */
  removeFolder(folder: string): void {
    const id = this.names.folder(folder);
    if (id === undefined) return;
    this.db.statement('UPDATE folders SET name = NULL WHERE id = ?').run(id);
    this.names.forgetFolder(folder);
  }

  /** One transaction of removing the rows of unknown folders; false when there are none. */
  removalStep(): boolean {
    return this.removal.namelessStep();
  }

  renewIndexId(folder: string, newIndexId: bigint): bigint {
    writeIndexId(this.db, this.knownFolder(folder), LOCAL, newIndexId);
    return newIndexId;
  }

  *resetRemoteIndex(folder: string, device: string, indexId: bigint): Steps<void> {
    const id = this.knownFolder(folder);
    const number = this.names.addDevice(device);
    yield* this.removal.device(id, number);
    writeIndexId(this.db, id, number, indexId);
  }

  *keepRemotes(folder: string, keep: readonly string[]): Steps<void> {
    const id = this.knownFolder(folder);
    const kept = new Set(keep);
    const rows = this.db
      .statement('SELECT device FROM indexes WHERE folder = ? AND device > 0')
      .all(id);
    for (const [device] of rows) {
      if (kept.has(this.names.deviceName(device as number))) continue;
      yield* this.removal.device(id, device as number);
    }
  }

  *updateLocal(folder: string, files: Packed): Steps<UpdateOutcome> {
    return yield* this.update(this.knownFolder(folder), LOCAL, files, 0);
  }

  *forgetLocals(folder: string, names: readonly string[]): Steps<void> {
    const id = this.knownFolder(folder);
    for (let from = 0; from < names.length; from += ITEMS_PER_TRANSACTION_MAX) {
      this.db.transaction(() => {
        const target = { folder: id, device: LOCAL, tallies: new FolderTallies(this.db, id) };
        for (const name of names.slice(from, from + ITEMS_PER_TRANSACTION_MAX)) {
          this.updates.remove(target, treeKey(name));
        }
        target.tallies.save();
      });
      yield;
    }
  }

  *updateRemote(
    folder: string,
    device: string,
    files: Packed,
    lastSequence: number,
  ): Steps<UpdateOutcome> {
    const id = this.knownFolder(folder);
    return yield* this.update(id, this.names.addDevice(device), files, lastSequence);
  }

  addPendingDevice(pending: PendingDevice): boolean {
    return this.pending.addDevice(pending);
  }

  removePendingDevice(device: string): void {
    this.pending.removeDevice(device);
  }

  addPendingFolder(pending: PendingFolder): boolean {
    return this.pending.addFolder(pending);
  }

  removePendingFolder(folder: string, device: string): void {
    this.pending.removeFolder(folder, device);
  }

  setFacts(facts: Readonly<Record<string, string>>): void {
    this.pending.setFacts(facts);
  }

  *judgeThreats(
    folder: string,
    after: number,
    approved: Readonly<Record<string, number>>,
  ): Steps<ThreatTally> {
    return yield* this.threats.judge(this.knownFolder(folder), after, approved);
  }

  /** The device's sequence moves only with the last transaction: an interrupted update is announced again. */
  private *update(
    folder: number,
    device: number,
    files: Packed,
    lastSequence: number,
  ): Steps<UpdateOutcome> {
    const items = unpackPresent(files, (item) => item);
    let [done, highest] = [0, 0];
    for (;;) {
      const outcome = this.db.transaction(() => {
        const tallies = new FolderTallies(this.db, folder);
        const target = { folder, device, tallies };
        const batch = items.slice(done, done + ITEMS_PER_TRANSACTION_MAX);
        const ahead = this.updates.rowsAhead(target, batch);
        done += this.takeBatch(batch, (given, at) => {
          const item = device === LOCAL ? { ...given, sequence: nextSequence(tallies) } : given;
          highest = Math.max(highest, item.sequence);
          this.updates.put(target, item, ahead.at(at));
        });
        const isComplete = done === items.length;
        if (isComplete && device !== LOCAL) {
          const reached = lastSequence > 0 ? lastSequence : highest;
          const sequence = Math.max(tallies.sequenceOf(device), reached);
          tallies.setSequence(device, sequence);
        }
        tallies.save();
        return { isComplete, sequence: tallies.sequenceOf(device) };
      });
      if (outcome.isComplete) return { sequence: outcome.sequence };
      yield;
    }
  }

  /** Hands on items up to the bounds of one transaction; how many they were. */
  private takeBatch(items: readonly RawItem[], put: (item: RawItem, at: number) => void): number {
    this.lists.beginTransaction();
    for (const [at, item] of items.entries()) {
      put(item, at);
      if (this.lists.isTransactionFull) return at + 1;
    }
    return items.length;
  }

  private knownFolder(folder: string): number {
    const id = this.names.folder(folder);
    if (id === undefined) {
      throw new SyncError('missing', `index database ${this.db.path}: no folder "${folder}"`);
    }
    return id;
  }
}

function nextSequence(tallies: FolderTallies): number {
  const sequence = tallies.sequenceOf(LOCAL) + 1;
  tallies.setSequence(LOCAL, sequence);
  return sequence;
}
