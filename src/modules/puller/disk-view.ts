/**
 * Looks at items on disk by their exact names: on a disk that takes names that differ in case, or in their Unicode form,
 * for one, an item with another name is not the item asked for, and must not be taken, overwritten or removed for it.
 */
import { SyncError } from '../../domain/errors.js';
import { baseOf, parentOf, toNfc } from '../../domain/file-name.js';
import { foldedName } from '../../domain/folded-name.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { diskState, type DiskState } from './disk-state.js';

export interface Look {
  readonly state: DiskState;
  readonly stat: ItemStat | undefined;
}

/** The item, or a directory on the way to it, has another name on disk than the one asked for. */
export interface OtherName {
  readonly asked: string;
  readonly real: string;
}

/** Directories whose exact names were checked are remembered up to this number. */
const CHECKED_DIRECTORIES_MAX = 1_000;
const NS_PER_S = 1_000_000_000;

export class DiskView {
  private readonly checked = new Set<string>();

  private constructor(
    private readonly fs: FolderFs,
    /** Every name finds the item of just that name, or the user says so. */
    readonly isExact: boolean,
    private readonly ignorePerms: boolean,
    private readonly modTimeWindowNs: number,
  ) {}

  static async of(
    fs: FolderFs,
    settings: Pick<FolderSettings, 'ignorePerms' | 'caseSensitiveFs' | 'modifiedWindowS'>,
  ): Promise<DiskView> {
    const { ignorePerms, caseSensitiveFs, modifiedWindowS = 0 } = settings;
    const isExact =
      caseSensitiveFs === true || ((await fs.isCaseSensitive()) && (await fs.isFormSensitive()));
    return new DiskView(fs, isExact, ignorePerms, modifiedWindowS * NS_PER_S);
  }

  /** undefined when nothing has just that name, or its parent is absent. */
  async stat(name: string): Promise<ItemStat | undefined> {
    try {
      const stat = await this.fs.stat(name);
      if (stat === undefined || this.isExact) return stat;
      return (await this.otherName(name)) === undefined ? stat : undefined;
    } catch (error) {
      if (error instanceof SyncError && error.code === 'missing') return undefined;
      throw error;
    }
  }

  /** The item on disk against our index entry for it. */
  async look(name: string, local: LocalFileInfo | undefined): Promise<Look> {
    const stat = await this.stat(name);
    const target = stat?.type === 'symlink' ? await this.fs.readSymlink(name) : '';
    const { ignorePerms, modTimeWindowNs } = this;
    return { state: diskState(local, stat, target, ignorePerms, modTimeWindowNs), stat };
  }

  /** The topmost name on the way that is on disk as another one; undefined when there is none. */
  async otherName(name: string): Promise<OtherName | undefined> {
    if (this.isExact) return undefined;
    const components = name.split('/');
    for (let count = 1; count <= components.length; count++) {
      const asked = components.slice(0, count).join('/');
      if (count < components.length && this.checked.has(asked)) continue;
      const stat = await this.fs.stat(asked).catch(() => undefined);
      if (stat === undefined) return undefined;
      const real = await this.realName(asked);
      // Found by a rule of the disk that is not ours: whatever it is, it is not the item.
      if (real === undefined) return { asked, real: asked };
      if (real !== asked) return { asked, real };
      if (stat.type === 'directory') this.remember(asked);
    }
    return undefined;
  }

  /** A directory has another name now. */
  forget(): void {
    this.checked.clear();
  }

  /** The name on disk of what is found under the given one; undefined where none is like it. */
  private async realName(name: string): Promise<string | undefined> {
    const [parent, base] = [parentOf(name), baseOf(name)];
    const names = (await this.fs.list(parent)).entries.map((entry) => entry.name);
    const folded = foldedName(base);
    const real = names.includes(base)
      ? base
      : (names.find((each) => toNfc(each) === base) ??
        names.find((each) => foldedName(each) === folded));
    return real === undefined || parent === '' ? real : `${parent}/${real}`;
  }

  private remember(directory: string): void {
    if (this.checked.size >= CHECKED_DIRECTORIES_MAX) this.checked.clear();
    this.checked.add(directory);
  }
}
