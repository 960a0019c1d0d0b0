/**
 * The settings of a folder as its disk and this process allow them. A disk that keeps no permissions is one whose
 * permissions are ignored: what it shows for all files alike was nobody's wish.
 */
import { AccountNames, type KnownAccounts, mayChangeOwners } from '../../platform/account-names.js';
import { type Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';

export async function settingsOnDisk(
  settings: FolderSettings,
  fs: FolderFs,
  info: (message: string) => void,
): Promise<FolderSettings> {
  const { id, ignorePerms, syncXattrs, sendXattrs } = settings;
  if (syncXattrs === true || sendXattrs === true) {
    const passed = 'those that others send are kept and passed on, none are read or set here';
    info(`Folder ${id}: extended attributes are not supported; ${passed}`);
  }
  if (ignorePerms || (await fs.holdsPermissions())) return settings;
  info(`Folder ${id}: its disk does not keep permissions, which are ignored therefore`);
  return { ...settings, ignorePerms: true };
}

const NS_PER_S = 1_000_000_000;

/** How far apart two modification times on the folder's disk may be and still be the same. */
export function windowNs({ modifiedWindowS = 0 }: FolderSettings): number {
  return modifiedWindowS * NS_PER_S;
}

/** Names of accounts for a scan that tells owners; undefined where it does not. */
export class OwnerScan {
  private readonly accounts: AccountNames;

  constructor(clock: Clock) {
    this.accounts = new AccountNames(clock);
  }

  /**
   * Where owners are set but this process may not set them, what is on disk is not what others sent, and telling it
   * would undo their change.
   */
  async accountsFor(settings: FolderSettings): Promise<KnownAccounts | undefined> {
    const isSet = settings.syncOwnership === true && (await mayChangeOwners());
    return isSet || settings.sendOwnership === true ? this.accounts.read() : undefined;
  }
}
