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

/** The rows of a page, some at a time: as objects they take ten times the memory. */
export class SummaryReader {
  private readonly lengths: string[];
  private next = 0;
  private at = 0;

  constructor(private readonly page: SummaryPage) {
    this.lengths = page.lengths === '' ? [] : page.lengths.split(' ');
  }

  get isAtEnd(): boolean {
    return this.next >= this.lengths.length;
  }

  /** The next ones, up to `limit`. Throws SyncError 'corrupt' where bytes and lengths do not fit. */
  read(limit: number): LocalSummary[] {
    const { bytes } = this.page;
    const summaries: LocalSummary[] = [];
    const end = Math.min(this.lengths.length, this.next + 2 * limit);
    for (; this.next < end; this.next += 2) {
      const infoAt = this.at + Number(this.lengths[this.next]);
      const infoEnd = infoAt + Number(this.lengths[this.next + 1]);
      const key = bytes.subarray(this.at, infoAt);
      summaries.push(decodeSummary({ key, info: bytes.subarray(infoAt, infoEnd) }));
      this.at = infoEnd;
    }
    if (this.isAtEnd && this.at !== bytes.length) {
      throw new SyncError('corrupt', 'rows of the index do not fit together');
    }
    return summaries;
  }
}

export function summariesOf(page: SummaryPage): LocalSummary[] {
  return new SummaryReader(page).read(Infinity);
}
