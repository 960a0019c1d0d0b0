/**
 * The folder file system in memory, held to the same contract as the real one: for driving whole nodes in one thread,
 * with faults and crashes at chosen points. Permissions are kept but not enforced.
 */
import { SyncError } from '../domain/errors.js';
import { type DiskSpace } from './disk-space.js';
import {
  type DirectoryListing,
  type FileHandle,
  type FileMoves,
  FolderFs,
  type ItemStat,
  type WholeFile,
} from './folder-fs.js';
import { isStorable } from './folder-name.js';
import { type CrashOptions, type MemoryDisk, type Place, systemError } from './memory-disk.js';
import { atOnce, MemoryFileHandle, type Pace } from './memory-file-handle.js';
import { type MemoryEntry, type MemoryNode } from './memory-node.js';
import {
  exchanged,
  linkOnWay,
  type LinkTarget,
  requireNoLink,
  requireTarget,
  type RootItem,
  type RootLinks,
  topOf,
} from './root-links.js';
import { checkReplaceable, isEmpty, requireOneDisk, requireSeen } from './memory-rules.js';
import { StepwiseMoves } from './stepwise-moves.js';
import { linkSeenStepwise, putFileStepwise, readBlockStepwise } from './stepwise-files.js';
import {
  type ErrorCodes,
  LINK_CODES,
  READ_LINK_CODES,
  RENAME_CODES,
  toSyncError,
} from './system-errors.js';

/** Operations that a followed link itself is safe from. */
const CHANGING: ReadonlySet<string> = new Set([
  ...['openFile', 'createFile', 'makeDirectory', 'removeDirectory', 'removeFile', 'rename', 'link'],
  ...['makeSymlink', 'readSymlink', 'setLinkOwner'],
]);

/** Operations that those who watch are told of. */
const TOLD: ReadonlySet<string> = new Set([
  ...['createFile', 'makeDirectory', 'removeDirectory', 'removeFile', 'rename', 'link'],
  'makeSymlink',
]);

export class MemoryFolderFs extends FolderFs {
  readonly moves: FileMoves = new StepwiseMoves(this);
  readonly #generation: number;
  #closed = false;

  constructor(
    readonly root: string,
    /** What is stored; it outlives this object. */
    readonly disk: MemoryDisk,
    /** Whether the disk is still what the root's path leads to. */
    private readonly isInPlace: () => boolean = () => true,
    /** The disk whose root an absolute path names. */
    private readonly diskAt: (path: string) => MemoryDisk | undefined = () => undefined,
    /** Awaited before each operation: what the disk takes its time for. */
    private readonly pace: Pace = atOnce,
  ) {
    super();
    this.#generation = disk.generation;
  }

  override follow(links: RootLinks): void {
    super.follow(links);
    this.disk.mounted = new Map();
  }

  lookAt(name: string): Promise<RootItem> {
    return this.#run('lookAt', '', () => {
      const { entry } = this.disk.place(name);
      if (entry === undefined) return { type: 'absent', target: undefined };
      const { type, target } = entry.node;
      if (type === 'directory') return { type, target: targetOf(entry.node, this.#full(name)) };
      const disk = type === 'symlink' ? this.diskAt(target) : undefined;
      return { type, target: disk && targetOf(disk.root, target) };
    });
  }

  async stat(name: string): Promise<ItemStat | undefined> {
    try {
      return await this.#run('stat', name, () => this.disk.found(name)?.stat());
    } catch (error) {
      if (error instanceof SyncError && error.code === 'missing') return undefined;
      throw error;
    }
  }

