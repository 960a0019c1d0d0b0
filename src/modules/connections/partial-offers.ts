/**
 * What connected devices have of files that they are still receiving, as their Download Progress says. Source: BEP v1,
 * "Download Progress". The rule: a claim costs bounded memory and is believed no further than for asking; it goes with
 * the connection, with the file's version, and when the device says or shows that it is not true any more.
 */
import { type FileInfo } from '../../domain/file-info.js';
import { compareVectors, type VersionVector } from '../../domain/version-vector.js';
import { type PeerConnection } from '../protocol/connection-handler.js';
import { type DownloadProgress, type ProgressUpdate } from '../protocol/messages.js';
import { type WantedBlock } from './block-source.js';

/** Of one connection, all folders together: what a device claims beyond is not kept. */
export const PARTIAL_FILES_MAX = 1000;
export const PARTIAL_BLOCKS_MAX = 100_000;

interface PartialFile {
  readonly version: VersionVector;
  readonly blocks: Set<number>;
  /** The device announces the version as its own: it answers from the finished file. */
  isComplete: boolean;
}

interface Claims {
  /** By folder and name. */
  readonly files: Map<string, PartialFile>;
  blockCount: number;
}

export class PartialOffers {
  private readonly claims = new WeakMap<PeerConnection, Claims>();
  private readonly listeners = new Set<() => void>();

  update(connection: PeerConnection, { folder, updates }: DownloadProgress): void {
    const claims = this.claims.get(connection) ?? { files: new Map(), blockCount: 0 };
    this.claims.set(connection, claims);
    for (const update of updates) apply(claims, keyOf(folder, update.name), update);
    for (const listener of [...this.listeners]) listener();
  }

  /** Whether the device behind the connection says that it has the block of that version of the file. */
  has(connection: PeerConnection, { folder, name, version, blockNo }: WantedBlock): boolean {
    if (version === undefined) return false;
    const file = this.claims.get(connection)?.files.get(keyOf(folder, name));
    if (file === undefined || !isSame(file.version, version)) return false;
    return file.isComplete || file.blocks.has(blockNo);
  }

  /**
   * The device has announced these files. One that it was receiving has all its blocks now: those who wait for them need
   * not wait until they look at the index again.
   */
  announced(connection: PeerConnection, folder: string, files: readonly FileInfo[]): void {
    const claims = this.claims.get(connection);
    if (claims === undefined || claims.files.size === 0) return;
    for (const { name, version, deleted } of files) {
      const file = claims.files.get(keyOf(folder, name));
      if (file === undefined || deleted || !isSame(file.version, version)) continue;
      file.isComplete = true;
      claims.blockCount -= file.blocks.size;
      file.blocks.clear();
    }
  }

  /** The device has shown that it does not have the file's blocks any more. */
  forget(connection: PeerConnection, folder: string, name: string): void {
    const claims = this.claims.get(connection);
    if (claims !== undefined) remove(claims, keyOf(folder, name));
  }

  /** Called after each update. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }
}

function apply(claims: Claims, key: string, update: ProgressUpdate): void {
  const known = claims.files.get(key);
  const isOfKnown = known !== undefined && isSame(known.version, update.version);
  if (update.type === 'forget') {
    if (isOfKnown && !known.isComplete) remove(claims, key);
    return;
  }
  if (!isOfKnown) remove(claims, key);
  const file = isOfKnown ? known : newPartialFile(update.version);
  if (!isOfKnown) {
    if (claims.files.size >= PARTIAL_FILES_MAX) dropComplete(claims);
    if (claims.files.size >= PARTIAL_FILES_MAX) return;
    claims.files.set(key, file);
  }
  for (const block of update.blockIndexes) {
    if (claims.blockCount >= PARTIAL_BLOCKS_MAX) return;
    if (file.blocks.has(block)) continue;
    file.blocks.add(block);
    claims.blockCount += 1;
  }
}

function newPartialFile(version: VersionVector): PartialFile {
  return { version, blocks: new Set(), isComplete: false };
}

function dropComplete(claims: Claims): void {
  for (const [key, { isComplete }] of claims.files) if (isComplete) claims.files.delete(key);
}

function remove(claims: Claims, key: string): void {
  claims.blockCount -= claims.files.get(key)?.blocks.size ?? 0;
  claims.files.delete(key);
}

function keyOf(folder: string, name: string): string {
  return `${folder}\0${name}`;
}

function isSame(a: VersionVector, b: VersionVector): boolean {
  return compareVectors(a, b) === 'equal';
}
