/** The entries of a walk in batches, bounded in number, bytes and time. */
import { type Clock } from '../../platform/clock.js';
import { type WalkEntry } from './walker.js';

export const BATCH_ENTRIES_MAX = 1000;
/** UTF-16 units of names and link targets, about bytes. */
const BATCH_NAME_UNITS_MAX = 128 * 1024;
/** On a slow disk a batch goes out with what was found by then. */
const BATCH_TIME_MS_MAX = 100;

export interface ReadEntries {
  readonly found: WalkEntry[];
  readonly isLast: boolean;
}

export class WalkReader {
  constructor(
    private readonly entries: Generator<WalkEntry, void>,
    private readonly clock: Clock,
  ) {}

  batch(entriesMax = BATCH_ENTRIES_MAX): ReadEntries {
    const found: WalkEntry[] = [];
    const endMs = this.clock.monotonicMs() + BATCH_TIME_MS_MAX;
    let units = 0;
    while (
      found.length < entriesMax &&
      units < BATCH_NAME_UNITS_MAX &&
      this.clock.monotonicMs() < endMs
    ) {
      const next = this.entries.next();
      if (next.done === true) return { found, isLast: true };
      found.push(next.value);
      units += next.value.name.length;
      if (next.value.kind === 'item') units += next.value.symlinkTarget.length;
    }
    return { found, isLast: false };
  }

  /** Closes the walk's directories. */
  end(): void {
    this.entries.return();
  }
}
