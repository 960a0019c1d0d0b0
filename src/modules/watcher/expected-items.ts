/**
 * What the node itself has just put in place or removed: its own work need not be scanned again. An entry says only what
 * the index says of the name, so that whatever a scan would find is found. Bounded in number and time.
 */
import { type LocalFileInfo } from '../../domain/file-info.js';
import { isBelow } from '../../domain/tree-order.js';
import { type SeenItem } from './watcher.js';

/** Names kept; the oldest are forgotten first, and scanned in vain. */
export const EXPECTED_MAX = 10_000;
/** Events come within a moment, but a busy path waits. */
export const EXPECTED_MS = 10_000;

type Expected = Pick<
  LocalFileInfo,
  | 'type'
  | 'size'
  | 'permissions'
  | 'noPermissions'
  | 'deleted'
  | 'diskModifiedS'
  | 'diskModifiedNs'
  | 'symlinkTarget'
> & { readonly untilMs: number };

const RWX = 0o777;

export class ExpectedItems {
  private readonly items = new Map<string, Expected>();

  constructor(private readonly ignorePerms: boolean) {}

  get size(): number {
    return this.items.size;
  }

  add(files: readonly LocalFileInfo[], nowMs: number): void {
    const untilMs = nowMs + EXPECTED_MS;
    for (const file of files) {
      const { type, size, permissions, noPermissions, deleted } = file;
      const { diskModifiedS, diskModifiedNs, symlinkTarget } = file;
      this.items.delete(file.name);
      // An entry that cannot be given says nothing about what is on disk.
      if (file.localFlags !== 0 || file.invalid) continue;
      this.items.set(file.name, {
        ...{ type, size, permissions, noPermissions, deleted },
        ...{ diskModifiedS, diskModifiedNs, symlinkTarget, untilMs },
      });
    }
    for (const [name, item] of this.items) {
      if (this.items.size <= EXPECTED_MAX && item.untilMs > nowMs) break;
      this.items.delete(name);
    }
  }

  /** The index may say something else of it from now on; `isTree`: and of all below it. */
  forget(name: string, isTree: boolean): void {
    this.items.delete(name);
    if (!isTree) return;
    for (const each of this.items.keys()) if (isBelow(each, name)) this.items.delete(each);
  }

  has(name: string): boolean {
    return this.items.has(name);
  }

  /** What is on disk is what was put there; a scan would find no change. */
  isAsExpected(name: string, seen: SeenItem | undefined, nowMs: number): boolean {
    const item = this.items.get(name);
    if (item === undefined || item.untilMs <= nowMs) return false;
    if (seen === undefined) return item.deleted;
    if (item.deleted || seen.type !== item.type) return false;
    if (item.type === 'symlink') return seen.symlinkTarget === item.symlinkTarget;
    if (!this.ignorePerms && !item.noPermissions) {
      if ((seen.permissions & RWX) !== (item.permissions & RWX)) return false;
    }
    if (item.type === 'directory') return true;
    const { diskModifiedS, diskModifiedNs } = item;
    const isSameTime = seen.modifiedS === diskModifiedS && seen.modifiedNs === diskModifiedNs;
    return isSameTime && seen.size === item.size;
  }
}
