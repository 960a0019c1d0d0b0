/** Walks what lies in a versions tree, directory by directory: no more than one directory's names at once per level. */
import { type DirectoryEntry } from '../../platform/folder-fs.js';
import { type OpenVersions } from './versions-tree.js';

export interface WalkedDirectory {
  /** Full name in the versions' root. */
  readonly path: string;
  /** All but directories. */
  readonly items: readonly DirectoryEntry[];
}

/** Deeper than any name that a folder can hold. */
const DEPTH_MAX = 4_096;

/**
 * Calls `visit` for each directory, those in it first. Rejects with what `visit` throws, and with the signal's reason.
 */
export async function walkVersions(
  { fs }: OpenVersions,
  from: string,
  signal: AbortSignal,
  visit: (directory: WalkedDirectory) => Promise<void>,
  depth = 0,
): Promise<void> {
  signal.throwIfAborted();
  if (depth > DEPTH_MAX) return;
  const { entries } = await fs.list(from);
  const items = entries.filter(({ type }) => type !== 'directory');
  for (const { name, type } of entries) {
    if (type !== 'directory') continue;
    const path = from === '' ? name : `${from}/${name}`;
    await walkVersions({ fs, prefix: '' }, path, signal, visit, depth + 1);
  }
  await visit({ path: from, items });
}

export function joined(directory: string, base: string): string {
  return directory === '' ? base : `${directory}/${base}`;
}
