/** The port for hashing: file contents by block, off the event loop where the implementation can. */
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export interface HashedFile {
  /** Bytes read in all. */
  readonly size: number;
  readonly blockHashes: Uint8Array;
  /** Of the open file: the same before the first and after the last byte was read. */
  readonly stat: ItemStat;
}

export abstract class Hasher {
  /**
   * Hashes a file block by block (an empty file: one block). Several calls run side by side, blocks of a big file in
   * parallel. Throws SyncError 'changed' when the file does not have expectedSize bytes or was touched while it was
   * read (retryable), 'missing', 'refused' (a link on the way, or no regular file), 'io', 'closed'.
   */
  abstract hashFile(
    fs: FolderFs,
    name: string,
    expectedSize: number,
    blockSize: number,
    signal: AbortSignal,
  ): Promise<HashedFile>;
  /** SHA-256 of data: 32 bytes. */
  abstract sha256(data: Uint8Array): Promise<Uint8Array>;
  abstract close(): Promise<void>;
}
