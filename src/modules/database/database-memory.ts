/** What an index database in memory is kept on: its commits, each durable, and copies of what is committed. */
import { SyncError } from '../../domain/errors.js';
import { CallFaults } from '../../platform/call-faults.js';
import { type SqliteLibrary } from '../../platform/sqlite-library.js';
import { prepareDatabase, type OpenedDatabase } from './database-file.js';
import { MemoryConnection } from './memory-connection.js';
import { type SqlRow } from './sqlite-connection.js';

/** All rows, by table. */
export type SavedRows = ReadonlyMap<string, readonly SqlRow[]>;

/**
 * Stands for the disk of a database in memory: outlives the instances that open it. After a crash planned in `faults`
 * the instance that met it does nothing any more, until another one is opened.
 */
export class DatabaseMemory {
  /** Counts commits. */
  readonly faults = new CallFaults();
  /** Called after each commit. */
  afterCommit: (() => void) | undefined;
  private connection: MemoryConnection | undefined;

  constructor(private readonly library?: SqliteLibrary) {}

  open(): OpenedDatabase {
    this.faults.isDown = false;
    if (this.connection !== undefined) return { db: this.connection, created: false };
    const { faults, library } = this;
    const watch = { faults, committed: () => this.afterCommit?.() };
    this.connection = new MemoryConnection(watch, library);
    return prepareDatabase(this.connection);
  }

  /** What is committed. */
  save(): SavedRows {
    const db = this.opened();
    return new Map(
      tablesOf(db).map((table) => [table, db.statement(`SELECT * FROM ${table}`).all()]),
    );
  }

  /** Makes it hold just that; whoever has it open has to open it anew. */
  load(rows: SavedRows): void {
    const db = this.opened();
    db.uncounted(() => {
      for (const [table, list] of rows) {
        db.statement(`DELETE FROM ${table}`).run();
        for (const row of list) {
          const places = row.map(() => '?').join(',');
          db.statement(`INSERT INTO ${table} VALUES(${places})`).run(...row);
        }
      }
    });
  }

  /** Another one that holds just that. */
  static of(rows: SavedRows): DatabaseMemory {
    const memory = new DatabaseMemory();
    memory.open();
    memory.load(rows);
    return memory;
  }

  private opened(): MemoryConnection {
    if (this.connection === undefined) throw new SyncError('closed', 'nothing was ever opened');
    return this.connection;
  }
}

function tablesOf(db: MemoryConnection): string[] {
  const rows = db.statement("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return rows.map(([name]) => String(name));
}
