/**
 * The folder marker, `.stfolder`: the sign that the folder is really there (and not, for instance, an empty mount
 * point). A folder without it is stopped, never treated as emptied.
 */
import { SyncError } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';

export const MARKER_NAME = '.stfolder';
const MARKER_PERMISSIONS = 0o755;

/** Throws SyncError 'missing' when the root is not the directory that was opened, or has no marker. */
export async function requireMarker(fs: FolderFs): Promise<void> {
  await fs.checkRoot();
  if ((await fs.stat(MARKER_NAME)) === undefined) {
    throw new SyncError(
      'missing',
      `folder marker missing: ${fs.root} has no ${MARKER_NAME}; if this really is the folder, make that directory`,
      true,
    );
  }
}

/**
 * Makes the marker where that is safe: the folder is new to the index, and its root is empty or was named by the
 * user. Otherwise requires it.
 */
export async function makeOrRequireMarker(
  fs: FolderFs,
  isNewToIndex: boolean,
  isNamedByUser: boolean,
): Promise<void> {
  await fs.checkRoot();
  const isThere = (await fs.stat(MARKER_NAME)) !== undefined;
  if (!isThere && isNewToIndex) {
    const listing = await fs.list('');
    const isEmpty = listing.entries.length === 0 && listing.undecodable.length === 0;
    if (isEmpty || isNamedByUser) {
      await fs.makeDirectory(MARKER_NAME, MARKER_PERMISSIONS);
      await fs.syncDirectory('');
    }
  }
  await requireMarker(fs);
}
