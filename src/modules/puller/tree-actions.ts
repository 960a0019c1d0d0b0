/** Directories and links: what a tree consists of beside its files. */
import { SyncError } from '../../domain/errors.js';
import { type FileInfo } from '../../domain/file-info.js';
import { parentOf, tempNameFor } from '../../domain/file-name.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import { keepLoser, moveAside } from './conflict-copy.js';
import { recordOf } from './disk-state.js';
import { ChangedOnDiskError, hasCode, removeSeen, requireAsIndexed } from './last-look.js';
import { freeName } from './other-names.js';
import { place } from './placement.js';
import { type PullContext } from './pull-context.js';
import { appliesPermissions, isPresent, TRAVELLING_PERMISSIONS } from './pull-plan.js';
import { removeKept } from './replaced-files.js';

/** The umask narrows it. */
const DEFAULT_PERMISSIONS = 0o777;
/** Of a directory that is needed only because something in it is. */
const RESURRECTED_PERMISSIONS = 0o755;
/** Parents that are not looked at again in a pass; where one goes meanwhile, what is put into it fails. */
const KNOWN_PARENTS_MAX = 1_000;
/** What is in the way may be about to go by itself. */
const TRIES_BEFORE_GIVING_WAY = 1;
const SPECIAL_BITS = 0o7000;

/** A directory that is there already, even one no scan has seen, is as good: it has no content to lose. */
export async function makeDirectory(ctx: PullContext, item: NeededItem): Promise<void> {
  const { name } = item.global;
  await requireParent(ctx, item.global);
  await freeName(ctx, item);
  const { state, stat: found } = await ctx.disk.look(name, item.local);
  const isKnown = isPresent(item.local) && item.local.type === 'directory';
  if (found?.type === 'directory' && isKnown && state === 'changed') {
    throw new ChangedOnDiskError(name);
  }
  if (found?.type !== 'directory') {
    await makeRoom(ctx, item);
    await ctx.writable.within(parentOf(name), () => makeNew(ctx, item));
  }
  const stat = await directoryWithPermissions(ctx, item);
  await ctx.batch.add([recordOf(item, stat)], [parentOf(name), name]);
}

export async function makeLink(ctx: PullContext, item: NeededItem): Promise<void> {
  const { name, symlinkTarget } = item.global;
  await requireParent(ctx, item.global);
  await freeName(ctx, item);
  if (!(await isRightLink(ctx, name, symlinkTarget))) {
    await requireAsIndexed(ctx, item);
    await ctx.writable.within(parentOf(name), () => putLink(ctx, item));
  }
  const stat = await ctx.disk.stat(name);
  if (stat?.type !== 'symlink') throw new ChangedOnDiskError(name);
  await ctx.owners.apply(item.global, stat, (uid, gid) => ctx.fs.setLinkOwner(name, uid, gid));
  await ctx.batch.add([recordOf(item, stat)], [parentOf(name)]);
}

/**
 * The directory that is to hold the item. One that is missing is made again, as when it was deleted elsewhere while
 * something was put into it: the scan finds it, and announces it for everybody.
 */
export async function requireParent(ctx: PullContext, item: FileInfo): Promise<void> {
  const { name } = item;
  if (await isParentThere(ctx, parentOf(name))) return;
  const missing: string[] = [];
  for (let path = parentOf(name); path !== ''; path = parentOf(path)) {
    const stat = await ctx.disk.stat(path).catch(belowNoDirectory);
    if (stat?.type === 'directory') break;
    if (stat !== undefined) await giveWay(ctx, path, item);
    missing.push(path);
  }
  const topmost = missing.at(-1);
  if (topmost !== undefined) ctx.rescan.add(topmost);
  for (const path of missing.reverse()) {
    const parent = parentOf(path);
    await ctx.writable
      .within(parent, () => ctx.fs.makeDirectory(path, RESURRECTED_PERMISSIONS))
      .catch((error: unknown) => {
        if (!hasCode(error, 'exists')) throw error;
      });
    await ctx.batch.add([], [parent]);
  }
  ctx.parents.set(parentOf(name), Promise.resolve(true));
}

/** One look for all the items that want to go there at the same time. */
async function isParentThere(ctx: PullContext, path: string): Promise<boolean> {
  let look = ctx.parents.get(path);
  if (look === undefined) {
    if (ctx.parents.size >= KNOWN_PARENTS_MAX) ctx.parents.clear();
    look = ctx.disk
      .stat(path)
      .catch(belowNoDirectory)
      .then((stat) => stat?.type === 'directory');
    ctx.parents.set(path, look);
  }
  const isThere = await look.catch((error: unknown) => {
    ctx.parents.delete(path);
    throw error;
  });
  // Whoever makes it says so.
  if (!isThere && ctx.parents.get(path) === look) ctx.parents.delete(path);
  return isThere;
}

