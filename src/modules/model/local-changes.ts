/**
 * What a scan finding means for the index: pure. A finding that tells nothing new gives undefined, so that a rescan
 * with no change announces nothing. A receive-only folder keeps its changes to itself: they are marked, and what is
 * as the cluster has it is none.
 */
import { blocksHashOf } from '../../domain/block.js';
import { type FileInfo, INVALID_FLAGS } from '../../domain/file-info.js';
import { LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import {
  asIgnored,
  deletedFrom,
  type EqualityOptions,
  isSettled,
} from '../../domain/file-info-rules.js';
import { isReceiveOnlyChange, itemsEqual } from '../../domain/file-info-rules.js';
import { timesEqual, withDiskTime } from '../../domain/file-info-rules.js';
import { ownershipIn, sameOwnership, withOwnership } from '../../domain/platform-data.js';
import { EMPTY_VECTOR, updateVector, type VersionVector } from '../../domain/version-vector.js';
import { type ScannedItem } from '../scanner/scanner.service.js';
import { type LocalIdentity } from './identity.js';

export interface ChangeContext {
  readonly identity: LocalIdentity;
  readonly ignorePerms: boolean;
  /** Times on disk closer than this are the same. Absent: 0. */
  readonly modTimeWindowNs?: number;
  /** Seconds since 1970. */
  readonly nowS: number;
  /** The folder announces no changes made here. */
  readonly isReceiveOnly?: boolean;
}

const NO_BYTES = new Uint8Array(0);
const NS_PER_S = 1_000_000_000;
/** Times are set through floating point: closer than this they are the same. */
const TIME_STEP_NS = 2_000;

/**
 * Of an item that was left out what others wrote was not taken into account: only our own counter goes on, so that
 * what differs is a conflict. A further change in a receive-only folder is based on what the first one was.
 */
function nextVersion(current: LocalFileInfo | undefined, context: ChangeContext): VersionVector {
  const { replicaId } = context.identity;
  const known = current?.version ?? EMPTY_VECTOR;
  const leftOut = INVALID_FLAGS & ~flagsOf(context);
  const wasLeftOut = current !== undefined && (current.localFlags & leftOut) !== 0;
  const version = wasLeftOut ? known.filter(({ id }) => id === replicaId) : known;
  return updateVector(version, replicaId, context.nowS);
}

/** Local flags of a change that is found now. */
function flagsOf({ isReceiveOnly }: ChangeContext): number {
  return isReceiveOnly === true ? LocalFlag.receiveOnly : 0;
}

/**
 * The new index entry for an item found on disk; undefined when `current` already says the same. `global` is looked
 * at in receive-only folders.
 */
export function scannedChange(
  item: ScannedItem,
  current: LocalFileInfo | undefined,
  context: ChangeContext,
  global?: FileInfo,
): LocalFileInfo | undefined {
  const isFile = item.type === 'file';
  const blockHashes = isFile ? (item.blockHashes ?? recordedHashes(current)) : NO_BYTES;
  if (blockHashes === undefined) return undefined;
  // The platform may have kept less of the announced time than we were told: then that one still holds.
  const announced = isTimeAsLeft(item, current, context) ? current : item;
  const found: LocalFileInfo = {
    name: item.name,
    type: item.type,
    size: isFile ? item.size : 0,
    modifiedS: announced.modifiedS,
    modifiedNs: announced.modifiedNs,
    modifiedBy: context.identity.shortId,
    version: current?.version ?? EMPTY_VECTOR,
    sequence: 0,
    permissions: item.permissions,
    noPermissions: context.ignorePerms || item.type === 'symlink',
    deleted: false,
    invalid: false,
    blockSize: isFile ? item.blockSize : 0,
    blockHashes,
    blocksHash: isFile ? blocksHashOf(blockHashes) : NO_BYTES,
    symlinkTarget: item.symlinkTarget,
    platform: platformOf(item, current),
    localFlags: flagsOf(context),
    diskModifiedS: item.modifiedS,
    diskModifiedNs: item.modifiedNs,
  };
  const change = changeTo(found, current, context, global, item.owner !== undefined);
  return change ?? refreshed(found, current);
}

/** What others sent stays, but for an owner that is told from here. */
function platformOf(item: ScannedItem, current: LocalFileInfo | undefined): Uint8Array | null {
  const platform = current?.platform ?? null;
  if (item.owner === undefined || sameOwnership(item.owner, ownershipIn(platform))) return platform;
  return withOwnership(platform, item.owner);
}

/** Nothing that others are told of has changed, but what the next scan is to find: only that is recorded. */
function refreshed(
  found: LocalFileInfo,
  current: LocalFileInfo | undefined,
): LocalFileInfo | undefined {
  if (current === undefined || found.type !== 'file') return undefined;
  const { diskModifiedS, diskModifiedNs } = found;
  if (diskModifiedS === current.diskModifiedS && diskModifiedNs === current.diskModifiedNs) {
    return undefined;
  }
  return { ...current, sequence: 0, diskModifiedS, diskModifiedNs };
}

function changeTo(
  found: LocalFileInfo,
  current: LocalFileInfo | undefined,
  context: ChangeContext,
  global: FileInfo | undefined,
  comparesOwnership: boolean,
): LocalFileInfo | undefined {
  const { ignorePerms } = context;
  const options = { ignorePerms, ignoreFlags: found.localFlags, comparesOwnership };
  const isKnown =
    current !== undefined && (current.localFlags === 0 || current.localFlags === found.localFlags);
  const isUnchanged = isKnown && itemsEqual(found, current, options);
  if (isUnchanged && !isReceiveOnlyChange(current)) return undefined;
  if (context.isReceiveOnly === true && isAsGlobal(found, global, options)) {
    return settledAs(global, found);
  }
  return isUnchanged ? undefined : { ...found, version: nextVersion(current, context) };
}

function isAsGlobal(
  found: LocalFileInfo,
  global: FileInfo | undefined,
  options: EqualityOptions,
): global is FileInfo {
  if (!isSettled(global)) return false;
  return itemsEqual(found, global, { ...options, modTimeWindowNs: TIME_STEP_NS });
}

/** What is here is what the cluster has. */
function settledAs(
  global: FileInfo,
  disk: Pick<LocalFileInfo, 'diskModifiedS' | 'diskModifiedNs'>,
): LocalFileInfo {
  return withDiskTime({ ...global, sequence: 0, localFlags: 0 }, disk);
}

/** Of a file whose content was not looked at again; undefined when the index knows no content: the next scan will. */
function recordedHashes(current: LocalFileInfo | undefined): Uint8Array | undefined {
  return current?.type === 'file' && !current.deleted ? current.blockHashes : undefined;
}

/** The time on disk is the one that was left there, as exactly as that disk, or the user, takes it. */
function isTimeAsLeft(
  item: ScannedItem,
  current: LocalFileInfo | undefined,
  { modTimeWindowNs = 0 }: ChangeContext,
): current is LocalFileInfo {
  if (current === undefined || current.deleted || current.type !== item.type) return false;
  const left = { modifiedS: current.diskModifiedS, modifiedNs: current.diskModifiedNs };
  if (timesEqual(item, left, 0)) return true;
  const isSameContent =
    item.type === 'file' &&
    item.size === current.size &&
    (item.blockHashes === undefined || Buffer.compare(item.blockHashes, current.blockHashes) === 0);
  return isSameContent && (timesEqual(item, left, modTimeWindowNs) || isRounded(item, left));
}

/** Steps in which disks keep times: some forget what is between only when they are mounted anew. */
const DISK_TIME_STEPS_NS = [100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000];

function isRounded(
  found: Pick<FileInfo, 'modifiedS' | 'modifiedNs'>,
  left: Pick<FileInfo, 'modifiedS' | 'modifiedNs'>,
): boolean {
  return DISK_TIME_STEPS_NS.some((stepNs) => {
    const isOnStep =
      stepNs > NS_PER_S
        ? found.modifiedNs === 0 && found.modifiedS % (stepNs / NS_PER_S) === 0
        : found.modifiedNs % stepNs === 0;
    return isOnStep && timesEqual(found, left, stepNs);
  });
}

/**
 * The entry for an item that is no longer on disk; undefined when it says so already. 'forget': nobody else ever had
 * it. `global` is looked at in receive-only folders, and for what was changed while the folder was one.
 */
export function deletedChange(
  current: LocalFileInfo | undefined,
  context: ChangeContext,
  global?: FileInfo,
): LocalFileInfo | 'forget' | undefined {
  if (current === undefined) return undefined;
  const isIgnored = (current.localFlags & LocalFlag.ignored) !== 0;
  const isKept = isReceiveOnlyChange(current);
  if (current.deleted && !isIgnored && !isKept) return undefined;
  if (isKept && !isSettled(global)) return 'forget';
  if (context.isReceiveOnly === true && isSettled(global) && global.deleted) {
    return settledAs(global, { diskModifiedS: global.modifiedS, diskModifiedNs: 0 });
  }
  // The folder announces its changes from now on, and this delete is one.
  if (current.deleted && isKept) {
    return context.isReceiveOnly === true ? undefined : { ...current, sequence: 0, localFlags: 0 };
  }
  const { shortId, replicaId } = context.identity;
  const deleted = deletedFrom(current, { modifiedBy: shortId, replicaId, nowS: context.nowS });
  const item = {
    ...deleted,
    symlinkTarget: '',
    diskModifiedS: deleted.modifiedS,
    diskModifiedNs: 0,
  };
  // Nobody deleted what was ignored: whatever others have is newer.
  if (isIgnored) return { ...item, version: EMPTY_VECTOR };
  // Of a change that nobody was told of, the delete gives back what the cluster has.
  const version = isKept ? EMPTY_VECTOR : item.version;
  return { ...item, version, localFlags: flagsOf(context) };
}

/** The entry for an item that is left out from now on: announced as not to be had here; undefined when it says so. */
export function ignoredChange(current: LocalFileInfo | undefined): LocalFileInfo | undefined {
  if (current === undefined || (current.localFlags & LocalFlag.ignored) !== 0) return undefined;
  return asIgnored(current);
}
