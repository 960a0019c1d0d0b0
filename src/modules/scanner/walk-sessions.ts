/**
 * The worker's side of ThreadWalker: several walks, each advanced by one batch per request. The request is the
 * credit: a walk nobody asks about stands still, so memory does not grow with the folder.
 */
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { toSyncError } from '../../platform/system-errors.js';
import { CompareSession } from './compare-session.js';
import { type DifferenceBatch } from './difference.js';
import { type RowPage } from './row-pages.js';
import { type ScanRules } from './scan-finding.js';
import { packBatch, type WalkBatch } from './walk-batch.js';
import { WalkReader } from './walk-reader.js';
import { walkTree, type WalkTarget } from './walk-tree.js';

export type WalkRequest =
  | {
      readonly kind: 'start';
      readonly walk: number;
      readonly target: WalkTarget;
      /** What is found is compared with the rows that come, and only what differs is told. */
      readonly rules?: ScanRules;
    }
  | { readonly kind: 'next'; readonly walk: number }
  | { readonly kind: 'rows'; readonly walk: number; readonly rows: RowPage }
  | { readonly kind: 'stop'; readonly walk: number };

export interface WalkReply {
  readonly walk: number;
  readonly batch?: WalkBatch;
  readonly differences?: DifferenceBatch;
  /** Pages of rows that were taken since the last reply. */
  readonly rowsTaken?: number;
  readonly isLast: boolean;
  readonly error?: { code: ErrorCode; message: string; retryable: boolean };
}

type Told = Omit<WalkReply, 'walk' | 'error'>;

interface Walk {
  readonly reader: WalkReader;
  readonly comparison: CompareSession | undefined;
  /** Requests that wait for rows. */
  credits: number;
}

export class WalkSessions {
  private readonly walks = new Map<number, Walk>();

  constructor(private readonly clock: Clock) {}

  /** What is to be replied now; nothing to a stop, or to a request to a walk that is over. */
  handle(request: WalkRequest): WalkReply[] {
    if (request.kind === 'start') {
      this.start(request);
      return [];
    }
    const walk = this.walks.get(request.walk);
    if (walk === undefined) return [];
    if (request.kind === 'stop') {
      this.walks.delete(request.walk);
      walk.reader.end();
      return [];
    }
    if (request.kind === 'next') walk.credits += 1;
    else walk.comparison?.giveRows(request.rows);
    return this.goOn(request.walk, walk);
  }

  private start({ walk, target, rules }: WalkRequest & { readonly kind: 'start' }): void {
    const reader = new WalkReader(walkTree(target), this.clock);
    const comparison = rules && new CompareSession(reader, rules, this.clock);
    this.walks.set(walk, { reader, comparison, credits: 0 });
  }

  private goOn(number: number, walk: Walk): WalkReply[] {
    const replies: WalkReply[] = [];
    while (walk.credits > 0) {
      const told = this.advance(walk);
      if (told === undefined) break;
      walk.credits -= 1;
      replies.push({ walk: number, ...told });
      if (told.isLast) {
        this.walks.delete(number);
        break;
      }
    }
    return replies;
  }

  /** undefined: rows have to come first. */
  private advance({ reader, comparison }: Walk): (Told & Pick<WalkReply, 'error'>) | undefined {
    try {
      if (comparison !== undefined) return comparison.advance();
      const { found, isLast } = reader.batch();
      return { batch: packBatch(found), isLast };
    } catch (error) {
      const { code, message, retryable } =
        error instanceof SyncError ? error : toSyncError('walk', '', error);
      return { isLast: true, error: { code, message, retryable } };
    }
  }
}
