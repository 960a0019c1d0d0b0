/**
 * Hashing in a worker thread: pieces of files, read synchronously into one buffer that is used again and again.
 * A piece that was read while its file was touched is a failure, never a result.
 */
import { hash as hashOnce, createHash } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { baseOf } from '../../domain/file-name.js';
import { type Clock } from '../../platform/clock.js';
import { lookIn, openDirectoryBelow, openFileAt, openRoot } from '../../platform/confined-open.js';
import { isSameState } from '../../platform/item-state.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { splitName } from '../../platform/folder-name.js';
import { type RootLinks } from '../../platform/root-links.js';
import { toSyncError } from '../../platform/system-errors.js';
import { newStatColumns, putStat, type StatColumns } from './stat-columns.js';

/** Stays in a core's cache between being read and being hashed. */
const READ_BYTES = 256 * 1024;
/**
 * Change times advance in steps of the kernel's tick, 10 ms at most. A file younger than this is looked at a little
 * later: what happens to it from then on shows in its change time.
 */
const SETTLE_MS = 12;
const NS_PER_MS = 1_000_000n;

/** Blocks of one file: `length` bytes from `offset`, which is a multiple of the block size. */
export interface HashPiece {
  readonly name: string;
  /** Of the whole file. */
  readonly size: number;
  readonly blockSize: number;
  readonly offset: number;
  readonly length: number;
}

/** A group of pieces of one folder, flat: packPieces. */
export interface HashRequest {
  readonly group: number;
  readonly root: string;
  readonly links: RootLinks;
  /** Joined by NUL. */
  readonly names: string;
  /** size, blockSize, offset, length of each. */
  readonly numbers: Float64Array;
}

export interface HashFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
}

/** Stats and hashes of the pieces in order; of a failed piece nothing but the failure. */
export interface HashReply {
  readonly group: number;
  readonly stats: StatColumns;
  readonly hashes: Uint8Array<ArrayBuffer>;
  readonly failures: ReadonlyMap<number, HashFailure>;
}

const NUMBERS = 4;

/** Bytes that the hashes of so many bytes take; nothing has one block too. */
export function hashBytesOf(length: number, blockSize: number): number {
  return Math.max(1, Math.ceil(length / blockSize)) * HASH_BYTES;
}

/** Where the pieces of a group lie. */
export type HashPlace = Pick<HashRequest, 'root' | 'links'>;

export function packPieces(
  group: number,
  { root, links }: HashPlace,
  pieces: readonly HashPiece[],
): HashRequest {
  const numbers = new Float64Array(pieces.length * NUMBERS);
  pieces.forEach(({ size, blockSize, offset, length }, index) => {
    numbers.set([size, blockSize, offset, length], index * NUMBERS);
  });
  return { group, root, links, names: pieces.map(({ name }) => name).join('\0'), numbers };
}

function unpackPieces({ names, numbers }: HashRequest): HashPiece[] {
  return names.split('\0').map((name, index) => {
    const [size, blockSize, offset, length] = numbers.subarray(index * NUMBERS);
    return { name, size, blockSize, offset, length };
  });
}

interface Parent {
  readonly name: string;
  readonly directory: number;
}

export class PieceHasher {
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  private readonly sleepCell = new Int32Array(new SharedArrayBuffer(4));

  constructor(private readonly clock: Clock) {}

  run(request: HashRequest): HashReply {
    const { group } = request;
    const pieces = unpackPieces(request);
    const bytes = pieces.map(({ length, blockSize }) => hashBytesOf(length, blockSize));
    const stats = newStatColumns(pieces.length);
    const failures = new Map<number, HashFailure>();
    const hashes = new Uint8Array(bytes.reduce((sum, count) => sum + count, 0));
    let root: number | undefined;
    let parent: Parent | undefined;
    let at = 0;
    try {
      for (const [index, piece] of pieces.entries()) {
        const end = at + bytes[index];
        try {
          root ??= openRoot(request.root);
          // Pieces of one directory follow each other: its handle is kept for as long as they do.
          parent = openParent(root, piece.name, parent, request.links);
          putStat(stats, index, this.hashPiece(parent.directory, piece, hashes.subarray(at, end)));
        } catch (error) {
          const { code, message, retryable } = toSyncError('hash', piece.name, error);
          failures.set(index, { code, message, retryable: retryable || code === 'changed' });
        }
        at = end;
      }
    } finally {
      if (parent !== undefined) closeSync(parent.directory);
      if (root !== undefined) closeSync(root);
    }
    return { group, stats, hashes, failures };
  }

  private hashPiece(directory: number, piece: HashPiece, hashes: Uint8Array): ItemStat {
    const opened = openFileAt(directory, baseOf(piece.name));
    const { file } = opened;
    try {
      let before = opened.stat;
      if (this.settle(before)) before = lookIn(file);
      if (before.size !== piece.size) throw changed(piece.name);
      for (let done = 0, i = 0; i < hashes.length; i += HASH_BYTES) {
        const length = Math.min(piece.blockSize, piece.length - done);
        hashes.set(this.hashBlock(file, piece, piece.offset + done, length), i);
        done += length;
      }
      const after = lookIn(file);
      if (!isSameState(before, after)) throw changed(piece.name);
      return after;
    } finally {
      closeSync(file);
    }
  }

  private hashBlock(file: number, piece: HashPiece, position: number, length: number): Buffer {
    if (length <= this.buffer.length) {
      this.fill(file, piece, position, length);
      return hashOnce('sha256', this.buffer.subarray(0, length), 'buffer');
    }
    const hash = createHash('sha256');
    for (let done = 0; done < length; done += this.buffer.length) {
      const part = Math.min(this.buffer.length, length - done);
      this.fill(file, piece, position + done, part);
      hash.update(this.buffer.subarray(0, part));
    }
    return hash.digest();
  }

  private fill(file: number, piece: HashPiece, position: number, length: number): void {
    for (let done = 0; done < length;) {
      const read = readSync(file, this.buffer, done, length - done, position + done);
      if (read === 0) throw changed(piece.name);
      done += read;
    }
  }

  /** True when it waited, so that the file has to be looked at again. */
  private settle(stat: ItemStat): boolean {
    const ageMs = this.clock.nowMs() - Number(stat.changedNs / NS_PER_MS);
    if (ageMs < 0 || ageMs >= SETTLE_MS) return false;
    Atomics.wait(this.sleepCell, 0, 0, SETTLE_MS - ageMs);
    return true;
  }
}

function openParent(
  root: number,
  name: string,
  previous: Parent | undefined,
  links: RootLinks,
): Parent {
  const { parent: parentName } = splitName(name);
  if (previous?.name === parentName) return previous;
  const directory = openDirectoryBelow(root, parentName, links);
  if (previous !== undefined) closeSync(previous.directory);
  return { name: parentName, directory };
}

export function changed(name: string): SyncError {
  return new SyncError('changed', `${JSON.stringify(name)} changed while it was hashed`, true);
}
