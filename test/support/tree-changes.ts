/**
 * What users do to trees, at random from a seed. `favourites` are names picked every second time, so that the users
 * of both sides of a folder meet at the same names as often as the caller wants.
 */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import { type SeededRandom } from './random.js';
import { isInternal, type TreeItem, WORDS, writeFile } from './tree.js';

const KIB = 1024;
/** What a user meets at a name that a node has just changed. */
const RACE_CODES = new Set(['ENOENT', 'EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY', 'EINVAL']);

type ItemType = TreeItem['type'];

/** A tree as its user sees it while changing it. */
class UserTree {
  constructor(
    readonly root: string,
    readonly random: SeededRandom,
    private readonly favourites: readonly string[],
  ) {}

  at(name: string): string {
    return join(this.root, name);
  }

  /** A name of an item of this type; undefined when there is none. */
  pick(type: ItemType): string | undefined {
    const names = this.names(type);
    if (names.length === 0) return undefined;
    const favourites = this.favourites.filter((name) => names.includes(name));
    const isFavoured = favourites.length > 0 && this.random.below(2) === 0;
    return this.random.pick(isFavoured ? favourites : names);
  }

  /** A name that nothing has, in a directory that is there. */
  fresh(): string {
    const free = this.favourites.filter(
      (name) => this.isDirectory(dirname(name)) && !this.has(name),
    );
    if (free.length > 0 && this.random.below(2) === 0) return this.random.pick(free);
    for (;;) {
      const directory = this.random.pick(['', ...this.names('directory')]);
      const base = `${this.random.pick(WORDS)}-${this.random.below(1_000_000)}`;
      const name = directory === '' ? base : `${directory}/${base}`;
      if (!this.has(name)) return name;
    }
  }

  private names(type: ItemType): string[] {
    const names: string[] = [];
    const visit = (directory: string): void => {
      for (const entry of fs.readdirSync(this.at(directory), { withFileTypes: true })) {
        const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
        if (isInternal(name)) continue;
        if (typeOf(entry) === type) names.push(name);
        if (entry.isDirectory()) visit(name);
      }
    };
    visit('');
    return names.sort();
  }

  private has(name: string): boolean {
    return fs.lstatSync(this.at(name), { throwIfNoEntry: false }) !== undefined;
  }

  /** Every part of the way to it is one, too: no link is followed. */
  private isDirectory(name: string): boolean {
    if (name === '.') return true;
    if (!this.isDirectory(dirname(name))) return false;
    const stat = fs.lstatSync(this.at(name), { throwIfNoEntry: false });
    return stat?.isDirectory() === true;
  }
}

function typeOf(entry: fs.Dirent): ItemType {
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'file';
}

type Change = (tree: UserTree) => string | undefined;

/** A change to one item that is there already. */
const on =
  (type: ItemType, change: (path: string, random: SeededRandom, tree: UserTree) => void): Change =>
  (tree) => {
    const name = tree.pick(type);
    if (name !== undefined) change(tree.at(name), tree.random, tree);
    return name;
  };

