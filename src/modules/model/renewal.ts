/**
 * What a rolled-back index leads to: items that were recorded since the start were counted from an old copy of the
 * index, so their versions may repeat or outrank what we announced later in the life that was lost. They get versions
 * of the new replica, concurrent with those.
 */
import { type LocalFileInfo } from '../../domain/file-info.js';
import { counterOf, updateVector } from '../../domain/version-vector.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type ChangeContext } from './local-changes.js';

const ITEMS_AT_ONCE = 500;
const BYTES_AT_ONCE = 4 * 1024 * 1024;

/** Pure; undefined for an item whose version does not count on a retired replica. */
export function renewed(
  item: LocalFileInfo,
  retired: readonly bigint[],
  { identity, nowS }: ChangeContext,
): LocalFileInfo | undefined {
  const isOurs = item.modifiedBy === identity.shortId;
  if (!isOurs || retired.every((id) => counterOf(item.version, id) === 0n)) return undefined;
  const others = item.version.filter(({ id }) => !retired.includes(id));
  return { ...item, sequence: 0, version: updateVector(others, identity.replicaId, nowS) };
}

/** Renews what was recorded after the sequence; resolves with the highest sequence then. */
export async function renewSince(
  folder: string,
  after: number,
  retired: readonly bigint[],
  context: ChangeContext,
  database: IndexDatabase,
): Promise<number> {
  const end = (await database.summary(folder)).local.sequence;
  let reached = end;
  for (let from = after; from < end;) {
    const items = await database.localsAfter(folder, from, ITEMS_AT_ONCE, BYTES_AT_ONCE);
    const last = items.at(-1);
    if (last === undefined) break;
    from = last.sequence;
    const changes = items
      .filter(({ sequence }) => sequence <= end)
      .map((item) => renewed(item, retired, context))
      .filter((item) => item !== undefined);
    if (changes.length > 0) reached = (await database.updateLocal(folder, changes)).sequence;
  }
  return reached;
}