/** Something further up is no directory, so there is nothing here: it is come across on the way up. */
function belowNoDirectory(error: unknown): undefined {
  if (!hasCode(error, 'refused')) throw error;
}

/**
 * A file or link of ours lies where others have a directory: they put the item there without knowing of it. When
 * that does not pass, ours goes on under a conflict name.
 */
async function giveWay(ctx: PullContext, path: string, item: FileInfo): Promise<void> {
  const underWay = ctx.givingWay.get(path);
  if (underWay !== undefined) return underWay;
  if (ctx.failedTries(item) < TRIES_BEFORE_GIVING_WAY) throw noDirectory(path);
  const done = clearWay(ctx, path).finally(() => ctx.givingWay.delete(path));
  ctx.givingWay.set(path, done);
  return done;
}

async function clearWay(ctx: PullContext, path: string): Promise<void> {
  const { id } = ctx.folder.settings;
  const [local] = await ctx.database.locals(id, [path]);
  const isSettled = (await ctx.database.needed(id, path)) === undefined;
  if (!isPresent(local) || !isSettled) throw noDirectory(path);
  const { state, stat } = await ctx.disk.look(path, local);
  // It has gone already, for another item that needs its place.
  if (stat === undefined || stat.type === 'directory') return;
  if (state !== 'as-indexed') throw new ChangedOnDiskError(path);
  await moveAside(ctx, local);
}

function noDirectory(path: string): SyncError {
  return new SyncError('refused', `${JSON.stringify(path)} is no directory here`, true);
}

/** What is in the way of a directory goes; a file that would be lost with a change of ours gets a conflict name. */
async function makeRoom(ctx: PullContext, item: NeededItem): Promise<void> {
  const { name } = item.global;
  const stat = await requireAsIndexed(ctx, item);
  if (stat === undefined) return;
  await ctx.writable.within(parentOf(name), async () => {
    const kept = await keepLoser(ctx, item);
    if (kept === 'moved') return;
    const seen = await requireAsIndexed(ctx, item);
    if (seen === undefined) return;
    if (kept === 'linked') await removeSeen(ctx, name, seen);
    else await removeKept(ctx, name, seen);
  });
}

async function makeNew(ctx: PullContext, { global }: NeededItem): Promise<void> {
  const permissions = appliesPermissions(global, ctx.folder.settings)
    ? global.permissions & TRAVELLING_PERMISSIONS
    : DEFAULT_PERMISSIONS;
  try {
    await ctx.fs.makeDirectory(global.name, permissions);
  } catch (error) {
    if (hasCode(error, 'exists')) throw new ChangedOnDiskError(global.name);
    throw error;
  }
}

async function directoryWithPermissions(
  ctx: PullContext,
  { global }: NeededItem,
): Promise<ItemStat> {
  const handle = await ctx.fs.openDirectory(global.name);
  try {
    const stat = await handle.stat();
    await ctx.owners.apply(global, stat, (uid, gid) => handle.setOwner(uid, gid));
    if (!appliesPermissions(global, ctx.folder.settings)) return stat;
    const kept = stat.permissions & SPECIAL_BITS;
    const wanted = (global.permissions & TRAVELLING_PERMISSIONS) | kept;
    if (wanted !== stat.permissions) {
      await handle.setPermissions(wanted);
      await handle.sync();
    }
    return stat;
  } finally {
    await handle.close();
  }
}

async function isRightLink(ctx: PullContext, name: string, target: string): Promise<boolean> {
  const stat = await ctx.disk.stat(name);
  return stat?.type === 'symlink' && (await ctx.fs.readSymlink(name)) === target;
}

async function putLink(ctx: PullContext, item: NeededItem): Promise<void> {
  const { name, symlinkTarget } = item.global;
  if ((await requireAsIndexed(ctx, item)) === undefined) {
    try {
      return await ctx.fs.makeSymlink(symlinkTarget, name);
    } catch (error) {
      throw hasCode(error, 'exists') ? new ChangedOnDiskError(name) : error;
    }
  }
  const tempName = tempNameFor(name);
  if ((await ctx.fs.stat(tempName)) !== undefined) await ctx.fs.removeFile(tempName);
  await ctx.fs.makeSymlink(symlinkTarget, tempName);
  try {
    await place(ctx, item, tempName);
  } catch (error) {
    await ctx.fs.removeFile(tempName).catch(() => undefined);
    throw error;
  }
}
