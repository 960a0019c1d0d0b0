import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configure, MIGRATIONS, migrate, type Migration, WITH_BLOCKS_1 } from './schema.js';
import { SqliteConnection } from './sqlite-connection.js';

describe('migrations of the index database', () => {
  let home: string;
  let path: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'index-'));
    path = join(home, 'index.db');
  });
  afterEach(() => rm(home, { recursive: true }));

  function on<T>(use: (db: SqliteConnection) => T): T {
    const db = new SqliteConnection(path);
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  const addTable: Migration = (db) => db.execute('CREATE TABLE added(x INTEGER)');

  it('run only those that the file has not been through, and keep its data', () => {
    expect(on((db) => migrate(db))).toBe(true);
    on((db) => db.statement("INSERT INTO facts VALUES('k', 'v')").run());
    expect(on((db) => migrate(db, [...MIGRATIONS, addTable]))).toBe(false);
    on((db) => {
      expect(db.pragma('user_version')).toBe(MIGRATIONS.length + 1);
      expect(db.statement('SELECT value FROM facts').get()).toEqual(['v']);
      expect(db.statement('SELECT count(*) FROM added').get()).toEqual([0]);
    });
  });

  it('leave content to be found that was recorded before its index became a shorter one', () => {
    const whole = MIGRATIONS.findIndex(({ name }) => name === 'shortenLocalBlocks');
    const hashes = [1, 2].map((end) => new Uint8Array(32).fill(7, 0, 31).fill(end, 31));
    on((db) => {
      migrate(db, MIGRATIONS.slice(0, whole));
      hashes.forEach((hash, at) => {
        db.statement('INSERT INTO items VALUES(1, ?, 0, ?, ?, ?)').run(
          ...[new Uint8Array([at]), at, hash, new Uint8Array(0)],
        );
      });
    });
    on((db) => {
      expect(migrate(db)).toBe(false);
      for (const [at, hash] of hashes.entries()) {
        const found = db.statement(`SELECT sequence FROM items WHERE ${WITH_BLOCKS_1}`).all(hash);
        expect(found).toEqual([[at]]);
      }
    });
  });

  it('leave the file at its version when one fails half way', () => {
    const failing: Migration = (db) => {
      addTable(db);
      throw new Error('no');
    };
    on((db) => migrate(db));
    expect(() => on((db) => migrate(db, [...MIGRATIONS, failing]))).toThrow('no');
    on((db) => {
      expect(db.pragma('user_version')).toBe(MIGRATIONS.length);
      expect(() => db.statement('SELECT * FROM added')).toThrow('no such table');
      expect(migrate(db, [...MIGRATIONS, addTable])).toBe(false);
    });
  });

  it('refuse a file of a newer program and name file and version', () => {
    on((db) => migrate(db, [...MIGRATIONS, addTable]));
    expect(() => on((db) => migrate(db))).toThrow(
      `index database ${path}: has version ${MIGRATIONS.length + 1}, made by a newer program`,
    );
  });
});

describe('the connection to the index database', () => {
  it('answers its queries from indexes', () => {
    const db = new SqliteConnection(':memory:');
    migrate(db);
    const planOf = (sql: string) =>
      db
        .statement(`EXPLAIN QUERY PLAN ${sql}`)
        .all(...Array<null>(sql.split('?').length - 1).fill(null))
        .map((row) => row[3])
        .join('; ');
    expect(planOf(`SELECT info FROM items WHERE ${WITH_BLOCKS_1} AND folder = ?2`)).toContain(
      'INDEX local_blocks (<expr>=? AND folder=?)',
    );
    expect(
      planOf(
        'SELECT info FROM items WHERE folder = 1 AND device = 0 AND sequence > 5 ORDER BY sequence',
      ),
    ).toContain('INDEX local_sequence (folder=? AND sequence>?)');
    expect(
      planOf('SELECT info FROM items WHERE folder = ? AND device = ? AND name > ? ORDER BY name'),
    ).toBe('SEARCH items USING PRIMARY KEY (folder=? AND name>?)');
    db.close();
  });

  it('is set to flush each commit before it counts as done', async () => {
    const home = await mkdtemp(join(tmpdir(), 'index-'));
    const db = new SqliteConnection(join(home, 'index.db'));
    configure(db);
    const FULL = 2;
    expect(db.pragma('synchronous')).toBe(FULL);
    expect(db.pragma('journal_mode')).toBe('wal');
    db.close();
    await rm(home, { recursive: true });
  });

  it('takes back a failed transaction', () => {
    const db = new SqliteConnection(':memory:');
    migrate(db);
    expect(() =>
      db.transaction(() => {
        db.statement("INSERT INTO facts VALUES('k', 'v')").run();
        db.statement("INSERT INTO facts VALUES('k', 'v')").run();
      }),
    ).toThrow('UNIQUE');
    expect(db.statement('SELECT count(*) FROM facts').get()).toEqual([0]);
    db.close();
    expect(() => db.execute('SELECT 1')).toThrow('closed');
  });
});
