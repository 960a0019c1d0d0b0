/**
 * Which of the versions that devices announce is the global one, whether we need it, and who wins a conflict.
 * Every device that knows the same versions comes to the same answer: nothing here depends on order of arrival.
 */
import { isInvalid } from './file-info-rules.js';
import { type FileInfo } from './file-info.js';
import { compareVectors, counterOf, isConcurrent, type VersionVector } from './version-vector.js';
import { type DeviceId } from './wire-terms.js';

/** What decides between versions. */
export type VersionFacts = Pick<
  FileInfo,
  'version' | 'deleted' | 'invalid' | 'localFlags' | 'modifiedS' | 'modifiedNs'
>;

export interface Candidate {
  readonly device: DeviceId;
  readonly file: VersionFacts;
}

/**
 * Does a win against b where neither includes the other? Valid beats invalid, an edit beats a delete, then the
 * later modification time, then the larger counter at the lowest id where they differ. False both ways for equals.
 */
export function winsConflict(a: VersionFacts, b: VersionFacts): boolean {
  const aInvalid = isInvalid(a);
  if (aInvalid !== isInvalid(b)) return !aInvalid;
  if (a.deleted !== b.deleted) return !a.deleted;
  if (a.modifiedS !== b.modifiedS) return a.modifiedS > b.modifiedS;
  if (a.modifiedNs !== b.modifiedNs) return a.modifiedNs > b.modifiedNs;
  return compareVectors(a.version, b.version) === 'concurrent-newer';
}

/**
 * Is a to be preferred to b? Valid beats invalid, then the newer version, then the winner of the conflict.
 * Between two only: with three or more this has circles (a over b by time, b over c by time, c over a by version),
 * so that a best of many is found by pickGlobal.
 */
export function isBetter(a: VersionFacts, b: VersionFacts): boolean {
  const aInvalid = isInvalid(a);
  if (aInvalid !== isInvalid(b)) return !aInvalid;
  const order = compareVectors(a.version, b.version);
  if (order === 'newer') return true;
  if (order === 'older') return false;
  return winsConflict(a, b);
}

/**
 * The candidate whose version is global; undefined when there is none. Of the valid ones (of all, if none is) those
 * that no other includes are left; they are equal or concurrent to each other, where winsConflict is a total order.
 * Of devices with the same version the one with the smallest ID is returned.
 */
export function pickGlobal<C extends Candidate>(candidates: readonly C[]): C | undefined {
  const valid = candidates.filter(({ file }) => !isInvalid(file));
  const eligible = valid.length > 0 ? valid : candidates;
  const newest = eligible.filter(
    ({ file }) =>
      !eligible.some((other) => compareVectors(other.file.version, file.version) === 'newer'),
  );
  let best: C | undefined;
  for (const candidate of newest) {
    if (best === undefined || comesFirst(candidate, best)) best = candidate;
  }
  return best;
}

function comesFirst(a: Candidate, b: Candidate): boolean {
  if (winsConflict(a.file, b.file)) return true;
  if (winsConflict(b.file, a.file)) return false;
  return a.device < b.device;
}

/**
 * Do we need the global version? Never an invalid one or one without a version, never a delete of what we never
 * had, and nothing that what we have includes.
 */
export function isNeeded(
  global: VersionFacts,
  local: Pick<FileInfo, 'version'> | undefined,
): boolean {
  if (isInvalid(global) || global.version.length === 0) return false;
  if (local === undefined) return !global.deleted;
  const order = compareVectors(local.version, global.version);
  return order !== 'equal' && order !== 'newer';
}

/**
 * Would the replacement lose a change that only we have? It does when neither includes the other. A counter of our
 * own higher than we know of is a conflict too, not news: only we raise it, so our index was lost or taken back.
 */
export function isInConflict(
  current: VersionVector,
  replacement: VersionVector,
  ownId: bigint,
): boolean {
  if (isConcurrent(compareVectors(current, replacement))) return true;
  return counterOf(replacement, ownId) > counterOf(current, ownId);
}
