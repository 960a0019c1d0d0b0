/** Finds out by trying whether a directory tells upper from lower case. */
import { type SyncError } from '../domain/errors.js';
import { type FolderFs } from './folder-fs.js';
import { systemCodeOf } from './system-errors.js';

// Scanners skip names of this form. The second differs from the first in case only.
const CASE_PROBE = '.syncthing.case-probe.tmp';
const CASE_PROBE_UPPER = '.syncthing.CASE-PROBE.tmp';
const CASE_PROBE_ATTEMPTS = 5;

/** Needs a writable directory, else true is assumed. */
export async function tryCase(fs: FolderFs, directory: string): Promise<boolean> {
  const below = directory === '' ? '' : `${directory}/`;
  const probeName = below + CASE_PROBE;
  for (let attempt = 0; attempt < CASE_PROBE_ATTEMPTS; attempt++) {
    try {
      await (await fs.createFile(probeName, 0o600)).close();
    } catch (error) {
      const systemCode = systemCodeOf((error as SyncError).cause);
      if (['EROFS', 'EACCES', 'EPERM'].includes(systemCode)) return true;
      // One that a crash left, or of another process that tries the same: it does as well.
      if (systemCode !== 'EEXIST') throw error;
    }
    const upper = await fs.stat(below + CASE_PROBE_UPPER);
    const probe = await fs.stat(probeName);
    await fs.removeFile(probeName).catch(() => undefined);
    // Without the probe the other name proves nothing: another process took it away.
    if (probe) return upper?.inode !== probe.inode;
  }
  return true;
}
