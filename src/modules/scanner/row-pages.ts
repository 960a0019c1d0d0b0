/** Our index entries of the scanned trees as one sequence of pages, the next one asked for ahead of its use. */
import { NO_SUMMARIES, type SummaryPage } from '../database/summary-page.js';
import { type ScanRequest } from './scan-finding.js';

export interface RowPage {
  readonly page: SummaryPage;
  readonly isLast: boolean;
}

const LAST: RowPage = { page: NO_SUMMARIES, isLast: true };

export class RowPages {
  private tree = 0;
  private ahead: Promise<RowPage>;

  constructor(
    private readonly trees: readonly string[],
    private readonly current: ScanRequest['current'],
  ) {
    this.ahead = this.fetch(undefined);
  }

  /** Pages after the last one are empty and last too. One call at a time. */
  async next(): Promise<RowPage> {
    const page = await this.ahead;
    if (page.isLast) return page;
    const { last } = page.page;
    if (last === undefined) this.tree += 1;
    this.ahead = this.fetch(last);
    return page;
  }

  /** Waits for what is under way, whose result nobody wants. */
  async abandon(): Promise<void> {
    await this.ahead.catch(() => undefined);
  }

  private fetch(after: Uint8Array | undefined): Promise<RowPage> {
    const page = this.fetchFrom(after);
    // Its failure is told by next; until then it is not an unhandled one.
    page.catch(() => undefined);
    return page;
  }

  private async fetchFrom(after: Uint8Array | undefined): Promise<RowPage> {
    for (let from = after; this.tree < this.trees.length; this.tree += 1, from = undefined) {
      const page = await this.current(this.trees[this.tree], from);
      if (page.lengths !== '') return { page, isLast: false };
    }
    return LAST;
  }
}
