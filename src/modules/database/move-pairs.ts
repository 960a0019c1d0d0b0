/**
 * What is needed and lies here under a name that the cluster deletes, found by content for a page of needs at once: a
 * question for each file costs more than the answer. Only deletes that were found to be moves (threat-rows.ts) are looked at.
 */
import { Threat } from '../../domain/guard-threat.js';
import { keyText } from './index-rows.js';
import { ItemPacker, type Packed, type RawNeed } from './item-packing.js';
import { rowsOfContents } from './rows-of-contents.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** Needs read at once … */
const ROWS_AT_ONCE = 500;
/** … and in one page. */
const ROWS_PER_PAGE_MAX = 5_000;
/** A page ends early once it has so many bytes. */
const PAGE_BYTES_MAX = 8 * 1024 * 1024;

export interface MovePage {
  /** Of each pair what is needed under the new name, then under the old one. */
  readonly pairs: Packed;
  /** Where the next page begins; absent at the end. */
  readonly next?: Uint8Array;
}

/** In tree order behind the key `after`; each old name in one pair only. */
export function movePairs(
  db: SqliteConnection,
  folder: number,
  after: Uint8Array,
  limit: number,
  needsOf: (keys: readonly Uint8Array[]) => (place: number) => RawNeed | undefined,
): MovePage {
  const packer = new ItemPacker();
  const moved = db.statement(
    `SELECT 1 FROM needs WHERE folder = ? AND threat = ${Threat.moved} LIMIT 1`,
  );
  if (moved.get(folder) === undefined) return { pairs: packer.take() };
  const sources = new Sources(db, folder, limit);
  const statement = db.statement(
    `SELECT name, content, threat FROM needs WHERE folder = ? AND name > ? ORDER BY name LIMIT ?`,
  );
  let last = after;
  let left = limit;
  for (let looked = 0; looked < ROWS_PER_PAGE_MAX; looked += ROWS_AT_ONCE) {
    const rows = statement.all(folder, last, ROWS_AT_ONCE);
    // What threatens something here has the content of that.
    const fresh = rows.filter(([, content, threat]) => content !== null && threat === null);
    sources.lookFor(fresh.map(([, content]) => content as Uint8Array));
    const found = fresh.flatMap(([name, content]) => {
      const source = sources.next(content as Uint8Array);
      return source === undefined ? [] : [{ name: name as Uint8Array, source }];
    });
    const needOf = needsOf(found.flatMap(({ name, source }) => [name, source]));
    for (const [at, { name }] of found.entries()) {
      if (left === 0 || packer.length >= PAGE_BYTES_MAX)
        return { pairs: packer.take(), next: last };
      const [wanted, given] = [needOf(2 * at), needOf(2 * at + 1)];
      last = name;
      if (wanted === undefined || given === undefined) continue;
      packer.need(wanted);
      packer.need(given);
      left -= 1;
    }
    if (rows.length < ROWS_AT_ONCE) return { pairs: packer.take() };
    last = rows.at(-1)?.[0] as Uint8Array;
  }
  return { pairs: packer.take(), next: last };
}

/** Old names by their content. */
class Sources {
  private readonly left = new Map<string, Uint8Array[]>();

  constructor(
    private readonly db: SqliteConnection,
    private readonly folder: number,
    private readonly limit: number,
  ) {}

  /** Before `next` is asked for one of these contents. */
  lookFor(contents: readonly Uint8Array[]): void {
    const wanted = new Map(contents.map((content) => [keyText(content), content]));
    for (const key of this.left.keys()) wanted.delete(key);
    const { db, folder } = this;
    const many = db.statement(
      `SELECT j.key, n.name FROM json_each(?) j
       CROSS JOIN needs n ON n.folder = ? AND n.threat = ${Threat.moved}
         AND n.content = unhex(j.value) LIMIT ?`,
    );
    const one = db.statement(
      `SELECT 0, name FROM needs WHERE folder = ? AND threat = ${Threat.moved} AND content = ?
       LIMIT ?`,
    );
    const rowsOf = rowsOfContents(
      [...wanted.values()],
      (keys, rowsMax) => many.all(keys, folder, rowsMax),
      (content) => one.all(folder, content, this.limit),
    );
    [...wanted.keys()].forEach((key, at) => {
      const names = rowsOf[at]?.map(([, name]) => name as Uint8Array);
      this.left.set(key, names ?? []);
    });
  }

  /** One that was not given yet. */
  next(content: Uint8Array): Uint8Array | undefined {
    return this.left.get(keyText(content))?.shift();
  }
}
