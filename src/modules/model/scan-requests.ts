/** Which names of a folder are asked to be scanned; many of them become one scan of the whole folder. */
import { unifySubtrees } from '../../domain/tree-order.js';

/** Names kept one by one; more are scanned as the whole folder. */
export const NAMES_MAX = 10_000;

export class ScanRequests {
  private names = new Set<string>();

  add(names: readonly string[]): void {
    for (const name of names) this.names.add(name);
    if (this.names.size > NAMES_MAX) this.names = new Set(['']);
  }

  get isAny(): boolean {
    return this.names.size > 0;
  }

  /** What to scan now, none below another, in tree order; undefined when nothing is asked. */
  take(): readonly string[] | undefined {
    if (this.names.size === 0) return undefined;
    const taken = this.names.has('') ? [''] : unifySubtrees([...this.names]);
    this.names = new Set();
    return taken;
  }
}
