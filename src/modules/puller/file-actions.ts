/** The ways one needed file comes about, cheapest first: it is there already, it was moved, it is put together. */
import { blockCount } from '../../domain/block.js';
import { SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { foldedName } from '../../domain/folded-name.js';
import { asIgnored } from '../../domain/file-info-rules.js';
import { isInConflict } from '../../domain/global-version.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FileHandle, type ItemStat } from '../../platform/folder-fs.js';
import { isOtherDisk } from '../../platform/system-errors.js';
import { isSameFile } from '../../platform/item-state.js';
import { type NeededItem } from '../database/index-database.js';
import { hasMetadata, isTimeOf, recordOf } from './disk-state.js';
import { finishFile, removeTemp, setMetadata } from './file-finisher.js';
import { pullContent } from './file-puller.js';
import { ChangedOnDiskError, requireAsIndexed } from './last-look.js';
import { isLeftAlone } from './link-protection.js';
import { requireFreeName } from './other-names.js';
import { placeMoved } from './placement.js';
import { type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';
import { requireParent } from './tree-actions.js';
import { validBlocks } from './temp-file.js';
import { isDenied } from './writable-directories.js';

/** Local files with the wanted content that are looked at as sources of a move. */
const MOVE_CANDIDATES_MAX = 8;

/** The item is as it should be, or its content is still on its way. */
export type PullResult = 'done' | 'under-way';

export async function pullFile(ctx: PullContext, item: NeededItem): Promise<PullResult> {
  await requireParent(ctx, item.global);
  await requireFreeName(ctx, item);
  if (!ctx.transfers.isBegun(item.global, 'temp-file')) {
    const { state, stat } = await ctx.disk.look(item.global.name, item.local);
    if (await isThereAlready(ctx, item, state === 'changed', stat)) {
      if (await setFileMetadata(ctx, item, stat)) return 'done';
    }
    if (state === 'changed' || state === 'gone') throw new ChangedOnDiskError(item.global.name);
    if (await moveHere(ctx, item)) return 'done';
  }
  return pullWhole(ctx, item);
}

/** The content is right: time and permissions are set on the file itself. */
export async function updateMetadata(ctx: PullContext, item: NeededItem): Promise<PullResult> {
  if (!ctx.transfers.isBegun(item.global, 'temp-file')) {
    const stat = await requireAsIndexed(ctx, item);
    if (await setFileMetadata(ctx, item, stat)) return 'done';
  }
  return pullWhole(ctx, item);
}

async function pullWhole(ctx: PullContext, item: NeededItem): Promise<PullResult> {
  const temp = await ctx.transfers.content(item.global, 'temp-file', ctx.patience, (signal) =>
    pullContent({ ...ctx, signal }, item),
  );
  if (temp === undefined) return 'under-way';
  await finishFile(ctx, item, temp);
  return 'done';
}

/** Nothing on disk is to change. */
export async function recordOnly(ctx: PullContext, item: NeededItem): Promise<void> {
  const { global, local } = item;
  const disk = isPresent(local)
    ? { modifiedS: local.diskModifiedS, modifiedNs: local.diskModifiedNs }
    : global;
  await ctx.batch.add([recordOf(item, disk)], []);
}

/** Left out here, whatever others make of it: so that it counts as needed no longer. */
export async function recordIgnored(ctx: PullContext, item: NeededItem): Promise<void> {
  await ctx.batch.add([asIgnored(recordOf(item, item.global))], []);
}

/**
 * Put in place by an earlier life that could not record it, or ours cut into blocks of another size. Only
 * reading it tells.
 */
async function isThereAlready(
  ctx: PullContext,
  { global, local }: NeededItem,
  isUnknown: boolean,
  stat: ItemStat | undefined,
): Promise<boolean> {
  if (stat?.type !== 'file') return false;
  const isOtherwiseCut =
    isPresent(local) && local.size === global.size && local.blockSize !== global.blockSize;
  const mayBe = isUnknown ? stat.size === global.size && isTimeOf(global, stat) : isOtherwiseCut;
  if (!mayBe) return false;
  const handle = await ctx.fs.openFile(global.name, 'read').catch(() => undefined);
  if (handle === undefined) return false;
  try {
    const valid = await validBlocks(handle, global, ctx.signal);
    return valid.size === blockCount(global) && isSameFile(stat, await handle.stat());
  } finally {
    await handle.close();
  }
}

/**
 * False when the file has to be made anew: it cannot be opened, as its owner may not read it, or it has a second
 * name, whose item would change with it.
 */
async function setFileMetadata(
  ctx: PullContext,
  item: NeededItem,
  stat: ItemStat | undefined,
): Promise<boolean> {
  const { name } = item.global;
  await removeTemp(ctx, name);
  let handle: FileHandle;
  try {
    handle = await ctx.fs.openFile(name, 'read');
  } catch (error) {
    if (isDenied(error)) return false;
    throw error;
  }
  try {
    const opened = await handle.stat();
    // The times that a user's change leaves must not be hidden by those set here.
    if (stat === undefined || !isSameFile(stat, opened)) throw new ChangedOnDiskError(name);
    const isRight =
      hasMetadata(item.global, opened, ctx.folder.settings) &&
      (await ctx.owners.isRight(item.global, opened));
    if (!isRight && opened.links !== undefined && opened.links > 1) return false;
    if (isRight) await handle.sync();
    const done = isRight
      ? opened
      : await setMetadata(ctx, item, handle, { replaced: stat, seen: opened });
    await ctx.batch.add([recordOf(item, done)], [parentOf(name)]);
    return true;
  } finally {
    await handle.close();
  }
}

/**
 * A file of ours with this content, which the cluster deletes, becomes the wanted one: no transfer and no copy. Not where
 * it is to be kept under its old name: then the new one is put together from it, and the old one deleted.
 */
export async function moveHere(ctx: PullContext, item: NeededItem): Promise<boolean> {
  const { global } = item;
  if (!ctx.hasDeletes || global.size === 0 || ctx.folder.versioner !== undefined) return false;
  const { id } = ctx.folder.settings;
  const found = await ctx.database.localsWithBlocks(id, global.blocksHash, MOVE_CANDIDATES_MAX);
  for (const source of found) {
    const deletion = await deletionOf(ctx, item, source);
    if (deletion === undefined) continue;
    ctx.moved.set(source.name, global.name);
    let isMoved = false;
    try {
      isMoved = await tryMove(ctx, item, source, deletion);
    } finally {
      if (!isMoved) ctx.moved.delete(source.name);
    }
    if (isMoved) return true;
  }
  return false;
}

/** The deleted version to record for the source of a move; undefined when it is none. */
async function deletionOf(
  ctx: PullContext,
  { global }: NeededItem,
  source: LocalFileInfo,
): Promise<LocalFileInfo | undefined> {
  const isSame =
    source.size === global.size && Buffer.compare(source.blockHashes, global.blockHashes) === 0;
  if (source.name === global.name || !isSame || ctx.moved.has(source.name)) return undefined;
  // To such a disk both names are one: the file is put together, and the other deleted before it takes its place.
  if (!ctx.disk.isExact && foldedName(source.name) === foldedName(global.name)) return undefined;
  if (isLeftAlone(source.name, ctx.fs.links)) return undefined;
  const needed = await ctx.needs.neededForMove(ctx.folder.settings.id, source.name);
  if (needed === undefined || !needed.global.deleted || ctx.moved.has(source.name)) {
    return undefined;
  }
  if (isInConflict(source.version, needed.global.version, ctx.folder.replicaId)) return undefined;
  return recordOf(needed, needed.global);
}

async function tryMove(
  ctx: PullContext,
  item: NeededItem,
  source: LocalFileInfo,
  deletion: LocalFileInfo,
): Promise<boolean> {
  const { state, stat } = await ctx.disk.look(source.name, source);
  if (state !== 'as-indexed' || stat === undefined) return false;
  let handle: FileHandle;
  try {
    handle = await ctx.fs.openFile(source.name, 'read');
  } catch (error) {
    if (error instanceof SyncError) return false;
    throw error;
  }
  try {
    if (!isSameFile(stat, await handle.stat())) return false;
    // What the user writes into it meanwhile must show: so its time stays as it is.
    if (!hasMetadata(item.global, stat, ctx.folder.settings)) return false;
    if (!(await ctx.owners.isRight(item.global, stat))) return false;
    const { name } = item.global;
    const parents = [parentOf(source.name), parentOf(name)];
    const isGone = await ctx.writable
      .within(parents[0], () =>
        ctx.writable.within(parents[1], () => placeMoved(ctx, item, source.name, handle, stat)),
      )
      .catch(unlessOtherDisk);
    if (isGone === undefined) return false;
    await handle.sync();
    const moved = recordOf(item, stat);
    if (!isGone) ctx.rescan.add(source.name, name);
    await ctx.batch.add(isGone ? [deletion, moved] : [moved], parents);
    return true;
  } finally {
    await handle.close();
  }
}

function unlessOtherDisk(error: unknown): undefined {
  if (!isOtherDisk(error)) throw error;
}
