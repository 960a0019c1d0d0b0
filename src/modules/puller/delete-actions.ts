/**
 * Deletes that the cluster announced. The rule kept here: only what is on disk as the index says is removed, and of
 * a directory nothing but itself and temp files; whatever else is in it is scanned or stays.
 */
import { SyncError } from '../../domain/errors.js';
import { isTempName, parentOf, toNfc } from '../../domain/file-name.js';
import { isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import { LocalFlag } from '../../domain/file-info.js';
import { mergeVectors, updateVector } from '../../domain/version-vector.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import { losesContent } from './conflict-copy.js';
import { recordOf } from './disk-state.js';
import { ChangedOnDiskError, hasCode } from './last-look.js';
import { isFollowedLink } from './link-protection.js';
import { type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';
import { removeKept } from './replaced-files.js';

/** Names in one question to the index. */
const NAMES_AT_ONCE = 1_000;
const MS_PER_S = 1_000;

export async function deleteItem(ctx: PullContext, item: NeededItem): Promise<void> {
  const { global } = item;
  if (losesContent(item, ctx.folder.replicaId)) return keepOurs(ctx, item);
  const seen = await onDisk(ctx, item);
  if (seen !== undefined) {
    const { name } = global;
    await ctx.writable.within(parentOf(name), () => removeKept(ctx, name, seen)).catch(unlessGone);
  }
  await recordDelete(ctx, item);
}

export async function deleteDirectory(ctx: PullContext, item: NeededItem): Promise<void> {
  if ((await onDisk(ctx, item)) !== undefined) {
    const { name } = item.global;
    try {
      await emptyDirectory(ctx, name);
    } catch (error) {
      if (!hasCode(error, 'exists') || !(await holdsOnlyChanges(ctx, name))) throw error;
      return keepOurs(ctx, item, LocalFlag.receiveOnly);
    }
    if (!isFollowedLink(name, ctx.fs.links)) {
      await ctx.writable
        .within(parentOf(name), () => ctx.fs.removeDirectory(name))
        .catch(unlessGone);
    }
  }
  await recordDelete(ctx, item);
}

/** All that is left in the directory is what a receive-only folder keeps to itself: so is the directory then. */
async function holdsOnlyChanges(ctx: PullContext, directory: string): Promise<boolean> {
  if (ctx.folder.settings.type !== 'receiveonly') return false;
  // Directories in it may have been kept just now.
  await ctx.batch.flush();
  const { entries, undecodable } = await ctx.fs.list(directory);
  if (undecodable.length > 0) return false;
  const names = entries.map(({ name }) => toNfc(`${directory}/${name}`));
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const part = names.slice(from, from + NAMES_AT_ONCE);
    const known = await ctx.database.locals(ctx.folder.settings.id, part);
    if (!known.every((local) => isPresent(local) && isReceiveOnlyChange(local))) return false;
  }
  return true;
}

/**
 * Removes temp files and what patterns with (?d) let go. Throws 'exists' when anything else is in the directory; what no
 * scan has seen is noted.
 */
export async function emptyDirectory(ctx: PullContext, directory: string): Promise<void> {
  const { entries, undecodable } = await ctx.fs.list(directory);
  const left: string[] = [];
  for (const entry of entries) {
    const path = `${directory}/${entry.name}`;
    const mayGo = ctx.folder.ignores.match(toNfc(path)).isDeletable;
    if (entry.type === 'directory' && mayGo) {
      await emptyDirectory(ctx, path);
      await ctx.writable.within(directory, () => ctx.fs.removeDirectory(path)).catch(unlessGone);
    } else if (entry.type !== 'directory' && (mayGo || isTempName(entry.name))) {
      await ctx.writable.within(directory, () => ctx.fs.removeFile(path)).catch(unlessGone);
    } else {
      left.push(toNfc(path));
    }
  }
  if (left.length + undecodable.length === 0) return;
  const isKept = (name: string): boolean => !ctx.folder.ignores.match(name).isIgnored;
  await noteUnknown(ctx, left.filter(isKept));
  const example = left[0] ?? `${directory}/${undecodable[0]}`;
  throw new SyncError(
    'exists',
    `the directory is deleted elsewhere but still holds ${left.length + undecodable.length} items ` +
      `here, for instance ${JSON.stringify(example)}`,
    true,
  );
}

async function noteUnknown(ctx: PullContext, names: readonly string[]): Promise<void> {
  for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
    const part = names.slice(from, from + NAMES_AT_ONCE);
    const known = await ctx.database.locals(ctx.folder.settings.id, part);
    part.forEach((name, i) => {
      if (!isPresent(known[i])) ctx.rescan.add(name);
    });
  }
}

/** undefined when there is nothing to remove: gone already, or its parent is a link now. */
async function onDisk(
  ctx: PullContext,
  { global, local }: NeededItem,
): Promise<ItemStat | undefined> {
  try {
    const { state, stat } = await ctx.disk.look(global.name, local);
    if (state === 'changed') throw new ChangedOnDiskError(global.name);
    return state === 'as-indexed' ? stat : undefined;
  } catch (error) {
    if (hasCode(error, 'refused')) return undefined;
    throw error;
  }
}

/**
 * An edit is worth more than a delete that did not know of it: ours is announced above both, or goes on to be kept by
 * the receive-only folder.
 */
export async function keepOurs(
  ctx: PullContext,
  item: NeededItem,
  localFlags = item.local?.localFlags ?? 0,
): Promise<void> {
  const { global, local } = item;
  if (!isPresent(local)) return recordDelete(ctx, item);
  const { replicaId, ownShortId } = ctx.folder;
  const nowS = Math.floor(ctx.clock.nowMs() / MS_PER_S);
  const version = updateVector(mergeVectors(local.version, global.version), replicaId, nowS);
  await ctx.batch.add([{ ...local, version, modifiedBy: ownShortId, localFlags }], []);
}

function recordDelete(ctx: PullContext, item: NeededItem): Promise<void> {
  return ctx.batch.add([recordOf(item, item.global)], [parentOf(item.global.name)]);
}

function unlessGone(error: unknown): void {
  if (!hasCode(error, 'missing')) throw error;
}
