/**
 * What users know: the contents that they wrote, under which names, and which of them they replaced or deleted knowing
 * them. Only what someone who had it replaced or deleted, or never flushed before a power failure, may ever be gone.
 */
import { createHash } from 'node:crypto';
import { type MemoryDisk } from '../../../src/platform/memory-disk.js';
import { type MemoryNode } from '../../../src/platform/memory-node.js';
import { isInternalName, isTempName } from '../../../src/domain/file-name.js';

const CONFLICT_MARKS = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/g;
const HASH_CHARS = 16;

/** The name that a conflict copy is a copy of; other names are their own. */
export function originalName(name: string): string {
  return name.replace(CONFLICT_MARKS, '');
}

export interface SeenFile {
  readonly hash: string;
  readonly inode: bigint;
}

interface Hashed {
  readonly state: string;
  readonly hash: string;
}

export class ContentModel {
  /** By hash: how it came to be. */
  private readonly written = new Map<string, string>();
  /** Name and hash, as `name hash`. */
  private readonly pairs = new Set<string>();
  private readonly excused = new Map<string, string>();
  private readonly hashes = new WeakMap<MemoryNode, Hashed>();
  private readonly dirtyHashes = new Map<string, Set<string>>();
  private readonly dirtyInodes = new Map<string, Set<bigint>>();
  /** What was found wrong while the history ran. */
  readonly violations: string[] = [];

  /** Files by name, without the node's own. */
  files(disk: MemoryDisk): Map<string, SeenFile> {
    const files = new Map<string, SeenFile>();
    const visit = (directory: MemoryNode, prefix: string): void => {
      for (const { name: base, node } of directory.entries.values()) {
        const name = prefix + base;
        if (isInternalName(name) || isTempName(base)) continue;
        if (node.type === 'directory') visit(node, `${name}/`);
        if (node.type === 'file') files.set(name, { hash: this.hashOf(node), inode: node.inode });
      }
    };
    visit(disk.root, '');
    return files;
  }

  hashOf(node: MemoryNode): string {
    const { size, changedNs, modifiedS } = node.stat();
    const state = `${size} ${changedNs} ${modifiedS}`;
    const known = this.hashes.get(node);
    if (known?.state === state) return known.hash;
    const hash = createHash('sha1').update(node.read(0, size)).digest('hex').slice(0, HASH_CHARS);
    this.hashes.set(node, { state, hash });
    return hash;
  }

  /** A user did this at this machine: what is new was written, and what is gone was given up. */
  async byUser(
    machine: string,
    disk: MemoryDisk,
    what: string,
    isFlushed: boolean,
    work: () => Promise<void>,
  ): Promise<void> {
    const before = this.files(disk);
    await work();
    const after = this.files(disk);
    const counts = new Map<string, number>();
    for (const { hash } of after.values()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
    for (const { hash } of before.values()) counts.set(hash, (counts.get(hash) ?? 0) - 1);
    for (const [hash, count] of counts) if (count < 0) this.excuse(hash, `${machine} ${what}`);
    for (const [name, { hash, inode }] of after) {
      if (before.get(name)?.hash === hash) continue;
      if (!this.written.has(hash)) this.written.set(hash, `${machine} ${what}`);
      this.pairs.add(`${originalName(name)} ${hash}`);
      if (isFlushed) continue;
      setIn(this.dirtyHashes, machine).add(hash);
      setIn(this.dirtyInodes, machine).add(inode);
    }
  }

  /** What nobody flushed may be gone, and what is left of it is as if it had been written. */
  afterPowerFailure(machine: string, disk: MemoryDisk): void {
    for (const hash of setIn(this.dirtyHashes, machine)) {
      this.excuse(hash, `power failure of ${machine}`);
    }
    const dirty = setIn(this.dirtyInodes, machine);
    for (const [name, { hash, inode }] of this.files(disk)) {
      const isKnown = this.written.has(hash);
      if (!isKnown && !dirty.has(inode)) {
        this.violations.push(`${machine}: ${name} holds what nobody wrote after a power failure`);
      }
      this.pairs.add(`${originalName(name)} ${hash}`);
      if (isKnown) continue;
      this.written.set(hash, `power failure of ${machine}`);
      this.excuse(hash, `power failure of ${machine}`);
    }
    this.dirtyHashes.delete(machine);
    this.dirtyInodes.delete(machine);
  }

  /** The node has put something under this name: only what was written under it may be there. */
  placed(machine: string, disk: MemoryDisk, name: string): void {
    if (isInternalName(name) || isTempName(name.slice(name.lastIndexOf('/') + 1))) return;
    let node: MemoryNode;
    try {
      node = disk.node(name);
    } catch {
      return;
    }
    if (node.type !== 'file') return;
    const hash = this.hashOf(node);
    if (this.pairs.has(`${originalName(name)} ${hash}`)) return;
    const where = this.written.get(hash);
    const what = where === undefined ? 'nobody wrote' : `was written elsewhere (${where})`;
    this.violations.push(`${machine}: ${name} got content that ${what}`);
  }

  /** What must still be there, and how it came to be. */
  *required(): Generator<[hash: string, what: string]> {
    for (const [hash, what] of this.written) if (!this.excused.has(hash)) yield [hash, what];
  }

  isWritten(name: string, hash: string): boolean {
    return this.pairs.has(`${originalName(name)} ${hash}`);
  }

  private excuse(hash: string, why: string): void {
    if (!this.excused.has(hash)) this.excused.set(hash, why);
  }
}

function setIn<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Set<T>();
  map.set(key, made);
  return made;
}
