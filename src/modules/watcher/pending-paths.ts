/**
 * Changed paths that wait, bounded in number: too many in one directory become that directory, too many in all become
 * fewer trees and in the end the whole folder. The rule: a path that was added stays covered, by itself or by a tree
 * above it, until it is taken. Pure; time is passed in.
 */
import { baseOf, parentOf } from '../../domain/file-name.js';
import { isBelow } from '../../domain/tree-order.js';
import { type ChangeKind, type PathChange } from './watcher.js';

/** Paths that wait in one directory; more become the directory. */
export const PATHS_IN_DIRECTORY_MAX = 2_000;
/** Paths that wait in the folder; more become whole directories, or the folder. */
export const PATHS_MAX = 10_000;

export interface PendingPath {
  readonly kind: ChangeKind;
  /** Of the first and the last change that was added. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export class PendingPaths {
  /** By directory, then by the last component. The folder's root stands under '' in ''. */
  private readonly directories = new Map<string, Map<string, PendingPath>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  get(name: string): PendingPath | undefined {
    return this.directories.get(parentOf(name))?.get(baseOf(name));
  }

  /** The path waits, or a tree above it does. */
  covers(name: string): boolean {
    return this.get(name) !== undefined || this.treeAbove(name) !== undefined;
  }

  add({ name, kind }: PathChange, nowMs: number): void {
    const tree = this.treeAbove(name);
    if (tree !== undefined) {
      this.put(tree, { kind: 'tree', firstMs: nowMs, lastMs: nowMs });
      return;
    }
    this.put(name, { kind, firstMs: nowMs, lastMs: nowMs });
    if (this.get(name)?.kind === 'tree') this.dropBelow(name);
    else this.bound(name, nowMs);
  }

  *entries(): Generator<readonly [string, PendingPath]> {
    for (const [directory, paths] of this.directories) {
      for (const [base, path] of paths) {
        yield [directory === '' ? base : `${directory}/${base}`, path];
      }
    }
  }

  remove(name: string): void {
    const directory = parentOf(name);
    const paths = this.directories.get(directory);
    if (paths?.delete(baseOf(name)) !== true) return;
    this.count -= 1;
    if (paths.size === 0) this.directories.delete(directory);
  }

  takeAll(): PathChange[] {
    const all = [...this.entries()].map(([name, { kind }]) => ({ name, kind }));
    this.directories.clear();
    this.count = 0;
    return all;
  }

  private put(name: string, path: PendingPath): void {
    const directory = parentOf(name);
    let paths = this.directories.get(directory);
    if (paths === undefined) this.directories.set(directory, (paths = new Map()));
    const base = baseOf(name);
    const known = paths.get(base);
    if (known === undefined) this.count += 1;
    paths.set(base, known === undefined ? path : merged(known, path));
  }

  /** The path itself is none of them. */
  private treeAbove(name: string): string | undefined {
    for (let above = name; above !== '';) {
      above = parentOf(above);
      if (this.get(above)?.kind === 'tree') return above;
    }
    return undefined;
  }

  private bound(name: string, nowMs: number): void {
    const directory = parentOf(name);
    const inDirectory = this.directories.get(directory)?.size ?? 0;
    if (inDirectory > PATHS_IN_DIRECTORY_MAX) this.add({ name: directory, kind: 'tree' }, nowMs);
    if (this.count > PATHS_MAX) this.shrink(nowMs);
  }

  /** To half of what may wait, so that it is not done at each path that follows. */
  private shrink(nowMs: number): void {
    const fold = (aboveOf: (name: string) => string | undefined): void => {
      for (const name of [...this.entries()].map(([each]) => each)) {
        const above = aboveOf(name);
        // What was folded meanwhile may cover it already.
        if (above !== undefined) this.add({ name: above, kind: 'tree' }, nowMs);
      }
    };
    fold((name) => this.directoryAbove(name));
    if (this.count > PATHS_MAX / 2) fold((name) => parentOf(name) || undefined);
    if (this.count > PATHS_MAX / 2) this.add({ name: '', kind: 'tree' }, nowMs);
  }

  /** The nearest waiting directory above, as one that is new itself. */
  private directoryAbove(name: string): string | undefined {
    for (let above = parentOf(name); above !== ''; above = parentOf(above)) {
      if (this.get(above) !== undefined) return above;
    }
    return undefined;
  }

  private dropBelow(tree: string): void {
    const own = tree === '' ? this.get('') : undefined;
    for (const [directory, paths] of this.directories) {
      if (!isBelow(directory, tree)) continue;
      this.count -= paths.size;
      this.directories.delete(directory);
    }
    if (own !== undefined) this.put('', own);
  }
}

function merged(known: PendingPath, news: PendingPath): PendingPath {
  // What was gone and is there again may be a directory that has lost what was in it.
  const isAnother = known.kind === 'tree' || (known.kind === 'gone' && news.kind === 'item');
  const kind = isAnother ? 'tree' : news.kind;
  return {
    kind,
    firstMs: Math.min(known.firstMs, news.firstMs),
    lastMs: Math.max(known.lastMs, news.lastMs),
  };
}
