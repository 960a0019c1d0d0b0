/**
 * Where a folder's versions lie: a directory in the folder, or one elsewhere with a root of its own. No operation here
 * follows a link below that directory, so that nothing that was put among the versions leads a version out of them.
 */
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { localTime, parentOf, toNfc } from '../../domain/file-name.js';
import { commonPath } from '../../domain/path-text.js';
import { type FolderFs, type FolderFsFactory } from '../../platform/folder-fs.js';
import { taggedName } from './version-names.js';
import { hasCode } from './keep-file.js';

export const VERSIONS_NAME = '.stversions';
const ROOT_PERMISSIONS = 0o777;
const OWNER_ALL = 0o700;
const PERMISSIONS = 0o777;
const MS_PER_S = 1_000;
/** Directories that are known to be there. */
const KNOWN_MAX = 1_000;

/** Below '' in a root of its own, or below a directory of the folder. */
export interface OpenVersions {
  readonly fs: FolderFs;
  readonly prefix: string;
}

export class VersionsTree {
  private opened: OpenVersions | undefined;
  private opening: Promise<OpenVersions | undefined> | undefined;
  private readonly known = new Set<string>();
  private readonly syncs = new Map<string, Promise<void>>();

  private constructor(
    readonly folderFs: FolderFs,
    private readonly factory: FolderFsFactory,
    /** In the folder, or an absolute path. */
    private readonly place: { readonly prefix: string } | { readonly path: string },
    private readonly livePaths: () => readonly string[],
  ) {}

  /**
   * `path`: '' = the usual place; absolute, from the home with `~/`, or from the folder's root. `livePaths`: absolute
   * paths besides the folder's own at which there are files in use.
   */
  static async of(
    folderFs: FolderFs,
    factory: FolderFsFactory,
    path: string,
    livePaths: () => readonly string[] = () => [],
  ): Promise<VersionsTree> {
    const expanded = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
    const full = resolve(folderFs.root, expanded === '' ? VERSIONS_NAME : expanded);
    if (full === folderFs.root) {
      throw new SyncError('config', 'versioning: fsPath: expected another path than the folder');
    }
    const isOutside = commonPath(full, folderFs.root) !== folderFs.root;
    const prefix = isOutside ? '' : relative(folderFs.root, full);
    const isLink =
      prefix === VERSIONS_NAME && (await folderFs.stat(VERSIONS_NAME))?.type === 'symlink';
    // No device can make an item of that name: a link there is the user's own.
    const place = isOutside || isLink ? { path: full } : { prefix };
    return new VersionsTree(folderFs, factory, place, livePaths);
  }

  isOwn(name: string): boolean {
    if (!('prefix' in this.place)) return false;
    return name === this.place.prefix || name.startsWith(`${this.place.prefix}/`);
  }

  /** undefined while there are no versions. */
  open(): Promise<OpenVersions | undefined> {
    if (this.opened !== undefined) return Promise.resolve(this.opened);
    this.opening ??= this.openNow().finally(() => {
      this.opening = undefined;
    });
    return this.opening;
  }

  /** Makes the directory for a file's versions, with the permissions that the file's own one has. */
  async make(directory: string): Promise<OpenVersions> {
    const versions = (await this.open()) ?? (await this.makeRoot());
    if (!this.known.has(directory)) await this.makeBelow(versions, directory);
    return versions;
  }

  /** Flushes a directory; whoever asks while one waits shares it. `directory`: full name in the versions' root. */
  sync(fs: FolderFs, directory: string): Promise<void> {
    const waiting = this.syncs.get(directory);
    if (waiting !== undefined) return waiting;
    const sync = Promise.resolve()
      // In the next turn: those that come in this one are covered.
      .then(() => new Promise<void>((done) => setImmediate(done)))
      .then(() => {
        this.syncs.delete(directory);
        return fs.syncDirectory(directory);
      });
    this.syncs.set(directory, sync);
    return sync;
  }

  /** Looks anew before what is known is used again: it may have gone. */
  async forget(): Promise<void> {
    this.known.clear();
    const { opened } = this;
    if (opened === undefined) return;
    const isThere =
      opened.fs !== this.folderFs &&
      (await opened.fs.checkRoot().then(
        () => true,
        () => false,
      ));
    if (!isThere && this.opened === opened) await this.close();
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    this.known.clear();
    if (opened !== undefined && opened.fs !== this.folderFs) await opened.fs.close();
  }

