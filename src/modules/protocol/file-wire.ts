/**
 * FileInfo and the index messages on the wire and as checked values. Source: BEP v1, "Index and Index Update".
 * Rule: every file info that leaves here inward is one that the rest of the program need not check again, and every one
 * that leaves outward passes the checks of both generations: no blocks and no size but for valid files with content,
 * no weak hash, no local flags.
 */
import { MIN_BLOCK_BYTES, VALID_BLOCK_SIZES, blocksHashOf } from '../../domain/block.js';
import { SyncError, messageOf } from '../../domain/errors.js';
import { consistencyProblem, isInvalid } from '../../domain/file-info-rules.js';
import { platformProblem } from '../../domain/platform-data.js';
import { HASH_BYTES, LocalFlag, type FileInfo, type ItemType } from '../../domain/file-info.js';
import { type VersionVector } from '../../domain/version-vector.js';
import { BLOCKS_FIELD, blocksLength, readBlocks, varintLength } from './block-list.js';
import { writeBlocks, writeVarint } from './block-list.js';
import { bep } from './gen/bep.js';
import { type IndexBatch } from './messages.js';
import { vectorFromWire, vectorToWire } from './vector-wire.js';
import { WIRE_BYTES, WireCursor } from './wire-cursor.js';
import { FILES_PER_INDEX_MAX, FILE_HEAD_BYTES_MAX, FILE_VERSION_BYTES_MAX } from './wire-limits.js';
import { INDEX_COUNTERS_MAX, INDEX_HEADS_BYTES_MAX } from './wire-limits.js';
import { bigintFromWire, bigintToWire, countFromWire } from './wire-numbers.js';
import { integerFromWire, integerToWire } from './wire-numbers.js';

const FILES_FIELD = 2;
const FILES_TAG = (FILES_FIELD << 3) | WIRE_BYTES;
const VERSION_FIELD = 9;
const NANOSECONDS_MAX = 999_999_999;
const PERMISSION_BITS = 0o7777;
const NO_BYTES = new Uint8Array(0);
/** Stands for a block list that was not read yet. */
const SOME_BYTES = new Uint8Array(HASH_BYTES);
/** After decoding this much of an index the event loop gets a turn; code that is new to V8 takes 10 ms for it. */
const DECODE_SLICE_BYTES = 32 * 1024;

const ITEM_TYPES: readonly ItemType[] = ['file', 'directory', 'symlink', 'symlink', 'symlink'];
const TYPE_NUMBERS: Readonly<Record<ItemType, number>> = { file: 0, directory: 1, symlink: 4 };

/**
 * Decodes and checks an Index or IndexUpdate. Gives the event loop turns in between.
 * Throws SyncError 'protocol' that names the item.
 */
export async function indexFromWire(payload: Uint8Array): Promise<IndexBatch> {
  const count = countFiles(payload);
  const head = decoded(() => bep.IndexHead.decode(payload));
  const files: FileInfo[] = [];
  const room = wholeMessage();
  const cursor = new WireCursor(payload);
  let sliceEnd = DECODE_SLICE_BYTES;
  while (files.length < count) {
    const tag = cursor.tag();
    if (tag === FILES_TAG) files.push(fileFromWire(cursor.nested(), room));
    else cursor.skip(tag & 7);
    if (cursor.position > sliceEnd) {
      sliceEnd = cursor.position + DECODE_SLICE_BYTES;
      await new Promise(setImmediate);
    }
  }
  // Whoever takes many files packs them in one go.
  if (payload.length > DECODE_SLICE_BYTES) await new Promise(setImmediate);
  return {
    folder: head.folder,
    files,
    lastSequence: countFromWire(head.lastSequence, 'last_sequence'),
    prevSequence: countFromWire(head.prevSequence, 'prev_sequence'),
  };
}

function countFiles(payload: Uint8Array): number {
  const cursor = new WireCursor(payload);
  let count = 0;
  while (!cursor.isAtEnd) {
    const tag = cursor.tag();
    if (tag === FILES_TAG && ++count > FILES_PER_INDEX_MAX) {
      throw new SyncError('protocol', `more than ${FILES_PER_INDEX_MAX} files in one message`);
    }
    cursor.skip(tag & 7);
  }
  return count;
}

/** What the file infos of one message may still bring. */
interface MessageRoom {
  headBytes: number;
  counters: number;
}

