/**
 * A file that was moved: one of ours whose content is wanted under another name, and which the cluster deletes. New names
 * are given by the group where nothing is in the way.
 */
import { SyncError } from '../../domain/errors.js';
import { isInConflict } from '../../domain/global-version.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { parentOf } from '../../domain/file-name.js';
import { foldedName } from '../../domain/folded-name.js';
import { type FileHandle, type ItemStat } from '../../platform/folder-fs.js';
import { isSameFile } from '../../platform/item-state.js';
import { isOtherDisk } from '../../platform/system-errors.js';
import { type NeededItem } from '../database/index-database.js';
import { hasMetadata, recordOf } from './disk-state.js';
import { isLeftAlone } from './link-protection.js';
import { dropOldName, placeMoved } from './placement.js';
import { type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';

/** Local files with the wanted content that are looked at as sources of a move. */
const MOVE_CANDIDATES_MAX = 8;

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
  const isGone =
    (await moveAtOnce(ctx, item, source, stat)) ?? (await moveStepwise(ctx, item, source, stat));
  if (isGone === undefined) return false;
  const { name } = item.global;
  const moved = recordOf(item, stat);
  if (!isGone) ctx.rescan.add(source.name, name);
  await ctx.batch.add(isGone ? [deletion, moved] : [moved], [
    parentOf(source.name),
    parentOf(name),
  ]);
  return true;
}

/** Whether the old name is gone; undefined where the steps are to be taken one by one, or not at all. */
async function moveAtOnce(
  ctx: PullContext,
  item: NeededItem,
  source: LocalFileInfo,
  stat: ItemStat,
): Promise<boolean | undefined> {
  const { global, local } = item;
  if (isPresent(local) || !ctx.disk.isExact || ctx.owners.isActive) return undefined;
  if (!hasMetadata(global, stat, ctx.folder.settings)) return undefined;
  ctx.signal.throwIfAborted();
  try {
    await ctx.fs.linkSeen(source.name, global.name, stat);
  } catch (error) {
    // Whatever it is, the single steps come across it.
    if (error instanceof SyncError) return undefined;
    throw error;
  }
  return dropOldName(ctx, global.name, source.name, stat);
}

async function moveStepwise(
  ctx: PullContext,
  item: NeededItem,
  source: LocalFileInfo,
  stat: ItemStat,
): Promise<boolean | undefined> {
  let handle: FileHandle;
  try {
    handle = await ctx.fs.openFile(source.name, 'read');
  } catch (error) {
    if (error instanceof SyncError) return undefined;
    throw error;
  }
  try {
    if (!isSameFile(stat, await handle.stat())) return undefined;
    // What the user writes into it meanwhile must show: so its time stays as it is.
    if (!hasMetadata(item.global, stat, ctx.folder.settings)) return undefined;
    if (!(await ctx.owners.isRight(item.global, stat))) return undefined;
    const parents = [parentOf(source.name), parentOf(item.global.name)];
    const isGone = await ctx.writable
      .within(parents[0], () =>
        ctx.writable.within(parents[1], () => placeMoved(ctx, item, source.name, stat)),
      )
      .catch(unlessOtherDisk);
    if (isGone !== undefined) await handle.sync();
    return isGone;
  } finally {
    await handle.close();
  }
}

function unlessOtherDisk(error: unknown): undefined {
  if (!isOtherDisk(error)) throw error;
}
