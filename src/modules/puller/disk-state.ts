/**
 * Does the disk hold what the index says? The answer decides whether an item may be touched: what differs may be a
 * change of the user's that no scan has seen yet, and is never overwritten.
 */
import { timesEqual, withDiskTime } from '../../domain/file-info-rules.js';
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import {
  compareVectors,
  isConcurrent,
  mergeVectors,
  type VersionVector,
} from '../../domain/version-vector.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type NeededItem } from '../database/index-database.js';
import {
  appliesPermissions,
  hasSameContent,
  isPresent,
  type PlanSettings,
  TRAVELLING_PERMISSIONS,
} from './pull-plan.js';

export type DiskState =
  /** Nothing on disk, nothing in the index. */
  | 'absent'
  /** On disk as the index says. */
  | 'as-indexed'
  /** In the index, not on disk. */
  | 'gone'
  /** Something else. */
  | 'changed';

/** `linkTarget`: of a symlink found on disk, else ''. */
export function diskState(
  local: LocalFileInfo | undefined,
  stat: ItemStat | undefined,
  linkTarget: string,
  ignorePerms: boolean,
  modTimeWindowNs = 0,
): DiskState {
  if (stat === undefined) return isPresent(local) ? 'gone' : 'absent';
  if (!isPresent(local) || stat.type !== local.type) return 'changed';
  if (local.type === 'symlink') {
    return linkTarget === local.symlinkTarget ? 'as-indexed' : 'changed';
  }
  const comparesPermissions = !ignorePerms && !local.noPermissions;
  if (comparesPermissions && (stat.permissions ^ local.permissions) & TRAVELLING_PERMISSIONS) {
    return 'changed';
  }
  if (local.type === 'directory') return 'as-indexed';
  const left = { modifiedS: local.diskModifiedS, modifiedNs: local.diskModifiedNs };
  const isSame = stat.size === local.size && timesEqual(stat, left, modTimeWindowNs);
  return isSame ? 'as-indexed' : 'changed';
}

type DiskTime = Pick<ItemStat, 'modifiedS' | 'modifiedNs'>;

/** Node sets times in steps of 1 µs, through floating point. */
const TIME_STEP_NS = 2_000;

/** The item on disk has the announced time, as exactly as the platform writes times. */
export function isTimeOf(global: FileInfo, stat: DiskTime): boolean {
  if (stat.modifiedS !== global.modifiedS) return false;
  return Math.abs(stat.modifiedNs - global.modifiedNs) < TIME_STEP_NS;
}

/** The file on disk has the announced time, and the announced permissions where they count. */
export function hasMetadata(
  global: FileInfo,
  stat: DiskTime & Pick<ItemStat, 'permissions'>,
  settings: PlanSettings,
): boolean {
  if (!isTimeOf(global, stat)) return false;
  if (!appliesPermissions(global, settings)) return true;
  return ((stat.permissions ^ global.permissions) & TRAVELLING_PERMISSIONS) === 0;
}

/**
 * The entry for an item that now is on disk as the network has it; `stat` is of the item on disk. Where other content
 * of ours gave way to it, the version includes ours: a counter of our own that comes back later is then no news. Of
 * what a receive-only folder keeps to itself nobody was told a version, and nobody is.
 */
export function recordOf(
  { global, local }: Pick<NeededItem, 'global' | 'local'>,
  stat: Pick<ItemStat, 'modifiedS' | 'modifiedNs'>,
): LocalFileInfo {
  const version = versionToRecord(global, local);
  const file = { ...global, version, sequence: 0, invalid: false, localFlags: 0 };
  return withDiskTime(file, {
    diskModifiedS: stat.modifiedS,
    diskModifiedNs: stat.modifiedNs,
  });
}

function versionToRecord(global: FileInfo, local: LocalFileInfo | undefined): VersionVector {
  if (local === undefined || isReceiveOnlyChange(local)) return global.version;
  if (!isConcurrent(compareVectors(local.version, global.version))) return global.version;
  const isSame =
    local.deleted === global.deleted && local.type === global.type && hasSameContent(local, global);
  return isSame ? global.version : mergeVectors(global.version, local.version);
}
