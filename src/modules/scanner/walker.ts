/**
 * The port for walking a folder. Entries come in tree order (domain/tree-order.ts): a directory before what is in it,
 * siblings by the bytes of their names in NFC, so that a name found in another normal form stands where its index
 * entry stands. Internal names and temp names (domain/file-name.ts) are left out, and so is what is neither file,
 * directory nor link.
 */
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type Difference } from './difference.js';
import { type RowPage } from './row-pages.js';
import { type ScanRules } from './scan-finding.js';
import { type WalkedItem, type WalkEntry, type WalkProblem } from './walk-entry.js';

export { type WalkedItem, type WalkEntry, type WalkProblem };

/** Our index entries of the names that are compared, in tree order. */
export interface RowSource {
  /** Pages after the last one are last too. Called again when the promise before is settled. */
  next(): Promise<RowPage>;
}

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
  /**
   * Walks as walk does, compares with the index and tells what differs, in the order of the names, problems told early.
   * A name that is on disk in another normal form is told and passed over, with its index entries and all below it.
   */
  abstract compare(
    fs: FolderFs,
    names: readonly string[],
    rows: RowSource,
    rules: ScanRules,
    signal: AbortSignal,
  ): AsyncIterable<Difference[]>;
  abstract close(): Promise<void>;
}
