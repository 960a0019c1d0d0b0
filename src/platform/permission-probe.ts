/**
 * Whether a file system keeps the permissions that are set, as those of memory cards do not: found out once by trying,
 * in the root. What such a disk shows as permissions is nobody's wish, and is neither announced nor compared.
 */
import { type SyncError } from '../domain/errors.js';
import { type FileHandle, type FolderFs } from './folder-fs.js';
import { systemCodeOf } from './system-errors.js';

// Scanners skip names of this form.
const PROBE = '.syncthing.permission-probe.tmp';
/** Differ in bits of all kinds, and from what a mount gives to all files. */
const TRIED = [0o600, 0o755];
/** Nothing can be made there now. EEXIST: another process tries at the same time. */
const UNTRIED = new Set(['EROFS', 'EACCES', 'EPERM', 'EEXIST', 'ENOSPC', 'EDQUOT']);

/** True where the root cannot be written to: what is found there then counts. */
export async function probePermissions(fs: FolderFs): Promise<boolean> {
  // One that a crash left.
  await fs.removeFile(PROBE).catch(() => undefined);
  let handle: FileHandle;
  try {
    handle = await fs.createFile(PROBE, TRIED[0]);
  } catch (error) {
    if (UNTRIED.has(systemCodeOf((error as SyncError).cause))) return true;
    throw error;
  }
  try {
    return await holds(handle);
  } finally {
    await handle.close();
    await fs.removeFile(PROBE).catch(() => undefined);
  }
}

async function holds(handle: FileHandle): Promise<boolean> {
  for (const tried of TRIED) {
    try {
      await handle.setPermissions(tried);
    } catch (error) {
      if (systemCodeOf((error as SyncError).cause) === 'EPERM') return false;
      throw error;
    }
    if (((await handle.stat()).permissions & 0o777) !== tried) return false;
  }
  return true;
}
