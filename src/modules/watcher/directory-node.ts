/** One watched directory: its place in the tree, what it was when its watch began, and what was heard of it. */
import { type Stats } from 'node:fs';
import { basename } from 'node:path';

/** Ends the watch on a directory. */
export interface DirectoryHandle {
  close(): void;
}

export class DirectoryNode {
  children: Map<string, DirectoryNode> | undefined;
  /** undefined: not watched yet, or it may not be read. */
  handle: DirectoryHandle | undefined;
  /** Names heard of in this turn; true where an entry was made or removed. */
  heard: Map<string, boolean> | undefined;
  /** More was heard than is kept. */
  isCrowded = false;
  /** It may be another directory with the same inode. */
  isDoubted = false;
  /** Not part of the tree any more. */
  isLeft = false;
  private device = 0;
  private inode = 0;
  private bornMs = 0;

  constructor(
    readonly parent: DirectoryNode | undefined,
    /** Last component of its name; '' for the root. */
    readonly base: string,
    /** Of the root and of mounts: where they are. */
    readonly ownPath?: string,
  ) {}

  /** From the root. */
  get name(): string {
    const above = this.parent?.name ?? '';
    return above === '' ? this.base : `${above}/${this.base}`;
  }

  get path(): string {
    return this.ownPath ?? `${this.parent?.path ?? ''}/${this.base}`;
  }

  /** The system gives this name in events of the directory itself. */
  get selfName(): string {
    return this.ownPath === undefined ? this.base : basename(this.ownPath);
  }

  nameOf(base: string): string {
    const { name } = this;
    return name === '' ? base : `${name}/${base}`;
  }

  identify({ dev, ino, birthtimeMs }: Stats): void {
    this.device = dev;
    this.inode = ino;
    this.bornMs = birthtimeMs;
    this.isDoubted = false;
  }

  isSame({ dev, ino, birthtimeMs }: Stats): boolean {
    const isKnown = dev === this.device && ino === this.inode && birthtimeMs === this.bornMs;
    return isKnown && !this.isDoubted;
  }

  /** Some file systems give the inode of a removed directory to the next one, and do not know when it was made. */
  get knowsBirth(): boolean {
    return this.bornMs > 0;
  }

  hear(base: string, isEntry: boolean, namesMax: number): void {
    this.heard ??= new Map();
    if (isEntry || !this.heard.has(base)) this.heard.set(base, isEntry);
    if (this.heard.size <= namesMax) return;
    this.heard.clear();
    this.isCrowded = true;
  }

  child(base: string, ownPath: string | undefined): DirectoryNode {
    const child = new DirectoryNode(this, base, ownPath);
    this.children ??= new Map();
    this.children.set(base, child);
    return child;
  }

  /** It and all below it leave the tree. Returns how many were watched. */
  leave(): number {
    this.parent?.children?.delete(this.base);
    const stack: DirectoryNode[] = [this];
    let count = 0;
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      node.isLeft = true;
      if (node.handle !== undefined) count += 1;
      node.handle?.close();
      node.handle = undefined;
      node.heard = undefined;
      if (node.children !== undefined) stack.push(...node.children.values());
      node.children = undefined;
    }
    return count;
  }
}
