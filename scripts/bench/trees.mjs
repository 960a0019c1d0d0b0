/** What is synced: one big file, or many small ones; when it is all in place, and whether it is the same. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';

const MIB = 1024 * 1024;
const PIECE_BYTES = 16 * MIB;
const SMALL_BYTES_MIN = 2048;
const SMALL_BYTES_MAX = 8192;
const TINY_BYTES = 100;
const LOOK_AT = 100;

export const bigFile = (name, mib) => [{ name, bytes: mib * MIB }];

/** Names with sizes, in the order in which they are made: the same in every run. */
export function smallFiles(count, perDirectory, top = '') {
  const span = SMALL_BYTES_MAX - SMALL_BYTES_MIN + 1;
  return Array.from({ length: count }, (_, i) => ({
    name: join(top, `dir-${Math.floor(i / perDirectory)}/file-${i}`),
    bytes: SMALL_BYTES_MIN + ((i * 7919) % span),
  }));
}

export class Tree {
  constructor(entries) {
    this.entries = entries;
    this.bytes = this.entries.reduce((sum, { bytes }) => sum + bytes, 0);
    this.missing = this.entries;
  }

  /** The content is random and new. */
  makeIn(root) {
    let last;
    for (const { name, bytes } of this.entries) {
      const directory = dirname(join(root, name));
      if (directory !== last) fs.mkdirSync((last = directory), { recursive: true });
      const fd = fs.openSync(join(root, name), 'w');
      for (let at = 0; at < bytes; at += PIECE_BYTES) {
        fs.writeSync(fd, randomBytes(Math.min(PIECE_BYTES, bytes - at)));
      }
      fs.closeSync(fd);
    }
    return this;
  }

  /** Begins anew with another directory. */
  forget() {
    this.missing = this.entries;
    return this;
  }

  /** A file has its own name only when it is complete: temporary files have others. Cheap: looks at what is missing. */
  isIn(root) {
    const isThere = ({ name, bytes }) =>
      fs.statSync(join(root, name), { throwIfNoEntry: false })?.size === bytes;
    while (this.missing.length > 0) {
      if (!isThere(this.missing[0])) return false;
      // A look at a few at a time keeps the cost of looking small while most is missing.
      const looked = this.missing.slice(1, LOOK_AT).filter((entry) => !isThere(entry));
      this.missing = [...looked, ...this.missing.slice(LOOK_AT)];
    }
    return true;
  }
}

/** Very many files of 100 bytes, 1000 in a directory, made by as many processes as there are cores. */
export async function makeTinyFiles(root, count, perDirectory = 1000) {
  const directories = Math.ceil(count / perDirectory);
  const workers = availableParallelism();
  const program = `
    const fs = require('node:fs');
    const [root, first, step, directories, count, per] = process.argv.slice(1).map((a, i) => (i ? Number(a) : a));
    for (let d = first; d < directories; d += step) {
      const directory = root + '/dir-' + d;
      fs.mkdirSync(directory, { recursive: true });
      for (let i = d * per; i < Math.min(count, (d + 1) * per); i += 1) {
        fs.writeFileSync(directory + '/file-' + i, ('file ' + i + ' ').padEnd(${TINY_BYTES}, '.'));
      }
    }`;
  const ended = Array.from({ length: workers }, (_, i) => {
    const numbers = [i, workers, directories, count, perDirectory].map(String);
    const child = spawn(process.execPath, ['-e', program, root, ...numbers], { stdio: 'inherit' });
    return new Promise((resolve) => child.once('exit', resolve));
  });
  const codes = await Promise.all(ended);
  if (codes.some((code) => code !== 0)) throw new Error('the files were not made');
}

/** Many at a time: one after the other takes a millisecond for each file where the disk is told what is free again. */
export function removeTree(path) {
  const script = 'find "$1" -type f -print0 | xargs -0 -r -n 200 -P 16 rm -f';
  spawnSync('sh', ['-c', script, 'sh', path], { stdio: 'ignore' });
  fs.rmSync(path, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Small files stay until the end of the run: for minutes after thousands of them were removed, ext4 without a journal looks
 * long for a number for each new one.
 */
export function removeLargeFiles(path) {
  spawnSync('find', [path, '-type', 'f', '-size', '+1M', '-delete'], { stdio: 'ignore' });
}

function hashOf(path) {
  const hash = createHash('sha256');
  const fd = fs.openSync(path, 'r');
  const { size } = fs.fstatSync(fd);
  const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size + 1));
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
