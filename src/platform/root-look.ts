/** What a name directly below a folder's root leads to on a real disk, and where a directory lies. */
import { type BigIntStats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DirectoryEntry } from './folder-fs.js';
import { type LinkTarget, type RootItem, type RootLinks } from './root-links.js';
import { typeOf } from './real-file-handle.js';
import { LOCAL_FILE_SYSTEMS } from './local-file-systems.js';
import { systemCodeOf } from './system-errors.js';

/** Directories above another; paths of the system are shorter. */
const LINEAGE_MAX = 2_048;

/** `path`: of the name itself, which is not followed unless it is a link. Rejects with the system's error. */
export async function lookAtRootItem(path: string): Promise<RootItem> {
  const found = await statUnlessAbsent(fs.lstat(path, { bigint: true }));
  if (found === undefined) return { type: 'absent', target: undefined };
  const type = typeOf(found);
  if (type !== 'symlink' && type !== 'directory') return { type, target: undefined };
  return { type, target: await targetOf(path) };
}

/** undefined when there is no directory, or it was exchanged while we looked. */
async function targetOf(path: string): Promise<LinkTarget | undefined> {
  const stats = await statUnlessAbsent(fs.stat(path, { bigint: true }));
  if (stats?.isDirectory() !== true) return undefined;
  const real = await fs.realpath(path).catch(() => undefined);
  if (real === undefined) return undefined;
  const again = await statUnlessAbsent(fs.lstat(real, { bigint: true }));
  if (again?.dev !== stats.dev || again.ino !== stats.ino) return undefined;
  const target = { path: real, device: stats.dev, inode: stats.ino };
  return (await keepsBirth(real, stats)) ? { ...target, bornNs: stats.birthtimeNs } : target;
}

/**
 * Not on file systems that make one up at each mount. A birth that is the time of the last change may be one that the
 * system does not know.
 */
async function keepsBirth(path: string, { birthtimeNs, ctimeNs }: BigIntStats): Promise<boolean> {
  if (birthtimeNs <= 0n || birthtimeNs === ctimeNs) return false;
  const type = await fs.statfs(path).then(
    (found) => found.type,
    () => 0,
  );
  return LOCAL_FILE_SYSTEMS.has(type);
}

/** Device and inode of the directory and of each one above it; empty where there is no directory. */
export async function lineageOf(path: string): Promise<readonly string[]> {
  const lineage: string[] = [];
  try {
    let at = await fs.realpath(path);
    for (; lineage.length < LINEAGE_MAX; at = dirname(at)) {
      const { dev, ino } = await fs.stat(at, { bigint: true });
      lineage.push(`${dev}:${ino}`);
      if (at === dirname(at)) break;
    }
    return lineage;
  } catch {
    return [];
  }
}

async function statUnlessAbsent(look: Promise<BigIntStats>): Promise<BigIntStats | undefined> {
  try {
    return await look;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCodeOf(error))) return undefined;
    throw error;
  }
}

/** To others they are the directories that they lead to. */
export function asFollowed(entries: DirectoryEntry[], { followed }: RootLinks): DirectoryEntry[] {
  if (followed.size === 0) return entries;
  return entries.map((entry) =>
    followed.has(entry.name) ? { name: entry.name, type: 'directory' } : entry,
  );
}
