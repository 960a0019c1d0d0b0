/** An open file or directory of the real file system. Owns its descriptor; close() waits for what is under way. */
import * as fs from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { BLOCK_BUFFER_BYTES_MIN, isInBlockBuffer, takeBuffer } from './block-buffers.js';
import { type FileHandle, type FileRange, type ItemStat } from './folder-fs.js';
import { changedItem, isSameFile } from './item-state.js';
import { copyBlockStepwise, hasBlockStepwise, writeBlockStepwise } from './stepwise-files.js';
import { systemCodeOf, toSyncError } from './system-errors.js';

const NS_PER_S = 1_000_000_000n;
const NS_PER_US = 1000;
const HALF_US_IN_S = 0.5e-6;

// What fsync answers on a file system that has nothing to flush for a directory.
const NOTHING_TO_FLUSH: ReadonlySet<string> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']);

/** A block for an open file. */
export interface BlockWrite {
  readonly descriptor: number;
  /** In the file, bytes: the block goes to each of them. */
  readonly positions: readonly number[];
  readonly data: Uint8Array<ArrayBuffer>;
  readonly sha256: Uint8Array;
}

/** A range of one open file for another, or for none: then it is only checked. */
export interface BlockCopy extends Omit<BlockWrite, 'data'> {
  readonly source: FileRange & { readonly descriptor: number };
}

/** Hashes and writes a block in another thread; false: it has another hash, and nothing was written. */
export type WriteBlock = (write: BlockWrite | BlockCopy) => Promise<boolean>;

export class RealFileHandle implements FileHandle {
  #closed = false;
  /** Of blocks that other threads have in work: the descriptor stays open for them. */
  readonly #blocks = new Set<Promise<unknown>>();

  constructor(
    private readonly handle: fs.promises.FileHandle,
    /** The full path it was opened by, for messages. */
    private readonly path: string,
    private readonly isDirectory = false,
    private readonly threads?: WriteBlock,
  ) {}

