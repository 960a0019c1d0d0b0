/**
 * Puts a finished item in place. The rule kept here: after everything else is done and flushed, the destination is
 * looked at once more, and what is not there as the index says is left alone; a new item gets its name in a way that
 * fails when something has that name already.
 */
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { parentOf, tempNameFor } from '../../domain/file-name.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { isSameFile } from '../../platform/item-state.js';
import { isOtherDisk } from '../../platform/system-errors.js';
import { type NeededItem } from '../database/index-database.js';
import { keepLoser, losesContent, moveAside } from './conflict-copy.js';
import { emptyDirectory } from './delete-actions.js';
import {
  ChangedOnDiskError,
  hasCode,
  removeSeen,
  renameOver,
  requireAsIndexed,
} from './last-look.js';
import { freeName } from './other-names.js';
import { type PullContext } from './pull-context.js';
import { hasSameContent, isPresent } from './pull-plan.js';
import { keepingReplaced } from './replaced-files.js';

/**
 * Deletes of what a directory holds may still be on their way, and the other side may settle it: so long the directory
 * stays where it is.
 */
const TRIES_BEFORE_MOVING = 2;

/**
 * Moves the finished item at `from`, in the same directory, to the wanted name: over what the index says is there,
 * and over nothing else.
 */
export async function place(ctx: PullContext, item: NeededItem, from: string): Promise<void> {
  const { name } = item.global;
  const put = (left: ItemStat | undefined): Promise<void> =>
    left === undefined ? putNew(ctx, from, name) : renameOver(ctx, from, name, left);
  await freeName(ctx, item);
  const { seen, isKept } = await makeWay(ctx, item);
  if (seen === undefined || isKept) await put(seen);
  else await keepingReplaced(ctx, name, seen, put);
}

/**
 * The file `from`, open and found as `seen`, becomes the wanted one and loses its name; `from` may be in
 * another directory. It has its new name on disk before the old one goes. False when it keeps the old one, too: the user
 * wrote to it meanwhile, and is to find that under the name it was written to. Fails as isOtherDisk tells where only a
 * copy gets there; nothing has changed then.
 */
export async function placeMoved(
  ctx: PullContext,
  item: NeededItem,
  from: string,
  seen: ItemStat,
): Promise<boolean> {
  const { name } = item.global;
  const tempName = tempNameFor(name);
  if ((await ctx.fs.stat(tempName)) !== undefined) await ctx.fs.removeFile(tempName);
  try {
    await ctx.fs.link(from, tempName);
  } catch (error) {
    if (!hasCode(error, 'refused') || isOtherDisk(error)) throw error;
    // Refused, too, where the user has put a directory there meanwhile.
    if ((await lookFor(ctx, from, seen)) === undefined) throw new ChangedOnDiskError(from);
    // No second names on this file system: the names change in one step.
    await place(ctx, item, from);
    return true;
  }
  try {
    if ((await lookFor(ctx, tempName, seen)) === undefined) throw new ChangedOnDiskError(from);
    await place(ctx, item, tempName);
  } catch (error) {
    await ctx.fs.removeFile(tempName).catch(() => undefined);
    throw error;
  }
  return dropOldName(ctx, name, from, seen);
}

/** The file that was found as `seen` has the new name, too. The result as of placeMoved. */
export async function dropOldName(
  ctx: PullContext,
  name: string,
  from: string,
  seen: ItemStat,
): Promise<boolean> {
  await ctx.batch.syncWay(name);
  const left = await lookFor(ctx, from, seen);
  if (left === undefined) return true;
  if (!isSameFile(seen, left)) return false;
  const remove = (): Promise<void> => removeSeen(ctx, from, left);
  await ctx.writable.within(parentOf(from), remove);
  return true;
}

interface Way {
  /** What is there that a rename may replace; undefined when nothing is. */
  readonly seen: ItemStat | undefined;
  /** Its content has another name in the folder, or is the wanted one. */
  readonly isKept: boolean;
}

/** The last look. */
async function makeWay(ctx: PullContext, item: NeededItem): Promise<Way> {
  const { global, local } = item;
  ctx.signal.throwIfAborted();
  const stat = await requireAsIndexed(ctx, item);
  if (stat === undefined) return { seen: undefined, isKept: true };
  if (isPresent(local) && local.type === 'directory') {
    await removeOrMoveAside(ctx, global, local);
    return { seen: undefined, isKept: true };
  }
  if (losesContent(item, ctx.folder.replicaId)) {
    const kept = await keepLoser(ctx, item);
    if (kept === 'moved') return { seen: undefined, isKept: true };
    // Making the copy took its time.
    return { seen: await requireAsIndexed(ctx, item), isKept: kept === 'linked' };
  }
  const isSame = isPresent(local) && local.type === global.type && hasSameContent(local, global);
  return { seen: stat, isKept: isSame };
}

/**
 * A directory whose place a file takes. When it still holds something after several tries, someone has put that
 * there without knowing of the file: the directory then goes on under a conflict name.
 */
async function removeOrMoveAside(
  ctx: PullContext,
  global: FileInfo,
  local: LocalFileInfo,
): Promise<void> {
  try {
    await emptyDirectory(ctx, global.name);
    await ctx.fs.removeDirectory(global.name);
  } catch (error) {
    if (!hasCode(error, 'exists') || ctx.failedTries(global) < TRIES_BEFORE_MOVING) throw error;
    await moveAside(ctx, local);
  }
}

/** Where nothing may be: fails with ChangedOnDiskError when something has appeared. */
async function putNew(ctx: PullContext, from: string, name: string): Promise<void> {
  try {
    await ctx.fs.link(from, name);
  } catch (error) {
    if (hasCode(error, 'exists')) throw new ChangedOnDiskError(name);
    if (!hasCode(error, 'refused')) throw error;
    // A file system without second names: a look right before is the best there is.
    if ((await ctx.disk.stat(name)) !== undefined) throw new ChangedOnDiskError(name);
    return ctx.fs.rename(from, name);
  }
  await ctx.fs.removeFile(from);
}

/** That very file under the name; undefined when that is another item, or none. */
async function lookFor(
  ctx: PullContext,
  name: string,
  file: Pick<ItemStat, 'inode' | 'device'>,
): Promise<ItemStat | undefined> {
  const found = await ctx.fs.stat(name);
  return found?.inode === file.inode && found.device === file.device ? found : undefined;
}
