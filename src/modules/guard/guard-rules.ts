/** When a change set is too much for a folder. Pure. */

export type GuardMode = 'off' | 'warn' | 'hold';

export interface GuardRules {
  readonly mode: GuardMode;
  /** More than this share of the folder's files, in percent … */
  readonly percent: number;
  /** … and at least so many. */
  readonly filesMin: number;
}

/** Of a folder that had `files` of them. */
export function isTooMuch(lost: number, files: number, { percent, filesMin }: GuardRules): boolean {
  return lost >= filesMin && lost > 0 && lost * 100 > files * percent;
}

/** A root with no more than this share of its files left counts as emptied. */
export const EMPTIED_LEFT_PERCENT = 5;

export function isEmptied(lost: number, files: number): boolean {
  return lost > 0 && (files - lost) * 100 <= files * EMPTIED_LEFT_PERCENT;
}
