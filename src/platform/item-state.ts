/** Whether two looks at an item found the same: what tells a user's change from what was there. */
import { SyncError } from '../domain/errors.js';
import { type HashedFile, type ItemStat } from './folder-fs.js';

/** The same file with the same content, as far as a look can tell; its other metadata may have changed. */
export function isSameFile(a: ItemStat, b: ItemStat): boolean {
  return (
    a.inode === b.inode &&
    a.device === b.device &&
    a.size === b.size &&
    a.modifiedS === b.modifiedS &&
    a.modifiedNs === b.modifiedNs
  );
}

/** The content is the one that was hashed, as far as a look can tell. */
export function isAsHashed(found: ItemStat, hashed: HashedFile): boolean {
  return (
    found.size === hashed.size &&
    found.modifiedS === hashed.modifiedS &&
    found.modifiedNs === hashed.modifiedNs
  );
}

/** Nothing at all was done to the item between two looks: same item, content and metadata untouched. */
export function isSameState(a: ItemStat, b: ItemStat): boolean {
  return a.changedNs === b.changedNs && isSameFile(a, b);
}

export function changedItem(name: string): SyncError {
  return new SyncError('changed', `${JSON.stringify(name)} is not what it was`, true);
}
