/** What the file system in memory allows of the items that it finds, as a system would. */
import { type ItemStat } from './folder-fs.js';
import { changedItem, isSameState } from './item-state.js';
import { type Place, systemError } from './memory-disk.js';
import { type MemoryNode } from './memory-node.js';

/** Throws 'changed'. */
export function requireSeen({ entry }: Place, name: string, seen: ItemStat): void {
  if (entry === undefined || !isSameState(seen, entry.node.stat())) throw changedItem(name);
}

export function isEmpty(directory: MemoryNode): boolean {
  return directory.entries.size + directory.undecodable.length === 0;
}

/** Throws as the system does when one may not take the place of the other. */
export function checkReplaceable(old: MemoryNode, replacement: MemoryNode): void {
  if (replacement.type !== 'directory') {
    if (old.type === 'directory') throw systemError('EISDIR');
    return;
  }
  if (old.type !== 'directory') throw systemError('ENOTDIR');
  if (!isEmpty(old)) throw systemError('ENOTEMPTY');
}

export function requireOneDisk(a: MemoryNode, b: MemoryNode): void {
  if (a.device !== b.device) throw systemError('EXDEV');
}
