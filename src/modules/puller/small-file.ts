/**
 * The short way for a file of one block: its content is fetched into memory and put on disk in one go. Safe in the same
 * way as the long one: content checked, flushed before it has its name, recorded after. Whatever is unusual about the
 * file, or found on disk, is left to the long way, which begins afresh.
 */
import { blockHash, blockLength, isZeroBlock } from '../../domain/block.js';
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { parentOf, tempNameFor } from '../../domain/file-name.js';
import { type ItemStat, type WholeFile } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import { losesContent } from './conflict-copy.js';
import { recordOf } from './disk-state.js';
import { type PullResult } from './file-actions.js';
import { NoDeviceError, requireHash } from './file-puller.js';
import { moveHere } from './move-here.js';
import { groupOf, type PullContext } from './pull-context.js';
import { appliesPermissions, isPresent, TRAVELLING_PERMISSIONS } from './pull-plan.js';
import { type HeldRoom } from './room-book.js';
import { createPermissions } from './temp-file.js';
import { requireParent } from './tree-actions.js';
import { isDenied } from './writable-directories.js';

/** What the disk answers where the short way does not go. */
const UNUSUAL: ReadonlySet<ErrorCode> = new Set(['exists', 'changed', 'refused']);

/** 'unusual' when the long way has to be taken; nothing has changed on disk then. */
export async function pullSmallFile(
  ctx: PullContext,
  item: NeededItem,
): Promise<PullResult | 'unusual'> {
  const { global, local } = item;
  if (ctx.owners.isActive) return 'unusual';
  if (!ctx.disk.isExact || losesContent(item, ctx.folder.replicaId)) return 'unusual';
  await requireParent(ctx, global);
  let replaced: ItemStat | undefined;
  if (isPresent(local)) {
    const { state, stat } = await ctx.disk.look(global.name, local);
    if (state !== 'as-indexed' || ctx.folder.versioner !== undefined) return 'unusual';
    replaced = stat;
  }
  if (await moveHere(ctx, item)) return 'done';
  const room = await ctx.room.hold(global, global.size, ctx.failedTries(global) > 0);
  try {
    return await fetchAndPut(ctx, item, replaced, room);
  } finally {
    room.release();
  }
}

async function fetchAndPut(
  ctx: PullContext,
  item: NeededItem,
  replaced: ItemStat | undefined,
  room: HeldRoom,
): Promise<PullResult | 'unusual'> {
  const { global } = item;
  const data = await ctx.transfers.content(global, 'memory', ctx.patience, (signal) =>
    contentOf({ ...ctx, signal }, item),
  );
  if (data === undefined) return 'under-way';
  ctx.signal.throwIfAborted();
  ctx.temps.begun(global.name);
  try {
    const done = await ctx.fs.putFile(wholeFile(ctx, item, data, replaced));
    room.written(data.length);
    ctx.temps.placed(global.name);
    await ctx.batch.add([recordOf(item, done)], [parentOf(global.name)]);
    return 'done';
  } catch (error) {
    if (isDenied(error) || (error instanceof SyncError && UNUSUAL.has(error.code))) {
      return 'unusual';
    }
    throw error;
  }
}

/** What is to be put: `replaced` is in its place. */
export function wholeFile(
  ctx: PullContext,
  { global }: NeededItem,
  data: Uint8Array,
  replaced: ItemStat | undefined,
  /** Of content that is still to be checked. */
  sha256?: Uint8Array,
): WholeFile {
  const isApplied = appliesPermissions(global, ctx.folder.settings);
  const kept = isApplied ? global.permissions : replaced?.permissions;
  return {
    name: global.name,
    tempName: tempNameFor(global.name),
    data,
    createPermissions: createPermissions(global, isApplied),
    permissions: kept === undefined ? undefined : kept & TRAVELLING_PERMISSIONS,
    modifiedS: global.modifiedS,
    modifiedNs: global.modifiedNs,
    replaced,
    sha256,
  };
}

/** The checked bytes: zeros, a block that one of our files has, or a device's. */
export async function contentOf(ctx: PullContext, item: NeededItem): Promise<Uint8Array> {
  const { global } = item;
  const size = blockLength(global, 0);
  const hash = blockHash(global, 0);
  if (size === 0 || isZeroBlock(hash, size)) return new Uint8Array(size);
  const own = await ownCopy(ctx, item, hash, size);
  if (own !== undefined) return own;
  if (ctx.source.connected(item.devices).length === 0) throw new NoDeviceError(global.name);
  const { id: folder } = ctx.folder.settings;
  const wanted = { folder, name: global.name, offset: 0, size, hash, blockNo: 0 };
  const { signal } = ctx;
  const fetch = (): Promise<Uint8Array> => ctx.source.fetch(wanted, item.devices, signal);
  const data = await ctx.requests.run(groupOf(ctx, item), size, signal, fetch);
  requireHash(data, wanted);
  return data;
}

async function ownCopy(
  ctx: PullContext,
  item: NeededItem,
  hash: Uint8Array,
  size: number,
): Promise<Uint8Array | undefined> {
  for (const place of await ctx.ownPlaces.of(item)) {
    if (place.size !== size) continue;
    const isHere = place.folder === ctx.folder.settings.id;
    const fs = isHere ? ctx.fs : ctx.folderFs(place.folder);
    const name = isHere ? (ctx.moved.get(place.name) ?? place.name) : place.name;
    const data = await fs?.readBlock(name, place.offset, size, hash).catch(() => undefined);
    if (data !== undefined) return data;
  }
  return undefined;
}
