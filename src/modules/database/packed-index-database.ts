/**
 * The port in terms of calls on the core: packs what goes in, makes objects of what comes out. How a call gets to the
 * core, in this thread or in another, is up to the class that extends it.
 */
import { type FileInfo, type LocalFileInfo, type LocalSummary } from '../../domain/file-info.js';
import { type NeedGate, type ThreatTally } from '../../domain/guard-threat.js';
import { treeKey } from '../../domain/tree-order.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Randomness } from '../../platform/randomness.js';
import { IndexDatabase, type BlockLocation, type FolderCounts } from './index-database.js';
import { type FolderSummary, type NeededItem, type PendingDevice } from './index-database.js';
import { type ContentFile, type MovePair, type MovePairs } from './index-database.js';
import { type NeedOrder, type NeedPlace } from './index-database.js';
import { type PendingFolder, type UpdateOutcome, type WalkedItems } from './index-database.js';
import { type ChangeArgs, type ChangeName, type ChangeResult } from './index-core.js';
import { type ReadArgs, type ReadName, type ReadResult } from './index-core.js';
import { type WalkPage } from './index-walks.js';
import { decodeLocal, decodeRemote } from './item-encoding.js';
import { packFiles, unpackAll, unpackNeeds, unpackPresent } from './item-packing.js';
import { summariesOf, type SummaryPage } from './summary-page.js';

export abstract class PackedIndexDatabase extends IndexDatabase {
  constructor(private readonly randomness: Randomness) {
    super();
  }

  protected abstract read<M extends ReadName>(
    method: M,
    ...args: ReadArgs<M>
  ): Promise<ReadResult<M>>;
  protected abstract change<M extends ChangeName>(
    method: M,
    ...args: ChangeArgs<M>
  ): Promise<ChangeResult<M>>;

  addFolder(folder: string): Promise<{ indexId: bigint; created: boolean }> {
    return this.change('addFolder', folder, this.randomness.uint64());
  }

  removeFolder(folder: string): Promise<void> {
    return this.change('removeFolder', folder);
  }

  folders(): Promise<string[]> {
    return this.read('folders');
  }

  renewIndexId(folder: string): Promise<bigint> {
    return this.change('renewIndexId', folder, this.randomness.uint64());
  }

  remoteIndex(folder: string, device: DeviceId): Promise<{ indexId: bigint; sequence: number }> {
    return this.read('remoteIndex', folder, device);
  }

  resetRemoteIndex(folder: string, device: DeviceId, indexId: bigint): Promise<void> {
    return this.change('resetRemoteIndex', folder, device, indexId);
  }

  keepRemotes(folder: string, keep: readonly DeviceId[]): Promise<void> {
    return this.change('keepRemotes', folder, keep);
  }

  updateLocal(folder: string, files: readonly LocalFileInfo[]): Promise<UpdateOutcome> {
    return this.change('updateLocal', folder, packFiles(files));
  }

  forgetLocals(folder: string, names: readonly string[]): Promise<void> {
    return this.change('forgetLocals', folder, names);
  }

  updateRemote(
    folder: string,
    device: DeviceId,
    files: readonly FileInfo[],
    lastSequence: number,
  ): Promise<UpdateOutcome> {
    return this.change('updateRemote', folder, device, packFiles(files), lastSequence);
  }

  async local(folder: string, name: string): Promise<LocalFileInfo | undefined> {
    return (await this.locals(folder, [name]))[0];
  }

  async locals(folder: string, names: readonly string[]): Promise<(LocalFileInfo | undefined)[]> {
    return unpackAll(await this.read('locals', folder, names), decodeLocal);
  }

  async localHeads(
    folder: string,
    names: readonly string[],
  ): Promise<(LocalFileInfo | undefined)[]> {
    return unpackAll(await this.read('localHeads', folder, names), decodeLocal);
  }

  async remote(folder: string, device: DeviceId, name: string): Promise<FileInfo | undefined> {
    return unpackAll(await this.read('remote', folder, device, name), decodeRemote)[0];
  }

  async needed(folder: string, name: string): Promise<NeededItem | undefined> {
    return unpackNeeds(await this.read('needed', folder, name))[0];
  }

  async global(folder: string, name: string): Promise<FileInfo | undefined> {
    return (await this.globals(folder, [name]))[0];
  }

  async globals(folder: string, names: readonly string[]): Promise<(FileInfo | undefined)[]> {
    return unpackAll(await this.read('globals', folder, names), decodeRemote);
  }

  async localSummaries(
    folder: string,
    tree: string,
    after: string | undefined,
    limit: number,
  ): Promise<LocalSummary[]> {
    const key = after === undefined ? undefined : treeKey(after);
    return summariesOf(await this.localSummaryPage(folder, tree, key, limit));
  }

