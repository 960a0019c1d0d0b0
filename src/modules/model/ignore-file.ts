/**
 * The ignore file, `.stignore`: patterns are not understood yet, so a folder that has any is not run. Sharing what a
 * user wanted left out cannot be taken back.
 */
import { SyncError } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';

export const IGNORE_NAME = '.stignore';
/** Bytes that are looked at; a longer file has patterns. */
const IGNORE_BYTES_MAX = 64 * 1024;

/** Throws SyncError 'refused' when the folder has ignore patterns. */
export async function refuseIgnorePatterns(fs: FolderFs): Promise<void> {
  const stat = await fs.stat(IGNORE_NAME);
  if (stat === undefined) return;
  if (stat.type === 'file' && stat.size <= IGNORE_BYTES_MAX) {
    const file = await fs.openFile(IGNORE_NAME, 'read');
    try {
      const text = Buffer.from(await file.read(0, IGNORE_BYTES_MAX)).toString();
      if (!hasPatterns(text)) return;
    } finally {
      await file.close();
    }
  }
  throw new SyncError(
    'refused',
    `${fs.root} has ignore patterns in ${IGNORE_NAME}, which this version does not understand; ` +
      'nothing is shared until they are removed',
    true,
  );
}

/** Anything but blank lines and comments. */
export function hasPatterns(text: string): boolean {
  return text.split('\n').some((line) => line.trim() !== '' && !line.trim().startsWith('//'));
}
