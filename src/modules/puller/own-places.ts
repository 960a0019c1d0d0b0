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

export class OwnPlaces {
  private readonly places = new WeakMap<NeededItem, Promise<readonly BlockLocation[]>>();

  constructor(private readonly database: Pick<IndexDatabase, 'findBlocks'>) {}

  /** Begins the look; `of` waits for it. */
  lookUp(items: readonly NeededItem[]): void {
    const small = items.filter(
      (item) => isSmallFile(item) && item.global.size > 0 && !isZero(item),
    );
    if (small.length === 0) return;
    const found = this.database.findBlocks(small.map(({ global }) => blockHash(global, 0)));
    small.forEach((item, index) => {
      const places = found.then((all) => all[index] ?? []);
      places.catch(() => undefined);
      this.places.set(item, places);
    });
  }

  /** Of the one block of the file. */
  async of(item: NeededItem): Promise<readonly BlockLocation[]> {
    const known = this.places.get(item);
    if (known !== undefined) return known;
    const [places = []] = await this.database.findBlocks([blockHash(item.global, 0)]);
    return places;
  }
}

function isZero({ global }: NeededItem): boolean {
  return isZeroBlock(blockHash(global, 0), blockLength(global, 0));
}
