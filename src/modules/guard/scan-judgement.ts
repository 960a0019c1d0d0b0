/**
 * What becomes of the deletes and replaces that a scan found: pure. They are held where the disk rather than a user may
 * have done it: the root is nearly empty all at once, or is another directory than the index was made from.
 */
import { type GuardRules, isEmptied, isTooMuch } from './guard-rules.js';

export interface ScanHold {
  readonly reason: 'emptied' | 'exchanged';
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  readonly deletes: number;
  readonly replaces: number;
  /** Of the files that are gone or replaced, as the index has them. */
  readonly bytes: number;
  /** The first names. */
  readonly examples: readonly string[];
}

/** Outlives restarts. */
export interface ScanMemory {
  readonly hold?: ScanHold;
  /**
   * Files that the index had when the root was first found exchanged, or something was first held: what is new there
   * since says nothing of them.
   */
  readonly files?: number;
  /** Decided, and not carried out to the end: so many files may be recorded as gone or replaced, or all are to come back. */
  readonly decision?:
    { readonly kind: 'record'; readonly upTo: number } | { readonly kind: 'restore' };
}

export const NO_SCAN_MEMORY: ScanMemory = {};

export interface ScanFacts {
  readonly rules: GuardRules;
  /** Files of the index before the scan. */
  readonly files: number;
  /** Counted in this scan. */
  readonly deletes: number;
  readonly replaces: number;
  /** Files that are missing already, as scans of the last minutes recorded them as deleted. */
  readonly recent: number;
  readonly isExchanged: boolean;
  /** The whole folder was scanned. */
  readonly isWhole: boolean;
}

export type ScanVerdict =
  | { readonly kind: 'record' }
  | { readonly kind: 'hold'; readonly reason: ScanHold['reason'] }
  /** So much goes that the next look decides. */
  | { readonly kind: 'wait' };

export function judgeScan(facts: ScanFacts, memory: ScanMemory): ScanVerdict {
  const { hold, decision } = memory;
  const { rules, deletes, replaces, recent, isExchanged } = facts;
  const lost = deletes + replaces;
  if (rules.mode === 'off') return { kind: 'record' };
  // A part says nothing of the whole.
  if (hold !== undefined && !facts.isWhole) return { kind: 'hold', reason: hold.reason };
  if (isExchanged && !facts.isWhole) return { kind: 'wait' };
  if (lost === 0) return { kind: 'record' };
  const base = Math.min(facts.files, memory.files ?? facts.files) + recent;
  if (!isTooMuch(lost + recent, base, rules)) return { kind: 'record' };
  // A few more than were shown may have gone meanwhile.
  if (decision?.kind === 'record' && lost <= decision.upTo + rules.filesMin) {
    return { kind: 'record' };
  }
  if (hold !== undefined) return { kind: 'hold', reason: hold.reason };
  if (isExchanged) return { kind: 'hold', reason: 'exchanged' };
  if (isEmptied(deletes + recent, base)) return { kind: 'hold', reason: 'emptied' };
  return { kind: facts.isWhole ? 'record' : 'wait' };
}
