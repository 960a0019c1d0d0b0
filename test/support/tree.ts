/** Real trees for tests: made and changed at random from a seed, and compared item by item. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type SeededRandom } from './random.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Sizes on both sides of what decides about blocks. */
export const EDGE_SIZES = [
  0,
  1,
  128 * KIB - 1,
  128 * KIB,
  128 * KIB + 1,
  256 * KIB - 1,
  256 * KIB,
  256 * KIB + 1,
];
export const BIG_EDGE_SIZES = [250 * MIB - 1, 250 * MIB, 300 * MIB];

export const WORDS = [
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

const TEMP_BASE = /^(\.syncthing\.|~syncthing~).*\.tmp$/;

export const isInternal = (name: string): boolean =>
  /^(\.stfolder|\.stignore|\.stversions)(\/|$)/.test(name) ||
  /(^|\/)(\.syncthing\.|~syncthing~)[^/]*\.tmp$/.test(name);

/** Hashes of contents by what changes with them, so that a file that stays is read once however often it is compared. */
export class ContentHashes {
  private readonly known = new Map<string, { readonly state: string; readonly hash: string }>();

  of(path: string, { ino, size, mtimeNs, ctimeNs }: fs.BigIntStats): string {
    const state = `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    const known = this.known.get(path);
    if (known?.state === state) return known.hash;
    const hash = hashFile(path);
    this.known.set(path, { state, hash });
    return hash;
  }
}

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
export function readTree(root: string, hashes = new ContentHashes()): Map<string, TreeItem> {
  return walkTree(root, (path, stat) => hashes.of(path, stat));
}

/** What vanishes while the walk goes on is left out. */
function walkTree(
  root: string,
  contentOf: (path: string, stat: fs.BigIntStats) => string,
): Map<string, TreeItem> {
  const items = new Map<string, TreeItem>();
  const visit = (directory: string): void => {
    for (const entry of fs.readdirSync(join(root, directory)).sort()) {
      const name = directory === '' ? entry : `${directory}/${entry}`;
      if (isInternal(name)) continue;
      try {
        add(name);
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (!['ENOENT', 'ENOTDIR', 'EINVAL', 'ELOOP'].includes(code)) throw error;
        items.delete(name);
      }
    }
  };
  const add = (name: string): void => {
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
      items.set(name, { type: 'file', mode, mtimeUs, content: contentOf(path, stat) });
    }
  };
  visit('');
  return items;
}

/** Paths of what was being received, or is left over of it. */
export function tempFiles(root: string): string[] {
  return fs.readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    const path = join(root, entry.name);
    if (entry.isDirectory()) return tempFiles(path);
    return TEMP_BASE.test(entry.name) ? [path] : [];
  });
}

/** What differs between the trees, in plain lines, at most a screenful. Contents are read once all else is the same. */
export function treeDifferences(
  rootA: string,
  rootB: string,
  hashes = new ContentHashes(),
): string[] {
  const sizeOf = (_path: string, { size }: fs.BigIntStats): string => `${size} bytes`;
  const atAGlance = differences(walkTree(rootA, sizeOf), walkTree(rootB, sizeOf));
  if (atAGlance.length > 0) return atAGlance;
  return differences(readTree(rootA, hashes), readTree(rootB, hashes));
}

function differences(a: Map<string, TreeItem>, b: Map<string, TreeItem>): string[] {
  const names = [...new Set([...a.keys(), ...b.keys()])].sort();
  return names
    .filter((name) => showItem(a.get(name)) !== showItem(b.get(name)))
    .map((name) => `${name}: ${showItem(a.get(name))} | ${showItem(b.get(name))}`)
    .slice(0, 40);
}

export function showItem(item: TreeItem | undefined): string {
  if (item === undefined) return 'absent';
  return `${item.type} ${item.mode.toString(8)} ${item.mtimeUs} ${item.content.slice(0, 12)}`;
}

export function writeFile(root: string, name: string, size: number, random: SeededRandom): void {
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
