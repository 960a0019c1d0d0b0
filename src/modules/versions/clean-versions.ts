/**
 * Removes what a kind of versioning lets go, directory by directory: all versions of a file lie in one. What another
 * life left half made goes after a day; directories that are empty then go too.
 */
import { messageOf } from '../../domain/errors.js';
import { isTempName } from '../../domain/file-name.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { hasCode } from './keep-file.js';
import { DAY_MS } from './simple.js';
import { joined, walkVersions, type WalkedDirectory } from './tree-walk.js';
import { untaggedName } from './version-names.js';
import { type Selection } from './version-selection.js';
import { type OpenVersions } from './versions-tree.js';

const NS_PER_MS = 1_000_000n;
const MS_PER_S = 1_000;
const NS_PER_MS_NUMBER = 1_000_000;

/** Which versions go: of all of one file, or each file by itself, by when it came. */
export type CleaningRule =
  | { readonly by: 'file'; readonly selection: Selection }
  | { readonly by: 'age'; readonly isOld: (modifiedMs: number, nowMs: number) => boolean };

export interface Cleaning {
  readonly versions: OpenVersions;
  readonly rule: CleaningRule;
  readonly nowMs: number;
  /** A version that cannot be removed stays, and others are looked at. */
  readonly onProblem: (message: string) => void;
}

export async function cleanVersions(cleaning: Cleaning, signal: AbortSignal): Promise<void> {
  const { versions, onProblem } = cleaning;
  const { fs, prefix } = versions;
  await walkVersions(versions, prefix, signal, async (directory) => {
    const gone = await goneIn(cleaning, directory, signal);
    let left = directory.items.length;
    for (const name of gone) {
      signal.throwIfAborted();
      try {
        await fs.removeFile(joined(directory.path, name));
        left -= 1;
      } catch (error) {
        onProblem(messageOf(error));
      }
    }
    if (left > 0 || directory.path === prefix) return;
    // One that holds other directories, or something new, stays.
    await fs.removeDirectory(directory.path).catch((error: unknown) => {
      if (!hasCode(error, 'exists') && !hasCode(error, 'missing')) onProblem(messageOf(error));
    });
  });
}

/** Names of what goes from one directory. */
async function goneIn(
  { versions, rule, nowMs }: Cleaning,
  { path, items }: WalkedDirectory,
  signal: AbortSignal,
): Promise<string[]> {
  const gone: string[] = [];
  const byFile = new Map<string, string[]>();
  for (const { name } of items) {
    signal.throwIfAborted();
    if (isTempName(name)) {
      const stat = await versions.fs.stat(joined(path, name));
      const isLeft = stat !== undefined && nowMs - Number(stat.changedNs / NS_PER_MS) > DAY_MS;
      if (isLeft) gone.push(name);
    } else if (rule.by === 'age') {
      const stat = await versions.fs.stat(joined(path, name));
      if (stat !== undefined && rule.isOld(modifiedMsOf(stat), nowMs)) gone.push(name);
    } else {
      const file = untaggedName(name)?.name;
      if (file !== undefined && file !== '') byFile.set(file, [...(byFile.get(file) ?? []), name]);
    }
  }
  if (rule.by === 'file') {
    for (const names of byFile.values()) gone.push(...rule.selection(names, nowMs));
  }
  return gone;
}

function modifiedMsOf({ modifiedS, modifiedNs }: ItemStat): number {
  return modifiedS * MS_PER_S + modifiedNs / NS_PER_MS_NUMBER;
}
