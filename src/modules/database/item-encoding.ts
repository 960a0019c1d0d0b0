/**
 * The stored form of a file info. Name, sequence and hash of the block list are columns, a list of more than one
 * block is kept elsewhere; everything else is `info`:
 *
 *   flags 1: bits 0-1 type, 2 deleted, 3 invalid, 4 no permissions, 5 own disk time, 6 one block, 7 a block list
 *   flags 2: bit 0 platform data, 1 symlink target, 2 local flags, 3 modified before 1970, 4 disk time before 1970
 *   size, seconds, nanoseconds, permissions, block size; [local flags]; [disk seconds, nanoseconds]; [link target]
 *   — a summary ends here — modifiedBy, count of counters, (id, value) each; [platform data]; [hash of the one block]
 */
import { HASH_BYTES, type FileInfo, type ItemType } from '../../domain/file-info.js';
import { type LocalFileInfo, type LocalSummary } from '../../domain/file-info.js';
import { withDiskTime } from '../../domain/file-info-rules.js';
import { type VersionFacts } from '../../domain/global-version.js';
import { treeKey } from '../../domain/tree-order.js';
import { type Counter, type VersionVector } from '../../domain/version-vector.js';
import { ByteReader, ByteWriter } from './byte-cursor.js';

/** One item as rows and messages carry it. Absent byte strings are empty. */
export interface RawItem {
  /** Tree key of the name. */
  readonly key: Uint8Array;
  readonly sequence: number;
  readonly blocksHash: Uint8Array;
  readonly info: Uint8Array;
  /** Joined hashes of a list of more than one block. */
  readonly list: Uint8Array;
}

export type ItemFacts = VersionFacts & Pick<FileInfo, 'type' | 'size'>;

const TYPES: readonly ItemType[] = ['file', 'directory', 'symlink'];
const EMPTY = new Uint8Array(0);

const DELETED = 4;
const INVALID = 8;
const NO_PERMISSIONS = 16;
const DISK_TIME = 32;
const ONE_BLOCK = 64;
const BLOCK_LIST = 128;

const PLATFORM = 1;
const TARGET = 2;
const LOCAL_FLAGS = 4;
const BEFORE_1970 = 8;
const DISK_BEFORE_1970 = 16;

/** Reused between items: each is taken out before the next begins. */
export class ItemEncoder {
  private readonly writer = new ByteWriter();

  encode(file: FileInfo | LocalFileInfo): RawItem {
    return {
      key: treeKey(file.name),
      sequence: file.sequence,
      blocksHash: file.blocksHash,
      info: this.info(file),
      list: file.blockHashes.length > HASH_BYTES ? file.blockHashes : EMPTY,
    };
  }

  private info(file: FileInfo | LocalFileInfo): Uint8Array {
    const writer = this.writer;
    const disk = diskTimeOf(file);
    writer.clear();
    writer.byte(firstFlags(file, disk !== undefined));
    writer.byte(secondFlags(file, disk?.seconds ?? 0));
    writer.number(file.size);
    writer.number(Math.abs(file.modifiedS));
    writer.number(file.modifiedNs);
    writer.number(file.permissions);
    writer.number(file.blockSize);
    if (file.localFlags !== 0) writer.number(file.localFlags);
    if (disk !== undefined) {
      writer.number(Math.abs(disk.seconds));
      writer.number(disk.nanoseconds);
    }
    if (file.symlinkTarget !== '') writer.text(file.symlinkTarget);
    writer.uint64(file.modifiedBy);
    writer.number(file.version.length);
    for (const counter of file.version) {
      writer.uint64(counter.id);
      writer.uint64(counter.value);
    }
    if (file.platform !== null) writer.string(file.platform);
    if (file.blockHashes.length === HASH_BYTES) writer.raw(file.blockHashes);
    return writer.take();
  }
}

