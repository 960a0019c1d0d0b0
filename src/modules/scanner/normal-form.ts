/**
 * Names found on disk and the names they have in the index. Where the folder allows it an item whose name is not in NFC
 * is renamed in passing, never onto something that is there; otherwise it is a problem, with all below it.
 */
import { messageOf, SyncError, type ItemProblem } from '../../domain/errors.js';
import { baseOf, localNameProblem, parentOf, toNfc } from '../../domain/file-name.js';
import { compareTreeOrder, isBelow, unifySubtrees } from '../../domain/tree-order.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { joinName } from './walk-names.js';
import { problem } from './walk-tree.js';
import { type WalkedItem, type WalkEntry } from './walker.js';

/** The trees to walk, and those of the index to compare them with. */
export interface ScanTrees {
  readonly walked: readonly string[];
  readonly compared: readonly string[];
}

/**
 * A name requested in another form may be on disk in that form or in NFC by now; it is walked from its first
 * component that is not in NFC, where the rename has to start.
 */
export function scanTrees(names: readonly string[]): ScanTrees {
  if (names.every((name) => name === toNfc(name))) {
    const trees = unifySubtrees(names);
    return { walked: trees, compared: trees };
  }
  const compared = unifySubtrees(names.map((name) => toNfc(upToOtherForm(name))));
  const others = new Set(names.map(upToOtherForm).filter((name) => name !== toNfc(name)));
  const extra = [...others].filter((name) => !compared.some((tree) => isBelow(name, tree)));
  const walked = [...compared, ...extra].sort(byNfc);
  return { walked, compared };
}

function upToOtherForm(name: string): string {
  const components = name.split('/');
  const at = components.findIndex((component) => component !== toNfc(component));
  return at < 0 ? name : components.slice(0, at + 1).join('/');
}

function byNfc(a: string, b: string): number {
  const order = compareTreeOrder(toNfc(a), toNfc(b));
  return order !== 0 ? order : Number(a !== toNfc(a)) - Number(b !== toNfc(b));
}

/** For one scan: entries go through it in the order of the walk. */
export class NormalForm {
  /** The entry under which all is passed over. */
  private passedOver: string | undefined;

  constructor(
    private readonly fs: FolderFs,
    private readonly isRenaming: boolean,
  ) {}

  /** The entries under their names in the index; what cannot have one there becomes a problem. */
  async apply(entries: readonly WalkEntry[]): Promise<WalkEntry[]> {
    const applied: WalkEntry[] = [];
    for (const entry of entries) {
      if (this.passedOver !== undefined && isBelow(entry.name, this.passedOver)) continue;
      const name = toNfc(entry.name);
      if (entry.kind === 'problem') {
        applied.push(name === entry.name ? entry : { ...entry, name });
        continue;
      }
      const found = await this.problemWith(entry, name);
      if (found === undefined) {
        applied.push(name === entry.name ? entry : { ...entry, name });
        continue;
      }
      this.passedOver = entry.name;
      // Under its name in NFC, which is the one whose index entries are to be left alone.
      applied.push({ kind: 'problem', name, problem: found });
    }
    return applied;
  }

  private async problemWith(entry: WalkedItem, name: string): Promise<ItemProblem | undefined> {
    const why = localNameProblem(name);
    if (why !== undefined) return problem(entry.name, 'refused', why).problem;
    const base = baseOf(entry.name);
    if (base === baseOf(name)) return undefined;
    if (!this.isRenaming) {
      const message = 'the name is not in Unicode normal form C';
      return problem(entry.name, 'refused', message).problem;
    }
    try {
      await this.rename(entry, joinName(parentOf(name), base), name);
      return undefined;
    } catch (error) {
      const code = error instanceof SyncError ? error.code : 'io';
      const message = `cannot rename it to Unicode normal form C: ${messageOf(error)}`;
      return problem(entry.name, code === 'missing' ? 'changed' : code, message).problem;
    }
  }

  private async rename(entry: WalkedItem, from: string, to: string): Promise<void> {
    if (entry.stat.type === 'directory') {
      if ((await this.fs.stat(to)) !== undefined) {
        throw new SyncError('exists', `${JSON.stringify(to)} exists`);
      }
      return this.fs.rename(from, to);
    }
    if (entry.stat.type === 'symlink') await this.fs.makeSymlink(entry.symlinkTarget, to);
    else await this.fs.link(from, to);
    await this.fs.removeFile(from);
  }
}
