/** Our index entries of the scanned trees as one sequence of pages, the next one asked for ahead of its use. */
import { type LocalSummary } from '../../domain/file-info.js';
import { type ScanRequest } from './scan-finding.js';
import { type PlanPage } from './scan-plan.js';

const LAST: PlanPage<LocalSummary> = { list: [], isLast: true };

export class RowPages {
  private tree = 0;
  private ahead: Promise<PlanPage<LocalSummary>>;

  constructor(
    private readonly trees: readonly string[],
    private readonly current: ScanRequest['current'],
  ) {
    this.ahead = this.fetch(undefined);
  }

  /** Pages after the last one are empty and last too. */
  async next(): Promise<PlanPage<LocalSummary>> {
    const page = await this.ahead;
    if (!page.isLast) this.ahead = this.fetch(page.list.at(-1)?.name);
    return page;
  }

  /** Waits for what is under way, whose result nobody wants. */
  async abandon(): Promise<void> {
    await this.ahead.catch(() => undefined);
  }

  private fetch(after: string | undefined): Promise<PlanPage<LocalSummary>> {
    const page = this.fetchFrom(after);
    // Its failure is told by next; until then it is not an unhandled one.
    page.catch(() => undefined);
    return page;
  }

  private async fetchFrom(after: string | undefined): Promise<PlanPage<LocalSummary>> {
    for (let from = after; this.tree < this.trees.length; this.tree += 1, from = undefined) {
      const list = await this.current(this.trees[this.tree], from);
      if (list.length > 0) return { list, isLast: false };
    }
    return LAST;
  }
}
