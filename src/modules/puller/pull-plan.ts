/**
 * What to do about one needed item, decided from the index alone: no disk, no network. The rule kept here: an action
 * that touches the disk is chosen only where what we have and what we should have really differ.
 */
import { type ItemProblem } from '../../domain/errors.js';
import { isUnusable } from '../../domain/file-info-rules.js';
import { type FileInfo, LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { localNameProblem } from '../../domain/file-name.js';
import { ownershipIn, sameOwnership } from '../../domain/platform-data.js';
import { compareVectors, isConcurrent } from '../../domain/version-vector.js';
import { type NeededItem } from '../database/index-database.js';

/** Bits of the permissions that travel: set-ID and sticky bits are never taken from the network. */
export const TRAVELLING_PERMISSIONS = 0o777;

export type PullAction =
  /** Left as it is by the user's wish, or because this device cannot hold it. */
  | { readonly kind: 'nothing' }
  /** Never applied here. */
  | { readonly kind: 'refuse'; readonly problem: ItemProblem }
  /** The patterns leave it out: its version is recorded, and the disk stays as it is. */
  | { readonly kind: 'ignore' }
  /** The disk is right already: only the version is recorded. */
  | { readonly kind: 'record' }
  /** A delete that does not know of our item: ours is announced again, above both. */
  | { readonly kind: 'keep' }
  /** The index does not know the state on disk: look first. */
  | { readonly kind: 'rescan' }
  /** A file with the right content: permissions and time are set. */
  | { readonly kind: 'metadata' }
  | { readonly kind: 'directory' }
  | { readonly kind: 'symlink' }
  | { readonly kind: 'file' }
  | { readonly kind: 'delete' }
  | { readonly kind: 'delete-directory' };

/** When an action is run: what a directory holds is deleted before the directory itself makes room or goes. */
export type PullPhase = 'build' | 'clear';

export interface PlanSettings {
  readonly ignorePerms: boolean;
  readonly ignoreDelete: boolean;
  /** Owner and group are set as announced. */
  readonly syncOwnership?: boolean;
}

export function planItem(item: NeededItem, settings: PlanSettings): PullAction {
  const { global, local } = item;
  if (global.deleted) return planDelete(item, settings);
  const problem = localNameProblem(global.name);
  if (problem !== undefined) return refusal(global.name, problem);
  if (local !== undefined && isUnusable(local)) return planOverUnusable(local);
  if (isPresent(local) && local.type === global.type && hasSameContent(global, local)) {
    return planSameContent(global, local, settings);
  }
  if (global.type === 'directory') return { kind: 'directory' };
  if (global.type === 'file') return { kind: 'file' };
  if (global.symlinkTarget === '') {
    return refusal(global.name, 'the announced symbolic link has no target');
  }
  return { kind: 'symlink' };
}

/** Which of the two phases of a pass runs the action. */
export function phaseOf(action: PullAction, item: NeededItem): PullPhase {
  if (action.kind === 'delete' || action.kind === 'delete-directory') return 'clear';
  return replacesDirectory(action, item) ? 'clear' : 'build';
}

/** A file or link takes the place of one of our directories: what that holds has to be deleted before. */
export function replacesDirectory(action: PullAction, { local }: NeededItem): boolean {
  if (action.kind !== 'file' && action.kind !== 'symlink') return false;
  return isPresent(local) && local.type === 'directory';
}

/** Actions that leave the disk as it is. */
export function changesIndexOnly({ kind }: PullAction): boolean {
  return kind === 'record' || kind === 'keep' || kind === 'ignore';
}

/** Our item is one that lies on disk, as far as the index knows. */
export function isPresent(local: LocalFileInfo | undefined): local is LocalFileInfo {
  return local !== undefined && !local.deleted;
}

/** Same type assumed. Directories have no content of their own. */
export function hasSameContent(a: FileInfo, b: FileInfo): boolean {
  switch (a.type) {
    case 'directory':
      return true;
    case 'symlink':
      return a.symlinkTarget === b.symlinkTarget;
    case 'file':
      return (
        a.size === b.size &&
        a.blockSize === b.blockSize &&
        Buffer.compare(a.blockHashes, b.blockHashes) === 0
      );
  }
}

/** Whether the announced permissions are to be put on disk. */
export function appliesPermissions(global: FileInfo, settings: PlanSettings): boolean {
  return !settings.ignorePerms && !global.noPermissions;
}

function planDelete({ global, local }: NeededItem, settings: PlanSettings): PullAction {
  if (!isPresent(local)) return { kind: 'record' };
  if (!isUnusable(local) && isConcurrent(compareVectors(local.version, global.version))) {
    return { kind: 'keep' };
  }
  if (settings.ignoreDelete) return { kind: 'nothing' };
  if (isUnusable(local)) return planOverUnusable(local);
  const problem = localNameProblem(global.name);
  if (problem !== undefined) return refusal(global.name, problem);
  return { kind: local.type === 'directory' ? 'delete-directory' : 'delete' };
}

/** An item of ours that is ignored or cannot be held here stays; one that is to be looked at again is. */
function planOverUnusable(local: LocalFileInfo): PullAction {
  const isUnclear = (local.localFlags & LocalFlag.mustRescan) !== 0;
  return { kind: isUnclear ? 'rescan' : 'nothing' };
}

function planSameContent(
  global: FileInfo,
  local: LocalFileInfo,
  settings: PlanSettings,
): PullAction {
  const arePermissionsRight =
    !appliesPermissions(global, settings) ||
    (!local.noPermissions &&
      ((global.permissions ^ local.permissions) & TRAVELLING_PERMISSIONS) === 0);
  const isOwnerRight = settings.syncOwnership !== true || isOwnerAnnounced(global, local);
  if (global.type === 'symlink') return { kind: isOwnerRight ? 'record' : 'symlink' };
  const isMetadataRight = arePermissionsRight && isOwnerRight;
  if (global.type === 'directory') return { kind: isMetadataRight ? 'record' : 'directory' };
  const isTimeRight =
    global.modifiedS === local.modifiedS && global.modifiedNs === local.modifiedNs;
  return { kind: isMetadataRight && isTimeRight ? 'record' : 'metadata' };
}

/** Ours has the owner that is announced, or none is. */
function isOwnerAnnounced(global: FileInfo, local: FileInfo): boolean {
  const announced = ownershipIn(global.platform);
  return announced === undefined || sameOwnership(announced, ownershipIn(local.platform));
}

function refusal(name: string, message: string): PullAction {
  return { kind: 'refuse', problem: { name, code: 'refused', message } };
}
