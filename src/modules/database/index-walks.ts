/**
 * Walks over the names of a folder in tree order with what all devices say about each, in pages: what there is in the
 * cluster, and what another device lacks of it. A page looks at a bounded number of rows.
 */
import { isInvalid, isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import { isNeeded } from '../../domain/global-version.js';
import { treeKey, treeKeyRange } from '../../domain/tree-order.js';
import { rawItem, type IndexRows } from './index-rows.js';
import { decodeFacts, nameOfKey } from './item-encoding.js';
import { ItemPacker, type Packed } from './item-packing.js';
import { type KnownNames } from './known-names.js';
import { type DeviceItem, standingOf } from './name-standing.js';
import { RowsAhead } from './rows-ahead.js';
import { LOCAL } from './schema.js';
import { type SqliteConnection, type SqlRow } from './sqlite-connection.js';

/** Rows read in one go, and in one page. */
const ROWS_AT_ONCE = 500;
const ROWS_PER_PAGE_MAX = 5_000;
/** Rows that SQLite compares by itself in one page. */
const ROWS_COMPARED_MAX = 20_000;

/** No device has this number. */
const NOBODY = -100;

/** Where a walk goes on: the first key not looked at. */
export type WalkPosition = Uint8Array;

export interface WalkPage {
  readonly items: Packed;
  /** Absent: the walk is at its end. */
  readonly next?: WalkPosition;
}

interface NameRows {
  readonly key: Uint8Array;
  readonly items: DeviceItem[];
}

export class IndexWalks {
  constructor(
    private readonly db: SqliteConnection,
    private readonly names: KnownNames,
    private readonly rows: IndexRows,
  ) {}

  /**
   * The global versions below `tree` that exist, its own left out, down to `levels` directories deep (0: what is right
   * in it; -1: all).
   */
  globals(
    folder: number,
    tree: string,
    levels: number,
    from: WalkPosition | undefined,
    limit: number,
  ): WalkPage {
    const range = treeKeyRange(tree);
    const depthMax = levels < 0 ? Infinity : levels + (tree === '' ? 1 : depthOf(tree) + 1);
    const packer = new ItemPacker();
    let left = limit;
    const next = this.walk(folder, from ?? range.from, range.to, ({ key, items }) => {
      const name = nameOfKey(key);
      if (depthOf(name) > depthMax) return treeKeyRange(ancestorOf(name, depthMax)).to;
      const { global } = standingOf(items);
      if (global === undefined || global.file.deleted || isInvalid(global.file)) return undefined;
      if (name === tree) return undefined;
      packer.item(global.raw);
      left -= 1;
      return left > 0 ? undefined : 'stop';
    });
    return pageOf(packer.take(), next);
  }

  /** Global versions that the device lacks, deletes included. */
  remoteNeeds(
    folder: number,
    device: number | undefined,
    from: WalkPosition | undefined,
    limit: number,
  ): WalkPage {
    const packer = new ItemPacker();
    const begin = from ?? treeKey('');
    const end = this.keyAhead(folder, begin);
    const keys = this.differing(folder, device ?? NOBODY, begin, end, limit);
    const ahead = new RowsAhead(this.rows, folder, keys);
    for (const at of keys.keys()) {
      const items = ahead.at(at);
      const { global } = standingOf(items);
      const theirs = items.find(({ deviceNumber }) => deviceNumber === device);
      if (global !== undefined && isNeeded(global.file, theirs?.file)) packer.item(global.raw);
    }
    const last = keys.at(-1);
    const isCut = keys.length === limit && last !== undefined;
    return pageOf(packer.take(), isCut ? successorOf(last) : end);
  }

  /**
   * Names of which the device does not say the very same as everybody else. Where all rows are equal to the byte it has
   * the version of all others, and so the global one, whichever that is.
   */
  private differing(
    folder: number,
    device: number,
    from: Uint8Array,
    to: Uint8Array | undefined,
    limit: number,
  ): Uint8Array[] {
    const before = to === undefined ? '' : 'AND name < ?';
    return this.db
      .statement(
        `SELECT name FROM items WHERE folder = ? AND name >= ? ${before} GROUP BY name
         HAVING min(info) <> max(info) OR sum(device = ?) = 0 ORDER BY name LIMIT ?`,
      )
      .all(folder, from, ...(to === undefined ? [] : [to]), device, limit)
      .map(([name]) => name as Uint8Array);
  }

  /** So far ahead that what lies between is a page's work; undefined where the end is nearer. */
  private keyAhead(folder: number, from: Uint8Array): Uint8Array | undefined {
    const row = this.db
      .statement(
        `SELECT name FROM items WHERE folder = ? AND name > ? ORDER BY name
         LIMIT 1 OFFSET ${ROWS_COMPARED_MAX}`,
      )
      .get(folder, from);
    return row?.[0] as Uint8Array | undefined;
  }

  /** Our items that a receive-only folder keeps to itself, deleted ones too. */
  receiveOnlyChanges(folder: number, from: WalkPosition | undefined, limit: number): WalkPage {
    const packer = new ItemPacker();
    let left = limit;
    const next = this.walk(folder, from ?? treeKey(''), undefined, ({ items }) => {
      const local = items.find(({ deviceNumber }) => deviceNumber === LOCAL);
      if (local === undefined || !isReceiveOnlyChange(local.file)) return undefined;
      packer.item(local.raw);
      left -= 1;
      return left > 0 ? undefined : 'stop';
    });
    return pageOf(packer.take(), next);
  }

  /**
   * Visits names from `from` on (before `to`, where given). The visitor answers undefined to go on, a key to go on
   * there, or 'stop'. Returns where to go on; undefined at the end.
   */
  private walk(
    folder: number,
    from: Uint8Array,
    to: Uint8Array | undefined,
    visit: (name: NameRows) => Uint8Array | 'stop' | undefined,
  ): Uint8Array | undefined {
    let position = from;
    for (let read = 0; read < ROWS_PER_PAGE_MAX; read += ROWS_AT_ONCE) {
      const { names, isLast } = this.namesFrom(folder, position, to);
      if (names.length === 0) return undefined;
      let jumpedTo: Uint8Array | undefined;
      for (const name of names) {
        if (jumpedTo !== undefined && Buffer.compare(name.key, jumpedTo) < 0) continue;
        const answer = visit(name);
        position = successorOf(name.key);
        if (answer === 'stop') return position;
        if (answer !== undefined) position = jumpedTo = answer;
      }
      if (isLast) return undefined;
    }
    return position;
  }

  private namesFrom(
    folder: number,
    from: Uint8Array,
    to: Uint8Array | undefined,
  ): { names: NameRows[]; isLast: boolean } {
    const before = to === undefined ? '' : 'AND name < ?';
    const rows = this.db
      .statement(
        `SELECT name, sequence, blocks_hash, info, device FROM items
         WHERE folder = ? AND name >= ? ${before} ORDER BY name, device LIMIT ${ROWS_AT_ONCE}`,
      )
      .all(folder, from, ...(to === undefined ? [] : [to]));
    const names: NameRows[] = [];
    for (const row of rows) this.addRow(names, row);
    const isLast = rows.length < ROWS_AT_ONCE;
    const cut = isLast ? undefined : names.pop();
    // So many devices that not all rows of one name came: they are read for themselves.
    if (names.length === 0 && cut !== undefined) {
      names.push({ key: cut.key, items: this.rows.ofName(folder, cut.key) });
    }
    return { names, isLast };
  }

  private addRow(names: NameRows[], row: SqlRow): void {
    const raw = rawItem(row);
    const deviceNumber = row[4] as number;
    const device = this.names.deviceName(deviceNumber);
    const item = { device, deviceNumber, file: decodeFacts(raw.info), raw };
    const last = names.at(-1);
    if (last !== undefined && Buffer.compare(last.key, raw.key) === 0) last.items.push(item);
    else names.push({ key: raw.key, items: [item] });
  }
}

function pageOf(items: Packed, next: Uint8Array | undefined): WalkPage {
  return { items, ...(next === undefined ? {} : { next }) };
}

/** The lowest key above the given one. */
function successorOf(key: Uint8Array): Uint8Array {
  return Uint8Array.of(...key, 0);
}

function depthOf(name: string): number {
  return name.split('/').length;
}

function ancestorOf(name: string, depth: number): string {
  return name.split('/').slice(0, depth).join('/');
}
