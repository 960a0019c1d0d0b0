/**
 * What a scan finding means for the index: pure. A finding that tells nothing new gives undefined, so that a rescan
 * with no change announces nothing.
 */
import { createHash } from 'node:crypto';
import { INVALID_FLAGS, LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { asIgnored, deletedFrom, itemsEqual } from '../../domain/file-info-rules.js';
import { EMPTY_VECTOR, updateVector, type VersionVector } from '../../domain/version-vector.js';
import { type ScannedItem } from '../scanner/scanner.service.js';
import { type LocalIdentity } from './identity.js';

export interface ChangeContext {
  readonly identity: LocalIdentity;
  readonly ignorePerms: boolean;
  /** Seconds since 1970. */
  readonly nowS: number;
}

const NO_BYTES = new Uint8Array(0);

/**
 * Of an item that was left out what others wrote was not taken into account: only our own counter goes on, so that
 * what differs is a conflict.
 */
function nextVersion(current: LocalFileInfo | undefined, context: ChangeContext): VersionVector {
  const { replicaId } = context.identity;
  const known = current?.version ?? EMPTY_VECTOR;
  const version = wasLeftOut(current) ? known.filter(({ id }) => id === replicaId) : known;
  return updateVector(version, replicaId, context.nowS);
}

function wasLeftOut(current: LocalFileInfo | undefined): boolean {
  return current !== undefined && (current.localFlags & INVALID_FLAGS) !== 0;
}

/** The new index entry for an item found on disk; undefined when `current` already says the same. */
export function scannedChange(
  item: ScannedItem,
  current: LocalFileInfo | undefined,
  context: ChangeContext,
): LocalFileInfo | undefined {
  const isFile = item.type === 'file';
  const blockHashes = isFile ? (item.blockHashes ?? recordedHashes(current)) : NO_BYTES;
  if (blockHashes === undefined) return undefined;
  // The platform may have kept less of the announced time than we were told: then that one still holds.
  const announced = isTimeAsLeft(item, current) ? current : item;
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
    blocksHash: isFile ? createHash('sha256').update(blockHashes).digest() : NO_BYTES,
    symlinkTarget: item.symlinkTarget,
    platform: current?.platform ?? null,
    localFlags: 0,
    diskModifiedS: item.modifiedS,
    diskModifiedNs: item.modifiedNs,
  };
  const { ignorePerms } = context;
  const isAnnounced = current !== undefined && current.localFlags === 0;
  if (isAnnounced && itemsEqual(found, current, { ignorePerms })) return undefined;
  return { ...found, version: nextVersion(current, context) };
}

/** Of a file whose content was not looked at again; undefined when the index knows no content: the next scan will. */
function recordedHashes(current: LocalFileInfo | undefined): Uint8Array | undefined {
  return current?.type === 'file' && !current.deleted ? current.blockHashes : undefined;
}

function isTimeAsLeft(
  item: ScannedItem,
  current: LocalFileInfo | undefined,
): current is LocalFileInfo {
  return (
    current !== undefined &&
    !current.deleted &&
    item.modifiedS === current.diskModifiedS &&
    item.modifiedNs === current.diskModifiedNs
  );
}

/** The entry for an item that is no longer on disk; undefined when it is deleted already. */
export function deletedChange(
  current: LocalFileInfo | undefined,
  context: ChangeContext,
): LocalFileInfo | undefined {
  if (current === undefined) return undefined;
  const isIgnored = (current.localFlags & LocalFlag.ignored) !== 0;
  if (current.deleted && !isIgnored) return undefined;
  const { shortId, replicaId } = context.identity;
  const deleted = deletedFrom(current, { modifiedBy: shortId, replicaId, nowS: context.nowS });
  const item = {
    ...deleted,
    symlinkTarget: '',
    diskModifiedS: deleted.modifiedS,
    diskModifiedNs: 0,
  };
  // Nobody deleted what was ignored: whatever others have is newer.
  return isIgnored ? { ...item, version: EMPTY_VECTOR } : item;
}

/** The entry for an item that is left out from now on: announced as not to be had here; undefined when it says so. */
export function ignoredChange(current: LocalFileInfo | undefined): LocalFileInfo | undefined {
  if (current === undefined || (current.localFlags & LocalFlag.ignored) !== 0) return undefined;
  return asIgnored(current);
}
