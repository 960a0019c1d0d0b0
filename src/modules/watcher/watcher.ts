/**
 * The port for watching a folder's tree: tells which names may have changed since the tree is watched. What it tells is a
 * hint for a scan, never news itself: too much costs time only, but nothing that changes may be kept back.
 */
import { type SyncError } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type ItemStat } from '../../platform/folder-fs.js';

/**
 * 'item': it, or what is in it, may be another. 'gone': nothing is there. 'tree': it and all below it must be looked at,
 * since it was exchanged for another or too much happened in it.
 */
export type ChangeKind = 'item' | 'gone' | 'tree';

export interface PathChange {
  /** From the folder's root as found on disk, '' = the whole folder. */
  readonly name: string;
  readonly kind: ChangeKind;
}

/** A directory elsewhere that a name in the folder stands for, as where a link is followed. */
export interface WatchMount {
  readonly name: string;
  /** Absolute path. */
  readonly path: string;
}

/** What of a tree is watched; may be replaced while it is. */
export interface WatchScope {
  readonly patterns: readonly IgnorePattern[];
  /** Names of the files that the patterns come from; told by patternsChanged, whether or not they are ignored. */
  readonly patternFiles: readonly string[];
  readonly mounts: readonly WatchMount[];
}

export interface WatchTarget extends WatchScope {
  /** Absolute path of the folder's root. */
  readonly root: string;
}

export interface WatchListener {
  /** All directories are watched by now: after the start, and after each follow. */
  watching(): void;
  /** Bounded in number; the next come only after this call. Ignored, temporary and internal names are left out. */
  changed(changes: readonly PathChange[]): void;
  patternsChanged(): void;
  /**
   * Nothing is watched any more, and the watcher is closed. Code 'missing': the root is gone or is another directory;
   * 'refused': a limit of the system, which the message names; else 'io'.
   */
  failed(error: SyncError): void;
}

/** What is on disk under a name. */
export type SeenItem = Pick<
  ItemStat,
  'type' | 'size' | 'permissions' | 'modifiedS' | 'modifiedNs'
> & {
  /** Of a symlink, else ''. */
  readonly symlinkTarget: string;
};

export abstract class Watcher {
  /** Other patterns or mounts from now on. */
  abstract follow(scope: WatchScope): void;
  /** Same order and length as names; undefined where nothing is, or nothing can be told. Rejects when closed. */
  abstract look(names: readonly string[]): Promise<readonly (SeenItem | undefined)[]>;
  /** Nothing is told after this. */
  abstract close(): void;
}

export abstract class WatcherFactory {
  /** Returns at once; what comes of it is told to the listener, never within this call. */
  abstract watch(target: WatchTarget, listener: WatchListener): Watcher;
  /** Makes ready what the first watch will need. */
  abstract prepare(): void;
  abstract close(): Promise<void>;
}
