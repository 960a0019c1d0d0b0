/** Owner and group of what a scan finds, as they are told to others: numbers, and names where this machine has some. */
import { type Ownership } from '../../domain/platform-data.js';
import { type KnownAccounts } from '../../platform/account-names.js';
import { type ItemStat } from '../../platform/folder-fs.js';

/** undefined where the file system does not tell. */
export function ownerOf(
  { uid, gid }: Pick<ItemStat, 'uid' | 'gid'>,
  { users, groups }: KnownAccounts,
): Ownership | undefined {
  if (uid === undefined || gid === undefined) return undefined;
  // Without any name an owner 0:0 would look like none at all on the wire.
  const ownerName = users.names.get(uid) ?? (uid === 0 ? 'root' : '');
  const groupName = groups.names.get(gid) ?? (gid === 0 ? 'root' : '');
  return { ownerName, groupName, uid, gid };
}
