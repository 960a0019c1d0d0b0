/**
 * Lets an action into a directory that its permissions close to us: they are widened, and put back when the last
 * action in it has ended. Only tried after the action was denied, so that other directories are never touched.
 */
import { SyncError } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { systemCodeOf } from '../../platform/system-errors.js';

const OWNER_ALL = 0o700;

interface Opened {
  users: number;
  /** The permissions to put back; undefined when they were wide enough. */
  readonly before: Promise<number | undefined>;
}

export class WritableDirectories {
  private readonly opened = new Map<string, Opened>();
  /** Directories whose permissions are being put back. */
  private readonly closing = new Map<string, Promise<void>>();

  constructor(private readonly fs: FolderFs) {}

  async within<T>(directory: string, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (!isDenied(error)) throw error;
    }
    // Not before the permissions are as they were, or these would be taken for the ones to put back.
    await this.closing.get(directory)?.catch(() => undefined);
    const opened = this.opened.get(directory) ?? { users: 0, before: this.widen(directory) };
    this.opened.set(directory, opened);
    opened.users += 1;
    try {
      await opened.before;
      return await action();
    } finally {
      opened.users -= 1;
      if (opened.users === 0) {
        const closing = opened.before.then((before) => this.restore(directory, before));
        this.closing.set(directory, closing);
        this.opened.delete(directory);
        try {
          await closing;
        } finally {
          this.closing.delete(directory);
        }
      }
    }
  }

  private async widen(directory: string): Promise<number | undefined> {
    const handle = await this.fs.openDirectory(directory);
    try {
      const { permissions } = await handle.stat();
      if ((permissions & OWNER_ALL) === OWNER_ALL) return undefined;
      await handle.setPermissions(permissions | OWNER_ALL);
      return permissions;
    } finally {
      await handle.close();
    }
  }

  private async restore(directory: string, permissions: number | undefined): Promise<void> {
    if (permissions === undefined) return;
    const handle = await this.fs.openDirectory(directory);
    try {
      await handle.setPermissions(permissions);
    } finally {
      await handle.close();
    }
  }
}

export function isDenied(error: unknown): boolean {
  if (!(error instanceof SyncError)) return false;
  const code = systemCodeOf(error.cause);
  return code === 'EACCES' || code === 'EPERM';
}
