/** The index on one SQLite connection, in the thread that calls it: composes its parts and runs calls by name. */
import { BlockLists } from './block-lists.js';
import { IndexChanges } from './index-changes.js';
import { IndexQueries } from './index-queries.js';
import { IndexReads } from './index-reads.js';
import { IndexRemoval, type Steps } from './index-removal.js';
import { IndexRows } from './index-rows.js';
import { IndexUpdate } from './index-update.js';
import { IndexWalks } from './index-walks.js';
import { KnownNames } from './known-names.js';
import { NeedRows } from './need-rows.js';
import { PendingRecords } from './pending-records.js';
import { type SqliteConnection } from './sqlite-connection.js';
import { ThreatRows } from './threat-rows.js';

export type ReadName = keyof IndexReads;
export type ChangeName = keyof IndexChanges;
export type ReadArgs<M extends ReadName> = Parameters<IndexReads[M]>;
export type ChangeArgs<M extends ChangeName> = Parameters<IndexChanges[M]>;
export type ReadResult<M extends ReadName> = ReturnType<IndexReads[M]>;
/** What a change answers once all its steps are done. */
export type ChangeResult<M extends ChangeName> =
  ReturnType<IndexChanges[M]> extends Steps<infer T> ? T : ReturnType<IndexChanges[M]>;

/** One call of the port. Its arguments survive structured cloning. */
export type IndexCall =
  | { readonly kind: 'read'; readonly method: ReadName; readonly args: readonly unknown[] }
  | { readonly kind: 'change'; readonly method: ChangeName; readonly args: readonly unknown[] };

type AnyMethod = (...args: readonly unknown[]) => unknown;

export class IndexCore {
  private readonly reads: IndexReads;
  private readonly changes: IndexChanges;

  constructor(private readonly db: SqliteConnection) {
    const lists = new BlockLists(db);
    const names = new KnownNames(db);
    const rows = new IndexRows(db, names, lists);
    const pending = new PendingRecords(db);
    const needs = new NeedRows(db);
    const updates = new IndexUpdate(db, names, rows, lists, needs);
    const threats = new ThreatRows(db, rows, needs);
    const removal = new IndexRemoval(db, updates, lists);
    const queries = new IndexQueries(db, rows, lists);
    this.reads = new IndexReads(
      db,
      names,
      queries,
      new IndexWalks(db, names, rows),
      pending,
      threats,
    );
    this.changes = new IndexChanges(db, names, updates, removal, lists, pending, threats);
  }

  /** As OpenedIndex has it. */
  get library(): string {
    const { name, reason } = this.db.library;
    return reason === undefined ? name : `${name}, as ${reason}`;
  }

  read(method: ReadName, args: readonly unknown[]): unknown {
    return (this.reads[method] as AnyMethod).apply(this.reads, [...args]);
  }

  /** Runs to the end of the first transaction; what is left of a long change is answered as steps. */
  *change(method: ChangeName, args: readonly unknown[]): Steps<unknown> {
    const result = (this.changes[method] as AnyMethod).apply(this.changes, [...args]);
    return isSteps(result) ? yield* result : result;
  }

  close(): void {
    this.db.close();
  }

  /** As a crash would: nothing is tidied. */
  abandon(): void {
    this.db.abandon();
  }
}

function isSteps(result: unknown): result is Steps<unknown> {
  return typeof (result as { next?: unknown } | undefined | null)?.next === 'function';
}
