/**
 * The tables of the index database and how older files become current ones.
 * PRAGMA user_version holds the number of migrations a file has gone through; each is one transaction.
 *
 * Folders and devices are small integers in every row. A name is stored as its tree key (domain/tree-order.ts), so
 * that the order of the bytes is tree order and a tree is one range. The rows of one name lie side by side, one per
 * device: which version is global follows from them alone, so it is not stored a second time.
 */
import { SyncError } from '../../domain/errors.js';
import { type SqliteConnection } from './sqlite-connection.js';

/** In the file's header: tells our databases from any other SQLite file. */
export const APPLICATION_ID = 0x53_59_4e_43;

/** Device numbers in `items` and `indexes`. Remote devices are 1 and above. */
export const LOCAL = 0;
/** Rows of `indexes` that hold counts only. */
export const GLOBAL_COUNTS = -1;
export const NEED_COUNTS = -2;
/** Of our own items those that a receive-only folder keeps to itself; they are in no other counts. */
export const RECEIVE_ONLY_COUNTS = -3;
/** What threatened content of ours (threat-rows.ts): `sequence` is the last number given, the counts what was applied. */
export const THREAT_COUNTS = -5;

/** How local_blocks finds our rows with the block list ?1, whose whole hash is compared in the row. */
export const WITH_BLOCKS_1 = `device = ${LOCAL} AND blocks_hash = ?1
  AND substr(blocks_hash, 1, 8) = substr(?1, 1, 8)`;

const CACHE_KIB = 24 * 1024;
/** Pages of the journal after which it is copied into the file. */
const CHECKPOINT_PAGES = 4_000;
const JOURNAL_BYTES_MAX = 64 * 1024 * 1024;

export type Migration = (db: SqliteConnection) => void;

/** Append only: the position in the list is the version. */
export const MIGRATIONS: readonly Migration[] = [
  createTables,
  addNeedOrders,
  addThreats,
  shortenLocalBlocks,
];

/** Settings that belong to the connection, not to the file. */
export function configure(db: SqliteConnection): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`cache_size = -${CACHE_KIB}`);
  db.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  db.pragma(`journal_size_limit = ${JOURNAL_BYTES_MAX}`);
  db.pragma('temp_store = MEMORY');
}

/**
 * Brings the file to the newest version; true when it had no tables before.
 * A file of a newer program is refused ('refused'); it is not damaged and stays as it is.
 */
export function migrate(db: SqliteConnection, migrations = MIGRATIONS): boolean {
  const version = Number(db.pragma('user_version'));
  if (version > migrations.length) {
    throw new SyncError(
      'refused',
      `index database ${db.path}: has version ${version}, made by a newer program; ` +
        `this one knows versions up to ${migrations.length}`,
    );
  }
  for (let next = version; next < migrations.length; next += 1) {
    db.transaction(() => {
      migrations[next]?.(db);
      db.pragma(`user_version = ${next + 1}`);
    });
  }
  return version === 0;
}

/** 'corrupt' for a file that holds tables which are not ours. */
export function checkOwner(db: SqliteConnection): void {
  const isEmpty = db.statement('SELECT count(*) FROM sqlite_schema').get()?.[0] === 0;
  if (!isEmpty && db.pragma('application_id') !== APPLICATION_ID) {
    throw new SyncError('corrupt', `index database ${db.path}: not an index database`);
  }
}

