/** Settles items that we hold while another device announced a concurrent delete: the item stays, for everyone. */
import { isInvalid } from '../../domain/file-info-rules.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { compareVectors, isConcurrent } from '../../domain/version-vector.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type ChangeContext, reassertedChange } from './local-changes.js';

/** Looks at each name again and records ours above both where it still is concurrent. */
export async function settleConcurrentDeletes(
  folder: string,
  namesByDevice: ReadonlyMap<string, ReadonlySet<string>>,
  context: ChangeContext,
  database: IndexDatabase,
): Promise<{ items: number; sequence: number }> {
  let items = 0;
  let sequence = 0;
  for (const [device, names] of namesByDevice) {
    for (const name of names) {
      const change = await reassertion(folder, device, name, context, database);
      if (change === undefined) continue;
      sequence = (await database.updateLocal(folder, [change])).sequence;
      items += 1;
    }
  }
  return { items, sequence };
}

async function reassertion(
  folder: string,
  device: string,
  name: string,
  context: ChangeContext,
  database: IndexDatabase,
): Promise<LocalFileInfo | undefined> {
  const local = await database.local(folder, name);
  const remote = await database.remote(folder, device, name);
  if (local === undefined || remote === undefined) return undefined;
  if (local.deleted || isInvalid(local) || !remote.deleted) return undefined;
  const isStill = isConcurrent(compareVectors(local.version, remote.version));
  return isStill ? reassertedChange(local, remote, context) : undefined;
}
