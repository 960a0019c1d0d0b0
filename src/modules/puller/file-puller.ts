/**
 * Collects the content of one file in its temp file: from what is there, from local files, from other devices.
 * Every block is checked by its hash before it is written, wherever it comes from, in the one step that writes it.
 */
import { setMaxListeners } from 'node:events';
import { blockHash, blockLength, blockOffset } from '../../domain/block.js';
import { isFingerprint2013, shortId } from '../../domain/device-id.js';
import { SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type FileHandle } from '../../platform/folder-fs.js';
import { type WantedBlock } from '../connections/block-source.js';
import { type BlockLocation, type NeededItem } from '../database/index-database.js';
import {
  type BlockPlan,
  hashesToFind,
  hashKey,
  planBlocks,
  type BlockSourcePlace,
  type PlannedBlock,
} from './block-plan.js';
import { EarlyFlush } from './early-flush.js';
import { removeTemp } from './file-finisher.js';
import { fetchOrder, rankOf } from './fetch-order.js';
import { groupOf, type PullContext } from './pull-context.js';
import { appliesPermissions, isPresent } from './pull-plan.js';
import { type HeldRoom, isDiskFull } from './room-book.js';
import { hasHash, TempFile } from './temp-file.js';

/** Hashes in one question to the index. */
const HASHES_AT_ONCE = 1_000;
/** Blocks of one file that are asked for, or wait for their turn, at the same time. */
export const FETCHES_PER_FILE = 256;
/** More would only wait for one another at the file that they write to. */
const COPIES_PER_FILE = 2;

/** Open, complete, to be finished and closed by the caller. */
export async function pullContent(ctx: PullContext, item: NeededItem): Promise<TempFile> {
  const { global } = item;
  if (ctx.source.connected(item.devices).length === 0) await requireLocalContent(ctx, item);
  const isApplied = appliesPermissions(global, ctx.folder.settings);
  ctx.temps.begun(global.name);
  const hold = (valid: ReadonlySet<number> | undefined): Promise<HeldRoom> =>
    ctx.room.hold(global, ctx.room.bytesOf(global, valid), ctx.failedTries(global) > 0);
  const temp = await ctx.writable.within(parentOf(global.name), () =>
    TempFile.open(ctx.fs, global, isApplied, ctx.signal, hold),
  );
  try {
    const plan = await planContent(ctx, item, temp.valid);
    const arrived = ctx.partial.begin(global, temp.valid ?? []);
    const filling = new Filling(ctx, item, temp, arrived);
    await filling.run(plan);
    return temp;
  } catch (error) {
    await temp.handle.close();
    // Not kept to go on with: a full disk harms all who write to it, and this file does not fit in.
    if (isDiskFull(error)) await removeTemp(ctx, global.name);
    throw error;
  } finally {
    temp.room.release();
  }
}

/** Thrown where no connected device has what is missing: not a failure, the item waits for a device. */
export class NoDeviceError extends SyncError {
  constructor(name: string) {
    super('missing', `no connected device has the wanted version of ${name}`, true);
  }
}

/** Without a device, a file is begun only when the index knows all its blocks here, or others have some on their way. */
async function requireLocalContent(ctx: PullContext, item: NeededItem): Promise<void> {
  const plan = await planContent(ctx, item, undefined);
  const isHere = plan.fetches.length === 0;
  const isOffered = ({ indexes }: PlannedBlock): boolean =>
    ctx.source.isOffered(wantedBlock(ctx, item.global, indexes[0]));
  if (!isHere && !plan.fetches.some(isOffered)) throw new NoDeviceError(item.global.name);
}

