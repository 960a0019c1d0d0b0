/**
 * What waits to be hashed. Groups of small files do not wait behind all ranges of a big one: the two take turns. Its
 * length is bounded by its callers, each of whom waits for a bounded number of files.
 */
import { type HashJob } from './hash-jobs.js';

export class HashQueue {
  private readonly groups = new Fifo<HashJob>();
  private readonly ranges = new Fifo<HashJob>();
  private isRangeNext = false;

  addGroup(job: HashJob): void {
    this.groups.push(job);
  }

  addRanges(jobs: readonly HashJob[]): void {
    for (const job of jobs) this.ranges.push(job);
  }

  /** The next one that somebody still waits for. */
  take(): HashJob | undefined {
    this.groups.dropWhile(isOver);
    this.ranges.dropWhile(isOver);
    const range = this.isRangeNext || this.groups.length === 0 ? this.ranges.shift() : undefined;
    this.isRangeNext = range === undefined;
    return range ?? this.groups.shift();
  }

  /** Takes everything out. */
  drain(): HashJob[] {
    return [...this.groups.drain(), ...this.ranges.drain()];
  }
}

function isOver(job: HashJob): boolean {
  return job.isOver;
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
