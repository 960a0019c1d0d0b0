/**
 * New small files, pulled by the group: asked for in one go, put by one call, recorded together. The rules are those of the
 * single way (small-file.ts), which all that turns out to be unusual is left to: nothing has changed on disk for it then.
 */
import { hash } from 'node:crypto';
import { blockHash, blockLength } from '../../domain/block.js';
import { SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { type PutOutcome } from '../../platform/folder-fs.js';
import { type WantedBlock } from '../connections/block-source.js';
import { type NeededItem } from '../database/index-database.js';
import { losesContent } from './conflict-copy.js';
import { recordOf } from './disk-state.js';
import { hasContent } from './own-places.js';
import { groupOf, type PullContext } from './pull-context.js';
import { isPresent } from './pull-plan.js';
import { type HeldRoom } from './room-book.js';
import { contentOf, wholeFile } from './small-file.js';
import { isSmallFile } from './small-file-rules.js';
import { requireParent } from './tree-actions.js';

/** Files of a group: as many as share a flush of the disk well. */
export const GROUP_FILES_MAX = 64;

type Data = Uint8Array | undefined;

/** Whether the file may go with others: nothing of that name is known here, and nothing about it has failed. */
export function goesWithOthers(ctx: PullContext, item: NeededItem): boolean {
  const { folder, disk, owners, transfers } = ctx;
  const { global, local } = item;
  if (!isSmallFile(item) || isPresent(local) || !hasContent(item)) return false;
  if (!disk.isExact || owners.isActive || losesContent(item, folder.replicaId)) return false;
  if (transfers.isBegun(global, 'memory') || transfers.isBegun(global, 'temp-file')) return false;
  return ctx.failedTries(global) === 0;
}

/**
 * The items that are done; the others are to be pulled one by one. All have room, and the same devices have them. Rejects
 * only when the pass has to end.
 */
export async function pullSmallGroup(
  ctx: PullContext,
  items: readonly NeededItem[],
): Promise<Set<NeededItem>> {
  // Else it may be a copy, or have been moved.
  const reachable = await withParents(ctx, await ctx.ownPlaces.nowhere(items));
  if (reachable.length === 0) return new Set();
  const room = await roomFor(ctx, reachable);
  if (room === undefined) return new Set();
  try {
    const data = await contentsOf(ctx, reachable);
    if (data === undefined) return new Set();
    ctx.signal.throwIfAborted();
    return await putAll(ctx, reachable, data, room);
  } finally {
    room.release();
  }
}

/** Those whose directory is there, or was made. */
async function withParents(ctx: PullContext, items: readonly NeededItem[]): Promise<NeededItem[]> {
  const parents = new Map<string, boolean>();
  for (const { global } of items) {
    const parent = parentOf(global.name);
    if (parents.has(parent)) continue;
    const isThere = await requireParent(ctx, global).then(
      () => true,
      () => false,
    );
    parents.set(parent, isThere);
  }
  return items.filter(({ global }) => parents.get(parentOf(global.name)) === true);
}

async function roomFor(
  ctx: PullContext,
  items: readonly NeededItem[],
): Promise<HeldRoom | undefined> {
  const [first] = items as [NeededItem];
  try {
    return await ctx.room.holdAll(
      first.global,
      items.map(({ global }) => global.size),
    );
  } catch (error) {
    // Each is told for itself how much is missing.
    if (error instanceof SyncError) return undefined;
    throw error;
  }
}

/** undefined where the pass waits no longer: then the contents go on arriving, each for its own file. */
async function contentsOf(
  ctx: PullContext,
  items: readonly NeededItem[],
): Promise<readonly Data[] | undefined> {
  const { transfers, patience } = ctx;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(ctx.signal.reason);
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  const fetching = fetchAll(ctx, items, stop.signal);
  fetching.catch(() => undefined);
  try {
    const data = await patience.wait(fetching);
    if (data !== undefined) return data;
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
  }
  let wanted = items.length;
  await Promise.all(
    items.map((item, index) => {
      const given = fetching.then((all) => all[index]);
      return transfers.content(item.global, 'memory', patience, async (signal) => {
        signal.addEventListener('abort', () =>
          --wanted === 0 ? stop.abort(signal.reason) : undefined,
        );
        const data = await given.catch(() => undefined);
        signal.throwIfAborted();
        return isRight(item, data) ? data : contentOf({ ...ctx, signal }, item);
      });
    }),
  );
  return undefined;
}

function fetchAll(
  ctx: PullContext,
  items: readonly NeededItem[],
  signal: AbortSignal,
): Promise<readonly Data[]> {
  const { id: folder } = ctx.folder.settings;
  const [{ devices }] = items as [NeededItem];
  const wanted = items.map(({ global }): WantedBlock => {
    const [size, hash] = [blockLength(global, 0), blockHash(global, 0)];
    return { folder, name: global.name, offset: 0, size, hash, blockNo: 0 };
  });
  const bytes = wanted.reduce((sum, { size }) => sum + size, 0);
  const fetch = (): Promise<readonly Data[]> => ctx.source.fetchAll(wanted, devices, signal);
  return ctx.requests.run(groupOf(ctx, items[0] as NeededItem), bytes, signal, fetch);
}

function isRight({ global }: NeededItem, data: Data): data is Uint8Array {
  return data !== undefined && hash('sha256', data, 'buffer').equals(blockHash(global, 0));
}

async function putAll(
  ctx: PullContext,
  items: readonly NeededItem[],
  data: readonly Data[],
  room: HeldRoom,
): Promise<Set<NeededItem>> {
  const given = items.flatMap((item, index) => {
    const bytes = data[index];
    return bytes === undefined ? [] : [{ item, bytes }];
  });
  for (const { item } of given) ctx.temps.begun(item.global.name);
  const files = given.map(({ item, bytes }) =>
    wholeFile(ctx, item, bytes, undefined, blockHash(item.global, 0)),
  );
  const outcomes = await ctx.fs.putFiles(files);
  const put = given.flatMap(({ item }, index) => {
    const outcome = outcomes[index] as PutOutcome;
    return outcome instanceof Error ? [] : [{ item, outcome }];
  });
  for (const { item } of put) {
    room.written(item.global.size);
    ctx.temps.placed(item.global.name);
  }
  if (put.length === 0) return new Set();
  const parents = new Set(put.map(({ item }) => parentOf(item.global.name)));
  await ctx.batch.add(
    put.map(({ item, outcome }) => recordOf(item, outcome)),
    parents,
  );
  return new Set(put.map(({ item }) => item));
}
