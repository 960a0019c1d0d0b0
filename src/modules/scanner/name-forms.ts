/**
 * The names that a walk finds and the names that they have in the index: pure, for one scan, in the order of the walk. What
 * cannot be in the index is a problem, with all below it; what is in another normal form is told, to be renamed first.
 */
import { baseOf, localNameProblem, toNfc } from '../../domain/file-name.js';
import { isBelow } from '../../domain/tree-order.js';
import { type Difference } from './difference.js';
import { problem } from './walk-tree.js';
import { type WalkEntry } from './walker.js';

/** Entries under their names in the index, and what is to be told beside what differs there. */
export interface NamedEntries {
  readonly entries: readonly WalkEntry[];
  readonly told: readonly Difference[];
}

export class NameForms {
  /** The entry under which all is passed over. */
  private passedOver: string | undefined;

  constructor(private readonly isRenaming: boolean) {}

  apply(found: readonly WalkEntry[]): NamedEntries {
    const entries: WalkEntry[] = [];
    const told: Difference[] = [];
    for (const entry of found) {
      if (this.passedOver !== undefined && isBelow(entry.name, this.passedOver)) continue;
      const name = toNfc(entry.name);
      if (entry.kind === 'problem') told.push({ kind: 'problem', problem: entry.problem });
      const stop = entry.kind === 'problem' ? undefined : this.stopAt(entry.name, name);
      if (stop === undefined) {
        entries.push(name === entry.name ? entry : { ...entry, name });
        continue;
      }
      this.passedOver = entry.name;
      told.push(stop);
      // Under its name in NFC, which is the one whose index entries are to be left alone.
      entries.push(problem(name, 'changed', ''));
    }
    return { entries, told };
  }

  /** Why the item is left alone for now. */
  private stopAt(found: string, name: string): Difference | undefined {
    const why = localNameProblem(name);
    if (why !== undefined) return refused(found, why);
    if (name === found || baseOf(name) === baseOf(found)) return undefined;
    if (this.isRenaming) return { kind: 'otherForm', name: found };
    return refused(found, 'the name is not in Unicode normal form C');
  }
}

function refused(name: string, message: string): Difference {
  return { kind: 'problem', problem: { name, code: 'refused', message } };
}
