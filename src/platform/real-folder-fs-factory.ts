/** Opens and makes the roots of folders on the machine's own disk. */
import * as fs from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DiskThreads } from './disk-threads.js';
import { type FolderFs, FolderFsFactory } from './folder-fs.js';
import { RealFileHandle } from './real-file-handle.js';
import { RealFolderFs } from './real-folder-fs.js';
import { lineageOf } from './root-look.js';
import { toSyncError } from './system-errors.js';

/** For the root of a new folder: the umask says for whom it is. */
const ROOT_PERMISSIONS = 0o777;

export class RealFolderFsFactory extends FolderFsFactory {
  readonly #threads = new DiskThreads();

  open(root: string): Promise<FolderFs> {
    return RealFolderFs.open(root, this.#threads);
  }

  lineage(path: string): Promise<readonly string[]> {
    return lineageOf(resolve(path));
  }

  async makeRoot(root: string): Promise<void> {
    const path = resolve(root);
    try {
      const first = await fs.mkdir(path, { recursive: true, mode: ROOT_PERMISSIONS });
      if (first !== undefined) await syncParents(path, dirname(first));
    } catch (error) {
      // A file in the way of the root itself is as unusable as one in the way of its parents.
      throw toSyncError('make folder root', path, error, { EEXIST: 'refused' });
    }
  }
}

/** Flushes the entries that lead to path, from its parent up to and with the directory `top`. */
async function syncParents(path: string, top: string): Promise<void> {
  for (let directory = dirname(path); ; directory = dirname(directory)) {
    const handle = new RealFileHandle(await fs.open(directory, 'r'), directory, true);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (directory === top || directory === dirname(directory)) return;
  }
}
