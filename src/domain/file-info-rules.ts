/**
 * Rules about one or two file infos: is it valid, do two describe the same item, what does a delete look like,
 * what may not be sent. Source: BEP v1, "FileInfo", and the checks of Syncthing 2.
 */
import { INVALID_FLAGS, LocalFlag, type FileInfo, type LocalFileInfo } from './file-info.js';
import { wireNameProblem } from './file-name.js';
import { ownershipIn, sameOwnership } from './platform-data.js';
import { updateVector } from './version-vector.js';

/** Permission bits that are compared; setuid, setgid and sticky bits do not travel. */
const COMPARED_PERMISSIONS = 0o777;
/** Size that old releases announce for every directory. */
const SYNTHETIC_DIRECTORY_BYTES = 128;

/** The device that announces the item cannot give it, or we do not take part in it. */
export function isInvalid(file: Pick<FileInfo, 'invalid' | 'localFlags'>): boolean {
  return file.invalid || (file.localFlags & INVALID_FLAGS) !== 0;
}

/** A change that a receive-only folder keeps to itself: it lies on disk, and nobody is to take it. */
export function isReceiveOnlyChange({ localFlags }: Pick<FileInfo, 'localFlags'>): boolean {
  return (localFlags & LocalFlag.receiveOnly) !== 0;
}

/** Invalid for a reason other than that a receive-only folder keeps it to itself. */
export function isUnusable(file: Pick<FileInfo, 'invalid' | 'localFlags'>): boolean {
  return isInvalidBut(file, LocalFlag.receiveOnly);
}

/** The cluster has the item, or knows it deleted: valid, and in a version, which what a revert gave up does not have. */
export function isSettled<F extends FileInfo>(global: F | undefined): global is F {
  return global !== undefined && !isInvalid(global) && global.version.length > 0;
}

export interface EqualityOptions {
  readonly ignorePerms?: boolean;
  readonly ignoreBlocks?: boolean;
  /** LocalFlag bits that are taken as not set. */
  readonly ignoreFlags?: number;
  /** Modification times closer than this count as equal. */
  readonly modTimeWindowNs?: number;
  /** Owner and group are told, and so compared. */
  readonly comparesOwnership?: boolean;
}

/** What itemsEqual looks at. */
export type ComparedItem = Pick<
  FileInfo,
  | 'name'
  | 'type'
  | 'size'
  | 'modifiedS'
  | 'modifiedNs'
  | 'permissions'
  | 'noPermissions'
  | 'deleted'
  | 'invalid'
  | 'localFlags'
  | 'blockHashes'
  | 'symlinkTarget'
> &
  Partial<Pick<FileInfo, 'platform'>>;

/**
 * Do both describe the same item, so that no transfer and no new version is needed? Versions, sequences and times of
 * directories and links are not compared. An item to be looked at again equals nothing.
 */
export function itemsEqual(
  a: ComparedItem,
  b: ComparedItem,
  options: EqualityOptions = {},
): boolean {
  if (((a.localFlags | b.localFlags) & LocalFlag.mustRescan) !== 0) return false;
  if (a.name !== b.name || a.type !== b.type || a.deleted !== b.deleted) return false;
  const ignoreFlags = options.ignoreFlags ?? 0;
  if (isInvalidBut(a, ignoreFlags) !== isInvalidBut(b, ignoreFlags)) return false;
  if (!options.ignorePerms && !permissionsEqual(a, b)) return false;
  if (options.comparesOwnership === true && !ownersEqual(a, b)) return false;
  switch (a.type) {
    case 'file':
      return (
        a.size === b.size &&
        timesEqual(a, b, options.modTimeWindowNs ?? 0) &&
        (options.ignoreBlocks === true || bytesEqual(a.blockHashes, b.blockHashes))
      );
    case 'symlink':
      return a.symlinkTarget === b.symlinkTarget;
    case 'directory':
      return true;
  }
}

/** The same owner and group, or neither tells of any. */
export function ownersEqual(
  a: Partial<Pick<FileInfo, 'platform'>>,
  b: Partial<Pick<FileInfo, 'platform'>>,
): boolean {
  return sameOwnership(ownershipIn(a.platform ?? null), ownershipIn(b.platform ?? null));
}

