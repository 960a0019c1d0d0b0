/**
 * The folder file system on the machine's own disk. Every operation reaches the directory it works in through
 * CheckedDirectories and then names one component there, which no call it makes follows when it is a link.
 */
import * as fs from 'node:fs/promises';
import { resolve } from 'node:path';
import { SyncError } from '../domain/errors.js';
import { BLOCK_BUFFER_BYTES_MIN } from './block-buffers.js';
import { type CheckedDirectories, ComponentCheckedDirectories } from './checked-directories.js';
import { DirectoryHandles } from './directory-handles.js';
import { type DiskSpace, spaceAt } from './disk-space.js';
import { type DiskResult, placeOf } from './disk-tasks.js';
import { listingOf, targetOf } from './disk-text.js';
import { isEmptyAt } from './directory-reading.js';
import { DiskThreads } from './disk-threads.js';
import {
  type DirectoryListing,
  type FileHandle,
  FolderFs,
  type HashedFile,
  type ItemStat,
  type PutOutcome,
  type WholeFile,
} from './folder-fs.js';
import { isStorable, splitName } from './folder-name.js';
import { NameProbes } from './name-probes.js';
import { CREATE, OPEN_DIRECTORY, OPEN_READ, OPEN_WRITE } from './open-flags.js';
import { OperationSlots } from './operation-slots.js';
import { probePermissions } from './permission-probe.js';
import { requireNoLink, type RootItem, type RootLinks } from './root-links.js';
import { asFollowed, lookAtRootItem } from './root-look.js';
import { RealMoves } from './real-moves.js';
import { RealFileHandle, toItemStat } from './real-file-handle.js';
import { putByDirectory } from './put-by-directory.js';
import {
  type ErrorCodes,
  LINK_CODES,
  READ_LINK_CODES,
  RENAME_CODES,
  toSyncError,
} from './system-errors.js';

/** Operations at once in one folder; each holds at most three directory descriptors. More only wait in the kernel. */
export const OPERATIONS_AT_ONCE = 64;
/** Small files put at once in one folder, each with a directory descriptor: the more, the fewer flushes. */
export const PUTS_AT_ONCE = 256;

export class RealFolderFs extends FolderFs {
  readonly #slots: OperationSlots;
  readonly #putSlots: OperationSlots;
  readonly moves: RealMoves;
  #holdsPermissions: Promise<boolean> | undefined;
  #names = new NameProbes(this);
  #closing: Promise<unknown> | undefined;

  private constructor(
    readonly root: string,
    private readonly directories: CheckedDirectories,
    private readonly threads: DiskThreads,
  ) {
    super();
    threads.open();
    const what = `folder root ${JSON.stringify(root)}`;
    this.#slots = new OperationSlots(OPERATIONS_AT_ONCE, what);
    this.#putSlots = new OperationSlots(PUTS_AT_ONCE, what);
    const [slots, links] = [this.#slots, (): RootLinks => this.links];
    this.moves = new RealMoves({ root, directories, threads, slots, links });
  }

  /** Rejects with SyncError 'missing' when the root is not there, 'refused' when it is no directory. */
  static async open(root: string, threads = new DiskThreads()): Promise<RealFolderFs> {
    const path = resolve(root);
    const directories =
      (await DirectoryHandles.open(path)) ?? (await ComponentCheckedDirectories.open(path));
    return new RealFolderFs(path, directories, threads);
  }

  /** As on systems where directories cannot be reached through descriptors. */
  static async openWithoutDescriptors(root: string): Promise<RealFolderFs> {
    const path = resolve(root);
    const directories = await ComponentCheckedDirectories.open(path);
    return new RealFolderFs(path, directories, new DiskThreads());
  }

  override follow(links: RootLinks): void {
    super.follow(links);
    this.directories.follow(links);
    this.#names = new NameProbes(this, [...links.followed.keys()]);
  }

  lookAt(name: string): Promise<RootItem> {
    return this.#run('look at', name, undefined, () =>
      this.directories.use('', (path) => lookAtRootItem(`${path}/${splitName(name).base}`)),
    );
  }

