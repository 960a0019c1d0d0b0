/**
 * What a walk gives out of what it meets, in tree order: ignored items are left out, and an ignored directory comes only
 * when something below it is kept, right before that. Holds the ignored directories on the way down.
 */
import { toNfc } from '../../domain/file-name.js';
import { IgnoreMatcher, type IgnoreVerdict, KEPT } from '../../domain/ignore/matcher.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { isBelow } from '../../domain/tree-order.js';
import { type WalkEntry } from './walker.js';

export class IgnoreGate {
  private readonly matcher: IgnoreMatcher;
  private held: WalkEntry[] = [];
  private last = { name: '', verdict: KEPT };

  constructor(patterns: readonly IgnorePattern[]) {
    this.matcher = new IgnoreMatcher(patterns);
  }

  /** Neither the item nor anything below it is looked at. */
  skips(name: string): boolean {
    return !this.matcher.isEmpty && this.verdict(name).canSkipDirectory;
  }

  pass(entry: WalkEntry): readonly WalkEntry[] {
    if (this.matcher.isEmpty) return [entry];
    const { name } = entry;
    if (this.held.length > 0) this.held = this.held.filter((above) => isBelow(name, above.name));
    if (this.verdict(name).isIgnored) {
      if (entry.kind === 'item' && entry.stat.type === 'directory') this.held.push(entry);
      return [];
    }
    const given = [...this.held, entry];
    this.held = [];
    return given;
  }

  /** Asked twice for most names. */
  private verdict(name: string): IgnoreVerdict {
    if (this.last.name !== name) this.last = { name, verdict: this.matcher.match(toNfc(name)) };
    return this.last.verdict;
  }
}