  localSummaryPage(
    folder: string,
    tree: string,
    after: Uint8Array | undefined,
    limit: number,
  ): Promise<SummaryPage> {
    const key = after && ownBytes(after);
    return this.read('localSummaryPage', folder, tree, key, limit);
  }

  async localsAfter(
    folder: string,
    after: number,
    limit: number,
    bytesMax: number,
  ): Promise<LocalFileInfo[]> {
    const packed = await this.read('localsAfter', folder, after, limit, bytesMax);
    return unpackPresent(packed, decodeLocal);
  }

  async needs(
    folder: string,
    after: string | undefined,
    limit: number,
    gate?: NeedGate,
  ): Promise<NeededItem[]> {
    return unpackNeeds(await this.read('needs', folder, after, limit, gate));
  }

  async neededOf(folder: string, names: readonly string[], gate?: NeedGate): Promise<NeededItem[]> {
    return unpackNeeds(await this.read('neededOf', folder, names, gate));
  }

  judgeThreats(
    folder: string,
    after: number,
    approved: Readonly<Record<string, number>>,
  ): Promise<ThreatTally> {
    return this.change('judgeThreats', folder, after, approved);
  }

  async threats(
    folder: string,
    by: string,
    after: string | undefined,
    limit: number,
    numbers: readonly [number, number],
  ): Promise<NeededItem[]> {
    return unpackNeeds(await this.read('threats', folder, by, after, limit, numbers));
  }

  needPlaces(
    folder: string,
    order: NeedOrder,
    after: NeedPlace | undefined,
    limit: number,
  ): Promise<NeedPlace[]> {
    return this.read('needPlaces', folder, order, after, limit);
  }

  async walkGlobals(
    folder: string,
    tree: string,
    levels: number,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems> {
    return unpackPage(await this.read('walkGlobals', folder, tree, levels, from, limit));
  }

  async walkRemoteNeeds(
    folder: string,
    device: DeviceId,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems> {
    return unpackPage(await this.read('walkRemoteNeeds', folder, device, from, limit));
  }

  async walkReceiveOnlyChanges(
    folder: string,
    from: Uint8Array | undefined,
    limit: number,
  ): Promise<WalkedItems> {
    return unpackPage(await this.read('walkReceiveOnlyChanges', folder, from, limit));
  }

  async localsWithBlocks(
    folder: string,
    blocksHash: Uint8Array,
    limit: number,
  ): Promise<LocalFileInfo[]> {
    const packed = await this.read('localsWithBlocks', folder, ownBytes(blocksHash), limit);
    return unpackPresent(packed, decodeLocal);
  }

  localsOf(
    folder: string,
    contents: readonly Uint8Array[],
    limit: number,
  ): Promise<ContentFile[][]> {
    return this.read('localsOf', folder, contents.map(ownBytes), limit);
  }

  async movePairs(folder: string, from: Uint8Array | undefined, limit: number): Promise<MovePairs> {
    const { pairs, next } = await this.read('movePairs', folder, from, limit);
    const needs = unpackNeeds(pairs);
    const unpacked: MovePair[] = [];
    for (let at = 0; at < needs.length; at += 2) {
      unpacked.push({ wanted: needs[at] as NeededItem, source: needs[at + 1] as NeededItem });
    }
    return { pairs: unpacked, ...(next === undefined ? {} : { next }) };
  }

  findBlocks(hashes: readonly Uint8Array[]): Promise<BlockLocation[][]> {
    return this.read('findBlocks', hashes.map(ownBytes));
  }

  summary(folder: string): Promise<FolderSummary> {
    return this.read('summary', folder);
  }

  remoteCounts(folder: string, device: DeviceId): Promise<FolderCounts> {
    return this.read('remoteCounts', folder, device);
  }

  pendingDevices(): Promise<PendingDevice[]> {
    return this.read('pendingDevices');
  }

  addPendingDevice(pending: PendingDevice): Promise<boolean> {
    return this.change('addPendingDevice', pending);
  }

  removePendingDevice(device: DeviceId): Promise<void> {
    return this.change('removePendingDevice', device);
  }

  pendingFolders(): Promise<PendingFolder[]> {
    return this.read('pendingFolders');
  }

  addPendingFolder(pending: PendingFolder): Promise<boolean> {
    return this.change('addPendingFolder', pending);
  }

  removePendingFolder(folder: string, device: DeviceId): Promise<void> {
    return this.change('removePendingFolder', folder, device);
  }

  fact(key: string): Promise<string | undefined> {
    return this.read('fact', key);
  }

  setFacts(facts: Readonly<Record<string, string>>): Promise<void> {
    return this.change('setFacts', facts);
  }
}

function unpackPage({ items, next }: WalkPage): WalkedItems {
  const unpacked = unpackPresent(items, decodeRemote);
  return { items: unpacked, ...(next === undefined ? {} : { next }) };
}

/** Cloning a view between threads would clone all of the buffer it looks into, and what is handed over is gone here. */
function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
