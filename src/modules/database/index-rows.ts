/** Reading rows of `items`: one, or all of one name. */
import { type BlockLists } from './block-lists.js';
import { decodeFacts, hasBlockList, type RawItem } from './item-encoding.js';
import { type KnownNames } from './known-names.js';
import { type DeviceItem } from './name-standing.js';
import { type SqliteConnection, type SqlRow } from './sqlite-connection.js';

const EMPTY = new Uint8Array(0);
/** As rawItem takes them; a device's number may follow. */
export const ITEM_COLUMNS = 'name, sequence, blocks_hash, info';

/** Without the list of more than one block: see withList. */
export function rawItem(row: SqlRow): RawItem {
  return {
    key: row[0] as Uint8Array,
    sequence: row[1] as number,
    blocksHash: (row[2] ?? EMPTY) as Uint8Array,
    info: row[3] as Uint8Array,
    list: EMPTY,
  };
}

/** From so many on it pays to ask for all of them at once. */
export const MANY_NAMES = 8;

/** As `heads` and `ofNames` take and tell it. */
export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('hex');
}

export class IndexRows {
  constructor(
    private readonly db: SqliteConnection,
    private readonly names: KnownNames,
    private readonly lists: BlockLists,
  ) {}

  /** Without the list of more than one block. */
  head(folder: number, key: Uint8Array, device: number): RawItem | undefined {
    const row = this.db
      .statement(`SELECT ${ITEM_COLUMNS} FROM items WHERE folder = ? AND name = ? AND device = ?`)
      .get(folder, key, device);
    return row && rawItem(row);
  }

  /** As head, of those names that the device has rows for; they come and go as keyText. All at once takes half the time. */
  heads(folder: number, keys: readonly string[], device: number): Map<string, RawItem> {
    const rows = this.db
      .statement(
        `SELECT i.name, i.sequence, i.blocks_hash, i.info, j.value FROM json_each(?2) j
         CROSS JOIN items i ON i.folder = ?1 AND i.name = unhex(j.value) AND i.device = ?3`,
      )
      .all(folder, JSON.stringify(keys), device);
    return new Map(rows.map((row) => [row[4] as string, rawItem(row)]));
  }

  /**
   * What all devices say about the name, ours first; lists of blocks left out.
   * deviceMax: no device above it has rows, which saves looking for one.
   */
  ofName(folder: number, key: Uint8Array, deviceMax = Infinity): DeviceItem[] {
    const statement = this.db.statement(
      `SELECT device, sequence, blocks_hash, info FROM items
       WHERE folder = ? AND name = ? AND device >= ? ORDER BY device LIMIT 1`,
    );
    const items: DeviceItem[] = [];
    for (let next = 0; next <= deviceMax;) {
      const row = statement.get(folder, key, next);
      if (row === undefined) break;
      const item = this.deviceItem(key, row);
      items.push(item);
      next = item.deviceNumber + 1;
    }
    return items;
  }

  /** As ofName, of those names that anybody has rows for; they come and go as keyText. */
  ofNames(folder: number, keys: readonly string[]): Map<string, DeviceItem[]> {
    const rows = this.db
      .statement(
        `SELECT i.device, i.sequence, i.blocks_hash, i.info, i.name, j.value FROM json_each(?2) j
         CROSS JOIN items i ON i.folder = ?1 AND i.name = unhex(j.value)`,
      )
      .all(folder, JSON.stringify([...new Set(keys)]));
    const found = new Map<string, DeviceItem[]>();
    for (const row of rows) {
      const item = this.deviceItem(row[4] as Uint8Array, row);
      const items = found.get(row[5] as string);
      if (items === undefined) found.set(row[5] as string, [item]);
      else items.push(item);
    }
    for (const items of found.values()) items.sort((a, b) => a.deviceNumber - b.deviceNumber);
    return found;
  }

  /** Of a row that begins with device, sequence, blocks_hash, info. */
  private deviceItem(key: Uint8Array, row: SqlRow): DeviceItem {
    const deviceNumber = row[0] as number;
    const raw = rawItem([key, ...row.slice(1, 4)]);
    const device = this.names.deviceName(deviceNumber);
    return { device, deviceNumber, file: decodeFacts(raw.info), raw };
  }

  withList(item: RawItem): RawItem {
    if (!hasBlockList(item.info)) return item;
    return { ...item, list: this.lists.listOf(item.blocksHash) };
  }
}
