/** What lies on a simulated disk, read at once and without leaving a trace on it. */
import { isInternalName, isTempName } from '../domain/file-name.js';
import { type MemoryDisk } from '../platform/memory-disk.js';
import { type MemoryNode } from '../platform/memory-node.js';

export interface SimulatedItem {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly permissions: number;
  /** Nanoseconds since 1970. */
  readonly modifiedNs: bigint;
  /** Of a file. */
  readonly content: Buffer;
  /** Of a link. */
  readonly target: string;
}

/** The folder's items by name, in the order of the disk; temp files and internal ones are left out unless asked for. */
export function treeOn(disk: MemoryDisk, withAll = false): Map<string, SimulatedItem> {
  const tree = new Map<string, SimulatedItem>();
  const visit = (directory: MemoryNode, prefix: string): void => {
    for (const { name: base, node } of directory.entries.values()) {
      const name = prefix + base;
      if (!withAll && (isTempName(base) || isInternalName(name))) continue;
      tree.set(name, itemOf(node));
      if (node.type === 'directory') visit(node, `${name}/`);
    }
  };
  visit(disk.root, '');
  return tree;
}

/** Undefined when nothing is there. */
export function itemOn(disk: MemoryDisk, name: string): SimulatedItem | undefined {
  try {
    return itemOf(disk.node(name));
  } catch {
    return undefined;
  }
}

function itemOf(node: MemoryNode): SimulatedItem {
  const { type, size, permissions, modifiedS, modifiedNs } = node.stat();
  return {
    type,
    permissions,
    modifiedNs: BigInt(modifiedS) * 1_000_000_000n + BigInt(modifiedNs),
    content: type === 'file' ? Buffer.from(node.read(0, size)) : Buffer.alloc(0),
    target: node.target,
  };
}
