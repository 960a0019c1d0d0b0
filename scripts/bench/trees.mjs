/** What is synced: one big file, or many small ones; when it is all in place, and whether it is the same. */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

const MIB = 1024 * 1024;
const PIECE_BYTES = 16 * MIB;
const SMALL_BYTES_MIN = 2048;
const SMALL_BYTES_MAX = 8192;
const FILES_PER_DIRECTORY = 100;

/** Names with sizes, in the order in which they are made. */
function plan({ kind, bigMiB, files }) {
  if (kind === 'big') return [{ name: 'big-file', bytes: bigMiB * MIB }];
  const span = SMALL_BYTES_MAX - SMALL_BYTES_MIN + 1;
  return Array.from({ length: files }, (_, i) => ({
    name: `dir-${Math.floor(i / FILES_PER_DIRECTORY)}/file-${i}`,
    // The same sizes in every run; the content is random and new.
    bytes: SMALL_BYTES_MIN + ((i * 7919) % span),
  }));
}

export class Tree {
  constructor(shape) {
    this.entries = plan(shape);
    this.bytes = this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
    this.missing = this.entries;
  }

  makeIn(root) {
    for (const { name, bytes } of this.entries) {
      fs.mkdirSync(join(root, name, '..'), { recursive: true });
      const fd = fs.openSync(join(root, name), 'w');
      for (let at = 0; at < bytes; at += PIECE_BYTES) {
        fs.writeSync(fd, randomBytes(Math.min(PIECE_BYTES, bytes - at)));
      }
      fs.closeSync(fd);
    }
    this.missing = this.entries;
  }

  /** A file has its own name only when it is complete: temporary files have others. Cheap: looks at what is missing. */
  isIn(root) {
    while (this.missing.length > 0) {
      const found = fs.statSync(join(root, this.missing[0].name), { throwIfNoEntry: false });
      if (found?.size !== this.missing[0].bytes) return false;
      this.missing = this.missing.slice(1);
      this.missing = this.missing.filter(({ name, bytes }, i) => {
        // A look at a few at a time keeps the cost of looking small while most is missing.
        if (i >= FILES_PER_DIRECTORY) return true;
        return fs.statSync(join(root, name), { throwIfNoEntry: false })?.size !== bytes;
      });
    }
    return true;
  }
}

function hashOf(path) {
  const hash = createHash('sha256');
  const fd = fs.openSync(path, 'r');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  for (let n; (n = fs.readSync(fd, piece)) > 0;) hash.update(piece.subarray(0, n));
  fs.closeSync(fd);
  return hash.digest('hex');
}

function namesBelow(root) {
  return fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .filter(
      (name) => !name.startsWith('.stfolder') && !name.split('/').pop().startsWith('.syncthing.'),
    )
    .sort();
}

/** Throws where the two directories differ in names or contents. */
export function compareTrees(a, b) {
  const [names, others] = [namesBelow(a), namesBelow(b)];
  if (names.join('\n') !== others.join('\n')) throw new Error(`${a} and ${b} hold other names`);
  for (const name of names) {
    if (hashOf(join(a, name)) !== hashOf(join(b, name))) {
      throw new Error(`${name} has other contents in ${b}`);
    }
  }
}