/** Equal, or closer than the window. */
export function timesEqual(
  a: Pick<FileInfo, 'modifiedS' | 'modifiedNs'>,
  b: Pick<FileInfo, 'modifiedS' | 'modifiedNs'>,
  windowNs: number,
): boolean {
  if (a.modifiedS === b.modifiedS && a.modifiedNs === b.modifiedNs) return true;
  const differenceNs = (a.modifiedS - b.modifiedS) * 1e9 + (a.modifiedNs - b.modifiedNs);
  return Math.abs(differenceNs) < windowNs;
}

/** Equal in the bits that travel, or one of the two has none. */
export function permissionsEqual(
  a: Pick<FileInfo, 'permissions' | 'noPermissions'>,
  b: Pick<FileInfo, 'permissions' | 'noPermissions'>,
): boolean {
  if (a.noPermissions || b.noPermissions) return true;
  return ((a.permissions ^ b.permissions) & COMPARED_PERMISSIONS) === 0;
}

/** What a peer breaks the protocol with; undefined when the item may be sent. Checks the name too. */
export function consistencyProblem(
  file: Pick<FileInfo, 'name' | 'type' | 'size' | 'deleted' | 'invalid' | 'localFlags'> &
    Pick<FileInfo, 'blockHashes'>,
): string | undefined {
  const ofName = wireNameProblem(file.name);
  if (ofName !== undefined) return ofName;
  const hasBlocks = file.blockHashes.length > 0;
  if (file.deleted && hasBlocks) return 'a deleted item has blocks';
  if (file.type !== 'file' && hasBlocks) return `a ${file.type} has blocks`;
  if (file.type === 'directory' && file.size !== 0 && file.size !== SYNTHETIC_DIRECTORY_BYTES) {
    return `a directory has the size ${file.size}`;
  }
  if (file.type === 'symlink' && file.size !== 0) return `a symlink has the size ${file.size}`;
  if (file.type === 'file' && !hasBlocks && !file.deleted && !isInvalid(file)) {
    return 'a file has no blocks';
  }
  return undefined;
}

/**
 * Our own item with the times that it has on disk. Property by property: where one is added behind `...file`, V8 11 gives each
 * object a hidden class of its own, and whoever reads it has to find every property anew.
 */
export function withDiskTime(
  file: FileInfo,
  { diskModifiedS, diskModifiedNs }: Pick<LocalFileInfo, 'diskModifiedS' | 'diskModifiedNs'>,
): LocalFileInfo {
  return {
    name: file.name,
    type: file.type,
    size: file.size,
    modifiedS: file.modifiedS,
    modifiedNs: file.modifiedNs,
    modifiedBy: file.modifiedBy,
    version: file.version,
    sequence: file.sequence,
    permissions: file.permissions,
    noPermissions: file.noPermissions,
    deleted: file.deleted,
    invalid: file.invalid,
    blockSize: file.blockSize,
    blockHashes: file.blockHashes,
    blocksHash: file.blocksHash,
    symlinkTarget: file.symlinkTarget,
    platform: file.platform,
    localFlags: file.localFlags,
    diskModifiedS,
    diskModifiedNs,
  };
}

/** Who deletes, and when. */
export interface Deletion {
  /** Our short ID. */
  readonly modifiedBy: bigint;
  /** The id of our counters in version vectors. */
  readonly replicaId: bigint;
  /** Unix seconds. */
  readonly nowS: number;
}

/** The item after it was found deleted here: a version above the known one, and no content. */
export function deletedFrom<F extends FileInfo>(file: F, deletion: Deletion): F {
  return {
    ...file,
    deleted: true,
    invalid: false,
    localFlags: 0,
    version: updateVector(file.version, deletion.replicaId, deletion.nowS),
    modifiedBy: deletion.modifiedBy,
    modifiedS: Math.floor(deletion.nowS),
    modifiedNs: 0,
    sequence: 0,
    size: 0,
    blockHashes: new Uint8Array(0),
    blocksHash: new Uint8Array(0),
  };
}

/** The item as one that is left out here: its version is known, its content is not kept. */
export function asIgnored<F extends FileInfo>(file: F): F {
  return {
    ...file,
    sequence: 0,
    localFlags: LocalFlag.ignored,
    blockHashes: new Uint8Array(0),
    blocksHash: new Uint8Array(0),
  };
}

function isInvalidBut(
  file: Pick<FileInfo, 'invalid' | 'localFlags'>,
  ignoreFlags: number,
): boolean {
  return isInvalid({ invalid: file.invalid, localFlags: file.localFlags & ~ignoreFlags });
}

function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
