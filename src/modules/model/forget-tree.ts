/**
 * A tree of a folder that begins anew: what the index says of it is announced as not to be had here, so that what is
 * found on disk next is held against what others have, and what is not found comes back from them.
 */
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type IndexDatabase } from '../database/index-database.js';
import { ignoredChange } from './local-changes.js';

const ROWS_AT_ONCE = 500;

export async function forgetTree(
  folder: string,
  tree: string,
  database: Pick<IndexDatabase, 'localSummaries' | 'locals' | 'updateLocal'>,
): Promise<void> {
  let after: string | undefined;
  for (;;) {
    const rows = await database.localSummaries(folder, tree, after, ROWS_AT_ONCE);
    after = rows.at(-1)?.name;
    if (after === undefined) return;
    const names = rows.filter(({ deleted }) => !deleted).map(({ name }) => name);
    const changes = (await database.locals(folder, names))
      .map(ignoredChange)
      .filter((change): change is LocalFileInfo => change !== undefined);
    if (changes.length > 0) await database.updateLocal(folder, changes);
  }
}
