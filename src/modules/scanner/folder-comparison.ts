/**
 * What a walk finds against what the index says, both in pages as they come: pure. Runs where the data is, which is the
 * walker's thread; only what differs leaves it.
 */
import { type LocalSummary } from '../../domain/file-info.js';
import { IgnoreMatcher } from '../../domain/ignore/matcher.js';
import { type Difference } from './difference.js';
import { type ScanRules } from './scan-finding.js';
import { type PlanOptions, type PlanPage, planStep, type ScanDecision } from './scan-plan.js';
import { type WalkEntry } from './walker.js';

export class FolderComparison {
  private readonly options: PlanOptions;
  private entries: PlanPage<WalkEntry> = { list: [], isLast: false };
  private rows: PlanPage<LocalSummary> = { list: [], isLast: false };
  private problem: string | undefined;

  constructor({ ignores, ...rules }: ScanRules) {
    const matcher = new IgnoreMatcher(ignores);
    const isIgnored = (name: string): boolean => matcher.match(name).isIgnored;
    this.options = { ...rules, isIgnored };
  }

  /** Nothing goes on without more of them. */
  get wantsRows(): boolean {
    return this.rows.list.length === 0 && !this.rows.isLast;
  }

  get wantsEntries(): boolean {
    return this.entries.list.length === 0 && !this.entries.isLast;
  }

  get isOver(): boolean {
    const pages = [this.entries, this.rows];
    return pages.every(({ list, isLast }) => list.length === 0 && isLast);
  }

  /** To be given when they are wanted. */
  giveRows(list: readonly LocalSummary[], isLast: boolean): void {
    this.rows = { list, isLast };
  }

  giveEntries(list: readonly WalkEntry[], isLast: boolean): void {
    this.entries = { list, isLast };
  }

  /** What differs, as far as both sides have told. */
  step(): Difference[] {
    const step = planStep(this.entries, this.rows, this.problem, this.options);
    this.problem = step.problem;
    this.entries = { ...this.entries, list: this.entries.list.slice(step.entriesUsed) };
    this.rows = { ...this.rows, list: this.rows.list.slice(step.rowsUsed) };
    return step.decisions.map(differenceOf);
  }
}

function differenceOf(decision: ScanDecision): Difference {
  const { kind, row } = decision;
  if (kind === 'gone' || kind === 'ignored') return { kind, name: decision.row.name };
  return { kind, item: decision.item, blockSize: row?.blockSize ?? 0 };
}
