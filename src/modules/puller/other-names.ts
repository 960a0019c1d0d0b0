/**
 * An item whose place is taken, on a disk that takes both names for one, by an item that differs only in case or Unicode
 * form. The rule: nothing is overwritten. Where the cluster deletes the other item, as when somebody changed the case of
 * a name, it gives way; otherwise this one has failed until a person renames either.
 */
import { SyncError } from '../../domain/errors.js';
import { isUnusable } from '../../domain/file-info-rules.js';
import { parentOf, toNfc } from '../../domain/file-name.js';
import { isInConflict } from '../../domain/global-version.js';
import { type NeededItem } from '../database/index-database.js';
import { deleteItem } from './delete-actions.js';
import { type OtherName } from './disk-view.js';
import { requireAsIndexed } from './last-look.js';
import { type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';

/** Rejects with SyncError 'exists' unless the item's place is free, or can be freed by freeName. */
export async function requireFreeName(ctx: PullContext, item: NeededItem): Promise<void> {
  const other = await ctx.disk.otherName(item.global.name);
  if (other !== undefined) await outgoing(ctx, item, other);
}

/** Makes the other item give way, right before this one takes its place. Rejects as requireFreeName. */
export async function freeName(ctx: PullContext, item: NeededItem): Promise<void> {
  const { name, type } = item.global;
  const other = await ctx.disk.otherName(name);
  if (other === undefined) return;
  const old = await outgoing(ctx, item, other);
  if (old.local?.type !== 'directory') return deleteItem(ctx, old);
  if (type !== 'directory') throw taken(other);
  // What is in it goes along, and is found there to be as it should.
  await requireAsIndexed(ctx, old);
  await ctx.writable.within(parentOf(name), () => ctx.fs.rename(other.real, name));
  ctx.disk.forget();
  await ctx.batch.add([], [parentOf(name)]);
  if ((await ctx.disk.otherName(name)) !== undefined) throw taken(other);
}

/** The item that has the place, which the cluster deletes without knowing less than we do. */
async function outgoing(
  ctx: PullContext,
  { global }: NeededItem,
  other: OtherName,
): Promise<NeededItem> {
  if (other.asked !== global.name) throw taken(other);
  const old = await ctx.needs.needed(ctx.folder.settings.id, toNfc(other.real));
  const mayGo =
    old !== undefined &&
    old.global.deleted &&
    isPresent(old.local) &&
    // Left out here, it is not touched, whatever others make of it.
    !isUnusable(old.local) &&
    !ctx.folder.ignores.match(old.global.name).isIgnored &&
    !ctx.folder.settings.ignoreDelete &&
    !isInConflict(old.local.version, old.global.version, ctx.folder.replicaId);
  if (!mayGo) throw taken(other);
  return old;
}

function taken({ asked, real }: OtherName): SyncError {
  const how =
    toNfc(real) === asked
      ? 'is written in another Unicode form than'
      : 'uses different upper or lowercase characters than';
  return new SyncError(
    'exists',
    `remote ${JSON.stringify(asked)} ${how} local ${JSON.stringify(real)}: rename one to match the other`,
    true,
  );
}
