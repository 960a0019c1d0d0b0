/** The last steps of a file: permissions and time, flush, place, record – in this order and no other. */
import { SyncError } from '../../domain/errors.js';
import { parentOf, tempNameFor } from '../../domain/file-name.js';
import { type FileHandle, type ItemStat } from '../../platform/folder-fs.js';
import { isSameFile } from '../../platform/item-state.js';
import { type NeededItem } from '../database/index-database.js';
import { recordOf } from './disk-state.js';
import { ChangedOnDiskError, unlessChanged } from './last-look.js';
import { place } from './placement.js';
import { type PullContext } from './pull-context.js';
import { appliesPermissions, TRAVELLING_PERMISSIONS } from './pull-plan.js';
import { type TempFile } from './temp-file.js';

/** Closes the temp file; leaves it where it is when this fails. */
export async function finishFile(
  ctx: PullContext,
  item: NeededItem,
  temp: TempFile,
): Promise<void> {
  const { global } = item;
  let done: ItemStat;
  try {
    const replaced = await replacedBy(ctx, item);
    done = await setMetadata(ctx, item, temp.handle, { replaced });
  } finally {
    await temp.handle.close();
  }
  const parent = parentOf(global.name);
  await ctx.writable.within(parent, () => place(ctx, item, temp.name));
  ctx.temps.placed(global.name);
  await ctx.batch.add([recordOf(item, done)], [parent]);
}

/** What setMetadata needs to know of the destination: nothing where the permissions are announced. */
export async function replacedBy(
  ctx: PullContext,
  { global }: NeededItem,
): Promise<ItemStat | undefined> {
  if (appliesPermissions(global, ctx.folder.settings)) return undefined;
  return ctx.disk.stat(global.name);
}

/**
 * Permissions and time as announced, flushed; where no permissions count, those of the file it replaces stay.
 * `seen`: of a file that a user may write to at any moment. What the disk then says, its times above all, is returned.
 */
export async function setMetadata(
  ctx: PullContext,
  { global }: NeededItem,
  handle: FileHandle,
  { replaced, seen }: { readonly replaced: ItemStat | undefined; readonly seen?: ItemStat },
): Promise<ItemStat> {
  if (appliesPermissions(global, ctx.folder.settings)) {
    await handle.setPermissions(global.permissions & TRAVELLING_PERMISSIONS);
  } else if (replaced?.type === 'file') {
    await handle.setPermissions(replaced.permissions & TRAVELLING_PERMISSIONS);
  }
  if (ctx.owners.isActive) {
    const stat = await handle.stat();
    await ctx.owners.apply(global, stat, (uid, gid) => handle.setOwner(uid, gid));
  }
  await unlessChanged(global.name, () =>
    handle.setModified(global.modifiedS, global.modifiedNs, seen),
  );
  const set = await handle.stat();
  await handle.sync();
  // A flush takes its time; a change made during it must not be recorded as what the network has.
  if (!isSameFile(set, await handle.stat())) throw new ChangedOnDiskError(global.name);
  return set;
}

/** Takes away what an earlier attempt left; it is not worth a failure. */
export async function removeTemp(ctx: PullContext, name: string): Promise<void> {
  const tempName = tempNameFor(name);
  try {
    if ((await ctx.fs.stat(tempName))?.type === 'file') await ctx.fs.removeFile(tempName);
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
  }
}
