/**
 * Does the disk hold what the index says? The answer decides whether an item may be touched: what differs may be a
 * change of the user's that no scan has seen yet, and is never overwritten.
 */
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { isPresent, TRAVELLING_PERMISSIONS } from './pull-plan.js';

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
  const isSame =
    stat.size === local.size &&
    stat.modifiedS === local.diskModifiedS &&
    stat.modifiedNs === local.diskModifiedNs;
  return isSame ? 'as-indexed' : 'changed';
}

/**
 * The file on disk may be the wanted one, put in place by an earlier life that did not come to record it: its size and
 * its time, as exactly as the platform writes times, say so. Worth reading it to know.
 */
export function mayBeWanted(wanted: FileInfo, stat: ItemStat | undefined): boolean {
  if (stat?.type !== 'file' || wanted.type !== 'file' || stat.size !== wanted.size) return false;
  if (stat.modifiedS !== wanted.modifiedS) return false;
  return Math.abs(stat.modifiedNs - wanted.modifiedNs) < TIME_STEP_NS;
}

/** Node sets times in steps of 1 µs, through floating point. */
const TIME_STEP_NS = 2_000;

/** The entry for an item that now is on disk as the network has it; `stat` is of the item on disk. */
export function recordOf(
  global: FileInfo,
  stat: Pick<ItemStat, 'modifiedS' | 'modifiedNs'>,
): LocalFileInfo {
  return {
    ...global,
    sequence: 0,
    invalid: false,
    localFlags: 0,
    diskModifiedS: stat.modifiedS,
    diskModifiedNs: stat.modifiedNs,
  };
}