function wholeMessage(): MessageRoom {
  return { headBytes: INDEX_HEADS_BYTES_MAX, counters: INDEX_COUNTERS_MAX };
}

/** Decodes and checks the FileInfo that the cursor spans, one of a message with this much room. */
export function fileFromWire(cursor: WireCursor, room: MessageRoom = wholeMessage()): FileInfo {
  const span = new WireCursor(cursor.bytes, cursor.position, cursor.end);
  const blockCount = checkFileBounds(span, room);
  const encoded = cursor.bytes.subarray(cursor.position, cursor.end);
  const head = decoded(() => bep.FileHead.decode(encoded));
  try {
    return checkedFile(head, blockCount, cursor);
  } catch (error) {
    const name = JSON.stringify(head.name.slice(0, 200));
    throw new SyncError('protocol', `${name}: ${messageOf(error)}`, false, { cause: error });
  }
}

/** Whatever the generated code throws means that the message is malformed. */
function decoded<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new SyncError('protocol', messageOf(error), false, { cause: error });
  }
}

/** Counts the blocks; bounds everything else in the message. */
function checkFileBounds(cursor: WireCursor, room: MessageRoom): number {
  let blockCount = 0;
  let headBytes = 0;
  let versionBytes = 0;
  while (!cursor.isAtEnd) {
    const start = cursor.position;
    const tag = cursor.tag();
    const field = tag >>> 3;
    if (field === VERSION_FIELD) room.counters -= countFields(cursor, tag & 7);
    else cursor.skip(tag & 7);
    if (field === BLOCKS_FIELD) {
      blockCount++;
      continue;
    }
    headBytes += cursor.position - start;
    if (field === VERSION_FIELD) versionBytes += cursor.position - start;
  }
  if (headBytes > FILE_HEAD_BYTES_MAX) {
    throw new SyncError('protocol', `a file info of more than ${FILE_HEAD_BYTES_MAX} bytes`);
  }
  if (versionBytes > FILE_VERSION_BYTES_MAX) {
    throw new SyncError('protocol', `a version of more than ${FILE_VERSION_BYTES_MAX} bytes`);
  }
  room.headBytes -= headBytes;
  if (room.headBytes < 0) {
    throw new SyncError('protocol', `file infos of more than ${INDEX_HEADS_BYTES_MAX} bytes`);
  }
  if (room.counters < 0) {
    throw new SyncError('protocol', `versions of more than ${INDEX_COUNTERS_MAX} counters`);
  }
  return blockCount;
}

/** The fields in the message at the cursor, which goes on behind it. */
function countFields(cursor: WireCursor, wireType: number): number {
  if (wireType !== WIRE_BYTES) {
    cursor.skip(wireType);
    return 0;
  }
  const message = cursor.nested();
  let count = 0;
  for (; !message.isAtEnd; count++) message.skip(message.tag() & 7);
  return count;
}

function checkedFile(head: bep.FileHead, blockCount: number, cursor: WireCursor): FileInfo {
  const type = ITEM_TYPES[head.type];
  if (type === undefined) throw new SyncError('protocol', `unknown item type ${head.type}`);
  if (head.modifiedNs < 0 || head.modifiedNs > NANOSECONDS_MAX) {
    throw new SyncError('protocol', `modified_ns is ${head.modifiedNs}`);
  }
  const target = type === 'symlink' ? utf8(head.symlinkTarget) : '';
  const size = countFromWire(head.size, 'size');
  const { name, deleted } = head;
  // A link target that is not UTF-8 cannot be represented here: the item is as good as not available.
  const invalid = head.invalid || target === undefined;
  const problem = consistencyProblem({
    name,
    type,
    size,
    deleted,
    invalid,
    localFlags: 0,
    blockHashes: blockCount === 0 ? NO_BYTES : SOME_BYTES,
  });
  if (problem !== undefined) throw new SyncError('protocol', problem);
  const platform = Object.hasOwn(head, 'platform') ? new Uint8Array(head.platform) : null;
  const ofPlatform = platform === null ? undefined : platformProblem(platform);
  if (ofPlatform !== undefined) throw new SyncError('protocol', ofPlatform);
  const hasContent = type === 'file' && !deleted && !invalid;
  const blockSize = hasContent ? checkedBlockSize(head.blockSize) : 0;
  const blockHashes = hasContent ? readBlocks(cursor, blockCount, size, blockSize) : NO_BYTES;
  // One literal without spreads: all file infos share one shape, which keeps thousands of them small and fast.
  return {
    name,
    type,
    size: type === 'file' && !deleted ? size : 0,
    modifiedS: integerFromWire(head.modifiedS, 'modified_s'),
    modifiedNs: head.modifiedNs,
    modifiedBy: bigintFromWire(head.modifiedBy),
    version: vectorFromWire(head.version),
    sequence: countFromWire(head.sequence, 'sequence'),
    permissions: head.permissions & PERMISSION_BITS,
    noPermissions: head.noPermissions,
    deleted,
    invalid,
    blockSize,
    blockHashes,
    blocksHash: hasContent ? blocksHashOf(blockHashes) : NO_BYTES,
    symlinkTarget: target ?? '',
    platform,
    localFlags: 0,
  };
}

