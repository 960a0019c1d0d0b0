/** Walk entries as they travel from the worker: a few flat values for each batch instead of objects for each item. */
import { type ErrorCode } from '../../domain/errors.js';
import {
  columnBuffers,
  newStatColumns,
  putStat,
  statAt,
  type StatColumns,
} from './stat-columns.js';
import { type WalkEntry } from './walker.js';

export interface WalkBatch {
  /** Joined by NUL, which no name contains; '' with count 0. */
  readonly names: string;
  readonly count: number;
  /** A row for each entry; of a problem all zero. */
  readonly stats: StatColumns;
  /** By index of the entry. */
  readonly targets: ReadonlyMap<number, string>;
  readonly problems: ReadonlyMap<number, { code: ErrorCode; message: string }>;
}

export function packBatch(entries: readonly WalkEntry[]): WalkBatch {
  const stats = newStatColumns(entries.length);
  const targets = new Map<number, string>();
  const problems = new Map<number, { code: ErrorCode; message: string }>();
  entries.forEach((entry, index) => {
    if (entry.kind === 'problem') {
      problems.set(index, { code: entry.problem.code, message: entry.problem.message });
      return;
    }
    putStat(stats, index, entry.stat);
    if (entry.symlinkTarget !== '') targets.set(index, entry.symlinkTarget);
  });
  const names = entries.map((entry) => entry.name).join('\0');
  return { names, count: entries.length, stats, targets, problems };
}

export function unpackBatch(batch: WalkBatch): WalkEntry[] {
  if (batch.count === 0) return [];
  return batch.names.split('\0').map((name, index): WalkEntry => {
    const found = batch.problems.get(index);
    if (found !== undefined) return { kind: 'problem', name, problem: { name, ...found } };
    const symlinkTarget = batch.targets.get(index) ?? '';
    return { kind: 'item', name, stat: statAt(batch.stats, index), symlinkTarget };
  });
}

export function batchBuffers(batch: WalkBatch): ArrayBuffer[] {
  return columnBuffers(batch.stats);
}
