/** Everything that only reads items. Lists are bounded by the caller's limit; names come as tree keys. */
import { blockLength, blockOffset, blocksHashOf } from '../../domain/block.js';
import { type NeedGate } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { type BlockLists, PREFIX_BYTES } from './block-lists.js';
import { GatedNeeds } from './gated-needs.js';
import { type BlockLocation, type ContentFile } from './index-database.js';
import { ITEM_COLUMNS, keyText, MANY_NAMES, rawItem, type IndexRows } from './index-rows.js';
import { decodeFacts, decodeLocal, nameOfKey, type RawItem } from './item-encoding.js';
import { ItemPacker, type Packed, type RawNeed } from './item-packing.js';
import { type MovePage, movePairs } from './move-pairs.js';
import { type DeviceItem, holdersOf, isReadable, standingOf } from './name-standing.js';
import { needPlaces, type NeedOrder, type NeedPlace } from './need-order.js';
import { RowsAhead } from './rows-ahead.js';
import { rowsOfContents } from './rows-of-contents.js';
import { LOCAL, WITH_BLOCKS_1 } from './schema.js';
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
    for (const item of this.headsOf(folder, device, names)) {
      packer.item(item && this.rows.withList(item));
    }
    return packer.take();
  }

  /** Without lists of more than one block. */
  heads(folder: number, device: number, names: readonly string[]): Packed {
    const packer = new ItemPacker();
    for (const item of this.headsOf(folder, device, names)) packer.item(item);
    return packer.take();
  }

  private headsOf(
    folder: number,
    device: number,
    names: readonly string[],
  ): (RawItem | undefined)[] {
    const keys = names.map((name) => treeKey(name));
    if (keys.length < MANY_NAMES) return keys.map((key) => this.rows.head(folder, key, device));
    const texts = keys.map(keyText);
    const known = this.rows.heads(folder, texts, device);
    return texts.map((text) => known.get(text));
  }

  globals(folder: number, names: readonly string[]): Packed {
    const packer = new ItemPacker();
    const keys = names.map((name) => treeKey(name));
    const ahead = new RowsAhead(this.rows, folder, keys);
    for (const at of keys.keys()) {
      const { global } = standingOf(ahead.at(at));
      packer.item(global && this.rows.withList(global.raw));
    }
    return packer.take();
  }

  needed(folder: number, name: string): Packed {
    const packer = new ItemPacker();
    packer.need(this.needIn(this.rows.ofName(folder, treeKey(name))));
    return packer.take();
  }

  needs(folder: number, after: string | undefined, limit: number, gate?: NeedGate): Packed {
    const packer = new ItemPacker();
    const from = treeKey(after ?? '');
    const keys =
      gate === undefined
        ? this.neededKeys(folder, from, limit)
        : [...new GatedNeeds(this.db, folder, gate).after(from, limit)];
    const ahead = new RowsAhead(this.rows, folder, keys);
    for (let at = 0; at < keys.length && packer.length < NEEDS_BYTES_MAX; at += 1) {
      packer.need(this.needIn(ahead.at(at)));
    }
    return packer.take();
  }

  neededOf(folder: number, names: readonly string[], gate?: NeedGate): Packed {
    const packer = new ItemPacker();
    const gated = gate && new GatedNeeds(this.db, folder, gate);
    const keys = names.map((name) => treeKey(name)).filter((key) => gated?.mayPass(key) !== false);
    const ahead = new RowsAhead(this.rows, folder, keys);
    for (let at = 0; at < keys.length && packer.length < NEEDS_BYTES_MAX; at += 1) {
      packer.need(this.needIn(ahead.at(at)));
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
         WHERE ${WITH_BLOCKS_1} AND folder = ?2 LIMIT ?3`,
      )
      .all(blocksHash, folder, limit);
    for (const row of rows) {
      const item = rawItem(row);
      if (isReadable(LOCAL, decodeFacts(item.info))) packer.item(this.rows.withList(item));
    }
    return packer.take();
  }

  /** Of each content the files of ours that have it. */
  localsOf(folder: number, contents: readonly Uint8Array[], limit: number): ContentFile[][] {
    const many = this.db.statement(
      `SELECT j.key, i.name, i.info FROM json_each(?) j
       CROSS JOIN items i ON i.device = ${LOCAL} AND i.blocks_hash = unhex(j.value)
         AND substr(i.blocks_hash, 1, ${PREFIX_BYTES}) = substr(unhex(j.value), 1, ${PREFIX_BYTES})
         AND i.folder = ? LIMIT ?`,
    );
    const one = this.db.statement(
      `SELECT 0, name, info FROM items WHERE ${WITH_BLOCKS_1} AND folder = ?2 LIMIT ?3`,
    );
    const rowsOf = rowsOfContents(
      contents,
      (keys, rowsMax) => many.all(keys, folder, rowsMax),
      (content) => one.all(content, folder, limit),
    );
    return rowsOf.map((rows) =>
      rows.slice(0, limit).flatMap(([, key, info]) => {
        const facts = decodeFacts(info as Uint8Array);
        if (!isReadable(LOCAL, facts)) return [];
        return [{ name: nameOfKey(key as Uint8Array), size: facts.size }];
      }),
    );
  }

  movePairs(folder: number, after: Uint8Array, limit: number): MovePage {
    return movePairs(this.db, folder, after, limit, (keys) => {
      const ahead = new RowsAhead(this.rows, folder, keys);
      return (place) => this.needIn(ahead.at(place));
    });
  }

  /** Of each block hash, where our own files, in any folder, have it. */
  findBlocks(hashes: readonly Uint8Array[]): BlockLocation[][] {
    if (hashes.length < MANY_NAMES) return hashes.map((hash) => this.blockLocations(hash));
    // Most are nowhere: all at once that is told in a fraction of the time.
    const maybe = this.blocksMaybeHere(hashes);
    return hashes.map((hash, at) => (maybe.has(at) ? this.blockLocations(hash) : []));
  }

  /** Which of the hashes have the beginning of one that is here: the only block of a file, or one of many. */
  private blocksMaybeHere(hashes: readonly Uint8Array[]): Set<number> {
    const beginnings = (all: readonly Uint8Array[]): string =>
      JSON.stringify(all.map((hash) => keyText(hash.subarray(0, PREFIX_BYTES))));
    const ofOneBlock = this.db
      .statement(
        `SELECT DISTINCT j.key FROM json_each(?1) j
         CROSS JOIN items i ON i.device = ${LOCAL} AND i.blocks_hash IS NOT NULL
           AND substr(i.blocks_hash, 1, ${PREFIX_BYTES}) = unhex(j.value)`,
      )
      .all(beginnings(hashes.map(blocksHashOf)));
    const ofMany = this.db
      .statement(
        `SELECT DISTINCT j.key FROM json_each(?1) j
         CROSS JOIN block_index b ON b.prefix = unhex(j.value)`,
      )
      .all(beginnings(hashes));
    return new Set([...ofOneBlock, ...ofMany].map(([at]) => at as number));
  }

  private blockLocations(hash: Uint8Array): BlockLocation[] {
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
         WHERE ${WITH_BLOCKS_1} AND f.name IS NOT NULL
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

  private needIn(items: readonly DeviceItem[]): RawNeed | undefined {
    const { local, needed } = standingOf(items);
    if (needed === undefined) return undefined;
    return {
      global: this.rows.withList(needed.raw),
      local: local && this.rows.withList(local.raw),
      devices: holdersOf(needed, items),
    };
  }
}