function diskTimeOf(file: FileInfo | LocalFileInfo) {
  if (!('diskModifiedS' in file)) return undefined;
  if (file.diskModifiedS === file.modifiedS && file.diskModifiedNs === file.modifiedNs) {
    return undefined;
  }
  return { seconds: file.diskModifiedS, nanoseconds: file.diskModifiedNs };
}

function firstFlags(file: FileInfo, hasDiskTime: boolean): number {
  const hashes = file.blockHashes.length;
  return (
    TYPES.indexOf(file.type) |
    (file.deleted ? DELETED : 0) |
    (file.invalid ? INVALID : 0) |
    (file.noPermissions ? NO_PERMISSIONS : 0) |
    (hasDiskTime ? DISK_TIME : 0) |
    (hashes === HASH_BYTES ? ONE_BLOCK : 0) |
    (hashes > HASH_BYTES ? BLOCK_LIST : 0)
  );
}

function secondFlags(file: FileInfo, diskSeconds: number): number {
  return (
    (file.platform === null ? 0 : PLATFORM) |
    (file.symlinkTarget === '' ? 0 : TARGET) |
    (file.localFlags === 0 ? 0 : LOCAL_FLAGS) |
    (file.modifiedS < 0 ? BEFORE_1970 : 0) |
    (diskSeconds < 0 ? DISK_BEFORE_1970 : 0)
  );
}

/** The list of more than one block is not in `info`: blockHashes is empty for it. */
export function hasBlockList(info: Uint8Array): boolean {
  return ((info[0] ?? 0) & BLOCK_LIST) !== 0;
}

/** What decides between versions and what is counted. */
export function decodeFacts(info: Uint8Array): ItemFacts {
  const reader = new ByteReader(info);
  const first = reader.byte();
  const second = reader.byte();
  const size = reader.number();
  const seconds = reader.number();
  const modifiedNs = reader.number();
  reader.skipNumbers(2);
  const localFlags = (second & LOCAL_FLAGS) !== 0 ? reader.number() : 0;
  if ((first & DISK_TIME) !== 0) reader.skipNumbers(2);
  if ((second & TARGET) !== 0) reader.string();
  reader.raw(8);
  return {
    type: TYPES[first & 3] ?? 'file',
    size,
    modifiedS: (second & BEFORE_1970) !== 0 ? -seconds : seconds,
    modifiedNs,
    deleted: (first & DELETED) !== 0,
    invalid: (first & INVALID) !== 0,
    localFlags,
    version: readVersion(reader),
  };
}

/** Short ID of the device that changed the item last. */
export function decodeModifiedBy(info: Uint8Array): bigint {
  const reader = new ByteReader(info);
  const first = reader.byte();
  const second = reader.byte();
  reader.skipNumbers(5);
  if ((second & LOCAL_FLAGS) !== 0) reader.skipNumbers(1);
  if ((first & DISK_TIME) !== 0) reader.skipNumbers(2);
  if ((second & TARGET) !== 0) reader.string();
  return reader.uint64();
}

/** Byte strings in the result are copies: they pin nothing. */
export function decodeLocal(item: RawItem): LocalFileInfo {
  const file = decodeRemote(item);
  return withDiskTime(file, decodeDiskTime(item.info, file));
}

/** As decodeLocal. */
export function decodeRemote(item: RawItem): FileInfo {
  const reader = new ByteReader(item.info);
  const first = reader.byte();
  const second = reader.byte();
  const size = reader.number();
  const seconds = reader.number();
  const modifiedS = (second & BEFORE_1970) !== 0 ? -seconds : seconds;
  const modifiedNs = reader.number();
  const permissions = reader.number();
  const blockSize = reader.number();
  const localFlags = (second & LOCAL_FLAGS) !== 0 ? reader.number() : 0;
  if ((first & DISK_TIME) !== 0) reader.skipNumbers(2);
  const symlinkTarget = (second & TARGET) !== 0 ? reader.text() : '';
  const modifiedBy = reader.uint64();
  const version = readVersion(reader);
  const platform = (second & PLATFORM) !== 0 ? copyOf(reader.string()) : null;
  const hashes = (first & ONE_BLOCK) !== 0 ? reader.raw(HASH_BYTES) : item.list;
  return {
    name: nameOfKey(item.key),
    type: TYPES[first & 3] ?? 'file',
    size,
    modifiedS,
    modifiedNs,
    modifiedBy,
    version,
    sequence: item.sequence,
    permissions,
    noPermissions: (first & NO_PERMISSIONS) !== 0,
    deleted: (first & DELETED) !== 0,
    invalid: (first & INVALID) !== 0,
    blockSize,
    blockHashes: copyOf(hashes),
    blocksHash: copyOf(item.blocksHash),
    symlinkTarget,
    platform,
    localFlags,
  };
}

