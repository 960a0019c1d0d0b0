/**
 * The port for walking a folder. Entries come in tree order (domain/tree-order.ts): a directory before what is in it,
 * siblings by the bytes of their names. Internal names (domain/file-name.ts) are left out.
 */
import { type ItemProblem } from '../../domain/errors.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export interface WalkedItem {
  readonly kind: 'item';
  readonly name: string;
  readonly stat: ItemStat;
  /** Of a symlink, else ''. */
  readonly symlinkTarget: string;
}

/** Nothing is known of this name or of anything below it: its index entries must be left alone. */
export interface WalkProblem {
  readonly kind: 'problem';
  readonly name: string;
  readonly problem: ItemProblem;
}

export type WalkEntry = WalkedItem | WalkProblem;

export abstract class Walker {
  /**
   * Walks the given names and all below them ([''] = whole folder; names sorted in tree order, none below another).
   * Batches are bounded. Throws SyncError only when the root itself fails.
   */
  abstract walk(
    fs: FolderFs,
    names: readonly string[],
    signal: AbortSignal,
  ): AsyncIterable<WalkEntry[]>;
  abstract close(): Promise<void>;
}
