/** Either library opens what the other one wrote, so that a node may lose or gain one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SQLITE_LIBRARIES } from '../../test/support/sqlite-libraries.js';
import { bestSqliteLibrary, chooseLibrary } from './sqlite-library.js';
import { type SqliteLibraryName, sqliteLibrary } from './sqlite-library.js';

describe('the libraries for SQLite', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'sqlite-'));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  it('the faster one is used where it is installed', () => {
    expect(bestSqliteLibrary().name).toBe(SQLITE_LIBRARIES[0]);
  });

  it('the other one is used where the faster one cannot be loaded, and says why', () => {
    const library = chooseLibrary((name) => {
      if (name === 'libsql') return sqliteLibrary(name);
      throw new Error('Could not locate the bindings file.\nTried:');
    });
    expect(library.name).toBe('libsql');
    expect(library.reason).toBe(
      'better-sqlite3 cannot be used: Could not locate the bindings file.',
    );
  });

  const pairs = SQLITE_LIBRARIES.flatMap((one) => SQLITE_LIBRARIES.map((two) => [one, two]));

  it.each(pairs as [SqliteLibraryName, SqliteLibraryName][])(
    'what %s wrote and left with its journal is read by %s',
    (first, second) => {
      const path = join(home, 'index.db');
      const writer = sqliteLibrary(first).open(path);
      writer.exec('PRAGMA journal_mode = WAL; CREATE TABLE t(a BLOB, b INTEGER) STRICT');
      writer.prepare('INSERT INTO t VALUES(?, ?)').run([Uint8Array.of(1, 2), 2 ** 40]);
      const reader = sqliteLibrary(second).open(path);
      const row = reader.prepare('SELECT a, b FROM t').raw(true).get([]) as [Uint8Array, number];
      expect([[...row[0]], row[1]]).toEqual([[1, 2], 2 ** 40]);
      reader.close();
      writer.close();
    },
  );

  it.each(SQLITE_LIBRARIES)(
    '%s tells a lock of another at once where it shall not wait',
    (name) => {
      const path = join(home, 'lock.db');
      const holder = sqliteLibrary(name).open(path);
      holder.exec('BEGIN EXCLUSIVE');
      const other = sqliteLibrary(name).open(path, { timeout: 0 });
      expect(() => other.exec('BEGIN EXCLUSIVE')).toThrow('database is locked');
      holder.close();
      other.close();
    },
  );
});
