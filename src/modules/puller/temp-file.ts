/**
 * The temp file in which the content of a wanted file is collected, beside its destination. Found again after a
 * restart. The rule: it is written only while it is the one name of its file, so that nothing under another name
 * ever changes with it, and every block it holds is counted only after its hash was checked.
 */
import { hash as hashOnce } from 'node:crypto';
import { blockCount, blockHash, blockLength, blockOffset } from '../../domain/block.js';
import { SyncError } from '../../domain/errors.js';
import { tempNameFor } from '../../domain/file-name.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type FileHandle, type FolderFs } from '../../platform/folder-fs.js';
import { type HeldRoom } from './room-book.js';
import { isDenied } from './writable-directories.js';

/** While it is filled, the temp file is open to nobody whom the finished file will not be open to. */
const OWNER_READ_WRITE = 0o600;
const DEFAULT_PERMISSIONS = 0o666;

export class TempFile {
  private constructor(
    readonly name: string,
    readonly handle: FileHandle,
    /** Indexes of the blocks that are right already; undefined when the file is new and all zeros. */
    readonly valid: ReadonlySet<number> | undefined,
    readonly room: HeldRoom,
  ) {}

  /** Opens the one of an earlier attempt, or a new one of the right size, once there is room for what is missing. */
  static async open(
    fs: FolderFs,
    wanted: FileInfo,
    appliesPermissions: boolean,
    signal: AbortSignal,
    hold: (valid: ReadonlySet<number> | undefined) => Promise<HeldRoom>,
  ): Promise<TempFile> {
    const name = tempNameFor(wanted.name);
    const permissions = createPermissions(wanted, appliesPermissions);
    const earlier = await reopen(fs, name);
    if (earlier === undefined) {
      const room = await hold(undefined);
      return releasingOnError(room, async () => {
        const handle = await fs.createFile(name, permissions);
        await closingOnError(handle, (opened) => opened.truncate(wanted.size));
        return new TempFile(name, handle, undefined, room);
      });
    }
    return closingOnError(earlier, async (opened) => {
      const valid = await validBlocks(opened, wanted, signal);
      const room = await hold(valid);
      return releasingOnError(room, async () => {
        await opened.truncate(wanted.size);
        return new TempFile(name, opened, valid, room);
      });
    });
  }
}

/** What a temp file is made with; the umask narrows it. */
export function createPermissions(wanted: FileInfo, appliesPermissions: boolean): number {
  return appliesPermissions ? (wanted.permissions & 0o777) | OWNER_READ_WRITE : DEFAULT_PERMISSIONS;
}

async function closingOnError<T>(
  handle: FileHandle,
  act: (handle: FileHandle) => Promise<T>,
): Promise<T> {
  try {
    return await act(handle);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function releasingOnError<T>(room: HeldRoom, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    room.release();
    throw error;
  }
}

/** Indexes of the blocks of `wanted` that the open file has in their places. */
export async function validBlocks(
  handle: FileHandle,
  wanted: FileInfo,
  signal: AbortSignal,
): Promise<Set<number>> {
  const { size } = await handle.stat();
  const valid = new Set<number>();
  for (let index = 0; index < blockCount(wanted); index++) {
    signal.throwIfAborted();
    const offset = blockOffset(wanted, index);
    const length = blockLength(wanted, index);
    if (offset + length > size) break;
    const range = { position: offset, length };
    if (await handle.hasBlock(range, blockHash(wanted, index))) valid.add(index);
  }
  return valid;
}

export function hasHash(data: Uint8Array, hash: Uint8Array): boolean {
  return hashOnce('sha256', data, 'buffer').equals(hash);
}

/** undefined when there is none, or none that may be written: that one is removed. */
async function reopen(fs: FolderFs, name: string): Promise<FileHandle | undefined> {
  const stat = await fs.stat(name);
  if (stat === undefined) return undefined;
  if (stat.type === 'directory') {
    throw new SyncError('exists', `a directory has the name of a temp file: ${name}`, true);
  }
  if (stat.type === 'file') {
    const handle = await openForWriting(fs, name);
    if (handle !== undefined && (await handle.stat()).links === 1) return handle;
    await handle?.close();
  }
  await fs.removeFile(name);
  return undefined;
}

async function openForWriting(fs: FolderFs, name: string): Promise<FileHandle | undefined> {
  try {
    return await fs.openFile(name, 'write');
  } catch (error) {
    // The last permissions were set already when an earlier life ended.
    if (isDenied(error)) return undefined;
    throw error;
  }
}
