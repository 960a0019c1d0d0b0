/**
 * Rows found by content, for many contents in one go, as a question for each takes longer than its answer. Many rows may have one
 * content, as those of empty files do: where there are far more rows than contents, each is asked for by itself, with a limit.
 */
import { keyText, MANY_NAMES } from './index-rows.js';
import { type SqlRow } from './sqlite-connection.js';

/** As a rule a content has one row. */
const ROWS_PER_CONTENT_MAX = 4;

/**
 * Of each content its rows. `all` takes the contents as a JSON array of keyText and answers rows that begin with the place
 * in it, no more than it is told; `one` answers those of one content.
 */
export function rowsOfContents(
  contents: readonly Uint8Array[],
  all: (contents: string, rowsMax: number) => SqlRow[],
  one: (content: Uint8Array) => SqlRow[],
): SqlRow[][] {
  if (contents.length < MANY_NAMES) return contents.map(one);
  const rowsMax = contents.length * ROWS_PER_CONTENT_MAX;
  const rows = all(JSON.stringify(contents.map(keyText)), rowsMax);
  if (rows.length === rowsMax) return contents.map(one);
  const found = contents.map((): SqlRow[] => []);
  for (const row of rows) found[row[0] as number]?.push(row);
  return found;
}
