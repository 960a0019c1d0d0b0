/**
 * The losing side of a conflict stays under a conflict name, which syncs like any other file. It gets the second
 * name before the winner takes its place, so that at no moment the only copy has no name.
 */
import { shortIdText } from '../../domain/device-id.js';
import { SyncError } from '../../domain/errors.js';
import { baseOf, conflictNameFor, originalNameOf, parentOf } from '../../domain/file-name.js';
import { isInConflict } from '../../domain/global-version.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type NeededItem } from '../database/index-database.js';
import { type PullContext } from './pull-context.js';
import { hasSameContent, isPresent } from './pull-plan.js';

/** A name that is taken makes the copy one second younger, up to this often. */
const NAME_TRIES_MAX = 60;
const SECOND_MS = 1_000;

/** The item has both names, only the new one, or its own one only: no copy is due. */
export type KeptLoser = 'linked' | 'moved' | 'none';

/**
 * Whether the version to come would drop a change that only we have. Directories have nothing to lose, and what has no
 * version was given up: the user reverted it.
 */
export function losesContent({ global, local }: NeededItem, replicaId: bigint): boolean {
  if (!isPresent(local) || local.type === 'directory') return false;
  if (local.version.length === 0) return false;
  if (!isInConflict(local.version, global.version, replicaId)) return false;
  return global.deleted || global.type !== local.type || !hasSameContent(global, local);
}

/**
 * Gives our item a second name for the conflict where one is due. The caller then replaces or removes the first
 * name. The copy is to be scanned; copies beyond the folder's number are removed, the oldest first. The loser among two
 * conflict copies becomes one more copy of the original: two devices may have given one name to different contents,
 * as stock names a copy by who made the winner.
 */
export async function keepLoser(ctx: PullContext, item: NeededItem): Promise<KeptLoser> {
  if (!losesContent(item, ctx.folder.replicaId)) return 'none';
  const local = item.local as LocalFileInfo;
  const { maxConflicts } = ctx.folder.settings;
  if (maxConflicts === 0) return 'none';
  const { kept, copy } = await nameCopy(ctx, local);
  if (maxConflicts > 0) await removeSurplus(ctx, local.name, copy, maxConflicts);
  return kept;
}

/**
 * Our item, of any type, gets a conflict name and no longer has its own. Both names are to be scanned. For what stands
 * in the way of others for good: nothing is lost, and everybody comes to the same tree.
 */
export async function moveAside(ctx: PullContext, local: LocalFileInfo): Promise<void> {
  const nowMs = ctx.clock.nowMs();
  for (let tries = 0; tries < NAME_TRIES_MAX; tries++) {
    const dateMs = nowMs + tries * SECOND_MS;
    const copy = copyName(local, dateMs);
    if ((await ctx.disk.stat(copy)) !== undefined) continue;
    // In one step: whatever has the name at that moment goes along.
    await ctx.fs.rename(local.name, copy);
    ctx.rescan.add(copy, local.name);
    return ctx.fs.syncDirectory(parentOf(copy));
  }
  throw new SyncError('exists', `no free name for a conflict copy of ${local.name}`, true);
}

function copyName({ name, modifiedBy }: LocalFileInfo, dateMs: number): string {
  return conflictNameFor(originalNameOf(name), dateMs, shortIdText(modifiedBy));
}

async function nameCopy(
  ctx: PullContext,
  local: LocalFileInfo,
): Promise<{ kept: KeptLoser; copy: string }> {
  const nowMs = ctx.clock.nowMs();
  for (let tries = 0; tries < NAME_TRIES_MAX; tries++) {
    const dateMs = nowMs + tries * SECOND_MS;
    const copy = copyName(local, dateMs);
    try {
      const kept = await placeSecondName(ctx, local, copy);
      if (kept === 'none') continue;
      ctx.rescan.add(copy);
      await ctx.fs.syncDirectory(parentOf(copy));
      return { kept, copy };
    } catch (error) {
      if (!(error instanceof SyncError) || error.code !== 'exists') throw error;
    }
  }
  throw new SyncError('exists', `no free name for a conflict copy of ${local.name}`, true);
}

/** 'none' when the name is taken. Where the file system knows no second names, the item is moved. */
async function placeSecondName(
  ctx: PullContext,
  local: LocalFileInfo,
  copy: string,
): Promise<KeptLoser> {
  if (local.type === 'symlink') {
    await ctx.fs.makeSymlink(local.symlinkTarget, copy);
    return 'linked';
  }
  try {
    await ctx.fs.link(local.name, copy);
  } catch (error) {
    if (!(error instanceof SyncError) || error.code !== 'refused') throw error;
    if ((await ctx.disk.stat(copy)) !== undefined) return 'none';
    await ctx.fs.rename(local.name, copy);
    return 'moved';
  }
  return 'linked';
}

/**
 * `made` stays, whatever time others have in their names: their clocks, and ours before, may have been ahead. So does
 * what is to take the place of `name`, when that is a copy itself.
 */
async function removeSurplus(
  ctx: PullContext,
  name: string,
  made: string,
  max: number,
): Promise<void> {
  const directory = parentOf(name);
  const original = baseOf(originalNameOf(name));
  const { entries } = await ctx.fs.list(directory);
  const copies = entries
    .filter((entry) => entry.type === 'file' && isConflictCopyOf(entry.name, original))
    .map((entry) => entry.name)
    .filter((copy) => copy !== baseOf(made) && copy !== baseOf(name))
    .sort()
    .reverse();
  for (const copy of copies.slice(max - 1)) {
    const path = directory === '' ? copy : `${directory}/${copy}`;
    ctx.rescan.add(path);
    try {
      await ctx.fs.removeFile(path);
    } catch (error) {
      // One copy too many is no reason to leave the conflict unsettled.
      if (!(error instanceof SyncError)) throw error;
    }
  }
}

/** Names of one file sort by their time, as these have it right after the stem. */
export function isConflictCopyOf(copy: string, base: string): boolean {
  const dot = base.lastIndexOf('.');
  const stem = dot < 0 ? base : base.slice(0, dot);
  const extension = dot < 0 ? '' : base.slice(dot);
  if (!copy.startsWith(`${stem}.sync-conflict-`) || !copy.endsWith(extension)) return false;
  const mark = copy.slice(stem.length, copy.length - extension.length);
  return /^\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}$/.test(mark);
}
