/**
 * Block lists of more than one block, kept once for all rows that have them, and where a block is on our disk.
 * A list counts its users and is removed with the last one, in the same transaction, so that nothing is left to be
 * collected. It is kept under the hash computed here: a peer cannot put its own list under the hash of another.
 * The list of a single block needs none of this: its hash follows from the block's.
 */
import { HASH_BYTES } from '../../domain/file-info.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** Bytes of a block's hash in the index; the rest is compared in the list. */
export const PREFIX_BYTES = 8;
/** Places of one block that are looked at. */
const PLACES_MAX = 16;

export interface BlockPlace {
  readonly blocksHash: Uint8Array;
  /** Index of the block in the list. */
  readonly position: number;
}

/** A transaction that has indexed or unindexed so many blocks should end, whatever else is left to do. */
const BLOCKS_PER_TRANSACTION_MAX = 20_000;

export class BlockLists {
  private blocksTouched = 0;

  constructor(private readonly db: SqliteConnection) {}

  beginTransaction(): void {
    this.blocksTouched = 0;
  }

  get isTransactionFull(): boolean {
    return this.blocksTouched >= BLOCKS_PER_TRANSACTION_MAX;
  }

  /** One more row has the list; isReadable: its blocks can be read from our disk. */
  acquire(hash: Uint8Array, list: Uint8Array, isReadable: boolean): void {
    const row = this.db
      .statement(
        `INSERT INTO block_lists(hash, users, local_users) VALUES(?1, 1, ?2)
         ON CONFLICT(hash) DO UPDATE SET users = users + 1, local_users = local_users + ?2
         RETURNING id, users, local_users`,
      )
      .get(hash, isReadable ? 1 : 0) as number[];
    const [id = 0, users, localUsers] = row;
    if (users === 1) {
      this.db.statement('INSERT INTO block_list_hashes(list, hashes) VALUES(?, ?)').run(id, list);
    }
    if (isReadable && localUsers === 1) this.index(id, list);
  }

  /** One row less has it. */
  release(hash: Uint8Array, isReadable: boolean): void {
    const row = this.db
      .statement(
        `UPDATE block_lists SET users = users - 1, local_users = local_users - ?2 WHERE hash = ?1
         RETURNING id, users, local_users`,
      )
      .get(hash, isReadable ? 1 : 0) as number[] | undefined;
    if (row === undefined) return;
    const [id = 0, users, localUsers] = row;
    if (isReadable && localUsers === 0) this.unindex(id, this.hashes(id));
    if (users === 0) {
      this.db.statement('DELETE FROM block_list_hashes WHERE list = ?').run(id);
      this.db.statement('DELETE FROM block_lists WHERE id = ?').run(id);
    }
  }

  /** Joined hashes of the list; empty when there is none. */
  listOf(hash: Uint8Array): Uint8Array {
    const row = this.db
      .statement(
        `SELECT h.hashes FROM block_lists l JOIN block_list_hashes h ON h.list = l.id
         WHERE l.hash = ?`,
      )
      .get(hash);
    return (row?.[0] ?? new Uint8Array(0)) as Uint8Array;
  }

  /** Lists with local users that have a block with this hash. */
  placesOf(blockHash: Uint8Array): BlockPlace[] {
    const rows = this.db
      .statement(
        `SELECT l.hash, i.position FROM block_index i
           JOIN block_list_hashes h ON h.list = i.list JOIN block_lists l ON l.id = i.list
         WHERE i.prefix = ?1 AND substr(h.hashes, i.position * ${HASH_BYTES} + 1, ${HASH_BYTES}) = ?2
         LIMIT ${PLACES_MAX}`,
      )
      .all(blockHash.slice(0, PREFIX_BYTES), blockHash);
    return rows.map(([hash, position]) => ({
      blocksHash: hash as Uint8Array,
      position: position as number,
    }));
  }

  private hashes(id: number): Uint8Array {
    const row = this.db.statement('SELECT hashes FROM block_list_hashes WHERE list = ?').get(id);
    return (row?.[0] ?? new Uint8Array(0)) as Uint8Array;
  }

  /** In the order of the prefixes, so that neighbours in the index are written together. */
  private index(id: number, list: Uint8Array): void {
    this.blocksTouched += list.length / HASH_BYTES;
    this.db
      .statement(
        `WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?3)
         INSERT INTO block_index(prefix, list, position)
         SELECT substr(?1, i * ${HASH_BYTES} + 1, ${PREFIX_BYTES}), ?2, i FROM n ORDER BY 1`,
      )
      .run(list, id, list.length / HASH_BYTES);
  }

  private unindex(id: number, list: Uint8Array): void {
    this.blocksTouched += list.length / HASH_BYTES;
    const statement = this.db.statement(
      'DELETE FROM block_index WHERE prefix = ? AND list = ? AND position = ?',
    );
    for (let i = 0; i < list.length / HASH_BYTES; i += 1) {
      statement.run(list.slice(i * HASH_BYTES, i * HASH_BYTES + PREFIX_BYTES), id, i);
    }
  }
}
