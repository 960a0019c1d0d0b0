/** An open file or directory of the file system in memory. It stays usable when its name goes, but not after a crash. */
import { SyncError } from '../domain/errors.js';
import { type FileHandle, type FileRange, type ItemStat } from './folder-fs.js';
import { changedItem, isSameFile } from './item-state.js';
import { type MemoryDisk, systemError } from './memory-disk.js';
import { type MemoryNode } from './memory-node.js';
import { copyBlockStepwise, hasBlockStepwise, writeBlockStepwise } from './stepwise-files.js';
import { toSyncError } from './system-errors.js';

const NS_PER_S = 1_000_000_000n;

/** Operations that those who watch are told of. */
const TOLD: ReadonlySet<string> = new Set(['write', 'truncate', 'setPermissions', 'setModified']);

/** How long an operation waits before it happens; undefined: no time passes. */
export type Pace = () => Promise<void> | undefined;

export const atOnce: Pace = () => undefined;

export class MemoryFileHandle implements FileHandle {
  readonly #generation: number;
  #closed = false;

  constructor(
    private readonly disk: MemoryDisk,
    private readonly node: MemoryNode,
    private readonly name: string,
    private readonly path: string,
    private readonly mode: 'read' | 'write',
    private readonly pace: Pace = atOnce,
  ) {
    this.#generation = disk.generation;
  }

  stat(): Promise<ItemStat> {
    return this.#run('stat', () => this.node.stat());
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#run('read', () => {
      if (this.node.type === 'directory') throw systemError('EISDIR');
      return this.node.read(position, length);
    });
  }

  write(position: number, data: Uint8Array): Promise<void> {
    return this.#run('write', () => {
      if (this.mode === 'read') throw systemError('EBADF');
      this.node.write(position, data, this.disk.now());
    });
  }

  writeBlock(positions: readonly number[], data: Uint8Array, sha256: Uint8Array): Promise<boolean> {
    return writeBlockStepwise(this, positions, data, sha256);
  }

  copyBlock(
    positions: readonly number[],
    source: FileHandle,
    range: FileRange,
    sha256: Uint8Array,
  ): Promise<boolean> {
    return copyBlockStepwise(this, positions, source, range, sha256);
  }

  hasBlock(range: FileRange, sha256: Uint8Array): Promise<boolean> {
    return hasBlockStepwise(this, range, sha256);
  }

  truncate(size: number): Promise<void> {
    return this.#run('truncate', () => {
      if (this.mode === 'read') throw systemError('EINVAL');
      this.node.truncate(size, this.disk.now());
    });
  }

  setPermissions(mode: number): Promise<void> {
    return this.#run('setPermissions', () => {
      if (this.disk.holdsPermissions) this.node.setPermissions(mode & 0o7777, this.disk.now());
    });
  }

  setOwner(uid: number, gid: number): Promise<void> {
    return this.#run('setOwner', () => this.node.setOwner(uid, gid, this.disk.now()));
  }

  setModified(seconds: number, nanoseconds: number, seen?: ItemStat): Promise<void> {
    return this.#run('setModified', () => {
      if (seen !== undefined && !isSameFile(seen, this.node.stat())) {
        throw changedItem(this.path);
      }
      const time = BigInt(seconds) * NS_PER_S + BigInt(nanoseconds);
      this.node.setModified(this.disk.storableTime(time), this.disk.now());
    });
  }

  sync(): Promise<void> {
    return this.#run('sync', () => this.node.sync());
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  // Async, so that a failure is a rejection even where nothing waits.
  async #run<T>(operation: string, act: () => T): Promise<T> {
    await this.pace();
    if (this.#closed || this.#generation !== this.disk.generation) {
      throw new SyncError('closed', `cannot ${operation} ${JSON.stringify(this.path)}: closed`);
    }
    try {
      const result = this.disk.perform(operation, this.name, act);
      if (TOLD.has(operation)) this.disk.tell(this.name);
      return result;
    } catch (error) {
      throw toSyncError(operation, this.path, error);
    }
  }
}
