/** What a scan is asked and what it tells. */
import { type ItemProblem } from '../../domain/errors.js';
import { type ItemType } from '../../domain/file-info.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type Ownership } from '../../domain/platform-data.js';
import { type KnownAccounts } from '../../platform/account-names.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type SummaryPage } from '../database/summary-page.js';

/** How disk and index are compared. Goes from thread to thread as it is. */
export interface ScanRules {
  readonly ignorePerms: boolean;
  /** Modification times on disk closer than this to what the index says are the same. Absent: 0. */
  readonly modTimeWindowNs?: number;
  /** Owners and groups are told, with these names. Absent: they are not looked at. */
  readonly accounts?: KnownAccounts | undefined;
  /** What is left out; index entries of items that these match are told as ignored. */
  readonly ignores: readonly IgnorePattern[];
  /** Changes are kept here: entries that are marked so are as good as any. Of deleted ones each scan tells again. */
  readonly isReceiveOnly?: boolean;
  /** Names on disk in another normal form are renamed to NFC; otherwise they are problems. */
  readonly autoNormalize: boolean;
}

export interface ScanRequest extends ScanRules {
  readonly fs: FolderFs;
  /** What to scan, with all below it; [''] = the whole folder. */
  readonly names: readonly string[];
  /** A page of our index entries under `tree` after the tree key `after`; an empty one ends it. */
  readonly current: (tree: string, after: Uint8Array | undefined) => Promise<SummaryPage>;
  /** Something is gone that was not told of yet. */
  readonly onGone?: () => void;
  readonly signal: AbortSignal;
}

/** An item as it is on disk. */
export interface ScannedItem {
  readonly name: string;
  readonly type: ItemType;
  /** Bytes; 0 for non-files. */
  readonly size: number;
  /** As found on disk; 0 for links, whose times the network does not carry. */
  readonly modifiedS: number;
  readonly modifiedNs: number;
  /** Permission bits 0o777; 0 for links. */
  readonly permissions: number;
  /** Of a link, else ''. */
  readonly symlinkTarget: string;
  /** Absent where owners are not looked at. */
  readonly owner?: Ownership | undefined;
  /** 0 for non-files. */
  readonly blockSize: number;
  /**
   * Empty for non-files. undefined: only the permissions of a file changed, size and time on disk are those of its
   * index entry, and so its blocks and its announced time still hold.
   */
  readonly blockHashes: Uint8Array | undefined;
}

/**
 * A problem with code 'changed' is an item that changed while it was looked at: to be scanned again a little later.
 * An item that is a problem, and all below it, keeps its index entries.
 */
export type ScanFinding =
  | { readonly kind: 'changed'; readonly item: ScannedItem }
  | { readonly kind: 'gone'; readonly name: string }
  /** In the index, and left out from now on; whether it is on disk does not matter. */
  | { readonly kind: 'ignored'; readonly name: string }
  | { readonly kind: 'problem'; readonly problem: ItemProblem };
