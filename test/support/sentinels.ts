/**
 * Files and directories beside a folder that nothing done for a peer may touch, and what became of them: content, kind,
 * permissions, owner, names, and the times, of which the one of the last status change shows even what was undone and,
 * where the disk keeps it, the one of the last access shows reading. The look itself leaves no trace.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';

const LONG_AGO_S = 1_000_000_000;
const LATER_S = 1_500_000_000;
const LOOK = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NOATIME;

export class Sentinels {
  #before: readonly string[] = [];
  readonly #names: string[] = [''];

  /** `names`: of files, each of which holds its own name; a name that ends with '/' is a directory. */
  constructor(
    readonly root: string,
    names: readonly string[] = ['precious', 'directory/inside'],
  ) {
    fs.mkdirSync(root, { recursive: true });
    for (const name of names) this.#make(name);
    // Last, since making a file changes its directory.
    for (const name of this.#names) fs.utimesSync(join(root, name), LONG_AGO_S, LATER_S);
    this.#before = this.#look();
  }

  path(name: string): string {
    return join(this.root, name);
  }

  /** What is not as it was; empty: nobody touched anything. */
  changes(): string[] {
    const now = this.#look();
    return now.filter((line, i) => line !== this.#before[i]);
  }

  #make(name: string): void {
    const path = this.path(name);
    const isDirectory = name.endsWith('/');
    for (let at = isDirectory ? name.slice(0, -1) : dirname(name); at !== '.'; at = dirname(at)) {
      if (!this.#names.includes(at)) this.#names.push(at);
    }
    fs.mkdirSync(isDirectory ? path : dirname(path), { recursive: true });
    if (isDirectory) return;
    fs.writeFileSync(path, name, { mode: 0o640 });
    this.#names.push(name);
  }

  #look(): string[] {
    return this.#names.map((name) => {
      const path = this.path(name);
      const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
      if (stat === undefined) return `${name}: gone`;
      const { mode, uid, gid, nlink, size, ino, atimeNs, mtimeNs, ctimeNs } = stat;
      const content = stat.isFile() ? hashOf(path) : '';
      const what = { mode, uid, gid, nlink, size, ino, atimeNs, mtimeNs, ctimeNs, content };
      const said = Object.entries(what).map(([key, value]) => `${key} ${value}`);
      return `${name}: ${said.join(', ')}`;
    });
  }
}

/** Whether the file system of the directory tells that a file was read. */
export function showsReading(directory: string): boolean {
  const path = join(directory, 'read');
  fs.writeFileSync(path, 'x');
  fs.utimesSync(path, LONG_AGO_S, LATER_S);
  fs.readFileSync(path);
  const { atimeMs } = fs.statSync(path);
  fs.rmSync(path);
  return atimeMs > LONG_AGO_S * 1_000;
}

function hashOf(path: string): string {
  const file = fs.openSync(path, LOOK);
  try {
    return createHash('sha256').update(fs.readFileSync(file)).digest('hex');
  } finally {
    fs.closeSync(file);
  }
}
