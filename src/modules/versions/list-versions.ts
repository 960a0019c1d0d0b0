/** What versions there are, for people to choose from. */
import { SyncError } from '../../domain/errors.js';
import { isTempName } from '../../domain/file-name.js';
import { forEachConcurrently, TaskQueue } from '../../platform/task-queue.js';
import { hasCode } from './keep-file.js';
import { joined, walkVersions } from './tree-walk.js';
import { timeOfTag, untaggedName } from './version-names.js';
import { type KeptVersion } from './versioner.js';
import { nameBelow, type OpenVersions, within } from './versions-tree.js';

/** In one answer. */
export const VERSIONS_LISTED_MAX = 250_000;
const STATS_AT_ONCE = 16;
const MS_PER_S = 1_000;

/** By the files' names. `below`: '' or a directory of the folder. */
export async function listVersions(
  versions: OpenVersions,
  below: string,
  signal: AbortSignal,
): Promise<Map<string, KeptVersion[]>> {
  const found = new Map<string, KeptVersion[]>();
  const queue = new TaskQueue({ tasksMax: STATS_AT_ONCE });
  let count = 0;
  const from = within(versions, below);
  await walkVersions(versions, from, signal, async ({ path, items }) => {
    const files = items.filter(({ name, type }) => type === 'file' && !isTempName(name));
    count += files.length;
    if (count > VERSIONS_LISTED_MAX) {
      const message = `there are more than ${VERSIONS_LISTED_MAX} versions: ask for those below one directory`;
      throw new SyncError('refused', message);
    }
    await forEachConcurrently(files, queue, async ({ name }) => {
      const listed = await versionAt(versions, joined(path, name));
      if (listed === undefined) return;
      const others = found.get(listed.name) ?? [];
      found.set(listed.name, [...others, listed.version]);
    });
  }).catch((error: unknown) => {
    // No version in that directory.
    if (!hasCode(error, 'missing')) throw error;
  });
  for (const [name, all] of found) {
    found.set(
      name,
      all.sort((a, b) => b.versionMs - a.versionMs),
    );
  }
  return found;
}

async function versionAt(
  versions: OpenVersions,
  path: string,
): Promise<{ name: string; version: KeptVersion } | undefined> {
  const stat = await versions.fs.stat(path);
  if (stat === undefined) return undefined;
  const { size } = stat;
  const modifiedMs = stat.modifiedS * MS_PER_S;
  const below = nameBelow(versions, path);
  const tagged = untaggedName(below);
  if (tagged === undefined || tagged.name === '') {
    return { name: below, version: { versionMs: modifiedMs, modifiedMs, size } };
  }
  const versionMs = timeOfTag(tagged.tag);
  if (versionMs === undefined) return undefined;
  return { name: tagged.name, version: { versionMs, modifiedMs, size } };
}
