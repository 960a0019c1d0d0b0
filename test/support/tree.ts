/** Real trees for tests: made and changed at random from a seed, and compared item by item. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type SeededRandom } from './random.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes on both sides of what decides about blocks. */
export const EDGE_SIZES = [0, 1, 128 * KIB - 1, 128 * KIB, 128 * KIB + 1, 256 * KIB - 1, 256 * KIB];
export const BIG_EDGE_SIZES = [250 * MIB - 1, 250 * MIB, 300 * MIB];

const WORDS = [
  'a',
  'Bild',
  'notes',
  'üñï',
  '日本',
  'x y',
  "it's",
  '-dash',
  'q?',
  'b\\c',
  '😀',
  '..dots',
];

export interface TreeItem {
  readonly type: 'file' | 'directory' | 'symlink';
  readonly mode: number;
  /** Of files: microseconds since 1970. */
  readonly mtimeUs: bigint;
  /** Content hash, link target or ''. */
  readonly content: string;
}

const isInternal = (name: string): boolean =>
  /^(\.stfolder|\.stignore|\.stversions)(\/|$)/.test(name) ||
  /(^|\/)(\.syncthing\.|~syncthing~)[^/]*\.tmp$/.test(name);

function hashFile(path: string): string {
  const hash = createHash('sha256');
  const fd = fs.openSync(path, 'r');
  const buffer = Buffer.allocUnsafe(MIB);
  try {
    for (;;) {
      const length = fs.readSync(fd, buffer, 0, MIB, null);
      if (length === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, length));
    }
  } finally {
    fs.closeSync(fd);
  }
}

/** Everything in the tree that is synced, by name. */
export function readTree(root: string): Map<string, TreeItem> {
  const items = new Map<string, TreeItem>();
  const visit = (directory: string): void => {
    for (const entry of fs.readdirSync(join(root, directory)).sort()) {
      const name = directory === '' ? entry : `${directory}/${entry}`;
      if (isInternal(name)) continue;
      const path = join(root, name);
      const stat = fs.lstatSync(path, { bigint: true });
      const mode = Number(stat.mode & 0o777n);
      if (stat.isSymbolicLink()) {
        items.set(name, { type: 'symlink', mode: 0, mtimeUs: 0n, content: fs.readlinkSync(path) });
      } else if (stat.isDirectory()) {
        items.set(name, { type: 'directory', mode, mtimeUs: 0n, content: '' });
        visit(name);
      } else {
        const mtimeUs = stat.mtimeNs / 1000n;
        items.set(name, { type: 'file', mode, mtimeUs, content: hashFile(path) });
      }
    }
  };
  visit('');
  return items;
}

/** What differs between the trees, in plain lines, at most a screenful. */
export function treeDifferences(rootA: string, rootB: string): string[] {
  const a = readTree(rootA);
  const b = readTree(rootB);
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  const show = (item: TreeItem | undefined): string =>
    item === undefined
      ? 'absent'
      : `${item.type} ${item.mode.toString(8)} ${item.mtimeUs} ${item.content.slice(0, 12)}`;
  return names
    .filter((name) => show(a.get(name)) !== show(b.get(name)))
    .map((name) => `${name}: ${show(a.get(name))} | ${show(b.get(name))}`)
    .slice(0, 40);
}

/** Names of the regular and other items, directories only when asked. */
function namesIn(root: string, want: (item: TreeItem) => boolean): string[] {
  const items: string[] = [];
  const visit = (directory: string): void => {
    for (const entry of fs.readdirSync(join(root, directory), { withFileTypes: true })) {
      const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (isInternal(name)) continue;
      const type = entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'symlink' : 'file';
      if (want({ type, mode: 0, mtimeUs: 0n, content: '' })) items.push(name);
      if (entry.isDirectory()) visit(name);
    }
  };
  visit('');
  return items.sort();
}

const directoriesIn = (root: string): string[] => [
  '',
  ...namesIn(root, ({ type }) => type === 'directory'),
];
const filesIn = (root: string): string[] => namesIn(root, ({ type }) => type === 'file');

function freshName(root: string, random: SeededRandom): string {
  for (;;) {
    const directory = random.pick(directoriesIn(root));
    const base = `${random.pick(WORDS)}-${random.below(1_000_000)}`;
    const name = directory === '' ? base : `${directory}/${base}`;
    if (!fs.existsSync(join(root, name))) return name;
  }
}

