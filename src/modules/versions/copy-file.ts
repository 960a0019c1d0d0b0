/**
 * A copy of a file, between folder roots where need be. The rule: when it resolves, the copy was read back and found
 * equal, has the original's time and permissions, and is flushed.
 */
import { createHash } from 'node:crypto';
import { SyncError } from '../../domain/errors.js';
import { type FileHandle, type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { isSameFile } from '../../platform/item-state.js';

const CHUNK_BYTES = 1024 * 1024;
const PERMISSIONS = 0o777;

export interface FilePlace {
  readonly fs: FolderFs;
  readonly name: string;
}

/**
 * `to` must not exist; it is gone again when this rejects. Rejects with SyncError 'changed' when the original is not
 * what was seen, before or after. Returns what the copy is on disk.
 */
export async function copyFile(
  from: FilePlace,
  seen: ItemStat,
  to: FilePlace,
  signal: AbortSignal,
): Promise<ItemStat> {
  const source = await from.fs.openFile(from.name, 'read');
  try {
    requireSame(from, seen, await source.stat());
    const target = await to.fs.createFile(to.name, 0o600);
    try {
      await fill(target, source, seen, to, signal);
      requireSame(from, seen, await source.stat());
      return await target.stat();
    } catch (error) {
      await to.fs.removeFile(to.name).catch(() => undefined);
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function fill(
  target: FileHandle,
  source: FileHandle,
  { size, permissions, modifiedS, modifiedNs }: ItemStat,
  to: FilePlace,
  signal: AbortSignal,
): Promise<void> {
  const written = createHash('sha256');
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    signal.throwIfAborted();
    const data = await source.read(at, Math.min(CHUNK_BYTES, size - at));
    written.update(data);
    await target.write(at, data);
  }
  await target.setPermissions(permissions & PERMISSIONS);
  await target.setModified(modifiedS, modifiedNs);
  await target.sync();
  const found = createHash('sha256');
  for (let at = 0; at < size; at += CHUNK_BYTES) {
    signal.throwIfAborted();
    found.update(await target.read(at, Math.min(CHUNK_BYTES, size - at)));
  }
  if (!written.digest().equals(found.digest())) {
    const message = `the copy ${JSON.stringify(to.name)} does not read back as it was written`;
    throw new SyncError('mismatch', message, true);
  }
}

function requireSame({ name }: FilePlace, seen: ItemStat, now: ItemStat): void {
  if (isSameFile(seen, now)) return;
  throw new SyncError('changed', `${JSON.stringify(name)} changed while it was copied`, true);
}
