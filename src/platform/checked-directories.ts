/**
 * How the real file system reaches a directory of a folder without following a link: the interface, and the way
 * that works on any system. That way looks at each component and then uses the plain path, so a component that is
 * exchanged between the look and the use is followed; on Linux directory-handles.ts leaves no such gap.
 */
import * as fs from 'node:fs/promises';
import { type BigIntStats } from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { componentsOf } from './folder-name.js';
import { exchanged, linkOnWay, NO_LINKS, requireTarget, type RootLinks } from './root-links.js';
import { toSyncError } from './system-errors.js';

export interface CheckedDirectories {
  /** What FolderFs.follow says; uses under way end as they began. */
  follow(links: RootLinks): void;
  /**
   * Calls act with a path that stands for the directory while act runs; `${path}/${component}` is an entry of it.
   * Rejects with SyncError 'refused' where a component is a link or no directory, 'missing' where it is absent.
   */
  use<T>(directory: string, act: (path: string) => Promise<T>): Promise<T>;
  /** Rejects with SyncError 'missing' when the root's path no longer leads to the directory that was opened. */
  checkRoot(): Promise<void>;
  /** Only after the last use has ended. */
  close(): Promise<void>;
}

export class ComponentCheckedDirectories implements CheckedDirectories {
  #links = NO_LINKS;

  private constructor(
    private readonly root: string,
    private readonly opened: BigIntStats,
  ) {}

  static async open(root: string): Promise<ComponentCheckedDirectories> {
    return new ComponentCheckedDirectories(root, await statRoot(root));
  }

  follow(links: RootLinks): void {
    this.#links = links;
  }

  async use<T>(directory: string, act: (path: string) => Promise<T>): Promise<T> {
    const target = linkOnWay(this.#links, directory);
    let path = this.root;
    for (const [depth, component] of componentsOf(directory).entries()) {
      path = `${path}/${component}`;
      if (depth === 0 && target !== undefined) {
        const stats = await fs.stat(path, { bigint: true }).catch((error: unknown) => {
          throw exchanged(component, target, error);
        });
        requireTarget(component, target, stats);
        // From here on its own path, which the link has no part in.
        path = target.path;
      } else {
        await this.#mustBeDirectory(path);
      }
    }
    return act(path);
  }

  async checkRoot(): Promise<void> {
    checkSameRoot(this.root, this.opened, await statRoot(this.root));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #mustBeDirectory(path: string): Promise<void> {
    const stats = await fs.lstat(path).catch((error: unknown) => {
      throw toSyncError('open directory', path, error);
    });
    if (stats.isDirectory()) return;
    throw new SyncError('refused', `cannot go through ${JSON.stringify(path)}: not a directory`);
  }
}

/** What the root's path leads to now; the path itself may go through links. */
export async function statRoot(root: string): Promise<BigIntStats> {
  const stats = await fs.stat(root, { bigint: true }).catch((error: unknown) => {
    throw toSyncError('open folder root', root, error);
  });
  if (stats.isDirectory()) return stats;
  throw new SyncError('refused', `folder root ${JSON.stringify(root)} is not a directory`);
}

export function checkSameRoot(root: string, opened: BigIntStats, now: BigIntStats): void {
  if (opened.dev === now.dev && opened.ino === now.ino) return;
  const message = `folder root ${JSON.stringify(root)} is not the directory it was: replaced or unmounted`;
  throw new SyncError('missing', message, true);
}