async function planContent(
  ctx: PullContext,
  { global, local }: NeededItem,
  inTemp: ReadonlySet<number> | undefined,
): Promise<BlockPlan> {
  const old = isPresent(local) && local.type === 'file' ? local : undefined;
  const input = { wanted: global, inTemp, old, writesZeros: !ctx.room.keepsHoles };
  const hashes = hashesToFind(input);
  const elsewhere = new Map<string, readonly BlockLocation[]>();
  for (let from = 0; from < hashes.length; from += HASHES_AT_ONCE) {
    ctx.signal.throwIfAborted();
    const part = hashes.slice(from, from + HASHES_AT_ONCE);
    const found = await ctx.database.findBlocks(part);
    found.forEach((places, i) => elsewhere.set(hashKey(part[i]), places));
  }
  return planBlocks({ ...input, elsewhere });
}

/** The blocks of one plan on their way into the open temp file; the first failure ends all. */
class Filling {
  private readonly stop = new AbortController();
  private readonly wanted: FileInfo;
  private readonly early: EarlyFlush;

  constructor(
    private readonly ctx: PullContext,
    private readonly item: NeededItem,
    private readonly temp: TempFile,
    /** Told of blocks that are in the file from now on. */
    private readonly arrived: (blockIndexes: readonly number[]) => void,
  ) {
    this.wanted = item.global;
    this.early = new EarlyFlush(temp.handle);
    // FETCHES_PER_FILE bounds its listeners.
    setMaxListeners(0, this.stop.signal);
  }

  async run(plan: BlockPlan): Promise<void> {
    const onAbort = (): void => this.stop.abort(this.ctx.signal.reason);
    if (this.ctx.signal.aborted) onAbort();
    this.ctx.signal.addEventListener('abort', onAbort, { once: true });
    const sources = new SourceFiles(this.ctx);
    try {
      await this.fill(plan, sources);
    } finally {
      this.ctx.signal.removeEventListener('abort', onAbort);
      await sources.close();
      await this.early.end();
    }
    this.early.requireDone();
  }

  private async fill(plan: BlockPlan, sources: SourceFiles): Promise<void> {
    for (const index of plan.zeros) await this.writeZeros(index);
    const missed: PlannedBlock[] = [];
    await this.each(plan.copies, COPIES_PER_FILE, async (block) => {
      if (!(await this.copy(block, sources))) missed.push(block);
    });
    const fetches = this.inOrder([...missed, ...plan.fetches]);
    await this.each(fetches, FETCHES_PER_FILE, (block) => this.fetch(block));
  }

  /** Resolves or rejects only when no call is under way any more. */
  private async each(
    blocks: readonly PlannedBlock[],
    atOnce: number,
    run: (block: PlannedBlock) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < blocks.length) {
        this.stop.signal.throwIfAborted();
        const block = blocks[next++] as PlannedBlock;
        try {
          await run(block);
        } catch (error) {
          this.stop.abort(error);
          throw error;
        }
      }
    };
    const workers = Array.from({ length: Math.min(atOnce, blocks.length) }, worker);
    await Promise.allSettled(workers);
    // The first failure is the reason of the abort; the others only follow from it.
    this.stop.signal.throwIfAborted();
  }

  private async copy(
    { indexes, sources: places }: PlannedBlock,
    sources: SourceFiles,
  ): Promise<boolean> {
    const [first] = indexes;
    const length = blockLength(this.wanted, first);
    const hash = blockHash(this.wanted, first);
    for (const place of places) {
      const source = await sources.handleOf(place);
      if (source === undefined) continue;
      const range = { position: place.offset, length, isLastRead: this.gives(place) };
      if (!(await this.temp.handle.copyBlock(this.positions(indexes), source, range, hash)))
        continue;
      this.written(indexes);
      return true;
    }
    return false;
  }

  /** Whether it is what the file has there now, and will not have when this is done. */
  private gives({ folder, name }: BlockSourcePlace): boolean {
    const isHere = folder === undefined || folder === this.ctx.folder.settings.id;
    return isHere && name === this.wanted.name;
  }

  private inOrder(blocks: readonly PlannedBlock[]): PlannedBlock[] {
    const { ownShortId, settings } = this.ctx.folder;
    if (settings.devices.length < 2) return [...blocks];
    const others = settings.devices.filter((device) => !isFingerprint2013(device)).map(shortId);
    return fetchOrder(blocks, rankOf(ownShortId, others), others.length + 1);
  }

  private fetch(block: PlannedBlock): Promise<void> {
    const wanted = wantedBlock(this.ctx, this.wanted, block.indexes[0]);
    const { signal } = this.stop;
    return this.ctx.requests.run(groupOf(this.ctx, this.item), wanted.size, signal, async () => {
      const take = (data: Uint8Array): Promise<boolean> => this.take(block, wanted, data);
      await this.ctx.source.deliver(wanted, this.item.devices, signal, take);
      this.written(block.indexes);
    });
  }

  /** False when the bytes are not the block's: nothing is written then. */
  private async take(
    { indexes }: PlannedBlock,
    { size, hash }: WantedBlock,
    data: Uint8Array,
  ): Promise<boolean> {
    this.stop.signal.throwIfAborted();
    return data.length === size && this.temp.handle.writeBlock(this.positions(indexes), data, hash);
  }

  private positions(indexes: readonly number[]): number[] {
    return indexes.map((index) => blockOffset(this.wanted, index));
  }

  private written(indexes: readonly number[]): void {
    const bytes = blockLength(this.wanted, indexes[0] as number) * indexes.length;
    this.temp.room.written(bytes);
    this.early.written(bytes);
    this.arrived(indexes);
  }

  private async writeZeros(index: number): Promise<void> {
    this.stop.signal.throwIfAborted();
    const length = blockLength(this.wanted, index);
    await this.temp.handle.write(blockOffset(this.wanted, index), new Uint8Array(length));
    this.temp.room.written(length);
  }
}

