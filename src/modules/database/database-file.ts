/**
 * Opening the file of the index: made when missing, checked when there is reason to, set aside when damaged.
 *
 * The index can be rebuilt by scanning and asking, a damaged one must not be used: that is why it is never repaired.
 * A stop is clean when no journal is left. After another one the whole file is read through once (`quick_check`) if it
 * is small enough to be read in about a second. When a statement finds damage at run time, a mark beside the file
 * makes the next open check it thoroughly, whatever its size.
 */
import {
  closeSync,
  existsSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import { checkOwner, configure, migrate } from './schema.js';
import { SqliteConnection } from './sqlite-connection.js';

const CHECKED_BYTES_MAX = 256 * 1024 * 1024;
const MODE = 0o600;

type Check = 'none' | 'quick' | 'thorough';

export interface OpenedDatabase {
  readonly db: SqliteConnection;
  /** The database holds nothing from before. */
  readonly created: boolean;
}

/** nowMs names the damaged file. Throws SyncError 'refused' for a file of a newer program. */
export function openDatabaseFile(path: string, nowMs: number): OpenedDatabase {
  const check = dueCheck(path);
  closeSync(openSync(path, 'a', MODE));
  const markDamaged = () => writeFileSync(markOf(path), '', { mode: MODE });
  const db = new SqliteConnection(path, markDamaged);
  try {
    const opened = prepareDatabase(db, check);
    rmSync(markOf(path), { force: true });
    return opened;
  } catch (error) {
    db.abandon();
    if (!(error instanceof SyncError) || error.code !== 'corrupt') throw error;
    setAside(path, nowMs);
    return openDatabaseFile(path, nowMs);
  }
}

/** Checks, configures and migrates. Throws SyncError 'corrupt' when damaged or not ours. */
export function prepareDatabase(db: SqliteConnection, check: Check = 'none'): OpenedDatabase {
  checkOwner(db);
  if (check !== 'none') {
    const answer = db.pragma(check === 'thorough' ? 'integrity_check(1)' : 'quick_check(1)');
    if (answer !== 'ok') {
      throw new SyncError('corrupt', `index database ${db.path}: ${String(answer)}`);
    }
  }
  configure(db);
  return { db, created: migrate(db) };
}

function dueCheck(path: string): Check {
  if (existsSync(markOf(path))) return 'thorough';
  if (!existsSync(path) || !existsSync(`${path}-wal`)) return 'none';
  return statSync(path).size <= CHECKED_BYTES_MAX ? 'quick' : 'none';
}

function setAside(path: string, nowMs: number): void {
  const aside = `${path}.damaged-${nowMs}`;
  renameSync(path, aside);
  // The journal belongs to the damaged file; a new database must not find it.
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${aside}-wal`);
  rmSync(`${path}-shm`, { force: true });
  rmSync(markOf(path), { force: true });
}

function markOf(path: string): string {
  return `${path}.suspect`;
}
