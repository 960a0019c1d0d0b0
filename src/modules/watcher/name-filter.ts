/** Which names of a folder are watched and told. Pure. */
import { isInternalName, isTempName, parentOf, toNfc } from '../../domain/file-name.js';
import { IgnoreMatcher } from '../../domain/ignore/matcher.js';
import { type WatchScope } from './watcher.js';

/** 'enter': nothing is told of it, but something below it may be. 'skip': neither it nor what is below it. */
export type NameVerdict = 'tell' | 'enter' | 'skip';

export class NameFilter {
  private readonly matcher: IgnoreMatcher;
  private readonly patternFiles: ReadonlySet<string>;
  /** Directories that hold pattern files, and those above them. */
  private readonly entered = new Set<string>();
  private readonly mountPaths: ReadonlyMap<string, string>;

  constructor({ patterns, patternFiles, mounts }: WatchScope) {
    this.matcher = new IgnoreMatcher(patterns);
    this.patternFiles = new Set(patternFiles);
    this.mountPaths = new Map(mounts.map(({ name, path }) => [name, path]));
    for (const name of [...patternFiles, ...this.mountPaths.keys()]) {
      for (let above = parentOf(name); above !== ''; above = parentOf(above)) {
        this.entered.add(above);
      }
    }
  }

  /** The name's parent is watched. */
  verdict(name: string): NameVerdict {
    if (isTempName(name)) return 'skip';
    if (isInternalName(name)) return this.entered.has(name) ? 'enter' : 'skip';
    if (this.matcher.isEmpty) return 'tell';
    const { isIgnored, canSkipDirectory } = this.matcher.match(toNfc(name));
    if (!isIgnored) return 'tell';
    return canSkipDirectory && !this.entered.has(name) ? 'skip' : 'enter';
  }

  isPatternFile(name: string): boolean {
    return this.patternFiles.has(name);
  }

  /** Where a followed link leads; undefined for any other name. */
  mountPath(name: string): string | undefined {
    return this.mountPaths.get(name);
  }
}
