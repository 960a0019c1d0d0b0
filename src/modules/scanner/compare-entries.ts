/** A comparison in the thread of its caller: of walks that are not made in a thread of their own. */
import { summariesOf } from '../database/summary-page.js';
import { type Difference } from './difference.js';
import { FolderComparison } from './folder-comparison.js';
import { type NamedEntries } from './name-forms.js';
import { type ScanRules } from './scan-finding.js';
import { type RowSource } from './walker.js';

export async function* compareEntries(
  batches: AsyncIterable<NamedEntries>,
  rows: RowSource,
  rules: ScanRules,
): AsyncGenerator<Difference[], void> {
  const comparison = new FolderComparison(rules);
  for await (const { entries, told } of batches) {
    if (told.length > 0) yield [...told];
    comparison.giveEntries(entries, false);
    while (!comparison.wantsEntries) yield* stepWith(comparison, rows);
  }
  comparison.giveEntries([], true);
  while (!comparison.isOver) yield* stepWith(comparison, rows);
}

async function* stepWith(
  comparison: FolderComparison,
  rows: RowSource,
): AsyncGenerator<Difference[], void> {
  if (comparison.wantsRows) {
    const { page, isLast } = await rows.next();
    comparison.giveRows(summariesOf(page), isLast);
  }
  const found = comparison.step();
  if (found.length > 0) yield found;
}
