/**
 * From which directory the index of each folder was made. An index that is held against another directory would have
 * everything that is not there deleted everywhere, so whoever leads a folder elsewhere gets a new index for it. A
 * directory that was only moved, or is named in other words, is known by its device and inode and keeps its index.
 */
import { type FolderFs, type FolderFsFactory } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';

const factKey = (folder: string): string => `root ${folder}`;

export interface KnownRoot {
  readonly path: string;
  /** Device and inode, as text. */
  readonly identity: string;
}

export class FolderRoots {
  constructor(
    private readonly database: Pick<IndexDatabase, 'fact' | 'setFact'>,
    private readonly factory: FolderFsFactory,
  ) {}

  /** Whether the folder has an index that was made from another directory than the path leads to now. */
  async isElsewhere(folder: string, path: string): Promise<boolean> {
    const known = await this.known(folder);
    if (known === undefined || known.path === path) return false;
    return (await this.identityAt(path)) !== known.identity;
  }

  /** Whether the path leads to another directory than the one that the index was made from. */
  async isExchanged(folder: string, path: string, fs: FolderFs): Promise<boolean> {
    const known = await this.known(folder);
    return known?.path === path && known.identity !== (await identityOf(fs));
  }

  /** The open folder is what its index is made from; resolves when that is durable. */
  async note(folder: string, path: string, fs: FolderFs): Promise<void> {
    const now: KnownRoot = { path, identity: await identityOf(fs) };
    const known = await this.known(folder);
    if (known?.path === path && known.identity === now.identity) return;
    await this.database.setFact(factKey(folder), JSON.stringify(now));
  }

  /** The folder's index is dropped. */
  async forget(folder: string): Promise<void> {
    if ((await this.known(folder)) !== undefined) await this.database.setFact(factKey(folder), '');
  }

  private async known(folder: string): Promise<KnownRoot | undefined> {
    const text = await this.database.fact(factKey(folder));
    return text ? (JSON.parse(text) as KnownRoot) : undefined;
  }

  /** '' where there is no directory, or none that can be opened. */
  private async identityAt(path: string): Promise<string> {
    try {
      const fs = await this.factory.open(path);
      try {
        return await identityOf(fs);
      } finally {
        await fs.close();
      }
    } catch {
      return '';
    }
  }
}

async function identityOf(fs: FolderFs): Promise<string> {
  const stat = await fs.stat('');
  return stat === undefined ? '' : `${stat.device}:${stat.inode}`;
}
