/**
 * Large blocks, each a task of its own for a worker thread: hashed where it is read or written, so that each is taken into
 * a processor once and the event loop never touches it. Its buffer travels with the task and comes back with the result.
 */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { FRONT_BYTES, takeBuffer } from './block-buffers.js';
import { type DiskFailure, failureOf, openForReading } from './disk-tasks.js';
import { type BlockWrite } from './real-file-handle.js';

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
}

export interface BlockRequest {
  /** Number of the task in its thread. */
  readonly group: number;
  readonly block: BlockWrite | BlockRead;
  /** Of a read: where to, behind FRONT_BYTES; undefined: the thread makes one. */
  readonly buffer: ArrayBuffer | undefined;
}

export interface BlockReply {
  readonly group: number;
  /** False: not the bytes that the hash says, or not all there; nothing was written. */
  readonly isRight: boolean;
  readonly buffer: ArrayBuffer;
  readonly failure: DiskFailure | undefined;
}

export function runBlockTask({ group, block, buffer: given }: BlockRequest): BlockReply {
  const buffer = 'data' in block ? block.data.buffer : (given ?? bufferFor(block));
  try {
    const isRight = 'data' in block ? writeIfRight(block) : readIfRight(block, buffer);
    return { group, isRight, buffer, failure: undefined };
  } catch (error) {
    return { group, isRight: false, buffer, failure: failureOf(error) };
  }
}

export function bufferFor({ length }: BlockRead): ArrayBuffer {
  return takeBuffer(FRONT_BYTES + length);
}

function readIfRight(block: BlockRead, buffer: ArrayBuffer): boolean {
  const { directory, name, position, length, sha256 } = block;
  const target = new Uint8Array(buffer, FRONT_BYTES, length);
  const descriptor = openForReading(`${directory}/${name}`);
  try {
    for (let done = 0; done < length;) {
      const count = fs.readSync(descriptor, target, done, length - done, position + done);
      if (count === 0) return false;
      done += count;
    }
    return sha256.length === 0 || hash('sha256', target, 'buffer').equals(sha256);
  } finally {
    fs.closeSync(descriptor);
  }
}

function writeIfRight({ descriptor, positions, data, sha256 }: BlockWrite): boolean {
  if (!hash('sha256', data, 'buffer').equals(sha256)) return false;
  for (const position of positions) {
    for (let done = 0; done < data.length;) {
      done += fs.writeSync(descriptor, data, done, data.length - done, position + done);
    }
  }
  return true;
}