  list(directory: string): Promise<DirectoryListing> {
    return this.#run('list', directory, () => {
      const node = this.disk.directory(directory);
      const entries = [...node.entries.values()].map((e) => ({ name: e.name, type: e.node.type }));
      if (directory === '') {
        for (const entry of entries) {
          if (this.links.followed.has(entry.name)) entry.type = 'directory';
        }
      }
      return { entries, undecodable: [...node.undecodable] };
    });
  }

  isEmpty(directory: string, countsForNothing: (name: string) => boolean): Promise<boolean> {
    return this.#run('list', directory, () => {
      const { entries, undecodable } = this.disk.directory(directory);
      const names = [...entries.values()].map(({ name }) => name);
      return [...names, ...undecodable].every(countsForNothing);
    });
  }

  openFile(name: string, mode: 'read' | 'write'): Promise<FileHandle> {
    return this.#run('openFile', name, () => {
      const { node } = this.#existing(this.disk.place(name));
      if (node.type === 'symlink') throw systemError('ELOOP');
      if (node.type === 'directory') throw systemError('EISDIR');
      if (node.type === 'other') throw systemError('ENXIO');
      return this.#open(node, name, mode);
    });
  }

  createFile(name: string, permissions: number): Promise<FileHandle> {
    return this.#run('createFile', name, () =>
      this.#open(this.disk.add('file', this.#masked(permissions), name), name, 'write'),
    );
  }

  openDirectory(name: string): Promise<FileHandle> {
    return this.#run('openDirectory', name, () =>
      this.#open(this.disk.directory(name), name, 'read'),
    );
  }

  makeDirectory(name: string, permissions: number): Promise<void> {
    return this.#run('makeDirectory', name, () => {
      this.disk.add('directory', this.#masked(permissions), name);
    });
  }

  removeDirectory(name: string): Promise<void> {
    return this.#run('removeDirectory', name, () => {
      const place = this.disk.place(name);
      const { node } = this.#existing(place);
      if (node.type !== 'directory') throw systemError('ENOTDIR');
      if (!isEmpty(node)) throw systemError('ENOTEMPTY');
      this.disk.remove(place);
    });
  }

  removeFile(name: string, seen?: ItemStat): Promise<void> {
    return this.#run('removeFile', name, () => {
      const place = this.disk.place(name);
      if (seen !== undefined) requireSeen(place, name, seen);
      if (this.#existing(place).node.type === 'directory') throw systemError('EISDIR');
      this.disk.remove(place);
    });
  }

  rename(from: string, to: string, seen?: ItemStat): Promise<void> {
    const rename = (): void => {
      this.#mount(to);
      requireNoLink(this.links, to);
      if (seen !== undefined) requireSeen(this.disk.place(to), to, seen);
      this.#rename(from, to);
    };
    return this.#run('rename', from, rename, RENAME_CODES);
  }

  link(from: string, to: string): Promise<void> {
    const link = (): void => {
      this.#mount(to);
      requireNoLink(this.links, to);
      const { node } = this.#existing(this.disk.place(from));
      const target = this.disk.place(to);
      if (target.entry) throw systemError('EEXIST');
      if (node.type === 'directory') throw systemError('EPERM');
      requireOneDisk(node, target.directory);
      const now = this.disk.now();
      target.directory.put(target.key, { name: target.base, node }, now);
      node.named(now);
    };
    return this.#run('link', from, link, LINK_CODES);
  }

  makeSymlink(target: string, name: string): Promise<void> {
    return this.#run('makeSymlink', name, () => {
      if (target !== '' && isStorable(target)) {
        // The target is part of the item as it is made: durable as soon as its entry is.
        this.disk.add('symlink', 0o777, name, target).makeDurable();
        return;
      }
      throw new SyncError('refused', `cannot make link ${JSON.stringify(name)}: unusable target`);
    });
  }

  setLinkOwner(name: string, uid: number, gid: number): Promise<void> {
    return this.#run('setLinkOwner', name, () => {
      this.#existing(this.disk.place(name)).node.setOwner(uid, gid, this.disk.now());
    });
  }

  readSymlink(name: string): Promise<string> {
    const read = (): string => {
      const { node } = this.#existing(this.disk.place(name));
      if (node.type !== 'symlink') throw systemError('EINVAL');
      return node.target;
    };
    return this.#run('readSymlink', name, read, READ_LINK_CODES);
  }

  syncDirectory(name: string): Promise<void> {
    return this.#run('syncDirectory', name, () => this.disk.directory(name).sync());
  }

  putFile(file: WholeFile): Promise<Pick<ItemStat, 'modifiedS' | 'modifiedNs'>> {
    return putFileStepwise(this, file);
  }

  linkSeen(from: string, to: string, seen: ItemStat): Promise<void> {
    return linkSeenStepwise(this, from, to, seen);
  }

  readBlock(
    name: string,
    position: number,
    length: number,
    sha256: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    return readBlockStepwise(this, name, position, length, sha256);
  }

  isCaseSensitive(): Promise<boolean> {
    return this.#run('isCaseSensitive', '', () => this.disk.caseSensitive);
  }

  isFormSensitive(): Promise<boolean> {
    return this.#run('isFormSensitive', '', () => this.disk.formSensitive);
  }

  holdsPermissions(): Promise<boolean> {
    return this.#run('holdsPermissions', '', () => this.disk.holdsPermissions);
  }

  space(directory: string): Promise<DiskSpace> {
    return this.#run('space', directory, () => this.disk.space);
  }

  checkRoot(): Promise<void> {
    return this.#run('checkRoot', '', () => {
      if (this.isInPlace()) return;
      const message = `folder root ${JSON.stringify(this.root)} is not the directory it was`;
      throw new SyncError('missing', message, true);
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** What is open before the crash fails with 'closed' from now on; open the root anew. */
  crash(options: CrashOptions): void {
    this.disk.crash(options);
  }

  #rename(from: string, to: string): void {
    const source = this.disk.place(from);
    const entry = this.#existing(source);
    const target = this.disk.place(to);
    if (entry.node.type === 'directory' && this.#leadsThrough(to, entry.node)) {
      throw systemError('EINVAL');
    }
    requireOneDisk(entry.node, target.directory);
    const isSameEntry = source.directory === target.directory && source.key === target.key;
    if (target.entry && !isSameEntry) {
      if (target.entry.node === entry.node) return;
      checkReplaceable(target.entry.node, entry.node);
    }
    const now = this.disk.now();
    if (target.entry && !isSameEntry) target.entry.node.named(now);
    source.directory.take(source.key, now);
    target.directory.put(target.key, { name: target.base, node: entry.node }, now);
    entry.node.named(now);
    this.disk.tell(to);
  }

  #leadsThrough(name: string, node: MemoryNode): boolean {
    const slash = name.lastIndexOf('/');
    return slash >= 0 && this.disk.way(name.slice(0, slash)).includes(node);
  }

  #existing(place: Place): MemoryEntry {
    if (!place.entry) throw systemError('ENOENT');
    return place.entry;
  }

  #open(node: MemoryNode, name: string, mode: 'read' | 'write'): FileHandle {
    return new MemoryFileHandle(this.disk, node, name, this.#full(name), mode, this.pace);
  }

  #masked(permissions: number): number {
    return permissions & 0o7777 & ~this.disk.umask;
  }

  async #run<T>(operation: string, name: string, act: () => T, codes?: ErrorCodes): Promise<T> {
    if (this.#closed) throw this.#closedError();
    // As on a real disk, nothing has happened yet when the call returns.
    await this.pace();
    if (this.#generation !== this.disk.generation) throw this.#closedError();
    try {
      const result = this.disk.perform(operation, name, () => {
        this.#mount(name);
        if (CHANGING.has(operation)) requireNoLink(this.links, name);
        return act();
      });
      if (TOLD.has(operation)) this.disk.tell(name);
      return result;
    } catch (error) {
      throw toSyncError(operation, this.#full(name), error, codes);
    }
  }

  /** What the link on the way to the name leads to now. */
  #mount(name: string): void {
    const target = linkOnWay(this.links, name);
    if (target === undefined) return;
    const top = topOf(name);
    const link = this.disk.root.entries.get(top)?.node;
    const found = link?.type === 'symlink' ? this.diskAt(link.target)?.root : link;
    if (found?.type !== 'directory') throw exchanged(top, target);
    requireTarget(top, target, { dev: found.device, ino: found.inode });
    this.disk.mounted = new Map([...this.disk.mounted, [top, found]]);
  }

  #closedError(): SyncError {
    return new SyncError('closed', `folder root ${JSON.stringify(this.root)} is closed`);
  }

  #full(name: string): string {
    return name === '' ? this.root : `${this.root}/${name}`;
  }
}

function targetOf(node: MemoryNode, path: string): LinkTarget {
  return { path, device: node.device, inode: node.inode };
}
