/** What a tree's watch asks of the disk, all of it synchronous, for a thread of its own. */
import {
  type Dirent,
  lstatSync,
  opendirSync,
  readlinkSync,
  type Stats,
  statSync,
  watch,
} from 'node:fs';
import { systemCodeOf } from '../../platform/system-errors.js';
import { type DirectoryHandle } from './directory-node.js';
import { type SeenItem } from './watcher.js';

/** Entries that one call to the system reads. */
const ENTRIES_AT_ONCE = 256;

export interface TreeDisk {
  /** `heard`: a name in the directory or the directory's own; undefined where the system gives none. Throws the system's errors. */
  watch(
    path: string,
    heard: (isEntry: boolean, base: string | undefined) => void,
    failed: () => void,
  ): DirectoryHandle;
}

export const REAL_DISK: TreeDisk = {
  watch(path, heard, failed) {
    const watcher = watch(path, { persistent: false }, (type, base) =>
      heard(type === 'rename', base ?? undefined),
    );
    watcher.on('error', failed);
    return watcher;
  },
};

/** undefined where nothing is, or nothing can be told. */
export function statAt(path: string, followsLink: boolean): Stats | undefined {
  try {
    return (followsLink ? statSync : lstatSync)(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** The entries of a directory, some at a time; `failed`: with why they are not all. */
export function* entriesOf(
  path: string,
  failed: (error: unknown) => void = () => undefined,
): Generator<Dirent, void> {
  let directory;
  try {
    directory = opendirSync(path, { bufferSize: ENTRIES_AT_ONCE });
  } catch (error) {
    failed(error);
    return;
  }
  try {
    for (let entry = next(); entry !== null; entry = next()) yield entry;
  } finally {
    directory.closeSync();
  }

  function next(): Dirent | null {
    try {
      return directory!.readSync();
    } catch (error) {
      // An entry whose type the system does not tell may be gone when it is asked for.
      if (systemCodeOf(error) === 'ENOENT') return next();
      failed(error);
      return null;
    }
  }
}

const NS_PER_S = 1_000_000_000n;

/** undefined where nothing is, or nothing can be told. */
export function lookAt(path: string): SeenItem | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    const isLink = stats.isSymbolicLink();
    const ns = ((stats.mtimeNs % NS_PER_S) + NS_PER_S) % NS_PER_S;
    return {
      type: stats.isFile()
        ? 'file'
        : stats.isDirectory()
          ? 'directory'
          : isLink
            ? 'symlink'
            : 'other',
      size: Number(stats.size),
      permissions: Number(stats.mode) & 0o7777,
      modifiedS: Number((stats.mtimeNs - ns) / NS_PER_S),
      modifiedNs: Number(ns),
      symlinkTarget: isLink ? readlinkSync(path) : '',
    };
  } catch {
    return undefined;
  }
}
