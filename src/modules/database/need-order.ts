/**
 * The files that we need, in other orders than that of the tree. Nothing but names and sort keys is read, page by page:
 * each page is one look over all needs, in which SQLite keeps no more rows than the page has. So no order costs anything
 * where it is not asked for, and none takes memory for all that is needed.
 */
import { hash as hashOnce } from 'node:crypto';
import { nameOfKey, type ItemFacts } from './item-encoding.js';
import { treeKey } from '../../domain/tree-order.js';
import { type SqliteConnection } from './sqlite-connection.js';

export type NeedOrder =
  /** All that is no file to be made, in tree order: directories, links, deletes. */
  | { readonly kind: 'others' }
  | { readonly kind: 'smallestFirst' | 'largestFirst' | 'oldestFirst' | 'newestFirst' }
  /** The same seed gives the same order. */
  | { readonly kind: 'random'; readonly seed: number };

/** Where a needed item stands in an order. */
export interface NeedPlace {
  readonly key: number;
  readonly name: string;
}

const NS_PER_US = 1_000;
const US_PER_S = 1_000_000;
/** A prime, so that multiplying shuffles the numbers below it. */
const SHUFFLE_MODULUS = 2_147_483_647;

const KEYS: Readonly<Record<Exclude<NeedOrder['kind'], 'others' | 'random'>, string>> = {
  smallestFirst: 'size',
  largestFirst: '-size',
  oldestFirst: 'modified',
  newestFirst: '-modified',
};

/** What a row of `needs` says for the orders: size, time in microseconds, and a number by chance; null for no file. */
export function needColumns(
  file: ItemFacts,
  key: Uint8Array,
): readonly [number | null, number | null, number | null] {
  if (file.type !== 'file' || file.deleted) return [null, null, null];
  const modifiedUs = file.modifiedS * US_PER_S + Math.floor(file.modifiedNs / NS_PER_US);
  const chance = hashOnce('sha1', key, 'buffer').readUInt32BE(0) % SHUFFLE_MODULUS;
  return [file.size, modifiedUs, chance];
}

export function needPlaces(
  db: SqliteConnection,
  folder: number,
  order: NeedOrder,
  after: NeedPlace | undefined,
  limit: number,
): NeedPlace[] {
  if (order.kind === 'others') return otherPlaces(db, folder, after, limit);
  const factor = order.kind === 'random' ? 1 + (order.seed % (SHUFFLE_MODULUS - 1)) : 0;
  const key =
    order.kind === 'random' ? `((chance * ${factor}) % ${SHUFFLE_MODULUS})` : KEYS[order.kind];
  const rows = db.once(
    `SELECT ${key} AS place, name FROM needs
     WHERE folder = ?1 AND size IS NOT NULL
       AND (?2 IS NULL OR ${key} > ?2 OR (${key} = ?2 AND name > ?3))
     ORDER BY place, name LIMIT ?4`,
    folder,
    after?.key ?? null,
    after === undefined ? null : treeKey(after.name),
    limit,
  );
  return rows.map(([place, name]) => ({
    key: place as number,
    name: nameOfKey(name as Uint8Array),
  }));
}

function otherPlaces(
  db: SqliteConnection,
  folder: number,
  after: NeedPlace | undefined,
  limit: number,
): NeedPlace[] {
  const rows = db
    .statement(
      `SELECT name FROM needs WHERE folder = ? AND name > ? AND size IS NULL ORDER BY name LIMIT ?`,
    )
    .all(folder, treeKey(after?.name ?? ''), limit);
  return rows.map(([name]) => ({ key: 0, name: nameOfKey(name as Uint8Array) }));
}