  private async openNow(): Promise<OpenVersions | undefined> {
    try {
      if ('path' in this.place) {
        await this.requireApart(this.place.path);
        this.opened = { fs: await this.factory.open(this.place.path), prefix: '' };
      } else if ((await this.folderFs.stat(this.place.prefix))?.type === 'directory') {
        this.opened = { fs: this.folderFs, prefix: this.place.prefix };
      }
    } catch (error) {
      if (!hasCode(error, 'missing')) throw error;
    }
    return this.opened;
  }

  /** Files that are not versions would be taken for some: replaced by others, and cleaned away. */
  private async requireApart(path: string): Promise<void> {
    const [versions] = await this.factory.lineage(path);
    if (versions === undefined) return;
    for (const live of [this.folderFs.root, ...this.livePaths()]) {
      if (!(await this.factory.lineage(live)).includes(versions)) continue;
      const what = live === this.folderFs.root ? 'the folder' : live;
      const message = `versioning: fsPath: ${JSON.stringify(path)} is ${what}, or holds it`;
      throw new SyncError('config', message);
    }
  }

  private async makeRoot(): Promise<OpenVersions> {
    if ('path' in this.place) {
      await this.factory.makeRoot(this.place.path);
    } else {
      await this.makeInFolder(this.place.prefix);
    }
    const opened = await this.open();
    if (opened !== undefined) return opened;
    throw new SyncError('exists', 'the place of the versions is no directory', true);
  }

  private async makeInFolder(prefix: string): Promise<void> {
    const parent = parentOf(prefix);
    if (parent !== '' && (await this.folderFs.stat(parent)) === undefined) {
      await this.makeInFolder(parent);
    }
    await this.folderFs.makeDirectory(prefix, ROOT_PERMISSIONS).catch(unlessExists);
    await this.folderFs.syncDirectory(parent);
  }

  private async makeBelow(versions: OpenVersions, directory: string): Promise<void> {
    if (directory === '') return;
    const name = within(versions, directory);
    const stat = await statBelow(versions.fs, name);
    if (stat?.type === 'directory') {
      if ((stat.permissions & OWNER_ALL) !== OWNER_ALL) {
        await this.setPermissions(versions.fs, name, stat.permissions | OWNER_ALL);
      }
    } else {
      await this.makeBelow(versions, parentOf(directory));
      await this.makeOne(versions, directory);
    }
    if (this.known.size >= KNOWN_MAX) this.known.clear();
    this.known.add(directory);
  }

  private async makeOne(versions: OpenVersions, directory: string): Promise<void> {
    const { fs } = versions;
    const name = within(versions, directory);
    const there = await fs.stat(name);
    if (there?.type === 'file') {
      // A version of the file that was here before the directory, as a trash can keeps it: it gets its time.
      const tag = localTime(there.modifiedS * MS_PER_S);
      if ((await fs.stat(taggedName(name, tag))) === undefined) {
        await fs.rename(name, taggedName(name, tag));
      }
    }
    const like = await this.folderFs.stat(directory).catch(() => undefined);
    const permissions =
      ((like?.type === 'directory' ? like.permissions : 0) & PERMISSIONS) | OWNER_ALL;
    try {
      await fs.makeDirectory(name, permissions);
    } catch (error) {
      if (!hasCode(error, 'exists')) throw error;
      if ((await fs.stat(name))?.type === 'directory') return;
      const message = `${JSON.stringify(name)} is in the way of versions: no directory`;
      throw new SyncError('exists', message, true);
    }
    await this.setPermissions(fs, name, permissions);
    await fs.syncDirectory(parentOf(name));
  }

  private async setPermissions(fs: FolderFs, name: string, permissions: number): Promise<void> {
    const handle = await fs.openDirectory(name);
    try {
      await handle.setPermissions(permissions);
    } finally {
      await handle.close();
    }
  }
}

/** The full name of what is below the versions' directory. */
export function within({ prefix }: OpenVersions, name: string): string {
  if (prefix === '') return name;
  return name === '' ? prefix : `${prefix}/${name}`;
}

/** Names as they are in the index. */
export function nameBelow({ prefix }: OpenVersions, path: string): string {
  return toNfc(prefix === '' ? path : path.slice(prefix.length + 1));
}

async function statBelow(fs: FolderFs, name: string): ReturnType<FolderFs['stat']> {
  try {
    return await fs.stat(name);
  } catch (error) {
    // Something further up is no directory; it is come across on the way up.
    if (hasCode(error, 'refused')) return undefined;
    throw error;
  }
}

function unlessExists(error: unknown): void {
  if (!hasCode(error, 'exists')) throw error;
}
