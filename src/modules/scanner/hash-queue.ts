/**
 * What waits to be hashed, and how it is grouped for the threads: many small files in one message, a big file in
 * ranges so that every thread can work on it. Small files do not wait behind all ranges of a big one: the two take
 * turns. Its length is bounded by its callers, each of whom waits for a bounded number of files.
 */
import { type HashedFile } from './hasher.js';
import { type HashPiece } from './hash-pieces.js';
import { type RootLinks } from '../../platform/root-links.js';
import { type ItemStat } from '../../platform/folder-fs.js';

/** A file larger than this is hashed in ranges of about this size. */
export const RANGE_BYTES = 32 * 1024 * 1024;
const GROUP_FILES_MAX = 64;
const GROUP_BYTES_MAX = 8 * 1024 * 1024;

/** One call of hashFile. */
export interface HashTask {
  readonly root: string;
  readonly links: RootLinks;
  readonly name: string;
  readonly size: number;
  readonly blockSize: number;
  readonly resolve: (hashed: HashedFile) => void;
  readonly reject: (error: Error) => void;
  /** Settled: by its result, by an error or because its caller gave up. */
  isOver: boolean;
  /** Hashes of the ranges done so far, in place; made with the first one. */
  blockHashes: Uint8Array | undefined;
  stat: ItemStat | undefined;
  piecesLeft: number;
}

export interface QueuedPiece {
  readonly task: HashTask;
  readonly piece: HashPiece;
}

export class HashQueue {
  private readonly small = new Fifo<QueuedPiece>();
  private readonly ranges = new Fifo<QueuedPiece>();
  private isRangeNext = false;

  add(task: HashTask): void {
    const pieces = piecesOf(task);
    task.piecesLeft = pieces.length;
    const queue = pieces.length === 1 ? this.small : this.ranges;
    for (const piece of pieces) queue.push({ task, piece });
  }

  /** The next group, of one root; empty when nothing waits. `share`: into how many groups the small files may go. */
  take(share: number): QueuedPiece[] {
    this.small.dropWhile(isOver);
    this.ranges.dropWhile(isOver);
    const range = this.isRangeNext || this.small.length === 0 ? this.ranges.shift() : undefined;
    this.isRangeNext = range === undefined;
    if (range !== undefined) return [range];
    return this.takeSmall(Math.min(GROUP_FILES_MAX, Math.ceil(this.small.length / share)));
  }

  /** Takes everything out. */
  drain(): HashTask[] {
    const all = [...this.small.drain(), ...this.ranges.drain()];
    return [...new Set(all.map(({ task }) => task))];
  }

  private takeSmall(filesMax: number): QueuedPiece[] {
    const group: QueuedPiece[] = [];
    let bytes = 0;
    for (;;) {
      this.small.dropWhile(isOver);
      const next = this.small.peek();
      if (next === undefined || group.length === filesMax) return group;
      const isFirst = group.length === 0;
      if (!isFirst && bytes + next.piece.length > GROUP_BYTES_MAX) return group;
      if (!isFirst && !isSamePlace(next.task, group[0].task)) return group;
      bytes += next.piece.length;
      group.push(next);
      this.small.shift();
    }
  }
}

function isSamePlace(a: HashTask, b: HashTask): boolean {
  return a.root === b.root && a.links === b.links;
}

function isOver(queued: QueuedPiece): boolean {
  return queued.task.isOver;
}

function piecesOf(task: HashTask): HashPiece[] {
  const { name, size, blockSize } = task;
  if (size <= RANGE_BYTES) return [{ name, size, blockSize, offset: 0, length: size }];
  const rangeBytes = Math.max(1, Math.floor(RANGE_BYTES / blockSize)) * blockSize;
  const pieces: HashPiece[] = [];
  for (let offset = 0; offset < size; offset += rangeBytes) {
    const length = Math.min(rangeBytes, size - offset);
    pieces.push({ name, size, blockSize, offset, length });
  }
  return pieces;
}

/** An array's shift moves all that follow; this one moves them once in a while. */
class Fifo<T> {
  private items: T[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  peek(): T | undefined {
    return this.items[this.head];
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head++];
    if (this.head * 2 > this.items.length) this.items = this.drain();
    return item;
  }

  dropWhile(isUnwanted: (item: T) => boolean): void {
    while (this.length > 0 && isUnwanted(this.items[this.head])) this.shift();
  }

  drain(): T[] {
    const rest = this.items.slice(this.head);
    this.items = [];
    this.head = 0;
    return rest;
  }
}
