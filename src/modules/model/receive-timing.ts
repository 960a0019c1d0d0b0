/**
 * When a folder looks at what a device announced: at once; after a part of an index that looks like moved files, when the
 * rest is here, because the deletes of their old names come last, and without them the files are copied.
 */
import { type Clock } from '../../platform/clock.js';
import { NamedTimers } from '../../platform/named-timers.js';

/** For the next part … */
export const NEXT_PART_MS = 500;
/** … and for all of them. */
export const ALL_PARTS_MS = 5_000;

export class ReceiveTiming {
  private readonly next: NamedTimers<string>;
  private readonly all: NamedTimers<string>;

  constructor(
    clock: Clock,
    private readonly look: (folder: string) => void,
  ) {
    this.next = new NamedTimers(clock);
    this.all = new NamedTimers(clock);
  }

  received(folder: string, isMoreAwaited: boolean): void {
    const end = (): void => this.end(folder);
    if (!isMoreAwaited) return end();
    this.next.set(folder, NEXT_PART_MS, end);
    this.all.setUnlessSet(folder, ALL_PARTS_MS, end);
  }

  /** Nothing is awaited any more. */
  stop(): void {
    this.next.stop();
    this.all.stop();
  }

  private end(folder: string): void {
    this.next.cancel(folder);
    this.all.cancel(folder);
    this.look(folder);
  }
}
