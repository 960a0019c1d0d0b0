/**
 * What users wrote under each name, and a look at a folder that finds whatever else appears there: the proof that no
 * file ever carries its own name with content that no one wrote. Temp files are looked at only for movement.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

const READ_BYTES = 1024 * 1024;
const TEMP_NAME = /(^|\/)(\.syncthing\.|~syncthing~)[^/]*\.tmp$/;
const CONFLICT_MARK = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/;

/** The name that a conflict copy is a copy of; other names are their own. */
export function originalName(name: string): string {
  return name.replace(CONFLICT_MARK, '');
}

/** Hex SHA-256 of contents by the names they were written under. */
export class WrittenContents {
  private readonly byName = new Map<string, Set<string>>();

  add(name: string, hash: string): void {
    const known = this.byName.get(name);
    if (known === undefined) this.byName.set(name, new Set([hash]));
    else known.add(hash);
  }

  /** Was this ever written under the name, or under the name that it is a conflict copy of? */
  has(name: string, hash: string): boolean {
    return this.byName.get(originalName(name))?.has(hash) ?? false;
  }
}

interface Seen {
  /** Inode, size and times: changes with any change of the content. */
  readonly state: string;
  readonly hash: string;
}

export class ContentWatch {
  private readonly seen = new Map<string, Seen>();
  /** Contents hashed and compared so far. */
  checks = 0;
  /** Files that carried content no one wrote. */
  readonly violations: string[] = [];

  constructor(
    readonly root: string,
    private readonly written: WrittenContents,
    /** Files below this directory come from elsewhere; temp files in it are looked at for movement. */
    private readonly arrivals: string,
  ) {}

  /** Looks at every file once; returns whether anything from elsewhere has moved since the last look. */
  look(): boolean {
    let hasMoved = false;
    const visit = (directory: string): void => {
      for (const entry of entriesOf(join(this.root, directory))) {
        const name = directory === '' ? entry.name : `${directory}/${entry.name}`;
        if (name === '.stfolder') continue;
        if (entry.isDirectory()) visit(name);
        else if (this.lookAt(name) && name.startsWith(`${this.arrivals}/`)) hasMoved = true;
      }
    };
    visit('');
    return hasMoved;
  }

  /** Everything once more, also what looks unchanged. */
  lookAgain(): void {
    this.seen.clear();
    this.look();
  }

  /** Did the last look find this content under the name or in a conflict copy of it? */
  holds(name: string, hash: string): boolean {
    if (this.seen.get(name)?.hash === hash) return true;
    return this.conflictCopies.some(
      (copy) => originalName(copy) === name && this.seen.get(copy)?.hash === hash,
    );
  }

  get conflictCopies(): string[] {
    return [...this.seen.keys()].filter((name) => originalName(name) !== name);
  }

  /** True when the file is another than at the last look. */
  private lookAt(name: string): boolean {
    const path = join(this.root, name);
    const before = stateOf(path);
    if (before === undefined) {
      this.seen.delete(name);
      return false;
    }
    if (this.seen.get(name)?.state === before) return false;
    const hash = TEMP_NAME.test(name) ? '' : hashOf(path);
    if (hash === undefined) return false;
    this.seen.set(name, { state: before, hash });
    if (hash === '') return true;
    this.checks += 1;
    if (!this.written.has(name, hash)) {
      this.violations.push(`${name}: ${hash.slice(0, 12)}, ${before}`);
    }
    return true;
  }
}

function entriesOf(path: string): fs.Dirent[] {
  try {
    return fs.readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Of a file; undefined where there is none. */
function stateOf(path: string): string | undefined {
  try {
    const stat = fs.lstatSync(path, { bigint: true });
    if (!stat.isFile()) return undefined;
    const { ino, size, mtimeNs, ctimeNs } = stat;
    return `inode ${ino}, ${size} bytes, modified ${mtimeNs}, changed ${ctimeNs}`;
  } catch {
    return undefined;
  }
}

/** Of the file that has the name when it is opened; undefined when none has. */
function hashOf(path: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  try {
    for (;;) {
      const length = fs.readSync(fd, buffer, 0, READ_BYTES, null);
      if (length === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, length));
    }
  } catch (error) {
    // A directory has just come into its place.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return undefined;
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}
