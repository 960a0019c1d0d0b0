/**
 * What to do with each name, from what is on disk and what the index says: pure. Both come in tree order and in pages,
 * so the plan merges what it has and says how far it got.
 */
import { INVALID_FLAGS, LocalFlag, type LocalSummary } from '../../domain/file-info.js';
import { timesEqual } from '../../domain/file-info-rules.js';
import { ownershipIn, sameOwnership } from '../../domain/platform-data.js';
import { compareTreeOrder, isBelow } from '../../domain/tree-order.js';
import { type KnownAccounts } from '../../platform/account-names.js';
import { ownerOf } from './item-owner.js';
import { type WalkEntry, type WalkedItem } from './walker.js';

export type ScanDecision =
  /** The item is as the index says, but for what needs no look at its content. */
  | { readonly kind: 'metadata'; readonly item: WalkedItem; readonly row: LocalSummary | undefined }
  /** A file whose content may be another. */
  | { readonly kind: 'hash'; readonly item: WalkedItem; readonly row: LocalSummary | undefined }
  | { readonly kind: 'gone'; readonly row: LocalSummary }
  | { readonly kind: 'ignored'; readonly row: LocalSummary };

/** Items of kind 'other' count as absent. */
export interface PlanOptions {
  readonly ignorePerms: boolean;
  /** As of ScanRequest. */
  readonly modTimeWindowNs?: number;
  readonly accounts?: KnownAccounts | undefined;
  readonly isReceiveOnly?: boolean;
  /** Whether the patterns leave an item out; the walk gave those out that are kept for what is in them. */
  readonly isIgnored: (name: string) => boolean;
}

/** The next page of one side; isLast: there is nothing after it. */
export interface PlanPage<T> {
  readonly list: readonly T[];
  readonly isLast: boolean;
}

export interface PlanStep {
  readonly decisions: ScanDecision[];
  readonly entriesUsed: number;
  readonly rowsUsed: number;
  /** The problem under which entries and rows are being passed over; to be given to the next step. */
  readonly problem: string | undefined;
}

/** Goes on until one side has used up a page that is not its last. */
export function planStep(
  entries: PlanPage<WalkEntry>,
  rows: PlanPage<LocalSummary>,
  problem: string | undefined,
  options: PlanOptions,
): PlanStep {
  const decisions: ScanDecision[] = [];
  let e = 0;
  let r = 0;
  let passedOver = problem;
  for (;;) {
    const entry = entries.list.at(e);
    const row = rows.list.at(r);
    if (isUsedUp(entries, e) || isUsedUp(rows, r)) break;
    if (entry === undefined && row === undefined) break;
    const order = orderOf(entry, row);
    const found = order <= 0 ? entry : undefined;
    const recorded = order >= 0 ? row : undefined;
    if (found !== undefined) e += 1;
    if (recorded !== undefined) r += 1;
    const name = found?.name ?? recorded?.name ?? '';
    if (passedOver !== undefined && isBelow(name, passedOver)) continue;
    if (found?.kind === 'problem') {
      passedOver = name;
      continue;
    }
    const decision = decide(found, recorded, options);
    if (decision !== undefined) decisions.push(decision);
  }
  return { decisions, entriesUsed: e, rowsUsed: r, problem: passedOver };
}

/** More may follow that comes before what the other side has next. */
function isUsedUp<T>(page: PlanPage<T>, used: number): boolean {
  return used === page.list.length && !page.isLast;
}

function orderOf(entry: WalkEntry | undefined, row: LocalSummary | undefined): number {
  if (entry === undefined) return 1;
  if (row === undefined) return -1;
  return entry.name === row.name ? 0 : compareTreeOrder(entry.name, row.name);
}

/** What one name needs; undefined when nothing is to be done. */
export function decide(
  found: WalkedItem | undefined,
  row: LocalSummary | undefined,
  options: PlanOptions,
): ScanDecision | undefined {
  const item = found?.stat.type === 'other' ? undefined : found;
  if (item === undefined) return row === undefined ? undefined : decideMissing(row, options);
  const isFile = item.stat.type === 'file';
  if (row === undefined || !isComparable(row, options) || row.type !== item.stat.type) {
    return { kind: isFile ? 'hash' : 'metadata', item, row };
  }
  if (isFile && !isContentAsRecorded(item, row, options)) return { kind: 'hash', item, row };
  if (!isOwnerAsRecorded(item, row, options)) return { kind: 'metadata', item, row };
  if (item.stat.type === 'symlink') {
    return item.symlinkTarget === row.symlinkTarget ? undefined : { kind: 'metadata', item, row };
  }
  return arePermissionsAsRecorded(item, row, options) ? undefined : { kind: 'metadata', item, row };
}

function decideMissing(row: LocalSummary, { isIgnored }: PlanOptions): ScanDecision | undefined {
  const isMarked = (row.localFlags & LocalFlag.ignored) !== 0;
  if (isIgnored(row.name)) return isMarked ? undefined : { kind: 'ignored', row };
  return isMarked || isMissed(row) || isKept(row) ? { kind: 'gone', row } : undefined;
}

/** Changed in a receive-only folder. */
function isKept(row: LocalSummary): boolean {
  return (row.localFlags & LocalFlag.receiveOnly) !== 0;
}

/** An entry marked unsupported is for an item that this platform never had on disk. */
function isMissed(row: LocalSummary): boolean {
  return !row.deleted && (row.localFlags & LocalFlag.unsupported) === 0;
}

/**
 * The entry tells of a valid item; one of a deleted or unusable item says nothing about what is there now. What was
 * changed while the folder was receive-only is to be announced anew when it no longer is.
 */
function isComparable(row: LocalSummary, { isReceiveOnly }: PlanOptions): boolean {
  const unusable = INVALID_FLAGS & ~(isReceiveOnly ? LocalFlag.receiveOnly : 0);
  return !row.deleted && (row.localFlags & unusable) === 0;
}

function isContentAsRecorded(
  { stat }: WalkedItem,
  row: LocalSummary,
  { modTimeWindowNs = 0 }: PlanOptions,
): boolean {
  const recorded = { modifiedS: row.diskModifiedS, modifiedNs: row.diskModifiedNs };
  return stat.size === row.size && timesEqual(stat, recorded, modTimeWindowNs);
}

function isOwnerAsRecorded(
  { stat }: WalkedItem,
  { platform = null }: LocalSummary,
  { accounts }: PlanOptions,
): boolean {
  if (accounts === undefined) return true;
  const found = ownerOf(stat, accounts);
  return found === undefined || sameOwnership(found, ownershipIn(platform));
}

const RWX = 0o777;

function arePermissionsAsRecorded(
  { stat }: WalkedItem,
  row: LocalSummary,
  { ignorePerms }: PlanOptions,
): boolean {
  if (ignorePerms || row.noPermissions) return true;
  return (stat.permissions & RWX) === (row.permissions & RWX);
}
