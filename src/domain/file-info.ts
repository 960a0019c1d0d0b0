/**
 * FileInfo: what a device says about one item of a folder. Source: BEP v1, "FileInfo".
 * Block lists are kept compact: blocks are contiguous and of one size, so a list of hashes says all.
 */
import { type VersionVector } from './version-vector.js';

export type ItemType = 'file' | 'directory' | 'symlink';

/** Flags that concern this device only; any of those in INVALID_FLAGS makes the item invalid. */
export const LocalFlag = {
  unsupported: 1,
  ignored: 2,
  mustRescan: 4,
  receiveOnly: 8,
} as const;
export const INVALID_FLAGS = 15;

/** Bytes in one SHA-256 hash. */
export const HASH_BYTES = 32;

export interface FileInfo {
  /** Path relative to the folder, NFC, `/` between components; checked (see file-name.ts). */
  readonly name: string;
  readonly type: ItemType;
  /** Bytes; 0 unless a file that is not deleted. */
  readonly size: number;
  /** Whole seconds since 1970, may be negative. */
  readonly modifiedS: number;
  /** 0 … 999,999,999. */
  readonly modifiedNs: number;
  /** Short ID of the device that changed it last. */
  readonly modifiedBy: bigint;
  readonly version: VersionVector;
  /** Position in the announcing device's index, from 1; 0 = not assigned yet. */
  readonly sequence: number;
  /** Permission bits 0o0–0o7777; without meaning when noPermissions. */
  readonly permissions: number;
  readonly noPermissions: boolean;
  readonly deleted: boolean;
  /** As on the wire: the announcing device cannot give this item. Ours: derived from localFlags. */
  readonly invalid: boolean;
  /** Bytes per block, 128 KiB … 16 MiB; of the last one up to this. 0 for non-files. */
  readonly blockSize: number;
  /** SHA-256 of each block in order, HASH_BYTES each, joined. An empty file has one block of size 0. */
  readonly blockHashes: Uint8Array;
  /** SHA-256 over blockHashes (32 bytes); empty for non-files, deleted and invalid items. */
  readonly blocksHash: Uint8Array;
  /** Of a symlink, else ''. */
  readonly symlinkTarget: string;
  /** Encoded PlatformData (owner, extended attributes) as received: passed on unharmed. */
  readonly platform: Uint8Array | null;
  /** LocalFlag bits; never sent. */
  readonly localFlags: number;
}

/** What the index keeps about our own item beside what is announced. */
export interface LocalFileInfo extends FileInfo {
  /**
   * The modification time found on disk after it was set (or seen by the scan). Differs from modifiedS/Ns where
   * the platform cannot hold the announced time to the nanosecond.
   */
  readonly diskModifiedS: number;
  readonly diskModifiedNs: number;
}

/** The part of a local item that a scan compares; read in bulk, without blocks. */
export type LocalSummary = Pick<
  LocalFileInfo,
  | 'name'
  | 'type'
  | 'size'
  | 'diskModifiedS'
  | 'diskModifiedNs'
  | 'permissions'
  | 'noPermissions'
  | 'deleted'
  | 'localFlags'
  | 'blockSize'
  | 'symlinkTarget'
> &
  Partial<Pick<LocalFileInfo, 'platform'>>;
