/**
 * Dropping what a device announced, or a whole folder, a range of names at a time: each step is one transaction of
 * bounded length, and between steps reads are served. The rows of a folder go step by step between other changes:
 * nobody waits for them.
 */
import { type BlockLists } from './block-lists.js';
import { FolderTallies } from './folder-tallies.js';
import { type IndexUpdate } from './index-update.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** Yields where other calls may be served. */
export type Steps<T> = Generator<void, T, void>;

/** Rows looked at, of any device, in one step. */
const ROWS_PER_STEP = 1_000;

export class IndexRemoval {
  constructor(
    private readonly db: SqliteConnection,
    private readonly update: IndexUpdate,
    private readonly lists: BlockLists,
  ) {}

  /** Removes all rows of a remote device, and what is known of its index. */
  *device(folder: number, device: number): Steps<void> {
    // First of all: an interrupted removal leaves a device of which we know nothing, which then announces everything.
    this.db
      .statement('UPDATE indexes SET index_id = NULL, sequence = 0 WHERE folder = ? AND device = ?')
      .run(folder, device);
    let after: Uint8Array | undefined = new Uint8Array(0);
    while (after !== undefined && new FolderTallies(this.db, folder).itemsOf(device) > 0) {
      after = this.deviceStep(folder, device, after);
      yield;
    }
    this.db.statement('DELETE FROM indexes WHERE folder = ? AND device = ?').run(folder, device);
  }

  /** One step of removing the folders whose names were taken away; false when nothing is left to remove. */
  namelessStep(): boolean {
    const row = this.db.statement('SELECT id FROM folders WHERE name IS NULL LIMIT 1').get();
    if (row === undefined) return false;
    const folder = row[0] as number;
    if (this.folderStep(folder)) return true;
    this.db.transaction(() => {
      this.db.statement('DELETE FROM indexes WHERE folder = ?').run(folder);
      this.db.statement('DELETE FROM folders WHERE id = ?').run(folder);
    });
    return true;
  }

  /** The last name looked at; undefined at the end. */
  private deviceStep(folder: number, device: number, after: Uint8Array): Uint8Array | undefined {
    const rows = this.db
      .statement(
        'SELECT name, device FROM items WHERE folder = ? AND name > ? ORDER BY name, device LIMIT ?',
      )
      .all(folder, after, ROWS_PER_STEP);
    const last = rows.at(-1)?.[0] as Uint8Array | undefined;
    if (last === undefined) return undefined;
    this.db.transaction(() => {
      const tallies = new FolderTallies(this.db, folder);
      const target = { folder, device, tallies };
      for (const [name, owner] of rows) {
        if (owner === device) this.update.remove(target, name as Uint8Array);
      }
      // The last name may go on beyond the rows that were read.
      this.update.remove(target, last);
      tallies.save();
    });
    return last;
  }

  private folderStep(folder: number): boolean {
    const rows = this.db
      .statement(
        `SELECT name, device, blocks_hash, info FROM items
         WHERE folder = ? ORDER BY name, device LIMIT ?`,
      )
      .all(folder, ROWS_PER_STEP);
    const needs = this.db
      .statement('SELECT name FROM needs WHERE folder = ? ORDER BY name LIMIT ?')
      .all(folder, ROWS_PER_STEP);
    this.lists.beginTransaction();
    this.db.transaction(() => {
      for (const [name, device, blocksHash, info] of rows) {
        if (this.lists.isTransactionFull) break;
        const hash = blocksHash as Uint8Array;
        this.update.releaseList(device as number, hash, info as Uint8Array);
        this.db
          .statement('DELETE FROM items WHERE folder = ? AND name = ? AND device = ?')
          .run(folder, name as Uint8Array, device as number);
      }
      for (const [name] of needs) {
        this.db
          .statement('DELETE FROM needs WHERE folder = ? AND name = ?')
          .run(folder, name as Uint8Array);
      }
    });
    return rows.length > 0 || needs.length > 0;
  }
}
