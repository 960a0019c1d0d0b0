/**
 * The port for walking a folder. Entries come in tree order (domain/tree-order.ts): a directory before what is in it,
 * siblings by the bytes of their names in NFC, so that a name found in another normal form stands where its index
 * entry stands. Internal names and temp names (domain/file-name.ts) are left out, and so is what is neither file,
 * directory nor link.
 */
import { type ItemProblem } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export interface WalkedItem {
  readonly kind: 'item';
  readonly name: string;
  readonly stat: ItemStat;
  /** Of a symlink, else ''. */
  readonly symlinkTarget: string;
}

/**
 * Nothing is known of this name or of anything below it: its index entries must be left alone. Code 'changed' means that
 * it was exchanged under way and a second look will tell.
 */
export interface WalkProblem {
  readonly kind: 'problem';
  readonly name: string;
  readonly problem: ItemProblem;
}

export type WalkEntry = WalkedItem | WalkProblem;

export abstract class Walker {
  /**
   * Walks the given names and all below them ([''] = whole folder; names sorted in tree order, none below another).
   * A name whose parent is missing, a link or no directory is absent. Batches are bounded and made ahead of the reader
   * only up to a bound. Ignored items are left out, but for directories with something kept in them. Throws SyncError
   * only when the root itself fails, and signal.reason when aborted.
   */
  abstract walk(
    fs: FolderFs,
    names: readonly string[],
    signal: AbortSignal,
    ignores?: readonly IgnorePattern[],
  ): AsyncIterable<WalkEntry[]>;
  abstract close(): Promise<void>;
}
