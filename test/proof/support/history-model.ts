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

interface Pair {
  readonly hash: string;
  readonly how: string;
}

interface Hashed {
  readonly state: string;
  readonly hash: string;
}

export class ContentModel {
  /** By hash: how it came to be. */
  private readonly written = new Map<string, string>();
  /**
   * Names with hashes: how the content came to be under the name. One who deletes a file under one name gives up that
   * name alone: what another user meanwhile moved elsewhere has to stay.
   */
  private readonly pairs = new Map<string, Pair>();
  /** Pairs that nobody needs to have any more, with the reason. */
  private readonly excused = new Map<string, string>();
  private readonly hashes = new WeakMap<MemoryNode, Hashed>();
  private readonly dirtyHashes = new Map<string, Set<string>>();
  private readonly dirtyInodes = new Map<string, Set<bigint>>();
  /** Machines whose user did something since the last power failure that was not flushed. */
  private readonly unflushed = new Set<string>();
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
    const kept = new Set([...after].map(([name, { hash }]) => pairOf(name, hash)));
    for (const [name, { hash }] of before) {
      const pair = pairOf(name, hash);
      if (!kept.has(pair)) this.excuse(pair, `${machine} ${what}`);
    }
    for (const [name, { hash, inode }] of after) {
      if (before.get(name)?.hash === hash) continue;
      this.wrote(name, hash, `${machine} ${what}`);
      if (isFlushed) continue;
      setIn(this.dirtyHashes, machine).add(hash);
      setIn(this.dirtyInodes, machine).add(inode);
    }
    if (!isFlushed) this.unflushed.add(machine);
  }

  /** What nobody flushed may be gone, and what is left of it is as if it had been written. */
  afterPowerFailure(machine: string, disk: MemoryDisk): void {
    const why = `power failure of ${machine}`;
    const lost = setIn(this.dirtyHashes, machine);
    for (const [pair, { hash }] of this.pairs) if (lost.has(hash)) this.excuse(pair, why);
    const dirty = setIn(this.dirtyInodes, machine);
    for (const [name, { hash, inode }] of this.files(disk)) {
      if (this.isWritten(name, hash)) continue;
      const isKnown = this.written.has(hash);
      // Only a user's moves that were not flushed can leave what is known under another name.
      if (isKnown ? !this.unflushed.has(machine) : !dirty.has(inode)) {
        this.violations.push(`${machine}: ${name} holds what nobody wrote after a power failure`);
      }
      this.wrote(name, hash, why);
      this.excuse(pairOf(name, hash), why);
    }
    this.dirtyHashes.delete(machine);
    this.dirtyInodes.delete(machine);
    this.unflushed.delete(machine);
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
    if (this.isWritten(name, hash)) return;
    const where = this.written.get(hash);
    const what = where === undefined ? 'nobody wrote' : `was written elsewhere (${where})`;
    this.violations.push(`${machine}: ${name} got content that ${what}`);
  }

  /** What must still be there, and how it came to be. */
  *required(): Generator<Pair> {
    for (const [pair, written] of this.pairs) if (!this.excused.has(pair)) yield written;
  }

  isWritten(name: string, hash: string): boolean {
    return this.pairs.has(pairOf(name, hash));
  }

  private wrote(name: string, hash: string, how: string): void {
    if (!this.written.has(hash)) this.written.set(hash, how);
    const pair = pairOf(name, hash);
    if (!this.pairs.has(pair)) this.pairs.set(pair, { hash, how: `${how}, as ${name}` });
  }

  private excuse(pair: string, why: string): void {
    if (!this.excused.has(pair)) this.excused.set(pair, why);
  }
}

function pairOf(name: string, hash: string): string {
  return `${originalName(name)} ${hash}`;
}

function setIn<T>(map: Map<string, Set<T>>, key: string): Set<T> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Set<T>();
  map.set(key, made);
  return made;
}
