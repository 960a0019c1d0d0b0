/** What users do in a history: each operation on one machine's disk, with contents that are all different. */
import { isInternalName } from '../../../src/domain/file-name.js';
import { type DiskUser, type SimulatedItem } from '../../../src/testing/index.js';
import { type Operation } from './history-operations.js';

const NAMES = ['f', 'g', 'd/x', 'd/y', 'e/x', 'd/s/z', 'd', 'e', 'd/s', 'l'] as const;
const DIRECTORIES = ['d', 'e', 'd/s', 'e/t'] as const;
const PERMISSIONS = [0o644, 0o600, 0o755, 0o444, 0o700] as const;
const TIME_MS = Date.UTC(2023, 0, 1);
const BLOCK_BYTES = 128 * 1024;
/** Of so many contents one has several blocks. */
const LARGE_EVERY = 6;
const SMALL_BYTES = 40;

export interface Plan {
  readonly what: string;
  readonly work: () => Promise<void>;
}

/** The operation, and what it finds. */
interface Scene extends Operation {
  readonly user: DiskUser;
  readonly tree: Map<string, SimulatedItem>;
  /** Chosen among the files, and among all; undefined when there is none. */
  readonly file: string | undefined;
  readonly any: string | undefined;
  readonly flush: boolean;
}

export class HistoryUsers {
  private made = 0;
  private readonly sizes = new Set<number>();

  /** What the operation does here now; undefined: nothing that can be done. */
  plan(user: DiskUser, operation: Operation): Plan | undefined {
    const make = this.plans[operation.kind];
    if (make === undefined) return undefined;
    const tree = user.tree();
    const file = pick(ofType(tree, 'file'), operation.which);
    const any = pick([...tree.keys()], operation.which);
    return make({ ...operation, user, tree, file, any, flush: operation.isFlushed });
  }

  /** What there is where a history does not begin with nothing. */
  async begin(user: DiskUser): Promise<void> {
    for (const name of ['d', 'd/s', 'e']) await user.makeDirectory(name);
    for (const [i, name] of ['f', 'd/x', 'd/y', 'd/s/z', 'e/x', 'g'].entries()) {
      await user.write(name, this.content(i).bytes);
    }
    await user.makeSymlink('to-nothing', 'l');
  }

  private readonly plans: Partial<Record<Operation['kind'], (scene: Scene) => Plan | undefined>> = {
    write: (scene) => this.planWrite(scene, false),
    replace: (scene) => this.planWrite(scene, true),
    append: ({ user, file, flush }) => {
      if (file === undefined) return undefined;
      const { text, bytes } = this.content(1, user.look(file)!.content.length);
      return does(`append ${file} ${text}`, () => user.append(file, bytes, flush));
    },
    patch: ({ user, file, amount, flush }) => {
      const size = file === undefined ? 0 : user.look(file)!.content.length;
      if (file === undefined || size < SMALL_BYTES) return undefined;
      const text = `~${(this.made += 1)}~`;
      const position = (amount * 131) % (size - text.length);
      return does(`patch ${file} ${text} at ${position}`, () =>
        user.patch(file, position, text, flush),
      );
    },
    truncate: ({ user, file, amount, flush }) => {
      if (file === undefined) return undefined;
      const size = this.freeSizeBelow(user.look(file)!.content.length, amount);
      if (size === undefined) return undefined;
      return does(`truncate ${file} to ${size}`, () => user.truncate(file, size, flush));
    },
    rename: ({ user, tree, file, amount, flush }) => {
      if (file === undefined) return undefined;
      const free = NAMES.filter((name) => !tree.has(name) && hasParents(tree, name));
      const to = pick([...free, `${file}.moved`], amount)!;
      if (tree.has(to)) return undefined;
      return does(`rename ${file} to ${to}`, () => user.rename(file, to, flush));
    },
    renameOver: ({ user, tree, file, amount, flush }) => {
      const others = ofType(tree, 'file').filter((name) => name !== file);
      const to = pick(others, amount);
      if (file === undefined || to === undefined) return undefined;
      return does(`rename ${file} over ${to}`, () => user.rename(file, to, flush));
    },
    moveTree: ({ user, tree, which, amount, flush }) => {
      const from = pick(ofType(tree, 'directory'), which);
      if (from === undefined) return undefined;
      const free = [...DIRECTORIES, `${from}.moved`].filter(
        (name) => !tree.has(name) && hasParents(tree, name) && !name.startsWith(`${from}/`),
      );
      const to = pick(free, amount);
      if (to === undefined) return undefined;
      return does(`move ${from} to ${to}`, () => user.rename(from, to, flush));
    },
    remove: ({ user, any, flush }) =>
      any === undefined ? undefined : does(`remove ${any}`, () => user.remove(any, flush)),
    makeDirectory: ({ user, tree, which, flush }) => {
      const name = pick(DIRECTORIES, which)!;
      if (tree.has(name) || !hasParents(tree, name)) return undefined;
      return does(`make directory ${name}`, () => user.makeDirectory(name, flush));
    },
    makeSymlink: ({ user, tree, which, flush }) => {
      const name = pick(['l', 'd/l', 'e/l'], which)!;
      if (tree.has(name) || !hasParents(tree, name)) return undefined;
      const target = `to-${(this.made += 1)}`;
      return does(`link ${name} ${target}`, () => user.makeSymlink(target, name, flush));
    },
    changeType: (scene) => this.changeType(scene),
    setPermissions: ({ user, tree, any, amount, flush }) => {
      if (any === undefined || tree.get(any)!.type === 'symlink') return undefined;
      const permissions = pick(PERMISSIONS, amount)!;
      return does(`permissions of ${any} ${permissions.toString(8)}`, () =>
        user.setPermissions(any, permissions, flush),
      );
    },
    setModified: ({ user, file, amount, flush }) => {
      if (file === undefined) return undefined;
      // Never one that some content had before: of these no scan by size and time can tell.
      const ms = TIME_MS + (this.made += 1) * 1_000_003 + amount;
      return does(`time of ${file}`, () => user.setModified(file, ms, flush));
    },
  };

