/**
 * Large blocks, each a task of its own for a worker thread: hashed where it is read or written, so that each is taken into
 * a processor once and the event loop never touches it. What the event loop needs of a block, or has of it, travels in a
 * buffer with the task and comes back with the result.
 */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { FRONT_BYTES, giveBuffer, takeBuffer } from './block-buffers.js';
import { type DirectWrites } from './direct-writes.js';
import { type DiskFailure, failureOf, openForReading } from './disk-tasks.js';
import { type HashedFile, type ItemStat } from './folder-fs.js';
import { isAsHashed, isSameState } from './item-state.js';
import { type BlockCopy, type BlockWrite, toItemStat } from './real-file-handle.js';
import { systemCalls } from './system-calls.js';

export interface BlockRead {
  /** Opened and held by the caller. */
  readonly directory: string;
  /** One component. */
  readonly name: string;
  /** Bytes. */
  readonly position: number;
  readonly length: number;
  /** Empty: any content will do. */
  readonly sha256: Uint8Array;
  /** Where the file is that, before and after it is read, its content is not hashed again. */
  readonly hashed: HashedFile | undefined;
}

export interface BlockRequest {
  /** Number of the task in its thread. */
  readonly group: number;
  readonly block: BlockWrite | BlockRead | BlockCopy;
  /** Of a read: where to, behind FRONT_BYTES; undefined: the thread makes one. */
  readonly buffer: ArrayBuffer | undefined;
}

export interface BlockReply {
  readonly group: number;
  /** False: not the bytes that the hash says, or not all there; nothing was written. */
  readonly isRight: boolean;
  /** undefined: of a copy. */
  readonly buffer: ArrayBuffer | undefined;
  readonly failure: DiskFailure | undefined;
}

export function runBlockTask(
  { group, block, buffer: given }: BlockRequest,
  direct: DirectWrites,
): BlockReply {
  const buffer = 'data' in block ? block.data.buffer : given;
  if ('source' in block) return replyOf(group, undefined, () => copyIfRight(block, direct));
  if ('data' in block) return replyOf(group, buffer, () => writeIfRight(block, block.data, direct));
  const target = buffer ?? takeBuffer(FRONT_BYTES + block.length);
  return replyOf(group, target, () => readIfRight(block, target));
}

function replyOf(group: number, buffer: ArrayBuffer | undefined, act: () => boolean): BlockReply {
  try {
    return { group, isRight: act(), buffer, failure: undefined };
  } catch (error) {
    return { group, isRight: false, buffer, failure: failureOf(error) };
  }
}

function readIfRight(block: BlockRead, buffer: ArrayBuffer): boolean {
  const { directory, name, position, length, sha256, hashed } = block;
  const target = new Uint8Array(buffer, FRONT_BYTES, length);
  const descriptor = openForReading(`${directory}/${name}`);
  try {
    const before = hashed && lookAt(descriptor);
    if (!readAll(descriptor, target, position)) return false;
    // The second look finds who wrote while it was read.
    const isHashed = before !== undefined && isAsHashed(before, hashed!);
    if (isHashed && isSameState(before, lookAt(descriptor))) return true;
    return sha256.length === 0 || hash('sha256', target, 'buffer').equals(sha256);
  } finally {
    fs.closeSync(descriptor);
  }
}

function lookAt(descriptor: number): ItemStat {
  return toItemStat(fs.fstatSync(descriptor, { bigint: true }));
}

function copyIfRight(block: BlockCopy, direct: DirectWrites): boolean {
  const { descriptor, position, length, isLastRead = false } = block.source;
  const buffer = takeBuffer(length);
  const data = new Uint8Array(buffer, 0, length);
  let isThere = false;
  try {
    try {
      isThere = readAll(descriptor, data, position);
      // Else each block would be read into memory that nobody has used lately, which can take longer than all else.
      if (isLastRead) systemCalls()?.dropCached(descriptor, position, length);
    } catch (error) {
      // There may be other sources.
      if (block.positions.length === 0) throw error;
    }
    return isThere && writeIfRight(block, data, direct);
  } finally {
    giveBuffer(buffer);
  }
}

function readAll(descriptor: number, target: Uint8Array, position: number): boolean {
  for (let done = 0; done < target.length;) {
    const count = fs.readSync(descriptor, target, done, target.length - done, position + done);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

function writeIfRight(
  { descriptor, positions, sha256 }: Omit<BlockWrite, 'data'>,
  data: Uint8Array,
  direct: DirectWrites,
): boolean {
  if (!hash('sha256', data, 'buffer').equals(sha256)) return false;
  for (const position of positions) {
    for (let done = direct.write(descriptor, data, position); done < data.length;) {
      done += fs.writeSync(descriptor, data, done, data.length - done, position + done);
    }
  }
  return true;
}
