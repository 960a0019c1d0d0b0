/** What a walk gives out. */
import { type ItemProblem } from '../../domain/errors.js';
import { type ItemStat } from '../../platform/folder-fs.js';

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
