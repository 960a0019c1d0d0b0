/** What differs between a folder and its index, as a comparison tells it; and as it travels between threads. */
import { type ItemProblem } from '../../domain/errors.js';
import {
  columnBuffers,
  newStatColumns,
  putStat,
  statAt,
  type StatColumns,
} from './stat-columns.js';
import { type WalkedItem } from './walk-entry.js';

export type Difference =
  | {
      /** As of ScanDecision. */
      readonly kind: 'metadata' | 'hash';
      readonly item: WalkedItem;
      /** Of the index entry; 0: it has none. */
      readonly blockSize: number;
    }
  | {
      /** otherForm: on disk under this name, which is not in NFC; nothing below it was compared. */
      readonly kind: 'gone' | 'ignored' | 'otherForm';
      readonly name: string;
    }
  | { readonly kind: 'problem'; readonly problem: ItemProblem };

const KINDS = ['metadata', 'hash', 'gone', 'ignored', 'otherForm', 'problem'] as const;

/** A few flat values instead of objects for each (stat-columns.ts). */
export interface DifferenceBatch {
  /** Positions in KINDS. */
  readonly kinds: Uint8Array<ArrayBuffer>;
  /** Joined by NUL, which no name contains. */
  readonly names: string;
  /** Rows for items only, in a row for each difference. */
  readonly stats: StatColumns;
  readonly blockSizes: Float64Array<ArrayBuffer>;
  /** By position. */
  readonly targets: ReadonlyMap<number, string>;
  readonly problems: ReadonlyMap<number, Pick<ItemProblem, 'code' | 'message'>>;
}

export function packDifferences(list: readonly Difference[]): DifferenceBatch {
  const kinds = new Uint8Array(list.length);
  const stats = newStatColumns(list.length);
  const blockSizes = new Float64Array(list.length);
  const targets = new Map<number, string>();
  const problems = new Map<number, Pick<ItemProblem, 'code' | 'message'>>();
  const names = list.map((difference, at) => {
    kinds[at] = KINDS.indexOf(difference.kind);
    if ('name' in difference) return difference.name;
    if (difference.kind === 'problem') {
      const { name, code, message } = difference.problem;
      problems.set(at, { code, message });
      return name;
    }
    const { item, blockSize } = difference;
    putStat(stats, at, item.stat);
    blockSizes[at] = blockSize;
    if (item.symlinkTarget !== '') targets.set(at, item.symlinkTarget);
    return item.name;
  });
  return { kinds, names: names.join('\0'), stats, blockSizes, targets, problems };
}

export function unpackDifferences(batch: DifferenceBatch): Difference[] {
  const { kinds, stats, blockSizes, targets, problems } = batch;
  if (kinds.length === 0) return [];
  return batch.names.split('\0').map((name, at): Difference => {
    const kind = KINDS[kinds[at]];
    if (kind === 'problem') {
      return { kind, problem: { name, code: 'io', message: '', ...problems.get(at) } };
    }
    if (kind !== 'metadata' && kind !== 'hash') return { kind, name };
    const symlinkTarget = targets.get(at) ?? '';
    const item: WalkedItem = { kind: 'item', name, stat: statAt(stats, at), symlinkTarget };
    return { kind, item, blockSize: blockSizes[at] };
  });
}

export function differenceBuffers(batch: DifferenceBatch): ArrayBuffer[] {
  return [...columnBuffers(batch.stats), batch.kinds.buffer, batch.blockSizes.buffer];
}
