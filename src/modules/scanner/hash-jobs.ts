/**
 * What the threads of the hasher are given: small files by the group, a big file in ranges so that every thread can work
 * on it. A job is settled once: by a thread's reply, by a failure, or because its caller gave up.
 */
import { SyncError } from '../../domain/errors.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { isSameState } from '../../platform/item-state.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import {
  changed,
  hashBytesOf,
  type HashPiece,
  type HashPlace,
  type HashReply,
} from './hash-pieces.js';
import { type FileHash, type FileToHash, type HashedFile } from './hasher.js';
import { statAt } from './stat-columns.js';

/** A file larger than this is hashed in ranges of about this size. */
export const RANGE_BYTES = 32 * 1024 * 1024;

export interface HashJob {
  readonly place: HashPlace;
  readonly pieces: readonly HashPiece[];
  /** Nobody waits for it any more. */
  readonly isOver: boolean;
  settle(reply: HashReply): void;
  fail(error: Error): void;
}

/** Small files, each in one piece. */
export class GroupJob implements HashJob {
  readonly pieces: readonly HashPiece[];
  isOver = false;

  constructor(
    readonly place: HashPlace,
    files: readonly FileToHash[],
    private readonly done: (hashes: FileHash[]) => void,
  ) {
    this.pieces = files.map(({ name, size, blockSize }) => {
      return { name, size, blockSize, offset: 0, length: size };
    });
  }

  settle({ stats, hashes, failures }: HashReply): void {
    let at = 0;
    this.finish(({ size, blockSize }, index) => {
      const start = at;
      at += hashBytesOf(size, blockSize);
      const failure = failures.get(index);
      if (failure !== undefined) {
        return new SyncError(failure.code, failure.message, failure.retryable);
      }
      return { size, blockHashes: hashes.subarray(start, at), stat: statAt(stats, index) };
    });
  }

  fail(error: Error): void {
    this.finish(() => error);
  }

  private finish(hashOf: (piece: HashPiece, index: number) => FileHash): void {
    if (this.isOver) return;
    this.isOver = true;
    this.done(this.pieces.map(hashOf));
  }
}

/** A big file: its ranges are jobs of their own. */
export class RangedFile {
  readonly jobs: readonly HashJob[];
  isOver = false;
  private readonly blockHashes: Uint8Array;
  private stat: ItemStat | undefined;
  private left: number;

  constructor(
    readonly place: HashPlace,
    private readonly file: FileToHash,
    private readonly resolve: (hashed: HashedFile) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.blockHashes = new Uint8Array(hashBytesOf(file.size, file.blockSize));
    this.jobs = rangesOf(file).map((piece) => new RangeJob(this, piece));
    this.left = this.jobs.length;
  }

  take(piece: HashPiece, { stats, hashes, failures }: HashReply): void {
    if (this.isOver) return;
    const failure = failures.get(0);
    if (failure !== undefined) {
      this.fail(new SyncError(failure.code, failure.message, failure.retryable));
      return;
    }
    const stat = statAt(stats, 0);
    // All ranges must come from one state of the file, or the list would describe a file that never was.
    if (this.stat !== undefined && !isSameState(this.stat, stat)) {
      this.fail(changed(piece.name));
      return;
    }
    this.stat = stat;
    this.blockHashes.set(hashes, (piece.offset / piece.blockSize) * HASH_BYTES);
    this.left -= 1;
    if (this.left > 0) return;
    this.isOver = true;
    this.resolve({ size: this.file.size, blockHashes: this.blockHashes, stat });
  }

  fail(error: Error): void {
    if (this.isOver) return;
    this.isOver = true;
    this.reject(error);
  }
}

class RangeJob implements HashJob {
  readonly pieces: readonly HashPiece[];

  constructor(
    private readonly file: RangedFile,
    private readonly piece: HashPiece,
  ) {
    this.pieces = [piece];
  }

  get place(): HashPlace {
    return this.file.place;
  }

  get isOver(): boolean {
    return this.file.isOver;
  }

  settle(reply: HashReply): void {
    this.file.take(this.piece, reply);
  }

  fail(error: Error): void {
    this.file.fail(error);
  }
}

function rangesOf({ name, size, blockSize }: FileToHash): HashPiece[] {
  const rangeBytes = Math.max(1, Math.floor(RANGE_BYTES / blockSize)) * blockSize;
  const pieces: HashPiece[] = [];
  for (let offset = 0; offset < size; offset += rangeBytes) {
    const length = Math.min(rangeBytes, size - offset);
    pieces.push({ name, size, blockSize, offset, length });
  }
  return pieces;
}
