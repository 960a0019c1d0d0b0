/** Whole files and blocks by the single operations of any folder file system: what disk-tasks.ts does in one go on a real disk. */
import { createHash, hash } from 'node:crypto';
import { SyncError } from '../domain/errors.js';
import {
  type FileHandle,
  type FileRange,
  type FolderFs,
  type ItemStat,
  type WholeFile,
} from './folder-fs.js';
import { changedItem, isSameState } from './item-state.js';

export async function putFileStepwise(
  fs: FolderFs,
  file: WholeFile,
): Promise<Pick<ItemStat, 'modifiedS' | 'modifiedNs'>> {
  requireContent(file);
  const handle = await fs.createFile(file.tempName, file.createPermissions);
  let made: ItemStat;
  try {
    made = await fill(handle, file);
  } catch (error) {
    await fs.removeFile(file.tempName).catch(() => undefined);
    throw error;
  }
  await place(fs, file);
  return { modifiedS: made.modifiedS, modifiedNs: made.modifiedNs };
}

/** Throws SyncError 'mismatch'. */
export function requireContent({ name, data, sha256 }: WholeFile): void {
  if (sha256 === undefined || hash('sha256', data, 'buffer').equals(sha256)) return;
  throw new SyncError('mismatch', `${name}: other bytes than the hash says`, true);
}

async function fill(handle: FileHandle, file: WholeFile): Promise<ItemStat> {
  try {
    await handle.write(0, file.data);
    if (file.permissions !== undefined) await handle.setPermissions(file.permissions);
    await handle.setModified(file.modifiedS, file.modifiedNs);
    await handle.sync();
    return await handle.stat();
  } finally {
    await handle.close();
  }
}

async function place(fs: FolderFs, { name, tempName, replaced }: WholeFile): Promise<void> {
  if (replaced !== undefined) return fs.rename(tempName, name, replaced);
  try {
    await fs.link(tempName, name);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'refused') throw error;
    // A file system without second names: a look right before is the best there is.
    if ((await fs.stat(name)) !== undefined) throw new SyncError('exists', `${name} exists`);
    return fs.rename(tempName, name);
  }
  await fs.removeFile(tempName);
}

export async function linkSeenStepwise(
  fs: FolderFs,
  from: string,
  to: string,
  seen: ItemStat,
): Promise<void> {
  const handle = await fs.openFile(from, 'read');
  try {
    if (!isSameState(seen, await handle.stat())) throw changedItem(from);
    await fs.link(from, to);
    await requireLinked(fs, from, to, seen);
    return await handle.sync();
  } finally {
    await handle.close();
  }
}

async function requireLinked(
  fs: FolderFs,
  from: string,
  to: string,
  seen: ItemStat,
): Promise<void> {
  const linked = await fs.stat(to);
  if (linked === undefined) throw changedItem(to);
  if (linked.inode === seen.inode && linked.device === seen.device) return;
  // Another file came under the old name in between, and keeps that; or under the new one, which is not ours to remove.
  const source = await fs.stat(from);
  const isSecondName = source?.inode === linked.inode && source.device === linked.device;
  if (isSecondName) await fs.removeFile(to, linked);
  throw changedItem(from);
}

export async function readBlockStepwise(
  fs: FolderFs,
  name: string,
  position: number,
  length: number,
  sha256: Uint8Array,
): Promise<Uint8Array | undefined> {
  const handle = await fs.openFile(name, 'read');
  try {
    const data = await handle.read(position, length);
    if (data.length !== length) return undefined;
    if (sha256.length === 0) return data;
    return createHash('sha256').update(data).digest().equals(sha256) ? data : undefined;
  } finally {
    await handle.close();
  }
}

export async function writeBlockStepwise(
  target: FileHandle,
  positions: readonly number[],
  data: Uint8Array,
  sha256: Uint8Array,
): Promise<boolean> {
  if (!hash('sha256', data, 'buffer').equals(sha256)) return false;
  for (const position of positions) await target.write(position, data);
  return true;
}

export async function copyBlockStepwise(
  target: FileHandle,
  positions: readonly number[],
  source: FileHandle,
  { position, length }: FileRange,
  sha256: Uint8Array,
): Promise<boolean> {
  const data = await source.read(position, length).catch(() => undefined);
  if (data?.length !== length) return false;
  return writeBlockStepwise(target, positions, data, sha256);
}

export async function hasBlockStepwise(
  file: FileHandle,
  { position, length }: FileRange,
  sha256: Uint8Array,
): Promise<boolean> {
  const data = await file.read(position, length);
  return data.length === length && hash('sha256', data, 'buffer').equals(sha256);
}
