/**
 * Override of a send-only folder: what this device has is announced above what others have, and what it lacks as
 * deleted. The versions contain both sides, so that the others follow without a conflict.
 */
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { deletedFrom, isInvalid, withDiskTime } from '../../domain/file-info-rules.js';
import { mergeVectors, updateVector } from '../../domain/version-vector.js';
import { type IndexDatabase, type NeededItem } from '../database/index-database.js';
import { type ChangeContext } from './local-changes.js';

const ITEMS_AT_ONCE = 500;

/** Pure; undefined for an item that nobody can have anyway. */
export function overriding(
  { global, local }: Pick<NeededItem, 'global' | 'local'>,
  { identity, nowS }: ChangeContext,
): LocalFileInfo | undefined {
  const { shortId, replicaId } = identity;
  if (local === undefined || local.deleted) {
    if (isInvalid(global) || global.deleted) return undefined;
    const version = local ? mergeVectors(global.version, local.version) : global.version;
    const deletion = { modifiedBy: shortId, replicaId, nowS };
    return deletedFrom({ ...asLocal(global), version }, deletion);
  }
  if (isInvalid(local)) return undefined;
  const merged = mergeVectors(local.version, global.version);
  return {
    ...local,
    sequence: 0,
    modifiedBy: shortId,
    version: updateVector(merged, replicaId, nowS),
  };
}

function asLocal(file: FileInfo): LocalFileInfo {
  const disk = { diskModifiedS: 0, diskModifiedNs: 0 };
  return withDiskTime({ ...file, localFlags: 0, symlinkTarget: '' }, disk);
}

/** Resolves with the highest sequence when all is recorded; undefined when there was nothing to override. */
export async function overrideNeeds(
  folder: string,
  context: ChangeContext,
  database: Pick<IndexDatabase, 'needs' | 'updateLocal'>,
  signal: AbortSignal,
  /** Items of which nothing is to be said now; one that we lack may be left out on purpose, or not to be seen. */
  isLeftAlone: (name: string, isLacking: boolean) => boolean = () => false,
): Promise<number | undefined> {
  let sequence: number | undefined;
  let after: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const needs = await database.needs(folder, after, ITEMS_AT_ONCE);
    const last = needs.at(-1);
    if (last === undefined) return sequence;
    after = last.global.name;
    const changes = needs
      .filter(({ global, local }) => !isLeftAlone(global.name, local?.deleted !== false))
      .map((need) => overriding(need, context))
      .filter((change) => change !== undefined);
    if (changes.length > 0) sequence = (await database.updateLocal(folder, changes)).sequence;
  }
}
