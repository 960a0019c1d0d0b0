/** The port for hashing: file contents by block, off the event loop where the implementation can. */
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export interface FileToHash {
  readonly name: string;
  /** Bytes that it has. */
  readonly size: number;
  readonly blockSize: number;
}

export interface HashedFile {
  /** Bytes read in all. */
  readonly size: number;
  readonly blockHashes: Uint8Array;
  /** Of the open file: the same before the first and after the last byte was read. */
  readonly stat: ItemStat;
}

/** Of one file among several. */
export type FileHash = HashedFile | Error;

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
  /** The same for some small files, of one thread's work at most: what each of them has, or its error. */
  hashFiles(fs: FolderFs, files: readonly FileToHash[], signal: AbortSignal): Promise<FileHash[]> {
    return Promise.all(
      files.map(({ name, size, blockSize }) =>
        this.hashFile(fs, name, size, blockSize, signal).catch((error: unknown) => error as Error),
      ),
    );
  }
  /** SHA-256 of data: 32 bytes. */
  abstract sha256(data: Uint8Array): Promise<Uint8Array>;
  abstract close(): Promise<void>;
}
