/**
 * One process per home. The lock is SQLite's exclusive lock on lock.db, a lock of the operating system: it ends with its
 * process, however that ends, and holds across containers that share the home. lock.json only names the holder.
 */
import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { messageOf, SyncError } from '../domain/errors.js';
import { writeFileAtomically } from './atomic-file.js';
import { createPrivateFile, PRIVATE_FILE_MODE } from './private-files.js';
import { bestSqliteLibrary, type SqliteDatabase } from './sqlite-library.js';
import { systemCodeOf } from './system-errors.js';

const LOCK_FILE = 'lock.db';
const HOLDER_FILE = 'lock.json';

export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

export class HomeLock {
  private constructor(
    private readonly home: string,
    private readonly database: SqliteDatabase,
  ) {}

  /** The home exists. Throws SyncError 'refused' that names the holder, 'io' when the home cannot be locked. */
  static async acquire(home: string): Promise<HomeLock> {
    const path = join(home, LOCK_FILE);
    let database: SqliteDatabase | undefined;
    try {
      // SQLite would make the file with the rights that the umask leaves.
      await createPrivateFile(path, '');
      database = bestSqliteLibrary().open(path, { timeout: 0 });
      database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      database?.close();
      throw isBusy(error) ? heldBy(home, readHolder(home)) : cannotLock(home, error);
    }
    const holder: LockHolder = { pid: process.pid, host: hostname() };
    const text = `${JSON.stringify(holder)}\n`;
    await writeFileAtomically(join(home, HOLDER_FILE), text, PRIVATE_FILE_MODE);
    return new HomeLock(home, database);
  }

  release(): void {
    rmSync(join(this.home, HOLDER_FILE), { force: true });
    this.database.close();
  }
}

function isBusy(error: unknown): boolean {
  return (
    ['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(systemCodeOf(error)) ||
    /database is locked/.test(messageOf(error))
  );
}

function cannotLock(home: string, error: unknown): SyncError {
  const message = `The home ${home} cannot be locked: ${messageOf(error)}`;
  return new SyncError('io', message, false, { cause: error });
}

function heldBy(home: string, holder: LockHolder | undefined): SyncError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid} on ${holder.host}`;
  return new SyncError('refused', `The home ${home} is in use by ${who}.`, true);
}

/** Who wrote lock.json: the holder, except for a moment while the home changes hands. */
function readHolder(home: string): LockHolder | undefined {
  try {
    const { pid, host } = JSON.parse(readFileSync(join(home, HOLDER_FILE), 'utf8')) as LockHolder;
    return typeof pid === 'number' && typeof host === 'string' ? { pid, host } : undefined;
  } catch {
    return undefined;
  }
}
