/**
 * Links directly below the root of a folder that are followed: one stands for the directory that it leads to. What it
 * leads to is known by device and inode and looked at anew each time it is opened, so that a link that was exchanged,
 * or a disk that was unmounted, never leads an operation elsewhere. Links further down are never followed.
 */
import { type BigIntStats } from 'node:fs';
import { SyncError } from '../domain/errors.js';

/** The directory that a link leads to. */
export interface LinkTarget {
  /** Absolute, without links. */
  readonly path: string;
  readonly device: bigint;
  readonly inode: bigint;
  /**
   * When it was made: two disks that are mounted at one place after the other often agree in device and inode. Absent
   * where the file system does not keep it.
   */
  readonly bornNs?: bigint;
}

type FoundDirectory = Pick<BigIntStats, 'dev' | 'ino'> & Partial<Pick<BigIntStats, 'birthtimeNs'>>;

export function isSameTarget(a: LinkTarget | undefined, b: LinkTarget): boolean {
  if (a?.device !== b.device || a.inode !== b.inode) return false;
  return a.bornNs === undefined || b.bornNs === undefined || a.bornNs === b.bornNs;
}

/** What was found is that directory. */
export function isTarget(target: LinkTarget, { dev, ino, birthtimeNs }: FoundDirectory): boolean {
  if (dev !== target.device || ino !== target.inode) return false;
  const { bornNs } = target;
  return bornNs === undefined || birthtimeNs === undefined || bornNs === birthtimeNs;
}

/** By name, one component each. Travels to worker threads as it is. */
export interface RootLinks {
  /** Operations go through these. The links themselves are never removed, renamed or replaced. */
  readonly followed: ReadonlyMap<string, LinkTarget>;
  /** Nothing is done with these names and what is below them; and why. */
  readonly stopped: ReadonlyMap<string, string>;
  /** Of the followed ones those that a walk leaves out. */
  readonly hidden: ReadonlySet<string>;
  /** Links that are items themselves; undefined: all that are not named above. */
  readonly plain: ReadonlySet<string> | undefined;
}

export const NO_LINKS: RootLinks = {
  followed: new Map(),
  stopped: new Map(),
  hidden: new Set(),
  plain: undefined,
};

/** What lies directly below the root, or leads from there. */
export interface RootItem {
  readonly type: 'absent' | 'file' | 'directory' | 'symlink' | 'other';
  /** The directory itself, or the one that the link leads to; undefined: there is none. */
  readonly target: LinkTarget | undefined;
}

/** The first component. */
export function topOf(name: string): string {
  const slash = name.indexOf('/');
  return slash < 0 ? name : name.slice(0, slash);
}

/** Where the name leads through a link: what that has to be. Throws SyncError 'io' for one that is stopped. */
export function linkOnWay(links: RootLinks, name: string): LinkTarget | undefined {
  if (links.followed.size === 0 && links.stopped.size === 0) return undefined;
  const top = topOf(name);
  const reason = links.stopped.get(top);
  // Not 'missing' or 'refused': nothing may take it for gone.
  if (reason !== undefined) throw new SyncError('io', reason, true);
  return links.followed.get(top);
}

/** Throws SyncError: the name is that of a link which stays as it is. */
export function requireNoLink(links: RootLinks, name: string): void {
  if (linkOnWay(links, name) === undefined || name.includes('/')) return;
  const message = `${JSON.stringify(name)} is a link that is followed, which is never changed`;
  throw new SyncError('refused', message);
}

/** Throws SyncError 'io' unless what was opened is the directory that the link has led to. */
export function requireTarget(name: string, expected: LinkTarget, found: FoundDirectory): void {
  if (isTarget(expected, found)) return;
  throw exchanged(name, expected);
}

export function exchanged(name: string, { path }: LinkTarget, cause?: unknown): SyncError {
  const message = `the link ${JSON.stringify(name)} does not lead to the directory that it led to, ${path}`;
  return new SyncError('io', message, true, { cause });
}