function createTables(db: SqliteConnection): void {
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.execute(`
    -- A folder whose name is NULL is being removed, in steps.
    CREATE TABLE folders(id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE devices(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

    -- One row per folder and device: its index ID, its highest sequence, its counts. Devices -1 and -2: counts of
    -- the global versions and of what we need.
    CREATE TABLE indexes(
      folder INTEGER NOT NULL,
      device INTEGER NOT NULL,
      index_id BLOB,
      sequence INTEGER NOT NULL DEFAULT 0,
      items INTEGER NOT NULL DEFAULT 0,
      files INTEGER NOT NULL DEFAULT 0,
      directories INTEGER NOT NULL DEFAULT 0,
      symlinks INTEGER NOT NULL DEFAULT 0,
      deleted INTEGER NOT NULL DEFAULT 0,
      bytes INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY(folder, device)
    ) WITHOUT ROWID;

    -- What one device says about one name. info: see item-encoding.ts. blocks_hash is NULL where there is none.
    CREATE TABLE items(
      folder INTEGER NOT NULL,
      name BLOB NOT NULL,
      device INTEGER NOT NULL,
      sequence INTEGER NOT NULL,
      blocks_hash BLOB,
      info BLOB NOT NULL,
      PRIMARY KEY(folder, name, device)
    ) WITHOUT ROWID;
    CREATE INDEX local_sequence ON items(folder, sequence) WHERE device = 0;
    CREATE INDEX local_blocks ON items(blocks_hash) WHERE device = 0 AND blocks_hash IS NOT NULL;

    -- Names that we need, so that they can be read in tree order.
    CREATE TABLE needs(
      folder INTEGER NOT NULL, name BLOB NOT NULL, PRIMARY KEY(folder, name)
    ) WITHOUT ROWID;

    -- Block lists of more than one block, each kept once however many rows have it. users: rows of items;
    -- local_users: those among them whose blocks can be read from our disk.
    CREATE TABLE block_lists(
      id INTEGER PRIMARY KEY,
      hash BLOB NOT NULL UNIQUE,
      users INTEGER NOT NULL,
      local_users INTEGER NOT NULL
    );
    CREATE TABLE block_list_hashes(list INTEGER PRIMARY KEY, hashes BLOB NOT NULL);
    -- Where in a list with local users a block with this beginning of its hash is.
    CREATE TABLE block_index(
      prefix BLOB NOT NULL, list INTEGER NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY(prefix, list, position)
    ) WITHOUT ROWID;

    CREATE TABLE pending_devices(
      device TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, seen_ms INTEGER NOT NULL
    );
    CREATE TABLE pending_folders(
      folder TEXT NOT NULL, device TEXT NOT NULL, label TEXT NOT NULL, seen_ms INTEGER NOT NULL,
      PRIMARY KEY(folder, device)
    );
    CREATE TABLE facts(key TEXT PRIMARY KEY, value TEXT NOT NULL);
  `);
}

/**
 * What files that are needed can be sorted by (need-order.ts). Those that are needed already have none of it, and so come
 * before all others.
 */
function addNeedOrders(db: SqliteConnection): void {
  db.execute(`
    ALTER TABLE needs ADD COLUMN size INTEGER;
    -- Microseconds since 1970.
    ALTER TABLE needs ADD COLUMN modified INTEGER;
    -- From a hash of the name.
    ALTER TABLE needs ADD COLUMN chance INTEGER;
  `);
}

/** What needs would do to content of ours (threat-rows.ts). Those that are needed already are looked at later. */
function addThreats(db: SqliteConnection): void {
  db.execute(`
    -- domain/guard-threat.ts; NULL: none.
    ALTER TABLE needs ADD COLUMN threat INTEGER;
    -- Counts up: a threat that changes is a new one.
    ALTER TABLE needs ADD COLUMN threat_no INTEGER;
    -- Short ID of the device that modified.
    ALTER TABLE needs ADD COLUMN threat_by TEXT;
    -- Hash of the block list: of the file here that is deleted or replaced, else of the file that is to come.
    ALTER TABLE needs ADD COLUMN content BLOB;
    -- Bytes of the file here.
    ALTER TABLE needs ADD COLUMN local_bytes INTEGER;
    CREATE INDEX threats_by ON needs(folder, threat_by, name) WHERE threat IS NOT NULL;
    CREATE INDEX threat_numbers ON needs(folder, threat_no) WHERE threat IS NOT NULL;
    CREATE INDEX moved_content ON needs(folder, content) WHERE threat = 4;
    UPDATE needs SET threat = 5, threat_no = 0, threat_by = '';
  `);
}

/**
 * Hashes come in no order, so that each transaction changes most pages of their index: with whole hashes these were four
 * fifths of what was written for a new file.
 */
function shortenLocalBlocks(db: SqliteConnection): void {
  db.execute(`
    DROP INDEX local_blocks;
    CREATE INDEX local_blocks ON items(substr(blocks_hash, 1, 8))
      WHERE device = 0 AND blocks_hash IS NOT NULL;
  `);
}
