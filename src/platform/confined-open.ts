/**
 * Synchronous opening inside one folder, for worker threads. Every component is opened from the directory before it
 * without following links, by openat or through /proc/self/fd, which does the same: a directory exchanged for a
 * link under way is not entered. Only the root's own path may lead through links, and the first component of a name where
 * that is a followed link (root-links.ts).
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
} from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { type ItemStat } from './folder-fs.js';
import { componentsOf } from './folder-name.js';
import {
  exchanged,
  linkOnWay,
  type LinkTarget,
  requireTarget,
  type RootLinks,
} from './root-links.js';
import { systemCodeOf } from './system-errors.js';
import { systemCalls, TYPE_BY_MODE } from './system-calls.js';

// Not among Node's constants: a descriptor that only stands for a place and needs no permission to read it.
const O_PATH = 0o10000000;
const DIRECTORY = O_PATH | constants.O_DIRECTORY;
/** A fifo put in a file's place must not block the thread: O_NONBLOCK changes nothing for regular files. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NS_PER_S = 1_000_000_000n;

/**
 * This process's open files. By its number it is a link less to follow, at each item of a walk; where /proc knows it under
 * another, that would be another process.
 */
const OPEN_FILES = isNumberedSo(process.pid) ? `/proc/${process.pid}/fd` : '/proc/self/fd';

function isNumberedSo(pid: number): boolean {
  try {
    return readlinkSync('/proc/self') === String(pid);
  } catch {
    return false;
  }
}

function openAt(directory: number, component: string, flags: number): number {
  return (
    systemCalls()?.open(directory, component, flags) ??
    openSync(pathAt(directory, component), flags)
  );
}

/** What is there under this name, a link itself; undefined when nothing is. */
export function lookAt(directory: number, component: string): ItemStat | undefined {
  const seen = systemCalls()?.lookAt(directory, component);
  if (seen !== undefined) return seen;
  const path = pathAt(directory, component);
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && itemStatOf(stats);
}

/** What is open under this descriptor. */
export function lookIn(descriptor: number): ItemStat {
  return systemCalls()?.lookIn(descriptor) ?? itemStatOf(fstatSync(descriptor, { bigint: true }));
}

/** What the kernel resolves from an open directory instead of from a path that may change meanwhile. */
export function pathAt(directory: number, component: string): string {
  return `${OPEN_FILES}/${directory}/${component}`;
}

/** Opens the root of a folder; links on the way to it are followed. */
export function openRoot(root: string): number {
  return openSync(root, DIRECTORY);
}

/** Opens a directory that lies directly in `directory`. A link or another kind of item fails with ENOTDIR or ELOOP. */
export function openDirectoryAt(directory: number, component: string): number {
  return openAt(directory, component, DIRECTORY | constants.O_NOFOLLOW);
}

/** Opens the directory that a followed link leads to. Throws SyncError 'io' when that is not the one it led to. */
export function openTargetAt(root: number, name: string, target: LinkTarget): number {
  let opened: number;
  try {
    opened = openSync(pathAt(root, name), DIRECTORY);
  } catch (error) {
    throw exchanged(name, target, error);
  }
  try {
    requireTarget(name, target, fstatSync(opened, { bigint: true }));
    return opened;
  } catch (error) {
    closeSync(opened);
    throw error;
  }
}

/** Opens the directory with this name ('' = the root itself), component by component. The caller closes it. */
export function openDirectoryBelow(root: number, name: string, links: RootLinks): number {
  const target = linkOnWay(links, name);
  let opened = openDirectoryAt(root, '.');
  for (const [depth, component] of componentsOf(name).entries()) {
    const parent = opened;
    try {
      opened =
        depth === 0 && target !== undefined
          ? openTargetAt(parent, component, target)
          : openDirectoryAt(parent, component);
    } finally {
      closeSync(parent);
    }
  }
  return opened;
}

/** Opens a regular file in `directory` for reading; throws SyncError 'refused' when it is of another kind. */
export function openFileAt(directory: number, component: string): { file: number; stat: ItemStat } {
  const file = openAt(directory, component, FILE);
  try {
    const stat = lookIn(file);
    if (stat.type !== 'file') throw new SyncError('refused', `${component}: not a regular file`);
    return { file, stat };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** True when an error says that nothing with this name is there, or that its parent is no directory. */
export function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCodeOf(error));
}

const S_IFMT = 0o170000;

export function itemStatOf(stats: BigIntStats): ItemStat {
  const mode = Number(stats.mode);
  const { mtimeNs } = stats;
  let modifiedS = mtimeNs / NS_PER_S;
  // Division truncates towards zero; before 1970 the nanoseconds still count upwards.
  if (mtimeNs < 0n && modifiedS * NS_PER_S !== mtimeNs) modifiedS -= 1n;
  return {
    type: TYPE_BY_MODE[mode & S_IFMT] ?? 'other',
    size: Number(stats.size),
    permissions: mode & 0o7777,
    modifiedS: Number(modifiedS),
    modifiedNs: Number(mtimeNs - modifiedS * NS_PER_S),
    changedNs: stats.ctimeNs,
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    device: stats.dev,
    inode: stats.ino,
  };
}
