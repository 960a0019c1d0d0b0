/**
 * Where blocks of small files lie in our own folders, looked up for a page of needs at once: a call for each file would
 * cost more than the look. What is recorded meanwhile is missed, and fetched instead.
 */
import { blockHash, blockLength, isZeroBlock } from '../../domain/block.js';
import {
  type BlockLocation,
  type IndexDatabase,
  type NeededItem,
} from '../database/index-database.js';
import { isSmallFile } from './small-file-rules.js';

type Places = readonly BlockLocation[];

export class OwnPlaces {
  /** Of each item its page, and its place there. */
  private readonly pages = new WeakMap<NeededItem, readonly [Promise<readonly Places[]>, number]>();

  constructor(private readonly database: Pick<IndexDatabase, 'findBlocks'>) {}

  /** Begins the look; `of` waits for it. */
  lookUp(items: readonly NeededItem[]): void {
    const small = items.filter((item) => isSmallFile(item) && hasContent(item));
    if (small.length === 0) return;
    const found = this.database.findBlocks(small.map(({ global }) => blockHash(global, 0)));
    found.catch(() => undefined);
    small.forEach((item, index) => this.pages.set(item, [found, index]));
  }

  /** Of the one block of the file. */
  async of(item: NeededItem): Promise<Places> {
    const known = this.pages.get(item);
    const [page, index] = known ?? [this.database.findBlocks([blockHash(item.global, 0)]), 0];
    return (await page)[index] ?? [];
  }

  /** Those of the items whose one block lies nowhere here; of which no look was begun is not known to be one. */
  async nowhere(items: readonly NeededItem[]): Promise<NeededItem[]> {
    const pages = new Map<Promise<readonly Places[]>, readonly Places[]>();
    for (const item of items) {
      const page = this.pages.get(item)?.[0];
      if (page !== undefined && !pages.has(page)) pages.set(page, await page);
    }
    return items.filter((item) => {
      const [page, index] = this.pages.get(item) ?? [];
      const places = page && pages.get(page)?.[index ?? 0];
      return places?.length === 0;
    });
  }
}

/** Else it need not be looked for: there is none, or it is zeros. */
export function hasContent({ global }: NeededItem): boolean {
  return global.size > 0 && !isZeroBlock(blockHash(global, 0), blockLength(global, 0));
}