function wantedBlock(ctx: PullContext, wanted: FileInfo, blockNo: number): WantedBlock {
  return {
    folder: ctx.folder.settings.id,
    name: wanted.name,
    offset: blockOffset(wanted, blockNo),
    size: blockLength(wanted, blockNo),
    hash: blockHash(wanted, blockNo),
    blockNo,
    version: wanted.version,
  };
}

/** The last check before bytes are written, whoever checked them before. */
export function requireHash(data: Uint8Array, { size, hash, blockNo }: WantedBlock): void {
  if (data.length === size && hasHash(data, hash)) return;
  throw new SyncError('mismatch', `block ${blockNo} does not have the announced hash`, true);
}

/** Open files that blocks are copied from: a few, the least recently opened closed first. */
const SOURCE_FILES_MAX = 8;

class SourceFiles {
  private readonly open = new Map<string, Promise<FileHandle | undefined>>();

  constructor(private readonly ctx: PullContext) {}

  async close(): Promise<void> {
    for (const handle of this.open.values()) await (await handle)?.close();
    this.open.clear();
  }

  /** undefined when there is nothing to read: a source that went away is no failure. */
  handleOf({ folder, name }: BlockSourcePlace): Promise<FileHandle | undefined> {
    const isOwn = folder === undefined || folder === this.ctx.folder.settings.id;
    const key = `${isOwn ? '' : folder}\0${name}`;
    const known = this.open.get(key);
    if (known !== undefined) return known;
    const fs = isOwn ? this.ctx.fs : this.ctx.folderFs(folder);
    const opening = this.openAt(fs, isOwn ? (this.ctx.moved.get(name) ?? name) : name);
    this.makeRoom();
    this.open.set(key, opening);
    return opening;
  }

  private async openAt(
    fs: { openFile(name: string, mode: 'read'): Promise<FileHandle> } | undefined,
    name: string,
  ): Promise<FileHandle | undefined> {
    return fs?.openFile(name, 'read').catch(() => undefined);
  }

  private makeRoom(): void {
    if (this.open.size < SOURCE_FILES_MAX) return;
    for (const [key, oldest] of this.open) {
      this.open.delete(key);
      // A read under way on it fails at worst, and its block is fetched.
      void oldest.then((handle) => handle?.close()).catch(() => undefined);
      return;
    }
  }
}
