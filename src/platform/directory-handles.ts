/**
 * Directories of a folder reached through open descriptors (Linux). Each component is opened relative to the
 * descriptor of the one before it, as `/proc/self/fd/N/component` without following links, so that what is exchanged
 * on disk meanwhile cannot lead an operation elsewhere.
 *
 * Descriptors of recently used directories are kept. A kept one is used only while the kernel says that it still
 * lies at its name below the root: two readlinks of /proc, which touch no disk. A directory that was moved, removed
 * or replaced fails that test and its name is walked anew. So a kept descriptor is as good as one opened just now.
 * Only directories of the root's own file system are kept, and only where that is a local one: a directory that was
 * moved by another machine would pass the test. None is kept behind a followed link: it would hold a disk in use.
 */
import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { type SyncError } from '../domain/errors.js';
import { type CheckedDirectories, checkSameRoot, statRoot } from './checked-directories.js';
import { componentsOf } from './folder-name.js';
import { LOCAL_FILE_SYSTEMS } from './local-file-systems.js';
import {
  exchanged,
  linkOnWay,
  type LinkTarget,
  NO_LINKS,
  requireTarget,
  type RootLinks,
} from './root-links.js';
import { systemCodeOf, toSyncError } from './system-errors.js';

/** Descriptors kept for directories that no operation is using, besides the root's. */
export const KEPT_DIRECTORIES_MAX = 128;

const open = promisify(fs.open);

// Not among Node's constants; the same on every Linux architecture that Node supports. A descriptor that only stands
// for a place: it needs no permission to read the directory, and opening has no effect on it.
const O_PATH = 0o10000000;
const OPEN_ROOT = O_PATH | fs.constants.O_DIRECTORY;
const OPEN_COMPONENT = OPEN_ROOT | fs.constants.O_NOFOLLOW;

/** Paths as the kernel gives them, a character for each byte. */
interface Place {
  readonly root: string;
  readonly directory: string;
}

interface Handle {
  readonly fd: number;
  /** Where it lay when it was first kept. */
  place?: Place;
  users: number;
  kept: boolean;
}

export class DirectoryHandles implements CheckedDirectories {
  readonly #kept = new Map<string, Handle>();
  /** Being opened: many operations in one directory begin at the same time. */
  readonly #opening = new Map<string, Promise<unknown>>();
  /** Found to be in their places in this turn of the event loop, the root at this path. */
  readonly #inPlace = new Set<Handle>();
  #rootPath: string | undefined;
  readonly #rootHandle: Handle;
  #links = NO_LINKS;
  #closed = false;

  private constructor(
    private readonly root: string,
    rootFd: number,
    private readonly rootStats: fs.BigIntStats,
    private readonly keptMax: number,
  ) {
    this.#rootHandle = { fd: rootFd, users: 1, kept: false };
  }

  /** undefined where the system does not offer this way: another system, or no /proc. */
  static async open(
    root: string,
    keptMax = KEPT_DIRECTORIES_MAX,
  ): Promise<DirectoryHandles | undefined> {
    if (process.platform !== 'linux') return undefined;
    const found = await statRoot(root);
    const fd = await open(root, OPEN_ROOT).catch((error: unknown) => {
      throw toSyncError('open folder root', root, error);
    });
    try {
      const reached = await reachedThrough(fd);
      if (!reached) {
        fs.closeSync(fd);
        return undefined;
      }
      checkSameRoot(root, found, reached);
      const type = (await fs.promises.statfs(pathOf(fd))).type;
      return new DirectoryHandles(root, fd, reached, LOCAL_FILE_SYSTEMS.has(type) ? keptMax : 0);
    } catch (error) {
      fs.closeSync(fd);
      throw toSyncError('open folder root', root, error);
    }
  }

  follow(links: RootLinks): void {
    this.#links = links;
    this.#dropAll();
  }

  async use<T>(directory: string, act: (path: string) => Promise<T>): Promise<T> {
    const handle = directory === '' ? this.#share(this.#rootHandle) : await this.#reach(directory);
    try {
      return await act(pathOf(handle.fd));
    } finally {
      this.#release(handle);
    }
  }