function writeFile(root: string, name: string, size: number, random: SeededRandom): void {
  const path = join(root, name);
  const piece = random.bytes(Math.min(size, 64 * KIB));
  const fd = fs.openSync(path, 'w');
  for (let at = 0; at < size; at += piece.length) {
    if (piece.length >= 4) piece.writeUInt32LE(at / KIB, 0);
    fs.writeSync(fd, piece, 0, Math.min(piece.length, size - at), at);
  }
  fs.closeSync(fd);
  fs.chmodSync(path, random.pick([0o644, 0o600, 0o755, 0o640, 0o444]));
}

function sizeFor(i: number, random: SeededRandom): number {
  if (i % 10 === 0) return random.pick(EDGE_SIZES);
  return i % 10 === 1 ? random.below(2 * MIB) : random.below(8 * KIB);
}

/** Fills the root with `count` items (files, directories, links), and one file of each size in `bigSizes`. */
export function makeTree(
  root: string,
  count: number,
  random: SeededRandom,
  bigSizes: readonly number[] = [],
): void {
  fs.mkdirSync(root, { recursive: true });
  const directories = [''];
  const under = (base: string): string => {
    const directory = random.pick(directories);
    return directory === '' ? base : `${directory}/${base}`;
  };
  for (const size of bigSizes) writeFile(root, `big-${size}`, size, random);
  for (let i = bigSizes.length; i < count; i += 1) {
    const name = under(`${random.pick(WORDS)}-${i}`);
    const kind = random.below(20);
    if (kind < 3) {
      fs.mkdirSync(join(root, name));
      fs.chmodSync(join(root, name), random.pick([0o755, 0o700, 0o775]));
      if (name.split('/').length < 8) directories.push(name);
    } else if (kind < 5) {
      fs.symlinkSync(
        random.pick(['../outside', 'a', '/etc/hostname', 'dangling/…', '.']),
        join(root, name),
      );
    } else {
      writeFile(root, name, sizeFor(i, random), random);
    }
  }
}

type Change = (root: string, random: SeededRandom) => void;

const onFile =
  (change: (path: string, random: SeededRandom) => void): Change =>
  (root, random) => {
    const files = filesIn(root);
    if (files.length > 0) change(join(root, random.pick(files)), random);
  };

const CHANGES: Record<string, Change> = {
  edit: onFile((path, random) => {
    const fd = fs.openSync(path, 'r+');
    fs.writeSync(fd, random.bytes(16), 0, 16, random.below(fs.fstatSync(fd).size + 1));
    fs.closeSync(fd);
  }),
  append: onFile((path, random) => fs.appendFileSync(path, random.bytes(random.below(1000) + 1))),
  truncate: onFile((path, random) => {
    fs.truncateSync(path, random.below(fs.statSync(path).size + 1));
  }),
  permissions: onFile((path, random) => fs.chmodSync(path, random.pick([0o600, 0o664, 0o755]))),
  time: onFile((path, random) => fs.utimesSync(path, 1, 1_600_000_000 + random.below(10_000_000))),
  create: (root, random) =>
    writeFile(root, freshName(root, random), random.below(300 * KIB), random),
  renameFile: (root, random) => {
    const files = filesIn(root);
    if (files.length === 0) return;
    fs.renameSync(join(root, random.pick(files)), join(root, freshName(root, random)));
  },
  renameDirectory: (root, random) => {
    const from = random.pick(directoriesIn(root));
    const to = freshName(root, random);
    if (from !== '' && !to.startsWith(`${from}/`)) fs.renameSync(join(root, from), join(root, to));
  },
  fileToDirectory: onFile((path) => {
    fs.rmSync(path);
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'inside'), 'was a file');
  }),
  fileToLink: onFile((path) => {
    fs.rmSync(path);
    fs.symlinkSync('somewhere', path);
  }),
  directoryToFile: (root, random) => {
    const name = random.pick(directoriesIn(root));
    if (name === '') return;
    fs.rmSync(join(root, name), { recursive: true });
    fs.writeFileSync(join(root, name), `was a directory ${random.below(1000)}`);
  },
  deleteFile: onFile((path) => fs.rmSync(path)),
  deleteDirectory: (root, random) => {
    const name = random.pick(directoriesIn(root));
    if (name.split('/').length > 2) fs.rmSync(join(root, name), { recursive: true });
  },
};

/** Changes the tree `count` times; returns what was done. */
export function changeTree(root: string, count: number, random: SeededRandom): string[] {
  return Array.from({ length: count }, () => {
    const kind = random.pick(Object.keys(CHANGES));
    CHANGES[kind]!(root, random);
    return kind;
  });
}