function checkedBlockSize(raw: number): number {
  const blockSize = raw === 0 ? MIN_BLOCK_BYTES : raw;
  if (VALID_BLOCK_SIZES.includes(blockSize)) return blockSize;
  throw new SyncError('protocol', `the block size ${raw} is none of the valid ones`);
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Encodes an Index or IndexUpdate: the message in one piece. */
export function indexToWire(batch: IndexBatch): Uint8Array {
  const head = bep.IndexHead.encode({
    folder: batch.folder,
    lastSequence: integerToWire(batch.lastSequence),
    prevSequence: integerToWire(batch.prevSequence),
  }).finish();
  const files = batch.files.map((file) => measured(file));
  const total = files.reduce(
    (sum, file) => sum + 1 + varintLength(file.length) + file.length,
    head.length,
  );
  const message = Buffer.allocUnsafe(total);
  message.set(head, 0);
  let position = head.length;
  for (const file of files) {
    position = writeVarint(message, position, FILES_TAG);
    position = writeVarint(message, position, file.length);
    position = writeFile(message, position, file);
  }
  return message;
}

/** Encodes one FileInfo. */
export function fileToWire(file: FileInfo): Uint8Array {
  const content = measured(file);
  const message = Buffer.allocUnsafe(content.length);
  writeFile(message, 0, content);
  return message;
}

interface MeasuredFile {
  readonly head: Uint8Array;
  readonly file: FileInfo;
  readonly hasContent: boolean;
  readonly length: number;
}

function measured(file: FileInfo): MeasuredFile {
  const hasContent = file.type === 'file' && !file.deleted && !isInvalid(file);
  const head = bep.FileHead.encode(headToWire(file, hasContent)).finish();
  const blocks = hasContent ? blocksLength(file.blockHashes, file.size, file.blockSize) : 0;
  return { head, file, hasContent, length: head.length + blocks };
}

function writeFile(target: Uint8Array, position: number, measuredFile: MeasuredFile): number {
  const { head, file, hasContent } = measuredFile;
  target.set(head, position);
  const next = position + head.length;
  return hasContent ? writeBlocks(target, next, file.blockHashes, file.size, file.blockSize) : next;
}

function headToWire(file: FileInfo, hasContent: boolean): bep.FileHead.$Properties {
  return {
    name: file.name,
    type: TYPE_NUMBERS[file.type],
    size: integerToWire(hasContent ? file.size : 0),
    permissions: file.permissions,
    modifiedS: integerToWire(file.modifiedS),
    modifiedNs: file.modifiedNs,
    deleted: file.deleted,
    invalid: isInvalid(file),
    noPermissions: file.noPermissions,
    version: vectorToWire(announcedVersion(file)),
    sequence: integerToWire(file.sequence),
    modifiedBy: bigintToWire(file.modifiedBy),
    blockSize: hasContent ? file.blockSize : 0,
    blocksHash: hasContent ? file.blocksHash : NO_BYTES,
    symlinkTarget: file.type === 'symlink' ? Buffer.from(file.symlinkTarget) : NO_BYTES,
    platform: file.platform,
  };
}

/** A change in a receive-only folder is announced without a version: it must never become the global one. */
function announcedVersion(file: FileInfo): VersionVector {
  return (file.localFlags & LocalFlag.receiveOnly) === 0 ? file.version : [];
}
