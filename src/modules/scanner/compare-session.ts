/**
 * A walk in the walker's thread that is compared there with the index: rows come in, page by page, and what differs goes
 * out, bounded in number, bytes and time as the batches of a walk are.
 */
import { type Clock } from '../../platform/clock.js';
import { NO_SUMMARIES, SummaryReader } from '../database/summary-page.js';
import { type Difference, type DifferenceBatch, packDifferences } from './difference.js';
import { FolderComparison } from './folder-comparison.js';
import { NameForms } from './name-forms.js';
import { type RowPage } from './row-pages.js';
import { type ScanRules } from './scan-finding.js';
import { type WalkReader } from './walk-reader.js';

/** Compared at once; few of them are objects at a time, so that they are gone before they are collected. */
const ENTRIES_AT_ONCE = 250;
const ROWS_AT_ONCE = 250;
const DIFFERENCES_MAX = 750;
/** After this the thread listens again. */
const ADVANCE_MS_MAX = 100;

export class CompareSession {
  private readonly comparison: FolderComparison;
  private readonly forms: NameForms;
  private readonly pages: RowPage[] = [];
  private rows = new SummaryReader(NO_SUMMARIES);
  private isLastPage = false;

  constructor(
    private readonly reader: WalkReader,
    rules: ScanRules,
    private readonly clock: Clock,
  ) {
    this.comparison = new FolderComparison(rules);
    this.forms = new NameForms(rules.autoNormalize);
  }

  giveRows(rows: RowPage): void {
    this.pages.push(rows);
  }

  /** undefined: rows have to come first. */
  advance(): { differences: DifferenceBatch; rowsTaken: number; isLast: boolean } | undefined {
    const { comparison } = this;
    const found: Difference[] = [];
    let rowsTaken = 0;
    const endMs = this.clock.monotonicMs() + ADVANCE_MS_MAX;
    while (found.length < DIFFERENCES_MAX && this.clock.monotonicMs() < endMs) {
      if (comparison.wantsRows) {
        if (this.rows.isAtEnd) {
          // One page for each reply: who reads the index is to be told soon that there is room for the next.
          const page = rowsTaken === 0 ? this.pages.shift() : undefined;
          if (page === undefined) {
            if (rowsTaken === 0 && found.length === 0) return undefined;
            break;
          }
          this.rows = new SummaryReader(page.page);
          this.isLastPage = page.isLast;
          rowsTaken += 1;
        }
        const rows = this.rows.read(ROWS_AT_ONCE);
        comparison.giveRows(rows, this.isLastPage && this.rows.isAtEnd);
      }
      if (comparison.wantsEntries) found.push(...this.readOn());
      found.push(...comparison.step());
      if (comparison.isOver) break;
    }
    return { differences: packDifferences(found), rowsTaken, isLast: comparison.isOver };
  }

  private readOn(): readonly Difference[] {
    const { found, isLast } = this.reader.batch(ENTRIES_AT_ONCE);
    const { entries, told } = this.forms.apply(found);
    this.comparison.giveEntries(entries, isLast);
    return told;
  }
}
