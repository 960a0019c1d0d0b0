/**
 * What a needed version would do to the content that lies here: nothing, or delete or replace it. Pure, from the index
 * alone. The guard (modules/guard) counts by this, so what costs nobody any content is none.
 */
import { isUnusable } from './file-info-rules.js';
import { type FileInfo } from './file-info.js';
import { compareVectors, isConcurrent, type VersionVector } from './version-vector.js';

/** Numbers as they are stored. */
export const Threat = {
  /** A file of ours is deleted. */
  delete: 1,
  /** A file of ours gets other content, or something else gets its name. */
  replace: 2,
  /** A directory or link of ours goes, or becomes something else: not counted, but kept together with the files. */
  other: 3,
  /**
   * A file of ours is deleted, and its content is, or is to come, under another name: not counted, and not held. It goes
   * only once the content is there.
   */
  moved: 4,
  /** Not looked at yet: it was needed before this was kept. */
  unknown: 5,
} as const;
export type Threat = (typeof Threat)[keyof typeof Threat];

type ThreatFacts = Pick<FileInfo, 'type' | 'deleted' | 'version' | 'invalid' | 'localFlags'>;

/** undefined: nothing of ours is lost. `isSameContent`: both are files with the same blocks. */
export function threatOf(
  local: ThreatFacts | undefined,
  needed: ThreatFacts,
  isSameContent: boolean,
): Threat | undefined {
  if (local === undefined || local.deleted || isUnusable(local)) return undefined;
  // What has no version was given up: the user reverted it.
  if (local.version.length === 0) return undefined;
  if (needed.deleted) {
    // A delete that does not know of our change gives way to it.
    if (isConcurrent(compareVectors(local.version, needed.version))) return undefined;
    return local.type === 'file' ? Threat.delete : Threat.other;
  }
  if (local.type === 'file') {
    return needed.type === 'file' && isSameContent ? undefined : Threat.replace;
  }
  if (local.type === 'directory' && needed.type === 'directory') return undefined;
  return Threat.other;
}

/** Counters begin at the time of the change, in seconds since 1970: the highest says when the last one was. */
export function lastChangeS(version: VersionVector): bigint {
  let last = 0n;
  for (const { value } of version) if (value > last) last = value;
  return last;
}

/** Which needs may be looked at now: those that threaten nothing, and of the others what the guard lets through. */
export interface NeedGate {
  /** Threats with a higher number wait. */
  readonly upTo: number;
  /** Of a device's threats (short ID) those with a higher number are held; devices that are absent are not. */
  readonly held: Readonly<Record<string, number>>;
  /** Moves pass although the content is not there yet: for whoever moves it. */
  readonly isMoving?: boolean;
}

/** What one device's changes threaten here. */
export interface ThreatGroup {
  /** Short ID of the device that modified. */
  readonly by: string;
  readonly deletes: number;
  readonly replaces: number;
  readonly others: number;
  readonly moves: number;
  /** Of the local files that are deleted or replaced. */
  readonly bytes: number;
  /** Highest number. */
  readonly latest: number;
  /** Threats that were approved and are still needed; they are in no other figure. */
  readonly approved: number;
}

export interface ThreatTally {
  readonly groups: readonly ThreatGroup[];
  /** The highest number given so far. */
  readonly latest: number;
  /**
   * Deletes and replaces that were recorded here so far, but for those of content that was only some minutes old: only
   * ever grows.
   */
  readonly applied: number;
}
