/**
 * SQLite for Node. better-sqlite3 where it is installed: its native part is downloaded or compiled then, and it takes half the
 * time for each statement. Else libsql, which has the same interface and its native part in its packages, and runs everywhere.
 */
import { createRequire } from 'node:module';
import { messageOf } from '../domain/errors.js';

export type SqliteLibraryName = 'better-sqlite3' | 'libsql';

/** What is used of either. Parameters come as one list, or by their numbers. */
export interface SqliteDatabase {
  readonly inTransaction: boolean;
  prepare(sql: string): SqliteStatement;
  exec(sql: string): unknown;
  close(): unknown;
}

export interface SqliteStatement {
  /** It answers rows. */
  readonly reader: boolean;
  /** Rows as lists of values. */
  raw(isRaw: boolean): this;
  run(values: unknown): unknown;
  get(values: unknown): unknown;
  all(values: unknown): unknown[];
}

export interface SqliteOptions {
  /** How long a statement waits for another process's lock, in ms. */
  readonly timeout?: number;
}

type Open = new (path: string, options?: SqliteOptions) => SqliteDatabase;

export interface SqliteLibrary {
  readonly name: SqliteLibraryName;
  /** Why it is not the faster one. */
  readonly reason?: string;
  open(path: string, options?: SqliteOptions): SqliteDatabase;
}

const require = createRequire(import.meta.url);

/** Throws where there is no such library. */
export function sqliteLibrary(name: SqliteLibraryName): SqliteLibrary {
  const Database = require(name) as Open;
  return { name, open: (path, options) => new Database(path, options) };
}

let chosen: SqliteLibrary | undefined;

export function bestSqliteLibrary(): SqliteLibrary {
  chosen ??= chooseLibrary();
  return chosen;
}

/** The faster one, if it can be loaded and opens a database. */
export function chooseLibrary(load = sqliteLibrary): SqliteLibrary {
  try {
    const library = load('better-sqlite3');
    // Its native part is loaded with the first database.
    library.open(':memory:').close();
    return library;
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    return { ...load('libsql'), reason: `better-sqlite3 cannot be used: ${reason}` };
  }
}