  private planWrite({ user, tree, which, amount, flush }: Scene, replace: boolean) {
    const name = pick([...new Set([...NAMES, ...ofType(tree, 'file')])], which)!;
    if (!isFree(tree, name) || isInternalName(name)) return undefined;
    const { text, bytes } = this.content(amount);
    return does(`${replace ? 'replace' : 'write'} ${name} ${text}`, () =>
      this.writeWithParents(user, tree, name, bytes, { flush, replace }),
    );
  }

  private changeType({ user, tree, any: name, amount, flush }: Scene): Plan | undefined {
    if (name === undefined) return undefined;
    const isFile = tree.get(name)!.type === 'file';
    const { text, bytes } = this.content(0);
    const become = isFile ? pick(['directory', 'symlink', 'tree'], amount)! : 'file';
    return does(`${name} becomes ${become} ${text}`, async () => {
      await user.remove(name, flush);
      if (become === 'file') await user.write(name, bytes, { flush });
      if (become === 'symlink') await user.makeSymlink(`to-${text}`, name, flush);
      if (become === 'directory' || become === 'tree') await user.makeDirectory(name, flush);
      if (become === 'tree') await user.write(`${name}/in`, bytes, { flush });
    });
  }

  private async writeWithParents(
    user: DiskUser,
    tree: Map<string, SimulatedItem>,
    name: string,
    bytes: Buffer,
    options: { flush: boolean; replace: boolean },
  ): Promise<void> {
    const parts = name.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) {
      const parent = parts.slice(0, i).join('/');
      if (!tree.has(parent)) await user.makeDirectory(parent, options.flush);
    }
    await user.write(name, bytes, options);
  }

  /** No two are the same, nor as long as each other. */
  private content(amount: number, added = 0): { text: string; bytes: Buffer } {
    const number = (this.made += 1);
    const text = `#${number}`;
    const isLarge = amount % LARGE_EVERY === LARGE_EVERY - 1;
    let size = isLarge ? BLOCK_BYTES * (1 + (amount % 3)) + number * 7 : SMALL_BYTES + number;
    while (this.sizes.has(size + added)) size += 1;
    this.sizes.add(size + added);
    return { text, bytes: Buffer.alloc(size, `${text} written; `) };
  }

  private freeSizeBelow(size: number, amount: number): number | undefined {
    let free = size <= 1 ? 0 : 1 + ((amount * 37) % (size - 1));
    while (free > 0 && this.sizes.has(free)) free -= 1;
    if (free === 0) return undefined;
    this.sizes.add(free);
    return free;
  }
}

function does(what: string, work: () => Promise<void>) {
  return { what, work };
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list.length === 0 ? undefined : list[which % list.length];
}

function ofType(tree: Map<string, SimulatedItem>, type: SimulatedItem['type']): string[] {
  return [...tree].filter(([, item]) => item.type === type).map(([name]) => name);
}

function hasParents(tree: Map<string, SimulatedItem>, name: string): boolean {
  const slash = name.lastIndexOf('/');
  return slash < 0 || tree.get(name.slice(0, slash))?.type === 'directory';
}

/** Nothing but a file is there, and nothing but directories above. */
function isFree(tree: Map<string, SimulatedItem>, name: string): boolean {
  if ((tree.get(name)?.type ?? 'file') !== 'file') return false;
  const parts = name.split('/');
  for (let i = 1; i < parts.length; i++) {
    const type = tree.get(parts.slice(0, i).join('/'))?.type;
    if (type !== undefined && type !== 'directory') return false;
  }
  return true;
}
