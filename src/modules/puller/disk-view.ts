/**
 * Looks at items on disk by their exact names: on a disk that does not tell upper from lower case, an item whose
 * name differs in case is not the item asked for, and must not be taken, overwritten or removed for it.
 */
import { SyncError } from '../../domain/errors.js';
import { baseOf, parentOf, toNfc } from '../../domain/file-name.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { diskState, type DiskState } from './disk-state.js';

export interface Look {
  readonly state: DiskState;
  readonly stat: ItemStat | undefined;
}

/** Directories whose exact case was checked are remembered up to this number. */
const CHECKED_DIRECTORIES_MAX = 1_000;

export class DiskView {
  private readonly checked = new Set<string>();

  private constructor(
    private readonly fs: FolderFs,
    readonly isCaseSensitive: boolean,
    private readonly ignorePerms: boolean,
  ) {}

  static async of(fs: FolderFs, ignorePerms: boolean): Promise<DiskView> {
    return new DiskView(fs, await fs.isCaseSensitive(), ignorePerms);
  }

  /** undefined when absent, the case of the name considered, or when its parent is absent. */
  async stat(name: string): Promise<ItemStat | undefined> {
    try {
      const stat = await this.fs.stat(name);
      if (stat === undefined || this.isCaseSensitive) return stat;
      return (await this.otherCase(name)) === undefined ? stat : undefined;
    } catch (error) {
      if (error instanceof SyncError && error.code === 'missing') return undefined;
      throw error;
    }
  }

  /** The item on disk against our index entry for it. */
  async look(name: string, local: LocalFileInfo | undefined): Promise<Look> {
    const stat = await this.stat(name);
    const target = stat?.type === 'symlink' ? await this.fs.readSymlink(name) : '';
    return { state: diskState(local, stat, target, this.ignorePerms), stat };
  }

  /** Throws 'exists' when the name, or a directory on the way to it, is on disk with another case. */
  async requireNoOtherCase(name: string): Promise<void> {
    if (this.isCaseSensitive) return;
    for (let path = name; path !== ''; path = parentOf(path)) {
      if (path !== name && this.checked.has(path)) return;
      const stat = await this.fs.stat(path).catch(() => undefined);
      const other = stat === undefined ? undefined : await this.otherCase(path);
      if (other !== undefined) {
        throw new SyncError(
          'exists',
          `${JSON.stringify(path)} and ${JSON.stringify(other)} differ only in case, which this disk cannot hold`,
          true,
        );
      }
      if (stat?.type === 'directory') this.remember(path);
    }
  }

  /** The name as it is on disk where that differs from the one asked for (which exists). */
  private async otherCase(name: string): Promise<string | undefined> {
    const base = baseOf(name);
    const { entries } = await this.fs.list(parentOf(name));
    if (entries.some((entry) => toNfc(entry.name) === base)) return undefined;
    const folded = base.toLowerCase();
    const other = entries.find((entry) => toNfc(entry.name).toLowerCase() === folded);
    return other?.name ?? base;
  }

  private remember(directory: string): void {
    if (this.checked.size >= CHECKED_DIRECTORIES_MAX) this.checked.clear();
    this.checked.add(directory);
  }
}
