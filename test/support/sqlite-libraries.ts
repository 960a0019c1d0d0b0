/** The libraries for SQLite that are installed here: one of them is optional. */
import { sqliteLibrary, type SqliteLibraryName } from '../../src/platform/sqlite-library.js';

export const SQLITE_LIBRARIES = (['better-sqlite3', 'libsql'] as const).filter(isInstalled);

function isInstalled(name: SqliteLibraryName): boolean {
  try {
    sqliteLibrary(name).open(':memory:').close();
    return true;
  } catch {
    return false;
  }
}
