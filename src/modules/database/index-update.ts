/**
 * Changes to rows of `items`, name by name: the row itself, whether the name is needed, the counts and the users of
 * block lists always change together, in the caller's transaction. Nothing but the rows of that one name is read.
 */
import { blocksHashOf } from '../../domain/block.js';
import { type BlockLists } from './block-lists.js';
import { type FolderTallies } from './folder-tallies.js';
import { type IndexRows } from './index-rows.js';
import { decodeFacts, hasBlockList, type ItemFacts, type RawItem } from './item-encoding.js';
import { type KnownNames } from './known-names.js';
import { isReadable, standingOf } from './name-standing.js';
import { type DeviceItem, type Standing } from './name-standing.js';
import { type NeedRows } from './need-rows.js';
import { GLOBAL_COUNTS, NEED_COUNTS } from './schema.js';
import { RowsAhead } from './rows-ahead.js';
import { type SqliteConnection } from './sqlite-connection.js';

export interface UpdateTarget {
  readonly folder: number;
  readonly device: number;
  readonly tallies: FolderTallies;
}

export class IndexUpdate {
  constructor(
    private readonly db: SqliteConnection,
    private readonly names: KnownNames,
    private readonly rows: IndexRows,
    private readonly lists: BlockLists,
    private readonly needs: NeedRows,
  ) {}

  /** For items that are to be put one after the other: what `put` wants to know of each. */
  rowsAhead({ folder }: UpdateTarget, items: readonly RawItem[]): RowsAhead {
    return new RowsAhead(
      this.rows,
      folder,
      items.map(({ key }) => key),
    );
  }

  /** Records one item of one device. `before`: what all devices have said about the name so far. */
  put(target: UpdateTarget, given: RawItem, before: readonly DeviceItem[]): void {
    const { folder, device, tallies } = target;
    const raw = given.list.length > 0 ? { ...given, blocksHash: blocksHashOf(given.list) } : given;
    const file = decodeFacts(raw.info);
    const old = before.find((item) => item.deviceNumber === device);
    const item: DeviceItem = {
      device: this.names.deviceName(device),
      deviceNumber: device,
      file,
      raw,
    };
    const after = before.filter((other) => other !== old);
    after.push(item);

    this.moveLists(device, old, item);
    this.writeRow(folder, device, raw);
    if (old !== undefined) tallies.subtract(device, old.file);
    tallies.add(device, file);
    this.settle(target, raw.key, standingOf(before), standingOf(after));
  }

  /** Removes one device's row, if there is one. */
  remove(target: UpdateTarget, key: Uint8Array): void {
    const { folder, device, tallies } = target;
    const before = this.rows.ofName(folder, key, tallies.deviceMax);
    const old = before.find((item) => item.deviceNumber === device);
    if (old === undefined) return;
    const after = before.filter((other) => other !== old);
    this.moveLists(device, old, undefined);
    this.db
      .statement('DELETE FROM items WHERE folder = ? AND name = ? AND device = ?')
      .run(folder, key, device);
    tallies.subtract(device, old.file);
    this.settle(target, key, standingOf(before), standingOf(after));
  }

  /** Gives up the list of a row that goes without anything else being kept right: its whole folder goes. */
  releaseList(deviceNumber: number, blocksHash: Uint8Array, info: Uint8Array): void {
    if (!hasBlockList(info)) return;
    this.lists.release(blocksHash, isReadable(deviceNumber, decodeFacts(info)));
  }

  private writeRow(folder: number, device: number, raw: RawItem): void {
    const hash = raw.blocksHash.length > 0 ? raw.blocksHash : null;
    this.db
      .statement(
        `INSERT OR REPLACE INTO items(folder, name, device, sequence, blocks_hash, info)
         VALUES(?, ?, ?, ?, ?, ?)`,
      )
      .run(folder, raw.key, device, raw.sequence, hash, raw.info);
  }

  /** The new list first: a list that stays in use is not taken out and put in again. */
  private moveLists(
    device: number,
    old: DeviceItem | undefined,
    item: DeviceItem | undefined,
  ): void {
    if (item !== undefined && item.raw.list.length > 0) {
      this.lists.acquire(item.raw.blocksHash, item.raw.list, isReadable(device, item.file));
    }
    if (old !== undefined && hasBlockList(old.raw.info)) {
      this.lists.release(old.raw.blocksHash, isReadable(device, old.file));
    }
  }

  private settle(target: UpdateTarget, key: Uint8Array, before: Standing, after: Standing): void {
    const { tallies } = target;
    moveCount(tallies, GLOBAL_COUNTS, before.global?.file, after.global?.file);
    moveCount(tallies, NEED_COUNTS, before.needed?.file, after.needed?.file);
    this.needs.settle(target, key, before, after);
  }
}

function moveCount(
  tallies: FolderTallies,
  device: number,
  before: ItemFacts | undefined,
  after: ItemFacts | undefined,
): void {
  if (before === after) return;
  if (before !== undefined) tallies.subtract(device, before);
  if (after !== undefined) tallies.add(device, after);
}
