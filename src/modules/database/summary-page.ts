/**
 * Our rows as a scan compares them, many in one value: SQLite joins them, as handing over each row by itself takes ten
 * times as long as reading it. Whoever asks hands the page on as it is, to the thread that compares.
 */
import { SyncError } from '../../domain/errors.js';
import { type LocalSummary } from '../../domain/file-info.js';
import { treeKeyRange } from '../../domain/tree-order.js';
import { decodeSummary } from './item-encoding.js';
import { LOCAL } from './schema.js';
import { type SqliteConnection, type SqlValue } from './sqlite-connection.js';

export interface SummaryPage {
  /** Tree key and stored form of each row, without anything between. */
  readonly bytes: Uint8Array;
  /** Their lengths in bytes, in decimal: key, stored form, key, … */
  readonly lengths: string;
  /** Tree key of the last row, after which the next page begins; absent: nothing comes after it. */
  readonly last?: Uint8Array;
}

const NOTHING = new Uint8Array(0);
export const NO_SUMMARIES: SummaryPage = { bytes: NOTHING, lengths: '' };

/** The first `limit` rows under `tree`, those after the key `after`. */
export function readSummaryPage(
  db: SqliteConnection,
  folder: number,
  tree: string,
  after: Uint8Array | undefined,
  limit: number,
): SummaryPage {
  const { from, to } = treeKeyRange(tree);
  const goesOn = after !== undefined && Buffer.compare(after, from) >= 0;
  // One lower bound only: with two the query might start at the lower one and walk over all the rest each time.
  const parts = ['folder = ?', 'device = ?', goesOn ? 'name > ?' : 'name >= ?'];
  const values: SqlValue[] = [folder, LOCAL, goesOn ? after : from];
  if (to !== undefined) {
    parts.push('name < ?');
    values.push(to);
  }
  const row = db
    .statement(
      `SELECT count(*), CAST(group_concat(name || info, '') AS BLOB),
         group_concat(length(name) || ' ' || length(info), ' '), max(name)
       FROM (SELECT name, info FROM items WHERE ${parts.join(' AND ')} ORDER BY name LIMIT ?)`,
    )
    .get(...values, limit);
  if (row === undefined || row[0] === 0) return NO_SUMMARIES;
  const page = { bytes: row[1] as Uint8Array, lengths: row[2] as string };
  return row[0] === limit ? { ...page, last: row[3] as Uint8Array } : page;
}

/** Throws SyncError 'corrupt' where bytes and lengths do not fit. */
export function summariesOf({ bytes, lengths }: SummaryPage): LocalSummary[] {
  if (lengths === '') return [];
  const summaries: LocalSummary[] = [];
  const all = lengths.split(' ');
  let at = 0;
  for (let i = 0; i < all.length; i += 2) {
    const infoAt = at + Number(all[i]);
    const end = infoAt + Number(all[i + 1]);
    const key = bytes.subarray(at, infoAt);
    summaries.push(decodeSummary({ key, info: bytes.subarray(infoAt, end) }));
    at = end;
  }
  if (at !== bytes.length) throw new SyncError('corrupt', 'rows of the index do not fit together');
  return summaries;
}
