/**
 * The index in the thread of its caller, on a file or in memory: for tests and for nodes driven deterministically.
 * Every committed transaction is durable and nothing else is: after crash() another instance that opens the same file
 * (or the same DatabaseMemory) finds what was acknowledged, and of a change under way the transactions that ended.
 */
import { SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { type Randomness } from '../../platform/randomness.js';
import { CallRunner } from './call-runner.js';
import { openDatabaseFile } from './database-file.js';
import { DatabaseMemory } from './database-memory.js';
import { IndexCore, type ChangeArgs, type ChangeName, type ChangeResult } from './index-core.js';
import { type IndexCall, type ReadArgs, type ReadName, type ReadResult } from './index-core.js';
import { type OpenedIndex } from './index-database.js';
import { PackedIndexDatabase } from './packed-index-database.js';

export { DatabaseMemory };

export interface InThreadParts {
  /** Path of the file, or memory. */
  readonly storage: string | DatabaseMemory;
  readonly clock: Clock;
  readonly randomness: Randomness;
  /** Awaited between two transactions of one change; other calls may run meanwhile. Default: a microtask. */
  readonly pause?: () => Promise<void>;
}

export class InThreadIndexDatabase extends PackedIndexDatabase {
  private core: IndexCore | undefined;
  private runner: CallRunner | undefined;

  constructor(private readonly parts: InThreadParts) {
    super(parts.randomness);
  }

  async open(): Promise<OpenedIndex> {
    const { storage, clock } = this.parts;
    const { db, created } =
      typeof storage === 'string' ? openDatabaseFile(storage, clock.nowMs()) : storage.open();
    this.core = new IndexCore(db);
    this.runner = new CallRunner(this.core, this.parts.pause ?? (() => Promise.resolve()));
    this.runner.finishRemovals();
    return { created, library: this.core.library };
  }

  async close(): Promise<void> {
    await this.runner?.drain();
    if (typeof this.parts.storage === 'string') this.core?.close();
    this.core = undefined;
  }

  /** Nothing more is written; changes under way are rejected. The storage is as a killed process leaves it. */
  crash(): void {
    this.runner?.stop();
    if (typeof this.parts.storage === 'string') this.core?.abandon();
    this.core = undefined;
  }

  protected read<M extends ReadName>(method: M, ...args: ReadArgs<M>): Promise<ReadResult<M>> {
    return this.run({ kind: 'read', method, args }) as Promise<ReadResult<M>>;
  }

  protected change<M extends ChangeName>(
    method: M,
    ...args: ChangeArgs<M>
  ): Promise<ChangeResult<M>> {
    return this.run({ kind: 'change', method, args }) as Promise<ChangeResult<M>>;
  }

  private async run(call: IndexCall): Promise<unknown> {
    const { storage } = this.parts;
    const isDown = typeof storage !== 'string' && storage.faults.isDown;
    if (this.runner === undefined || isDown) {
      throw new SyncError('closed', 'the index database is not open');
    }
    return this.runner.run(call);
  }
}