const CHANGES: Record<string, Change> = {
  edit: on('file', (path, random) => {
    const fd = fs.openSync(path, 'r+');
    fs.writeSync(fd, random.bytes(16), 0, 16, random.below(fs.fstatSync(fd).size + 1));
    fs.closeSync(fd);
  }),
  append: on('file', (path, random) => {
    fs.appendFileSync(path, random.bytes(random.below(1000) + 1));
  }),
  truncate: on('file', (path, random) => {
    fs.truncateSync(path, random.below(fs.statSync(path).size + 1));
  }),
  permissions: on('file', (path, random) => {
    fs.chmodSync(path, random.pick([0o600, 0o664, 0o755]));
  }),
  time: on('file', (path, random) => {
    fs.utimesSync(path, 1, 1_600_000_000 + random.below(10_000_000));
  }),
  create: (tree) => {
    const name = tree.fresh();
    writeFile(tree.root, name, tree.random.below(300 * KIB), tree.random);
    return name;
  },
  createDirectory: (tree) => {
    const name = tree.fresh();
    fs.mkdirSync(tree.at(name));
    fs.writeFileSync(join(tree.at(name), 'first'), tree.random.bytes(40));
    return name;
  },
  createLink: (tree) => {
    const name = tree.fresh();
    fs.symlinkSync(`target ${tree.random.below(1000)}`, tree.at(name));
    return name;
  },
  renameFile: on('file', (path, _random, tree) => fs.renameSync(path, tree.at(tree.fresh()))),
  renameOver: on('file', (path, _random, tree) => {
    const other = tree.pick('file');
    if (other !== undefined) fs.renameSync(path, tree.at(other));
  }),
  renameDirectory: on('directory', (path, _random, tree) => {
    const to = tree.at(tree.fresh());
    if (!to.startsWith(`${path}/`)) fs.renameSync(path, to);
  }),
  directoryPermissions: on('directory', (path, random) => {
    fs.chmodSync(path, random.pick([0o700, 0o755, 0o775]));
  }),
  fileToDirectory: on('file', (path, random) => {
    fs.rmSync(path);
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'inside'), `was a file ${random.below(1_000_000)}`);
  }),
  fileToLink: on('file', (path, random) => {
    fs.rmSync(path);
    fs.symlinkSync(`somewhere ${random.below(1000)}`, path);
  }),
  linkToFile: on('symlink', (path, random) => {
    fs.rmSync(path);
    fs.writeFileSync(path, random.bytes(100));
  }),
  linkToDirectory: on('symlink', (path, random) => {
    fs.rmSync(path);
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'inside'), `was a link ${random.below(1_000_000)}`);
  }),
  directoryToFile: on('directory', (path, random) => {
    fs.rmSync(path, { recursive: true });
    fs.writeFileSync(path, `was a directory ${random.below(1_000_000)}`);
  }),
  directoryToLink: on('directory', (path, random) => {
    fs.rmSync(path, { recursive: true });
    fs.symlinkSync(`directory ${random.below(1000)}`, path);
  }),
  deleteFile: on('file', (path) => fs.rmSync(path)),
  deleteLink: on('symlink', (path) => fs.rmSync(path)),
  deleteDirectory: on('directory', (path, random) => {
    // Seldom, or little is left after some rounds.
    if (random.below(3) === 0) fs.rmSync(path, { recursive: true });
  }),
};

/** A change that shows in the file's time alone. */
export const HIDDEN_BY_TIME = 'edit';

/** Changes the tree `count` times; returns what was done, and to which name, in plain words. */
export function changeTree(
  root: string,
  count: number,
  random: SeededRandom,
  favourites: readonly string[] = [],
  without?: string,
): string[] {
  const tree = new UserTree(root, random, favourites);
  const kinds = Object.keys(CHANGES).filter((kind) => kind !== without);
  return Array.from({ length: count }, () => {
    const kind = random.pick(kinds);
    return `${kind} ${attempt(CHANGES[kind]!, tree)}`;
  });
}

/** A node that is at work may have taken away what the user was about to touch, or put something there. */
function attempt(change: Change, tree: UserTree): string {
  try {
    return change(tree) ?? '(nothing)';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!RACE_CODES.has(code)) throw error;
    return `(${code}: a node was faster)`;
  }
}

/** Names for both users to meet at: some that are there, some that are not yet. */
export function favouritesOf(names: readonly string[], random: SeededRandom): string[] {
  const there = names.length === 0 ? [] : Array.from({ length: 12 }, () => random.pick(names));
  const fresh = Array.from({ length: 4 }, () => `new ${random.below(1_000_000)}`);
  return [...there, ...fresh, ...there.slice(0, 3).map((name) => `${name}/new`)];
}