  stat(): Promise<ItemStat> {
    return this.#run('stat', async () => toItemStat(await this.handle.stat({ bigint: true })));
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#run('read', async () => {
      // Not from Node's shared pool: a small block that is kept would keep its neighbours.
      const buffer = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        const at = position + filled;
        const { bytesRead } = await this.handle.read(buffer, filled, length - filled, at);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === length ? buffer : buffer.subarray(0, filled);
    });
  }

  write(position: number, data: Uint8Array): Promise<void> {
    return this.#run('write', async () => {
      let written = 0;
      while (written < data.length) {
        const at = position + written;
        const result = await this.handle.write(data, written, data.length - written, at);
        written += result.bytesWritten;
      }
    });
  }

  writeBlock(positions: readonly number[], data: Uint8Array, sha256: Uint8Array): Promise<boolean> {
    return this.#run('write', () => {
      const { threads } = this;
      if (threads === undefined || data.length < BLOCK_BUFFER_BYTES_MIN) {
        return writeBlockStepwise(this, positions, data, sha256);
      }
      const own = (isInBlockBuffer(data) ? data : copied(data)) as Uint8Array<ArrayBuffer>;
      const { fd: descriptor } = this.handle;
      return this.#keepOpen(threads({ descriptor, positions, data: own, sha256 }));
    });
  }

  copyBlock(
    positions: readonly number[],
    source: FileHandle,
    range: FileRange,
    sha256: Uint8Array,
  ): Promise<boolean> {
    return this.#run('write', () => {
      const { threads } = this;
      const isOwn = source instanceof RealFileHandle && !source.#closed;
      if (threads === undefined || !isOwn || range.length < BLOCK_BUFFER_BYTES_MIN) {
        return copyBlockStepwise(this, positions, source, range, sha256);
      }
      const from = { descriptor: source.handle.fd, ...range };
      const { fd: descriptor } = this.handle;
      const copying = threads({ descriptor, positions, source: from, sha256 });
      return this.#keepOpen(source.#keepOpen(copying));
    });
  }

  hasBlock(range: FileRange, sha256: Uint8Array): Promise<boolean> {
    return this.#run('read', () => {
      const { threads } = this;
      if (threads === undefined || range.length < BLOCK_BUFFER_BYTES_MIN) {
        return hasBlockStepwise(this, range, sha256);
      }
      const { fd: descriptor } = this.handle;
      const source = { descriptor, ...range };
      return this.#keepOpen(threads({ descriptor, positions: [], source, sha256 }));
    });
  }

  truncate(size: number): Promise<void> {
    return this.#run('truncate', () => this.handle.truncate(size));
  }

  setPermissions(mode: number): Promise<void> {
    return this.#run('set permissions of', () => this.handle.chmod(mode & 0o7777));
  }

  setOwner(uid: number, gid: number): Promise<void> {
    return this.#run('set owner of', () => this.handle.chown(uid, gid));
  }

  setModified(seconds: number, nanoseconds: number, seen?: ItemStat): Promise<void> {
    const time = toSystemTime(seconds, nanoseconds);
    return this.#run('set time of', async () => {
      if (seen === undefined) return this.handle.utimes(time, time);
      // Together, in this thread: in a turn of the event loop between them a user could write, and it would not show.
      const found = toItemStat(fs.fstatSync(this.handle.fd, { bigint: true }));
      if (!isSameFile(seen, found)) throw changedItem(this.path);
      fs.futimesSync(this.handle.fd, time, time);
    });
  }

  sync(): Promise<void> {
    return this.#run('flush', async () => {
      try {
        await this.handle.sync();
      } catch (error) {
        if (!this.isDirectory || !NOTHING_TO_FLUSH.has(systemCodeOf(error))) throw error;
      }
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    // Another file could get the number of the descriptor.
    await Promise.allSettled(this.#blocks);
    await this.handle.close().catch((error: unknown) => {
      throw toSyncError('close', this.path, error);
    });
  }

  /** While other threads have the descriptor. */
  async #keepOpen<T>(work: Promise<T>): Promise<T> {
    this.#blocks.add(work);
    try {
      return await work;
    } finally {
      this.#blocks.delete(work);
    }
  }

  async #run<T>(operation: string, act: () => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new SyncError('closed', `cannot ${operation} ${JSON.stringify(this.path)}: closed`);
    }
    try {
      return await act();
    } catch (error) {
      throw toSyncError(operation, this.path, error);
    }
  }
}

/** In a block buffer of its own. */
function copied(data: Uint8Array): Uint8Array {
  const copy = new Uint8Array(takeBuffer(data.length), 0, data.length);
  copy.set(data);
  return copy;
}

export function toItemStat(stats: fs.BigIntStats): ItemStat {
  const fraction = ((stats.mtimeNs % NS_PER_S) + NS_PER_S) % NS_PER_S;
  return {
    type: typeOf(stats),
    size: Number(stats.size),
    permissions: Number(stats.mode) & 0o7777,
    modifiedS: Number((stats.mtimeNs - fraction) / NS_PER_S),
    modifiedNs: Number(fraction),
    changedNs: stats.ctimeNs,
    device: stats.dev,
    inode: stats.ino,
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}

export function typeOf(entry: fs.BigIntStats | fs.Dirent<Buffer>): ItemStat['type'] {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

/**
 * A time as Node's utimes wants it. Node takes seconds as a double and cuts it to microseconds towards zero, so the
 * time is first cut downwards to microseconds and then moved half of one away from zero, where rounding cannot
 * change the result (until the year 2242; later times may be a few microseconds off). It is text because Node
 * replaces a negative number by the present.
 */
export function toSystemTime(seconds: number, nanoseconds: number): string {
  const time = seconds + Math.floor(nanoseconds / NS_PER_US) / 1e6;
  return String(time < 0 ? time - HALF_US_IN_S : time + HALF_US_IN_S);
}
