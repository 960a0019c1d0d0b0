/**
 * What the cluster replaces or deletes, where the folder keeps versions. The rule: a file of ours gives up its name only
 * when a version of it is safe; where that cannot be, it stays, and the item has failed.
 */
import { type ItemStat } from '../../platform/folder-fs.js';
import { removeSeen, unlessChanged } from './last-look.js';
import { type PullContext } from './pull-context.js';

/**
 * Calls `act` with what has the name, to be replaced or removed, once that is kept; with undefined when nothing has it
 * any more. Links and directories are not kept.
 */
export async function keepingReplaced(
  ctx: PullContext,
  name: string,
  seen: ItemStat,
  act: (left: ItemStat | undefined) => Promise<void>,
): Promise<void> {
  const { versioner } = ctx.folder;
  if (versioner === undefined || seen.type !== 'file' || versioner.isOwn(name)) return act(seen);
  const file = { fs: ctx.fs, name, seen };
  const archived = await unlessChanged(name, () => versioner.archive(file, ctx.signal));
  try {
    await act(archived.left);
  } catch (error) {
    await archived.undo();
    throw error;
  }
  await archived.settle();
}

/** Removes what the look found, and nothing that a user has put there since. */
export function removeKept(ctx: PullContext, name: string, seen: ItemStat): Promise<void> {
  return keepingReplaced(ctx, name, seen, async (left) => {
    if (left !== undefined) await removeSeen(ctx, name, left);
  });
}
