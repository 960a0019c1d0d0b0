/**
 * A SQLite database in memory whose commits are counted, and can fail or be the last: a statement outside a transaction
 * is a commit, too. What was not committed is as if it had never been.
 */
import { SyncError } from '../../domain/errors.js';
import { type CallFaults } from '../../platform/call-faults.js';
import { type SqliteLibrary } from '../../platform/sqlite-library.js';
import { SqliteConnection } from './sqlite-connection.js';

export interface CommitWatch {
  readonly faults: CallFaults;
  /** Called after each commit. */
  readonly committed: () => void;
}

export class MemoryConnection extends SqliteConnection {
  private isInTransaction = false;

  constructor(
    private readonly watch: CommitWatch,
    library?: SqliteLibrary,
  ) {
    super(':memory:', undefined, library);
  }

  override transaction<T>(body: () => T): T {
    const { faults, committed } = this.watch;
    let call = 0;
    this.isInTransaction = true;
    let result: T;
    try {
      result = super.transaction(() => {
        const done = body();
        call = this.explained(() => faults.begin());
        return done;
      });
    } finally {
      this.isInTransaction = false;
    }
    committed();
    this.explained(() => faults.end(call));
    return result;
  }

  /** One transaction that is no commit: for putting the whole database in another state. */
  uncounted(body: () => void): void {
    this.isInTransaction = true;
    try {
      super.transaction(body);
    } finally {
      this.isInTransaction = false;
    }
  }

  override change<T>(call: () => T): T {
    if (this.isInTransaction) return super.change(call);
    const { faults, committed } = this.watch;
    const number = this.explained(() => faults.begin());
    const result = super.change(call);
    committed();
    this.explained(() => faults.end(number));
    return result;
  }

  /** A fault of the system's as the library tells of its own. */
  private explained<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof SyncError) throw error;
      return this.guard(() => {
        throw error;
      });
    }
  }
}
