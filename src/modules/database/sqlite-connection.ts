/**
 * One SQLite connection: statements are prepared once and kept, failures become SyncErrors that name the file.
 *
 * Rules that the libraries ask for (sqlite-library.ts), kept here so that nobody else needs to know them. Of both: parameters
 * always go in one array, as a single Uint8Array or null would be taken for named ones; there is no open iterator, which would
 * hold a read transaction. Of better-sqlite3: numbered parameters (?1) are named ones, hence each is made one in
 * its order (?). Of libsql: `all` leaves memory behind until the event loop turns, so that `get` is what runs once per item;
 * close() does not close while statements live, hence the journal is emptied and removed before. Integers come as numbers:
 * unsigned 64-bit values are stored as 8-byte blobs.
 */
import { messageOf, SyncError, type ErrorCode } from '../../domain/errors.js';
import {
  bestSqliteLibrary,
  type SqliteDatabase,
  type SqliteLibrary,
  type SqliteStatement,
} from '../../platform/sqlite-library.js';

export type SqlValue = number | string | Uint8Array | null;
export type SqlRow = SqlValue[];

const READS = /^\s*SELECT\b/i;
const NUMBERED = /\?(\d+)/g;

export class SqlStatement {
  constructor(
    private readonly connection: SqliteConnection,
    private readonly inner: SqliteStatement,
    private readonly changes: boolean,
    /** Which of the values each parameter is; undefined: each the next one. */
    private readonly places: readonly number[] | undefined,
  ) {}

  run(...values: SqlValue[]): void {
    this.connection.change(() => this.inner.run(this.bound(values)));
  }

  /** The first row. */
  get(...values: SqlValue[]): SqlRow | undefined {
    const get = (): unknown => this.inner.get(this.bound(values));
    const row = this.changes ? this.connection.change(get) : this.connection.guard(get);
    return row as SqlRow | undefined;
  }

  /** Every row: only for queries with a LIMIT, or of few rows. */
  all(...values: SqlValue[]): SqlRow[] {
    return this.connection.guard(() => this.inner.all(this.bound(values))) as SqlRow[];
  }

  private bound(values: readonly SqlValue[]): readonly SqlValue[] {
    if (this.places === undefined) return values;
    return this.places.map((place) => values[place] as SqlValue);
  }
}

export class SqliteConnection {
  private readonly inner: SqliteDatabase;
  private readonly statements = new Map<string, SqlStatement>();
  private isClosed = false;

  /** `path` may be ':memory:'. onCorrupt is called when a statement finds the file damaged. */
  constructor(
    readonly path: string,
    private readonly onCorrupt: () => void = () => {},
    readonly library: SqliteLibrary = bestSqliteLibrary(),
  ) {
    this.inner = this.guard(() => library.open(path));
  }

  /** Prepared at first use, then kept: the texts are constants of the code. */
  statement(sql: string): SqlStatement {
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.prepared(sql);
      this.statements.set(sql, statement);
    }
    return statement;
  }

  /** Every row of a query that is not kept for later: for texts that are not constants. */
  once(sql: string, ...values: SqlValue[]): SqlRow[] {
    return this.prepared(sql).all(...values);
  }

  private prepared(sql: string): SqlStatement {
    const places = [...sql.matchAll(NUMBERED)].map(([, number]) => Number(number) - 1);
    const inner = this.guard(() => this.inner.prepare(sql.replace(NUMBERED, '?')));
    if (inner.reader) inner.raw(true);
    return new SqlStatement(this, inner, !READS.test(sql), places.length > 0 ? places : undefined);
  }

  execute(sql: string): void {
    this.guard(() => this.inner.exec(sql));
  }

  /** The first value that a PRAGMA answers; undefined where it only sets. */
  pragma(text: string): SqlValue | undefined {
    return this.guard(() => {
      const inner = this.inner.prepare(`PRAGMA ${text}`);
      if (inner.reader) return (inner.raw(true).get([]) as SqlRow | undefined)?.[0];
      inner.run([]);
      return undefined;
    });
  }

  /** All or nothing; durable when it returns. */
  transaction<T>(body: () => T): T {
    this.execute('BEGIN IMMEDIATE');
    try {
      const result = body();
      this.execute('COMMIT');
      return result;
    } catch (error) {
      // A full disk and the like roll back on their own; then there is nothing left to undo.
      if (this.inner.inTransaction) this.inner.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Moves the journal into the file and removes it: its absence tells the next open that the stop was clean. Where that
   * fails (a full disk, a connection of this process that libsql still holds), nothing is lost: the journal stays.
   */
  close(): void {
    if (this.isClosed) return;
    try {
      if (this.path !== ':memory:') this.pragma('journal_mode = DELETE');
    } catch {
      // The next open takes the stop for an unclean one and checks the file.
    }
    this.abandon();
  }

  /** Closes without tidying: what was committed is in the file and its journal, as after a crash. */
  abandon(): void {
    this.isClosed = true;
    this.statements.clear();
    this.inner.close();
  }

  /** Runs one statement that changes something: in a transaction, or one by itself. */
  change<T>(call: () => T): T {
    return this.guard(call);
  }

  /** Runs one call of the library; what it throws becomes a SyncError. */
  guard<T>(call: () => T): T {
    if (this.isClosed) throw new SyncError('closed', 'the index database is closed');
    try {
      return call();
    } catch (error) {
      throw this.explain(error);
    }
  }

  private explain(error: unknown): SyncError {
    const sqliteCode = String((error as { code?: unknown }).code ?? '');
    let code: ErrorCode = sqliteCode === 'SQLITE_FULL' ? 'full' : 'io';
    if (sqliteCode.startsWith('SQLITE_CORRUPT') || sqliteCode === 'SQLITE_NOTADB') {
      code = 'corrupt';
      this.onCorrupt();
    }
    const message = `index database ${this.path}: ${messageOf(error)} (${sqliteCode || 'no code'})`;
    return new SyncError(code, message, code !== 'corrupt', { cause: error });
  }
}
