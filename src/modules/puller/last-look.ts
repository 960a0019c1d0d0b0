/** The look at an item on disk right before it is touched, and the error that stops what would harm it. */
import { SyncError } from '../../domain/errors.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import { type PullContext } from './pull-context.js';

/** The item on disk is not what the index says: to be scanned, not touched. */
export class ChangedOnDiskError extends SyncError {
  constructor(readonly itemName: string) {
    super('changed', `${JSON.stringify(itemName)} changed on disk and is scanned first`, true);
  }
}

/** Throws ChangedOnDiskError unless the item on disk is as the index says, or absent from both. */
export async function requireAsIndexed(
  ctx: PullContext,
  { global, local }: Pick<NeededItem, 'global' | 'local'>,
): Promise<ItemStat | undefined> {
  const { state, stat } = await ctx.disk.look(global.name, local);
  if (state === 'changed' || state === 'gone') throw new ChangedOnDiskError(global.name);
  return stat;
}

/** Removes what the look found and nothing that a user has put there since. */
export function removeSeen(ctx: PullContext, name: string, seen: ItemStat): Promise<void> {
  return unlessChanged(name, () => ctx.fs.removeFile(name, seen));
}

/** Gives the item at `from` the name: over what the look found, and nothing that a user has put there since. */
export function renameOver(
  ctx: PullContext,
  from: string,
  name: string,
  seen: ItemStat,
): Promise<void> {
  return unlessChanged(name, () => ctx.fs.rename(from, name, seen));
}

/** What the file system found changed is to be scanned. */
export async function unlessChanged<T>(name: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw hasCode(error, 'changed') ? new ChangedOnDiskError(name) : error;
  }
}

export function hasCode(error: unknown, code: SyncError['code']): error is SyncError {
  return error instanceof SyncError && error.code === code;
}
