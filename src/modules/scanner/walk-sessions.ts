/**
 * The worker's side of ThreadWalker: several walks, each advanced by one batch per request. The request is the
 * credit: a walk nobody asks about stands still, so memory does not grow with the folder.
 */
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { toSyncError } from '../../platform/system-errors.js';
import { packBatch, type WalkBatch } from './walk-batch.js';
import { walkTree, type WalkTarget } from './walk-tree.js';
import { type WalkEntry } from './walker.js';

const BATCH_ENTRIES_MAX = 1000;
/** UTF-16 units of names and link targets, about bytes. */
const BATCH_NAME_UNITS_MAX = 128 * 1024;
/** On a slow disk a batch goes out with what was found by then. */
const BATCH_TIME_MS_MAX = 100;

export type WalkRequest =
  | { readonly kind: 'start'; readonly walk: number; readonly target: WalkTarget }
  | { readonly kind: 'next'; readonly walk: number }
  | { readonly kind: 'stop'; readonly walk: number };

export interface WalkReply {
  readonly walk: number;
  readonly batch?: WalkBatch;
  readonly isLast: boolean;
  readonly error?: { code: ErrorCode; message: string; retryable: boolean };
}

export class WalkSessions {
  private readonly walks = new Map<number, Generator<WalkEntry, void>>();

  constructor(private readonly clock: Clock) {}

  /** undefined where the request has no reply: a stop, or a request to a walk that is over. */
  handle(request: WalkRequest): WalkReply | undefined {
    const { walk } = request;
    if (request.kind === 'start') {
      this.walks.set(walk, walkTree(request.target));
      return undefined;
    }
    const entries = this.walks.get(walk);
    if (entries === undefined) return undefined;
    if (request.kind === 'stop') {
      this.end(walk, entries);
      return undefined;
    }
    return this.advance(walk, entries);
  }

  private advance(walk: number, entries: Generator<WalkEntry, void>): WalkReply {
    try {
      const { found, isLast } = this.collect(entries);
      if (isLast) this.walks.delete(walk);
      return { walk, batch: packBatch(found), isLast };
    } catch (error) {
      this.walks.delete(walk);
      const { code, message, retryable } =
        error instanceof SyncError ? error : toSyncError('walk', '', error);
      return { walk, isLast: true, error: { code, message, retryable } };
    }
  }

  private collect(entries: Generator<WalkEntry, void>): { found: WalkEntry[]; isLast: boolean } {
    const found: WalkEntry[] = [];
    const endMs = this.clock.monotonicMs() + BATCH_TIME_MS_MAX;
    let units = 0;
    while (
      found.length < BATCH_ENTRIES_MAX &&
      units < BATCH_NAME_UNITS_MAX &&
      this.clock.monotonicMs() < endMs
    ) {
      const next = entries.next();
      if (next.done === true) return { found, isLast: true };
      found.push(next.value);
      units += next.value.name.length;
      if (next.value.kind === 'item') units += next.value.symlinkTarget.length;
    }
    return { found, isLast: false };
  }

  private end(walk: number, entries: Generator<WalkEntry, void>): void {
    this.walks.delete(walk);
    entries.return();
  }
}
