/** One page of a list that the index gives in parts: read as far as the page goes. */
import { type FileInfo } from '../../domain/file-info.js';
import { type WalkedItems } from '../database/index-database.js';
import { type Page } from './query-values.js';

export async function walkedPage(
  { page, perpage }: Page,
  part: (from: Uint8Array | undefined) => Promise<WalkedItems>,
): Promise<FileInfo[]> {
  const skipped = (page - 1) * perpage;
  const found: FileInfo[] = [];
  let position: Uint8Array | undefined;
  let seen = 0;
  do {
    const { items, next } = await part(position);
    for (const item of items) {
      if (seen >= skipped && found.length < perpage) found.push(item);
      seen += 1;
    }
    position = next;
  } while (position !== undefined && found.length < perpage);
  return found;
}