  async checkRoot(): Promise<void> {
    // Something may have been mounted over a kept directory, which its descriptor would not see.
    this.#dropAll();
    checkSameRoot(this.root, this.rootStats, await statRoot(this.root));
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#dropAll();
      this.#release(this.#rootHandle);
    }
    return Promise.resolve();
  }

  async #reach(directory: string): Promise<Handle> {
    const target = linkOnWay(this.#links, directory);
    const kept = target === undefined ? this.#stillKept(directory) : undefined;
    if (kept !== undefined) return this.#share(kept);
    const components = componentsOf(directory);
    if (target !== undefined) {
      const first = await this.#openTarget(components[0] as string, target);
      return this.#descend(first, 1, components);
    }
    let nearest = this.#nearestKept(directory, components.length);
    const opening = this.#opening.get(directory);
    if (nearest.depth < components.length && opening !== undefined) {
      this.#release(nearest.handle);
      await opening;
      nearest = this.#nearestKept(directory, components.length);
    }
    if (nearest.depth === components.length) return nearest.handle;
    const opened = this.#descend(nearest.handle, nearest.depth, components);
    const keeping = opened.then((reached) => this.#keep(directory, reached));
    this.#opening.set(
      directory,
      keeping.catch(() => undefined),
    );
    try {
      await keeping;
      return await opened;
    } finally {
      this.#opening.delete(directory);
    }
  }

  /** From the open directory at this depth, whose use goes over to the one that is reached. */
  async #descend(from: Handle, at: number, components: readonly string[]): Promise<Handle> {
    let [handle, depth] = [from, at];
    for (; depth < components.length; depth++) {
      const component = components[depth] as string;
      try {
        const fd = await open(`${pathOf(handle.fd)}/${component}`, OPEN_COMPONENT);
        this.#release(handle);
        handle = { fd, users: 1, kept: false };
      } catch (error) {
        this.#release(handle);
        throw this.#walkError(components.slice(0, depth + 1), error);
      }
    }
    return handle;
  }

  async #openTarget(name: string, target: LinkTarget): Promise<Handle> {
    const path = `${pathOf(this.#rootHandle.fd)}/${name}`;
    const fd = await open(path, OPEN_ROOT).catch((error: unknown) => {
      throw exchanged(name, target, error);
    });
    try {
      requireTarget(name, target, fs.fstatSync(fd, { bigint: true }));
      return { fd, users: 1, kept: false };
    } catch (error) {
      fs.closeSync(fd);
      throw error;
    }
  }

  /** The deepest directory on the way that is open and still in its place, with a use counted. */
  #nearestKept(directory: string, depth: number): { handle: Handle; depth: number } {
    if (this.#kept.size > 0) {
      for (let name = directory; depth > 0; depth--, name = parentOf(name)) {
        const handle = this.#stillKept(name);
        if (handle !== undefined) return { handle: this.#share(handle), depth };
      }
    }
    return { handle: this.#share(this.#rootHandle), depth: 0 };
  }

  #stillKept(name: string): Handle | undefined {
    const handle = this.#kept.get(name);
    if (handle === undefined) return undefined;
    this.#kept.delete(name);
    if (this.#isStillInPlace(handle)) {
      // Last in the map means most recently used.
      this.#kept.set(name, handle);
      return handle;
    }
    this.#drop(handle);
    return undefined;
  }

  /** Asked once in a turn: what is begun in it takes place later anyway. */
  #isStillInPlace(handle: Handle): boolean {
    if (this.#inPlace.has(handle)) return true;
    if (this.#inPlace.size === 0) {
      this.#rootPath = currentPath(this.#rootHandle.fd);
      setImmediate(() => this.#inPlace.clear());
    }
    const { fd, place } = handle;
    if (place === undefined || place.root !== this.#rootPath) return false;
    if (place.directory !== currentPath(fd)) return false;
    this.#inPlace.add(handle);
    return true;
  }

  #keep(directory: string, handle: Handle): void {
    if (this.keptMax === 0 || this.#closed || this.#kept.has(directory)) return;
    // The kernel marks a removed directory by such an end of its path.
    if (directory.endsWith(' (deleted)')) return;
    if (deviceOf(handle.fd) !== this.rootStats.dev) return;
    const place = { root: currentPath(this.#rootHandle.fd), directory: currentPath(handle.fd) };
    if (!isPlaceOf(directory, place)) return;
    for (const [name, oldest] of this.#kept) {
      if (this.#kept.size < this.keptMax) break;
      this.#kept.delete(name);
      this.#drop(oldest);
    }
    handle.place = place;
    handle.kept = true;
    this.#kept.set(directory, handle);
  }

  #share(handle: Handle): Handle {
    handle.users++;
    return handle;
  }

  #release(handle: Handle): void {
    handle.users--;
    // Closing such a descriptor writes nothing and waits for nothing, so it is done in place.
    if (handle.users === 0 && !handle.kept) fs.closeSync(handle.fd);
  }

  #drop(handle: Handle): void {
    this.#inPlace.delete(handle);
    handle.kept = false;
    if (handle.users === 0) fs.closeSync(handle.fd);
  }

  #dropAll(): void {
    for (const handle of this.#kept.values()) this.#drop(handle);
    this.#kept.clear();
  }

  #walkError(components: readonly string[], error: unknown): SyncError {
    return toSyncError('open directory', `${this.root}/${components.join('/')}`, error);
  }
}

function pathOf(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** undefined when the system cannot say. */
function deviceOf(fd: number): bigint | undefined {
  try {
    return fs.fstatSync(fd, { bigint: true }).dev;
  } catch {
    return undefined;
  }
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** Where the kernel says the descriptor's directory is now; undefined when it cannot say. */
function currentPath(fd: number): string | undefined {
  try {
    return fs.readlinkSync(pathOf(fd), 'latin1');
  } catch {
    // Paths of more than 4096 bytes cannot be told; they are walked each time.
    return undefined;
  }
}

function isPlaceOf(directory: string, place: Partial<Place>): place is Place {
  if (place.root === undefined || place.directory === undefined) return false;
  const below = `/${Buffer.from(directory).toString('latin1')}`;
  return place.directory === (place.root === '/' ? '' : place.root) + below;
}

async function reachedThrough(fd: number): Promise<fs.BigIntStats | undefined> {
  try {
    return await fs.promises.stat(`${pathOf(fd)}/.`, { bigint: true });
  } catch (error) {
    // No /proc here. Anything else is trouble with the root itself.
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
