/** Files that only their owner may read, in directories that only their owner may enter. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { syncDirectory, writeFileAtomically } from './atomic-file.js';
import { LINK_CODES, systemCodeOf } from './system-errors.js';

export const PRIVATE_FILE_MODE = 0o600;
const PRIVATE_DIRECTORY_MODE = 0o700;
const OTHERS = 0o077;

/** Makes the file whole and flushed; false, and nothing done, when there is one already. Throws the system's error. */
export async function createPrivateFile(path: string, content: string): Promise<boolean> {
  const complete = join(dirname(path), `.${basename(path)}.${process.pid}.new`);
  await writeFileAtomically(complete, content, PRIVATE_FILE_MODE);
  try {
    await link(complete, path);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return false;
    // A file system without second names: here looking and making are two steps.
    if (LINK_CODES[systemCodeOf(error)] === undefined) throw error;
    if (existsSync(path)) return false;
    await rename(complete, path);
  } finally {
    await rm(complete, { force: true });
  }
  await syncDirectory(dirname(path));
  return true;
}

/** Takes the rights of others away from a file that may have come from elsewhere. */
export function makeFilePrivate(path: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & OTHERS) !== 0) chmodSync(path, mode & ~OTHERS);
}

/**
 * Makes the directory and its parents where they are missing. One that exists loses the rights of others, unless it
 * holds things and none of ownFiles: then it is somebody's directory for something else.
 */
export function makePrivateDirectory(path: string, ownFiles: readonly string[]): void {
  const made = mkdirSync(path, { recursive: true, mode: PRIVATE_DIRECTORY_MODE });
  const mode = statSync(path).mode & 0o777;
  if ((mode & OTHERS) === 0) return;
  const names = readdirSync(path);
  const isOurs = made !== undefined || names.length === 0;
  if (isOurs || names.some((name) => ownFiles.includes(name))) chmodSync(path, mode & ~OTHERS);
}
