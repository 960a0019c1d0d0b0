/** Files that only their owner may read, in directories that only their owner may enter; written whole or not at all. */
import { isNativeError } from 'node:util/types';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

const PRIVATE_FILE_MODE = 0o600;
const PRIVATE_DIRECTORY_MODE = 0o700;
const OTHERS = 0o077;

/** Whether a system call failed for this reason. */
export function hasSystemCode(error: unknown, code: string): boolean {
  // Not instanceof: the system's errors may belong to another realm, as they do under a test runner.
  return isNativeError(error) && (error as NodeJS.ErrnoException).code === code;
}

/** Replaces the file atomically, flushed to the disk. */
export function writePrivateFile(path: string, content: string): void {
  const temp = writeTemp(path, content);
  try {
    renameSync(temp, path);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
  syncDirectory(dirname(path));
}

/** Like writePrivateFile, but false, and nothing done, when there is a file already. */
export function createPrivateFile(path: string, content: string): boolean {
  const temp = writeTemp(path, content);
  try {
    linkSync(temp, path);
  } catch (error) {
    if (hasSystemCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmSync(temp, { force: true });
  }
  syncDirectory(dirname(path));
  return true;
}

function writeTemp(path: string, content: string): string {
  const temp = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  rmSync(temp, { force: true });
  const file = openSync(temp, 'wx', PRIVATE_FILE_MODE);
  try {
    fchmodSync(file, PRIVATE_FILE_MODE);
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return temp;
}

function syncDirectory(path: string): void {
  const directory = openSync(path, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
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
