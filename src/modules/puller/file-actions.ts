/** The ways one needed file comes about, cheapest first: it is there already, it was moved, it is put together. */
import { blockCount } from '../../domain/block.js';
import { parentOf } from '../../domain/file-name.js';
import { asIgnored } from '../../domain/file-info-rules.js';
import { type FileHandle, type ItemStat } from '../../platform/folder-fs.js';
import { isSameFile } from '../../platform/item-state.js';
import { type NeededItem } from '../database/index-database.js';
import { hasMetadata, isTimeOf, recordOf } from './disk-state.js';
import { finishFile, removeTemp, setMetadata } from './file-finisher.js';
import { pullContent } from './file-puller.js';
import { ChangedOnDiskError, requireAsIndexed } from './last-look.js';
import { moveHere } from './move-here.js';
import { requireFreeName } from './other-names.js';
import { type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';
import { requireParent } from './tree-actions.js';
import { validBlocks } from './temp-file.js';
import { isDenied } from './writable-directories.js';

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
