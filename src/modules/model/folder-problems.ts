/** What scans of a folder could not handle, by name: a scan replaces what is known of the names it covered. */
import { type ItemProblem } from '../../domain/errors.js';
import { isBelow } from '../../domain/tree-order.js';

/** Problems of a folder that are kept and shown. */
export const PROBLEMS_MAX = 1_000;

export class FolderProblems {
  private byName = new Map<string, ItemProblem>();

  get all(): ItemProblem[] {
    return [...this.byName.values()];
  }

  /** The item, or a directory that it is in, has one. */
  covers(name: string): boolean {
    return [...this.byName.keys()].some((tree) => isBelow(name, tree));
  }

  /** Returns those that were not known. `trees`: what was scanned. */
  replace(trees: readonly string[], problems: readonly ItemProblem[]): ItemProblem[] {
    const before = this.byName;
    const isCovered = (name: string): boolean => trees.some((tree) => isBelow(name, tree));
    this.byName = new Map([...before].filter(([name]) => !isCovered(name)));
    for (const problem of problems) {
      if (this.byName.size < PROBLEMS_MAX) this.byName.set(problem.name, problem);
    }
    return problems.filter(({ name }) => !before.has(name));
  }
}
