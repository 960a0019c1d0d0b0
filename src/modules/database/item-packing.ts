/**
 * Items between the thread of the database and its callers: many in one byte string, which is transferred instead of
 * cloned. The stored form goes over as it is; only the caller's side makes objects of it.
 */
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { ByteReader, ByteWriter } from './byte-cursor.js';
import { decodeLocal, decodeRemote, ItemEncoder, type RawItem } from './item-encoding.js';
import { type NeededItem } from './index-database.js';

export type Packed = Uint8Array<ArrayBuffer>;

export interface RawNeed {
  readonly global: RawItem;
  readonly local: RawItem | undefined;
  readonly devices: readonly string[];
}

export class ItemPacker {
  private readonly writer = new ByteWriter();

  /** Bytes so far. */
  get length(): number {
    return this.writer.length;
  }

  item(item: RawItem | undefined): void {
    const { writer } = this;
    writer.byte(item === undefined ? 0 : 1);
    if (item === undefined) return;
    writer.string(item.key);
    writer.number(item.sequence);
    writer.string(item.blocksHash);
    writer.string(item.info);
    writer.string(item.list);
  }

  need(need: RawNeed | undefined): void {
    this.item(need?.global);
    if (need === undefined) return;
    this.item(need.local);
    this.writer.number(need.devices.length);
    for (const device of need.devices) this.writer.text(device);
  }

  take(): Packed {
    return this.writer.take();
  }
}

export function packFiles(files: readonly (FileInfo | LocalFileInfo)[]): Packed {
  const encoder = new ItemEncoder();
  const packer = new ItemPacker();
  for (const file of files) packer.item(encoder.encode(file));
  return packer.take();
}

/** One item after the other, as views of the packed bytes. */
export class ItemUnpacker {
  private readonly reader: ByteReader;

  constructor(packed: Uint8Array) {
    this.reader = new ByteReader(packed);
  }

  get isAtEnd(): boolean {
    return this.reader.isAtEnd;
  }

  /** undefined stands for an item that is not there. */
  next(): RawItem | undefined {
    return readItem(this.reader);
  }
}

export function unpackAll<T>(packed: Uint8Array, decode: (item: RawItem) => T): (T | undefined)[] {
  const items = new ItemUnpacker(packed);
  const decoded: (T | undefined)[] = [];
  while (!items.isAtEnd) {
    const item = items.next();
    decoded.push(item && decode(item));
  }
  return decoded;
}

/** For lists without gaps. */
export function unpackPresent<T>(packed: Uint8Array, decode: (item: RawItem) => T): T[] {
  return unpackAll(packed, decode).filter((item) => item !== undefined);
}

export function unpackNeeds(packed: Uint8Array): NeededItem[] {
  const reader = new ByteReader(packed);
  const needs: NeededItem[] = [];
  while (!reader.isAtEnd) {
    const global = readItem(reader);
    if (global === undefined) continue;
    const local = readItem(reader);
    const devices = Array.from({ length: reader.number() }, () => reader.text());
    needs.push({ global: decodeRemote(global), local: local && decodeLocal(local), devices });
  }
  return needs;
}

function readItem(reader: ByteReader): RawItem | undefined {
  if (reader.byte() === 0) return undefined;
  return {
    key: reader.string(),
    sequence: reader.number(),
    blocksHash: reader.string(),
    info: reader.string(),
    list: reader.string(),
  };
}