  async stat(name: string): Promise<ItemStat | undefined> {
    try {
      return await this.#at('stat', name, async (path) =>
        toItemStat(await fs.lstat(path, { bigint: true })),
      );
    } catch (error) {
      if (error instanceof SyncError && error.code === 'missing') return undefined;
      throw error;
    }
  }

  list(directory: string): Promise<DirectoryListing> {
    return this.#inside('list', directory, async (path) => {
      const found = await fs.readdir(`${path}/.`, { encoding: 'buffer', withFileTypes: true });
      const { entries, undecodable } = listingOf(found);
      if (directory === '') return { entries: asFollowed(entries, this.links), undecodable };
      return { entries, undecodable };
    });
  }

  isEmpty(directory: string, countsForNothing: (name: string) => boolean): Promise<boolean> {
    return this.#inside('list', directory, (path) => isEmptyAt(path, countsForNothing));
  }

  openFile(name: string, mode: 'read' | 'write'): Promise<FileHandle> {
    return this.#below('open', name, async (path) => {
      const handle = await fs.open(path, mode === 'read' ? OPEN_READ : OPEN_WRITE);
      try {
        if ((await handle.stat()).isFile()) return this.#fileHandle(handle, name);
        const message = `cannot open ${JSON.stringify(this.#full(name))}: not a regular file`;
        throw new SyncError('refused', message);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  createFile(name: string, permissions: number): Promise<FileHandle> {
    return this.#below('create', name, async (path) => {
      return this.#fileHandle(await fs.open(path, CREATE, permissions & 0o7777), name);
    });
  }

  openDirectory(name: string): Promise<FileHandle> {
    return this.#at('open directory', name, async (path) => {
      const handle = await fs.open(path, OPEN_DIRECTORY);
      return new RealFileHandle(handle, this.#full(name), true);
    });
  }

  makeDirectory(name: string, permissions: number): Promise<void> {
    return this.#below('make directory', name, (path) => fs.mkdir(path, permissions & 0o7777));
  }

  removeDirectory(name: string): Promise<void> {
    return this.#below('remove directory', name, (path) => fs.rmdir(path));
  }

  removeFile(name: string, seen?: ItemStat): Promise<void> {
    return this.#below('remove', name, async (path) => {
      if (seen === undefined) return fs.unlink(path);
      await this.threads.run({ kind: 'remove', ...placeOf(path), seen });
    });
  }

  rename(from: string, to: string, seen?: ItemStat): Promise<void> {
    return this.#between('rename', from, to, RENAME_CODES, async (fromPath, toPath) => {
      if (seen === undefined) return fs.rename(fromPath, toPath);
      await this.threads.run({ kind: 'rename', ...placeOf(toPath), from: fromPath, seen });
    });
  }

  link(from: string, to: string): Promise<void> {
    return this.#between('link', from, to, LINK_CODES, (a, b) => fs.link(a, b));
  }

  linkSeen(from: string, to: string, seen: ItemStat): Promise<void> {
    const link = async (fromPath: string, toPath: string): Promise<void> => {
      await this.threads.run({ kind: 'link', ...placeOf(toPath), from: fromPath, seen });
    };
    return this.#between('link', from, to, LINK_CODES, link, this.#putSlots);
  }

  override linkTo(from: string, target: FolderFs, to: string): Promise<void> {
    if (target === this || !(target instanceof RealFolderFs)) return super.linkTo(from, target, to);
    return this.#across('link', from, target, to, LINK_CODES, (a, b) => fs.link(a, b));
  }

  override renameTo(from: string, target: FolderFs, to: string): Promise<void> {
    if (target === this || !(target instanceof RealFolderFs)) {
      return super.renameTo(from, target, to);
    }
    return this.#across('rename', from, target, to, RENAME_CODES, (a, b) => fs.rename(a, b));
  }

  makeSymlink(target: string, name: string): Promise<void> {
    return this.#below('make link', name, (path) => {
      if (target !== '' && isStorable(target)) return fs.symlink(target, path);
      const message = `cannot make link ${JSON.stringify(this.#full(name))}: unusable target`;
      throw new SyncError('refused', message);
    });
  }

  setLinkOwner(name: string, uid: number, gid: number): Promise<void> {
    return this.#below('set owner of', name, (path) => fs.lchown(path, uid, gid));
  }

  readSymlink(name: string): Promise<string> {
    const read = async (path: string): Promise<string> =>
      targetOf(this.#full(name), await fs.readlink(path, 'buffer'));
    return this.#below('read link', name, read, READ_LINK_CODES);
  }

  async syncDirectory(name: string): Promise<void> {
    const handle = await this.openDirectory(name);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async putFile(file: WholeFile): Promise<Pick<ItemStat, 'modifiedS' | 'modifiedNs'>> {
    const [outcome] = await this.putFiles([file]);
    if (outcome instanceof SyncError) throw outcome;
    return outcome as Pick<ItemStat, 'modifiedS' | 'modifiedNs'>;
  }

  override async putFiles(files: readonly WholeFile[]): Promise<PutOutcome[]> {
    const put = (
      directory: string,
      inPlace: readonly WholeFile[],
    ): Promise<(DiskResult | Error)[]> =>
      this.directories.use(directory, (path) =>
        this.threads.runAll(inPlace.map((file) => ({ kind: 'put', directory: path, file }))),
      );
    const outcomes = await putByDirectory(files, this.links, (directory, inPlace) =>
      this.#putSlots.run(() => put(directory, inPlace)),
    );
    return outcomes.map((outcome, index) => {
      if (!(outcome instanceof Error)) return outcome as ItemStat;
      return toSyncError('put', this.#full((files[index] as WholeFile).name), outcome);
    });
  }

  readBlock(
    name: string,
    position: number,
    length: number,
    sha256: Uint8Array,
    hashed?: HashedFile,
  ): Promise<Uint8Array | undefined> {
    return this.#run('read', name, undefined, () => {
      const { parent, base } = splitName(name);
      return this.directories.use(parent, (directory) => {
        const block = { directory, name: base, position, length, sha256, hashed };
        if (length >= BLOCK_BUFFER_BYTES_MIN) return this.threads.readBlock(block);
        const read = { kind: 'read' as const, directory, name: base, position, length, sha256 };
        return this.threads.run(read) as Promise<Uint8Array | undefined>;
      });
    });
  }

  isCaseSensitive(): Promise<boolean> {
    return this.#names.isCaseSensitive();
  }

  isFormSensitive(): Promise<boolean> {
    return this.#names.isFormSensitive();
  }

  holdsPermissions(): Promise<boolean> {
    return (this.#holdsPermissions ??= probePermissions(this).catch((error: unknown) => {
      this.#holdsPermissions = undefined;
      throw error;
    }));
  }

  space(directory: string): Promise<DiskSpace> {
    return this.#inside('look at the room of', directory, (path) => spaceAt(`${path}/.`));
  }

  checkRoot(): Promise<void> {
    return this.#slots.run(() => this.directories.checkRoot());
  }

  async close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#closing = Promise.all([this.#slots.close(), this.#putSlots.close()]).then(() =>
        Promise.all([this.directories.close(), this.threads.close()]),
      );
    }
    await this.#closing;
  }

  #fileHandle(handle: fs.FileHandle, name: string): RealFileHandle {
    return new RealFileHandle(handle, this.#full(name), false, (write) =>
      this.#slots.run(() => this.threads.writeBlock(write)),
    );
  }

  /** Runs act on the path of an item or the root. */
  #at<T>(verb: string, name: string, act: (path: string) => Promise<T>): Promise<T> {
    const isDirectory = name === '' || this.links.followed.has(name);
    if (isDirectory) return this.#inside(verb, name, (path) => act(`${path}/.`));
    return this.#below(verb, name, act);
  }

  /** Runs act on the path of an item below the root. */
  #below<T>(
    verb: string,
    name: string,
    act: (path: string) => Promise<T>,
    codes?: ErrorCodes,
  ): Promise<T> {
    return this.#run(verb, name, codes, () => {
      requireNoLink(this.links, name);
      const { parent, base } = splitName(name);
      return this.directories.use(parent, (path) => act(`${path}/${base}`));
    });
  }

  /** Runs act on the path of a directory whose every component was checked. */
  #inside<T>(verb: string, name: string, act: (path: string) => Promise<T>): Promise<T> {
    return this.#run(verb, name, undefined, () => this.directories.use(name, act));
  }

  #between(
    verb: string,
    from: string,
    to: string,
    codes: ErrorCodes,
    act: (fromPath: string, toPath: string) => Promise<void>,
    slots = this.#slots,
  ): Promise<void> {
    const between = (): Promise<void> => {
      for (const name of [from, to]) requireNoLink(this.links, name);
      const source = splitName(from);
      const target = splitName(to);
      if (source.parent === target.parent) {
        return this.directories.use(source.parent, (path) =>
          act(`${path}/${source.base}`, `${path}/${target.base}`),
        );
      }
      return this.directories.use(source.parent, (fromPath) =>
        this.directories.use(target.parent, (toPath) =>
          act(`${fromPath}/${source.base}`, `${toPath}/${target.base}`),
        ),
      );
    };
    return this.#run(`${verb}, as ${JSON.stringify(to)},`, from, codes, between, slots);
  }

  #across(
    verb: string,
    from: string,
    target: RealFolderFs,
    to: string,
    codes: ErrorCodes,
    act: (fromPath: string, toPath: string) => Promise<void>,
  ): Promise<void> {
    return this.#run(`${verb}, as ${JSON.stringify(target.#full(to))},`, from, codes, () => {
      const source = splitName(from);
      const { parent, base } = splitName(to);
      requireNoLink(this.links, from);
      requireNoLink(target.links, to);
      return target.#slots.run(() =>
        this.directories.use(source.parent, (fromPath) =>
          target.directories.use(parent, (toPath) =>
            act(`${fromPath}/${source.base}`, `${toPath}/${base}`),
          ),
        ),
      );
    });
  }

  #run<T>(
    verb: string,
    name: string,
    codes: ErrorCodes | undefined,
    operation: () => Promise<T>,
    slots = this.#slots,
  ): Promise<T> {
    return slots.run(async () => {
      try {
        return await operation();
      } catch (error) {
        throw toSyncError(verb, this.#full(name), error, codes);
      }
    });
  }

  #full(name: string): string {
    return name === '' ? this.root : `${this.root}/${name}`;
  }
}
