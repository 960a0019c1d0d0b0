/** Everything that only reads items. Lists are bounded by the caller's limit; names come as tree keys. */
import { blockLength, blockOffset, blocksHashOf } from '../../domain/block.js';
import { type NeedGate } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { type BlockLists } from './block-lists.js';
import { GatedNeeds } from './gated-needs.js';
import { type BlockLocation } from './index-database.js';
import { ITEM_COLUMNS, keyText, MANY_NAMES, rawItem, type IndexRows } from './index-rows.js';
import { decodeFacts, decodeLocal, nameOfKey, type RawItem } from './item-encoding.js';
import { ItemPacker, type Packed, type RawNeed } from './item-packing.js';
import { holdersOf, isReadable, standingOf } from './name-standing.js';
import { needPlaces, type NeedOrder, type NeedPlace } from './need-order.js';
import { LOCAL } from './schema.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { readSummaryPage, type SummaryPage } from './summary-page.js';

/** Rows read in one go where the bytes of the answer are bounded too. */
const ROWS_AT_ONCE = 100;
/** needs() ends early once its answer has this many bytes, so that long block lists do not fill the memory. */
const NEEDS_BYTES_MAX = 32 * 1024 * 1024;
/** Places told for one block. */
const LOCATIONS_MAX = 4;

export class IndexQueries {
  constructor(
    private readonly db: SqliteConnection,
    private readonly rows: IndexRows,
    private readonly lists: BlockLists,
  ) {}

  items(folder: number, device: number, names: readonly string[]): Packed {
    const packer = new ItemPacker();
    const keys = names.map((name) => treeKey(name));
    const known =
      keys.length < MANY_NAMES ? undefined : this.rows.present(folder, keys.map(keyText), device);
    for (const key of keys) {
      const isThere = known?.has(keyText(key)) ?? true;
      packer.item(isThere ? this.rows.one(folder, key, device) : undefined);
    }
    return packer.take();
  }

  globals(folder: number, names: readonly string[]): Packed {
    const packer = new ItemPacker();
    for (const name of names) {
      const { global } = standingOf(this.rows.ofName(folder, treeKey(name)));
      packer.item(global && this.rows.withList(global.raw));
    }
    return packer.take();
  }

  needed(folder: number, name: string): Packed {
    const packer = new ItemPacker();
    packer.need(this.need(folder, treeKey(name)));
    return packer.take();
  }

  needs(folder: number, after: string | undefined, limit: number, gate?: NeedGate): Packed {
    const packer = new ItemPacker();
    const from = treeKey(after ?? '');
    const keys =
      gate === undefined
        ? this.neededKeys(folder, from, limit)
        : new GatedNeeds(this.db, folder, gate).after(from, limit);
    for (const key of keys) {
      packer.need(this.need(folder, key));
      if (packer.length >= NEEDS_BYTES_MAX) break;
    }
    return packer.take();
  }

  neededOf(folder: number, names: readonly string[], gate?: NeedGate): Packed {
    const packer = new ItemPacker();
    const gated = gate && new GatedNeeds(this.db, folder, gate);
    for (const name of names) {
      if (gated?.mayPass(treeKey(name)) === false) continue;
      packer.need(this.need(folder, treeKey(name)));
      if (packer.length >= NEEDS_BYTES_MAX) break;
    }
    return packer.take();
  }

  needPlaces(
    folder: number,
    order: NeedOrder,
    after: NeedPlace | undefined,
    limit: number,
  ): NeedPlace[] {
    return needPlaces(this.db, folder, order, after, limit);
  }

  localSummaryPage(
    folder: number,
    tree: string,
    after: Uint8Array | undefined,
    limit: number,
  ): SummaryPage {
    return readSummaryPage(this.db, folder, tree, after, limit);
  }

  localsAfter(folder: number, after: number, limit: number, bytesMax: number): Packed {
    const statement = this.db.statement(
      `SELECT ${ITEM_COLUMNS} FROM items
       WHERE folder = ? AND device = 0 AND sequence > ? ORDER BY sequence LIMIT ?`,
    );
    const packer = new ItemPacker();
    let sequence = after;
    for (let left = limit; left > 0;) {
      const rows = statement.all(folder, sequence, Math.min(left, ROWS_AT_ONCE));
      for (const row of rows) {
        const item = rawItem(row);
        packer.item(this.rows.withList(item));
        if (packer.length >= bytesMax) return packer.take();
        sequence = item.sequence;
      }
      if (rows.length < Math.min(left, ROWS_AT_ONCE)) break;
      left -= rows.length;
    }
    return packer.take();
  }

  localsWithBlocks(folder: number, blocksHash: Uint8Array, limit: number): Packed {
    const packer = new ItemPacker();
    const rows = this.db
      .statement(
        `SELECT ${ITEM_COLUMNS} FROM items
         WHERE device = 0 AND blocks_hash = ? AND folder = ? LIMIT ?`,
      )
      .all(blocksHash, folder, limit);
    for (const row of rows) {
      const item = rawItem(row);
      if (isReadable(LOCAL, decodeFacts(item.info))) packer.item(this.rows.withList(item));
    }
    return packer.take();
  }

  /** Where our own files, in any folder, have a block of this hash. */
  blockLocations(hash: Uint8Array): BlockLocation[] {
    const ofOneBlock = { blocksHash: blocksHashOf(hash), position: 0 };
    const locations: BlockLocation[] = [];
    for (const place of [ofOneBlock, ...this.lists.placesOf(hash)]) {
      for (const { folder, item } of this.readers(place.blocksHash)) {
        if (locations.length >= LOCATIONS_MAX) return locations;
        const file = decodeLocal(item);
        const offset = blockOffset(file, place.position);
        const size = blockLength(file, place.position);
        locations.push({ folder, name: nameOfKey(item.key), offset, size });
      }
    }
    return locations;
  }

  /** Our readable files with this block list, lists left out. */
  private readers(blocksHash: Uint8Array): { folder: string; item: RawItem }[] {
    return this.db
      .statement(
        `SELECT i.name, i.sequence, i.blocks_hash, i.info, f.name
         FROM items i JOIN folders f ON f.id = i.folder
         WHERE i.device = 0 AND i.blocks_hash = ? AND f.name IS NOT NULL
         LIMIT ${LOCATIONS_MAX}`,
      )
      .all(blocksHash)
      .map((row) => ({ folder: row[4] as string, item: rawItem(row) }))
      .filter(({ item }) => isReadable(LOCAL, decodeFacts(item.info)));
  }

  private neededKeys(folder: number, after: Uint8Array, limit: number): Uint8Array[] {
    return this.db
      .statement(`SELECT name FROM needs WHERE folder = ? AND name > ? ORDER BY name LIMIT ?`)
      .all(folder, after, limit)
      .map(([name]) => name as Uint8Array);
  }

  private need(folder: number, key: Uint8Array): RawNeed | undefined {
    const items = this.rows.ofName(folder, key);
    const { local, needed } = standingOf(items);
    if (needed === undefined) return undefined;
    return {
      global: this.rows.withList(needed.raw),
      local: local && this.rows.withList(local.raw),
      devices: holdersOf(needed, items),
    };
  }
}
