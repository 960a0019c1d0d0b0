/**
 * Removes temp files that nobody will go on with. One is stray when neither its content nor anything else about it
 * changed for a day: a file that is being pulled is younger.
 */
import { SyncError } from '../../domain/errors.js';
import { isInternalName, isTempName } from '../../domain/file-name.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export const STRAY_AGE_MS = 24 * 3_600_000;

/**
 * Walks the whole folder, one directory at a time; what cannot be looked at or removed is left. Returns the names
 * that were removed, at most REPORTED_MAX of them.
 */
export async function removeStrayTemps(
  fs: FolderFs,
  nowMs: number,
  signal: AbortSignal,
): Promise<string[]> {
  const removed: string[] = [];
  const directories = [''];
  for (let directory = directories.pop(); directory !== undefined; directory = directories.pop()) {
    signal.throwIfAborted();
    for (const { name, type } of await entriesOf(fs, directory)) {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (isInternalName(path)) continue;
      if (type === 'directory') directories.push(path);
      else if (isTempName(name) && (await removeIfStray(fs, path, nowMs))) {
        if (removed.length < REPORTED_MAX) removed.push(path);
      }
    }
  }
  return removed;
}

export const REPORTED_MAX = 1_000;

async function entriesOf(
  fs: FolderFs,
  directory: string,
): Promise<{ name: string; type: ItemStat['type'] }[]> {
  try {
    return (await fs.list(directory)).entries;
  } catch (error) {
    if (error instanceof SyncError && directory !== '') return [];
    throw error;
  }
}

async function removeIfStray(fs: FolderFs, path: string, nowMs: number): Promise<boolean> {
  try {
    const stat = await fs.stat(path);
    if (stat === undefined || stat.type === 'directory' || stat.type === 'other') return false;
    const changedMs = Math.max(Number(stat.changedNs / 1_000_000n), stat.modifiedS * 1_000);
    if (nowMs - changedMs < STRAY_AGE_MS) return false;
    await fs.removeFile(path);
    return true;
  } catch (error) {
    if (error instanceof SyncError) return false;
    throw error;
  }
}