function decodeDiskTime(info: Uint8Array, { modifiedS, modifiedNs }: FileInfo) {
  const reader = new ByteReader(info);
  const first = reader.byte();
  const second = reader.byte();
  if ((first & DISK_TIME) === 0) return { diskModifiedS: modifiedS, diskModifiedNs: modifiedNs };
  reader.skipNumbers(5);
  if ((second & LOCAL_FLAGS) !== 0) reader.skipNumbers(1);
  const seconds = reader.number();
  return {
    diskModifiedS: (second & DISK_BEFORE_1970) !== 0 ? -seconds : seconds,
    diskModifiedNs: reader.number(),
  };
}

export function decodeSummary(item: Pick<RawItem, 'key' | 'info'>): LocalSummary {
  const reader = new ByteReader(item.info);
  const first = reader.byte();
  const second = reader.byte();
  const size = reader.number();
  const seconds = reader.number();
  const nanoseconds = reader.number();
  const permissions = reader.number();
  const blockSize = reader.number();
  const localFlags = (second & LOCAL_FLAGS) !== 0 ? reader.number() : 0;
  const hasDiskTime = (first & DISK_TIME) !== 0;
  const diskSeconds = hasDiskTime ? reader.number() : seconds;
  const isBefore = (second & (hasDiskTime ? DISK_BEFORE_1970 : BEFORE_1970)) !== 0;
  const diskModifiedNs = hasDiskTime ? reader.number() : nanoseconds;
  const symlinkTarget = (second & TARGET) !== 0 ? reader.text() : '';
  return {
    name: nameOfKey(item.key),
    type: TYPES[first & 3] ?? 'file',
    size,
    diskModifiedS: isBefore ? -diskSeconds : diskSeconds,
    diskModifiedNs,
    permissions,
    noPermissions: (first & NO_PERMISSIONS) !== 0,
    deleted: (first & DELETED) !== 0,
    localFlags,
    blockSize,
    symlinkTarget,
    platform: (second & PLATFORM) !== 0 ? platformAfterTarget(reader) : null,
  };
}

/** Behind what every summary has. */
function platformAfterTarget(reader: ByteReader): Uint8Array {
  reader.uint64();
  readVersion(reader);
  return copyOf(reader.string());
}

function readVersion(reader: ByteReader): VersionVector {
  const version: Counter[] = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    version.push({ id: reader.uint64(), value: reader.uint64() });
  }
  return version;
}

// eslint-disable-next-line no-control-regex
const PLAIN_KEY = /^[\0\x02-\x7f]*$/;

/** The reverse of treeKey: 0x00 is '/', 0x01 introduces a byte 0x00 or 0x01 of the name. */
export function nameOfKey(key: Uint8Array): string {
  const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
  if (PLAIN_KEY.test(text)) return text.replaceAll('\0', '/');
  const bytes = Buffer.alloc(key.length);
  let length = 0;
  for (let i = 0; i < key.length; i += 1) {
    let byte = key[i] as number;
    if (byte === 0) byte = 0x2f;
    else if (byte === 1) {
      i += 1;
      byte = (key[i] as number) - 1;
    }
    bytes[length] = byte;
    length += 1;
  }
  return bytes.toString('utf8', 0, length);
}

/** Not `.slice()`: that of a Buffer is a view. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? EMPTY : new Uint8Array(bytes);
}
