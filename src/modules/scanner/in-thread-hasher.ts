/** The hasher over a FolderFs alone, in the calling thread: for file systems that are not on disk. */
import { createHash } from 'node:crypto';
import { isSameState } from '../../platform/item-state.js';
import { type FileHandle, type FolderFs } from '../../platform/folder-fs.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { SyncError } from '../../domain/errors.js';
import { changed } from './hash-pieces.js';
import { Hasher, type HashedFile } from './hasher.js';

const READ_BYTES = 1024 * 1024;

export class InThreadHasher extends Hasher {
  private isClosed = false;

  override async hashFile(
    fs: FolderFs,
    name: string,
    expectedSize: number,
    blockSize: number,
    signal: AbortSignal,
  ): Promise<HashedFile> {
    signal.throwIfAborted();
    if (this.isClosed) throw new SyncError('closed', 'the hasher is closed');
    const file = await fs.openFile(name, 'read');
    try {
      const before = await file.stat();
      if (before.type !== 'file') throw new SyncError('refused', `${name}: not a regular file`);
      if (before.size !== expectedSize) throw changed(name);
      const blocks = Math.max(1, Math.ceil(expectedSize / blockSize));
      const blockHashes = new Uint8Array(blocks * HASH_BYTES);
      for (let i = 0; i < blocks; i++) {
        const end = Math.min(expectedSize, (i + 1) * blockSize);
        const hash = await hashRange(file, name, i * blockSize, end, signal);
        blockHashes.set(hash, i * HASH_BYTES);
      }
      const stat = await file.stat();
      if (!isSameState(before, stat)) throw changed(name);
      return { size: expectedSize, blockHashes, stat };
    } finally {
      await file.close();
    }
  }

  override sha256(data: Uint8Array): Promise<Uint8Array> {
    return Promise.resolve(createHash('sha256').update(data).digest());
  }

  override close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

async function hashRange(
  file: FileHandle,
  name: string,
  start: number,
  end: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const hash = createHash('sha256');
  for (let position = start; position < end;) {
    signal.throwIfAborted();
    const data = await file.read(position, Math.min(READ_BYTES, end - position));
    if (data.length === 0) throw changed(name);
    hash.update(data);
    position += data.length;
  }
  return hash.digest();
}
