/** A last look right before an item is replaced or removed. */
import * as fs from 'node:fs';
import { itemStatOf } from './confined-open.js';
import { type ItemStat } from './folder-fs.js';
import { changedItem, isSameState } from './item-state.js';

/** Throws 'changed' unless the item is what was seen; also when it is gone. `name` is for the error. */
export function requireSeen(path: string, name: string, seen: ItemStat): void {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !isSameState(seen, itemStatOf(found))) throw changedItem(name);
}
