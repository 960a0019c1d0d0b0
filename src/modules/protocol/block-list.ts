/**
 * The block list of a file on the wire (FileInfo field 16, repeated BlockInfo) and our compact list of hashes.
 * Written by hand because a list can have a million blocks; an object for each would cost many times its bytes.
 * Rule: blocks are contiguous, from 0, all of the file's block size but the last, 32 bytes of hash each.
 */
import { blockCountFor } from '../../domain/block.js';
import { SyncError } from '../../domain/errors.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { WIRE_BYTES, WIRE_VARINT, type WireCursor } from './wire-cursor.js';

export const BLOCKS_FIELD = 16;
const BLOCKS_TAG = (BLOCKS_FIELD << 3) | WIRE_BYTES;
const OFFSET_TAG = (1 << 3) | WIRE_VARINT;
const SIZE_TAG = (2 << 3) | WIRE_VARINT;
const HASH_TAG = (3 << 3) | WIRE_BYTES;
/** Tag and length of the hash, and the hash. */
const HASH_FIELD_BYTES = 2 + HASH_BYTES;

/** The joined hashes of a file's `count` blocks, from the encoded FileInfo the cursor is over. */
export function readBlocks(
  file: WireCursor,
  count: number,
  size: number,
  blockSize: number,
): Uint8Array {
  // Each block that passes has at least its hash in the message, so that no more is allocated than was sent.
  if (count !== blockCountFor(size, blockSize)) {
    throw new SyncError(
      'protocol',
      `${count} blocks of ${blockSize} bytes do not make a file of ${size} bytes`,
    );
  }
  if (count * HASH_FIELD_BYTES > file.end - file.position) throw irregular(0, 'has no hash');
  const hashes = new Uint8Array(count * HASH_BYTES);
  let index = 0;
  while (!file.isAtEnd) {
    const tag = file.tag();
    if (tag !== BLOCKS_TAG) {
      file.skip(tag & 7);
      continue;
    }
    const offset = index * blockSize;
    readBlock(file, index, offset, Math.min(blockSize, size - offset), hashes);
    index++;
  }
  return hashes;
}

function readBlock(
  file: WireCursor,
  index: number,
  offset: number,
  size: number,
  hashes: Uint8Array,
): void {
  const end = file.length() + file.position;
  let foundOffset = 0;
  let foundSize = 0;
  let hashAt = -1;
  while (file.position < end) {
    const tag = file.tag();
    if (tag === OFFSET_TAG) foundOffset = file.varint();
    else if (tag === SIZE_TAG) foundSize = file.varint();
    else if (tag === HASH_TAG) {
      if (file.length() !== HASH_BYTES) throw irregular(index, 'has a hash that is not SHA-256');
      hashAt = file.position;
      file.position += HASH_BYTES;
    } else file.skip(tag & 7);
  }
  if (file.position !== end) throw irregular(index, 'is longer than it says');
  if (hashAt < 0) throw irregular(index, 'has no hash');
  if (foundOffset !== offset || foundSize !== size) {
    throw irregular(index, `is ${foundSize} bytes at ${foundOffset}, not ${size} at ${offset}`);
  }
  const target = index * HASH_BYTES;
  for (let i = 0; i < HASH_BYTES; i++) hashes[target + i] = file.bytes[hashAt + i]!;
}

function irregular(index: number, what: string): SyncError {
  return new SyncError('protocol', `block ${index} ${what}`);
}

/** Bytes that writeBlocks will write. */
export function blocksLength(hashes: Uint8Array, size: number, blockSize: number): number {
  const count = hashes.length / HASH_BYTES;
  let length = 0;
  for (let index = 0; index < count; index++) {
    const offset = index * blockSize;
    const body = blockBodyLength(offset, Math.min(blockSize, size - offset));
    length += varintLength(BLOCKS_TAG) + varintLength(body) + body;
  }
  return length;
}

/** Writes the list at the position and returns the position behind it. */
export function writeBlocks(
  target: Uint8Array,
  position: number,
  hashes: Uint8Array,
  size: number,
  blockSize: number,
): number {
  const count = hashes.length / HASH_BYTES;
  for (let index = 0; index < count; index++) {
    const offset = index * blockSize;
    const length = Math.min(blockSize, size - offset);
    position = writeVarint(target, position, BLOCKS_TAG);
    position = writeVarint(target, position, blockBodyLength(offset, length));
    if (offset !== 0) {
      target[position++] = OFFSET_TAG;
      position = writeVarint(target, position, offset);
    }
    if (length !== 0) {
      target[position++] = SIZE_TAG;
      position = writeVarint(target, position, length);
    }
    target[position++] = HASH_TAG;
    target[position++] = HASH_BYTES;
    target.set(hashes.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES), position);
    position += HASH_BYTES;
  }
  return position;
}

function blockBodyLength(offset: number, length: number): number {
  return (
    (offset === 0 ? 0 : 1 + varintLength(offset)) +
    (length === 0 ? 0 : 1 + varintLength(length)) +
    HASH_FIELD_BYTES
  );
}

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes an unsigned safe integer and returns the position behind it. */
export function writeVarint(target: Uint8Array, position: number, value: number): number {
  let rest = value;
  while (rest >= 128) {
    target[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  target[position++] = rest;
  return position;
}
