/** Opens the root of a folder that is to run: its marker has to be there, or is made where that is safe. */
import { type FolderFs } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { type FolderGuard } from '../guard/folder-guard.js';
import { makeOrRequireMarker } from './folder-marker.js';
import { type FolderRunnerParts } from './folder-runner-parts.js';

/** Rejects with SyncError as folder-marker.ts says. `opened` has its turn before the folder counts as open. */
export async function openFolder(
  { id, path, isNamedByUser }: FolderSettings,
  { database, factory, roots }: Pick<FolderRunnerParts, 'database' | 'factory' | 'roots'>,
  guard: FolderGuard,
  opened: (fs: FolderFs) => Promise<void>,
): Promise<FolderFs> {
  const { local } = await database.summary(id);
  const isNew = local.sequence === 0;
  if (isNew) await factory.makeRoot(path);
  const fs = await factory.open(path);
  try {
    await makeOrRequireMarker(fs, isNew, isNamedByUser);
    const isExchanged = !isNew && (await roots.isExchanged(id, path, fs));
    const isGuarded = isExchanged && guard.rules.mode !== 'off';
    guard.opened(isGuarded);
    // Another one is what the index is made from only when a scan has been judged.
    if (!isGuarded) await roots.note(id, path, fs);
    await opened(fs);
    return fs;
  } catch (error) {
    await fs.close();
    throw error;
  }
}
