/**
 * Owner and group of what is pulled: as others sent them, by name before number, or as those of the directory that holds
 * the item. Where this process may not give files to others, what was sent is only kept and passed on.
 */
import { parentOf } from '../../domain/file-name.js';
import { SyncError } from '../../domain/errors.js';
import { type FileInfo } from '../../domain/file-info.js';
import { ownershipIn } from '../../domain/platform-data.js';
import { type AccountNames } from '../../platform/account-names.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { systemCodeOf } from '../../platform/system-errors.js';
import { type FolderSettings } from '../config/settings.js';

/** Of a system call that no process may make with these numbers. */
const NO_CHANGE = 2 ** 32 - 1;

type Owner = Required<Pick<ItemStat, 'uid' | 'gid'>>;

export class OwnerKeeper {
  private isTold = false;

  constructor(
    private readonly settings: FolderSettings,
    private readonly fs: FolderFs,
    private readonly accounts: AccountNames,
    private readonly info: (message: string) => void,
  ) {}

  /** Owners matter here at all. */
  get isActive(): boolean {
    return this.settings.syncOwnership === true || this.settings.copyOwnershipFromParent === true;
  }

  /** Whether the item on disk has the owner that it should, or there is none that it should have. */
  async isRight(global: FileInfo, stat: ItemStat): Promise<boolean> {
    const wanted = await this.wanted(global);
    return wanted === undefined || isOwnedBy(stat, wanted) || this.isTold;
  }

  /** Sets what `stat` does not show already. */
  async apply(
    global: FileInfo,
    stat: ItemStat,
    set: (uid: number, gid: number) => Promise<void>,
  ): Promise<void> {
    const wanted = await this.wanted(global);
    if (wanted === undefined || isOwnedBy(stat, wanted)) return;
    try {
      await set(wanted.uid, wanted.gid);
    } catch (error) {
      const code = systemCodeOf(error instanceof SyncError ? error.cause : error);
      if (!['EPERM', 'EACCES', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw error;
      this.tell(global.name, code);
    }
  }

  private async wanted(global: FileInfo): Promise<Owner | undefined> {
    if (!this.isActive) return undefined;
    const owner =
      this.settings.syncOwnership === true
        ? await this.announced(global)
        : await this.fs.stat(parentOf(global.name));
    const { uid, gid } = owner ?? {};
    if (uid === undefined || gid === undefined) return undefined;
    return uid === NO_CHANGE || gid === NO_CHANGE ? undefined : { uid, gid };
  }

  private async announced({ platform }: FileInfo): Promise<Owner | undefined> {
    const sent = ownershipIn(platform);
    if (sent === undefined) return undefined;
    const { users, groups } = await this.accounts.read();
    return {
      uid: users.ids.get(sent.ownerName) ?? sent.uid,
      gid: groups.ids.get(sent.groupName) ?? sent.gid,
    };
  }

  private tell(name: string, code: string): void {
    if (this.isTold) return;
    this.isTold = true;
    const { id } = this.settings;
    this.info(`Folder ${id}: owner and group cannot be set (${code} for ${name}), only passed on`);
  }
}

function isOwnedBy({ uid, gid }: ItemStat, wanted: Owner): boolean {
  return uid === wanted.uid && gid === wanted.gid;
}
