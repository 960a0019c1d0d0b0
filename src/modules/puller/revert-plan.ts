/**
 * What the revert of one change means that a receive-only folder has kept to itself: pure. What nobody else has goes;
 * of everything else the cluster's version is needed again, and comes with the next pass over the needs.
 */
import { isSettled, itemsEqual, withDiskTime } from '../../domain/file-info-rules.js';
import { type FileInfo, LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { EMPTY_VECTOR } from '../../domain/version-vector.js';

export type RevertAction =
  /** Only this device has it: it goes from the disk. */
  | { readonly kind: 'remove' }
  /** The disk stays as it is for now. */
  | { readonly kind: 'record'; readonly file: LocalFileInfo };

/** `global`: of all that is announced, ours included. */
export function planRevert(local: LocalFileInfo, global: FileInfo | undefined): RevertAction {
  const isElsewhere = isSettled(global);
  if (!isElsewhere && !local.deleted) return { kind: 'remove' };
  if (isElsewhere && itemsEqual(local, global, { ignoreFlags: LocalFlag.receiveOnly })) {
    const file = withDiskTime({ ...global, sequence: 0, localFlags: 0 }, local);
    return { kind: 'record', file };
  }
  // No version is older than any other and in conflict with none: the change is given up, and no copy of it made.
  const file = { ...local, sequence: 0, localFlags: 0, version: EMPTY_VECTOR };
  return { kind: 'record', file };
}
