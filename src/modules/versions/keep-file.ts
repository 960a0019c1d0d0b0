/**
 * One file gets a name among the versions before it loses its own: as a second name where the disk has such, as a
 * checked copy on another disk, and only where neither can be by moving it in one step. The rule: at no moment, whatever
 * the disk forgets in a crash, is the content without a name.
 */
import { SyncError } from '../../domain/errors.js';
import { tempNameFor } from '../../domain/file-name.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { changedItem, isSameFile } from '../../platform/item-state.js';
import { copyFile } from './copy-file.js';
import { type Outgoing } from './versioner.js';

/** A name that is taken makes the version one second younger, up to this often. */
const NAME_TRIES_MAX = 60;

export interface KeepingPlace {
  readonly fs: FolderFs;
  /** The name at the n-th try, from 0; its directory exists. */
  readonly nameAt: (tries: number) => string;
  /** What has the name gives way to the file. */
  readonly replaces: boolean;
}

export interface KeptFile {
  readonly how: 'linked' | 'copied' | 'moved';
  /** Among the versions. */
  readonly name: string;
  readonly inode: bigint;
  /** The file under its old name as it is now; undefined: it has none. */
  readonly left: ItemStat | undefined;
}

/** Not flushed but for what a copy holds. Rejects with the file in its place, and nothing among the versions. */
export async function keepFile(
  file: Outgoing,
  place: KeepingPlace,
  signal: AbortSignal,
): Promise<KeptFile> {
  const linked = await tryToLink(file, place);
  if (linked !== undefined) {
    const kept: KeptFile = { how: 'linked', name: linked, inode: file.seen.inode, left: undefined };
    const left = await file.fs.stat(file.name);
    if (left !== undefined && isSameFile(file.seen, left)) return { ...kept, left };
    await place.fs.removeFile(linked);
    throw changedItem(file.name);
  }
  return (await tryToMove(file, place)) ?? copy(file, place, signal);
}

/** Takes back what was kept, where the file still has, or can have, its old name. */
export async function unkeepFile(
  file: Outgoing,
  place: KeepingPlace,
  kept: KeptFile,
): Promise<void> {
  if ((await place.fs.stat(kept.name))?.inode !== kept.inode) return;
  if (kept.how !== 'moved') return place.fs.removeFile(kept.name);
  const isFree = (await file.fs.stat(file.name)) === undefined;
  if (isFree) await place.fs.renameTo(kept.name, file.fs, file.name);
}

/** undefined where the two places can share no file. */
async function tryToLink(file: Outgoing, place: KeepingPlace): Promise<string | undefined> {
  try {
    return await named(place, {
      fresh: (name) => file.fs.linkTo(file.name, place.fs, name),
      over: async (name) => {
        // The system tells that a name is taken before it tells that the disk is another.
        const taken = await place.fs.stat(name);
        if (taken?.inode === file.seen.inode && taken.device === file.seen.device) return;
        const temp = tempNameFor(name);
        await removeLeftOver(place.fs, temp);
        await file.fs.linkTo(file.name, place.fs, temp);
        await place.fs.rename(temp, name);
      },
    });
  } catch (error) {
    if (hasCode(error, 'refused')) return undefined;
    throw error;
  }
}

/** For disks without second names; undefined where the places are on two disks. */
async function tryToMove(file: Outgoing, place: KeepingPlace): Promise<KeptFile | undefined> {
  const move = (name: string): Promise<void> => file.fs.renameTo(file.name, place.fs, name);
  let name: string;
  try {
    const fresh = async (wanted: string): Promise<void> => {
      if ((await place.fs.stat(wanted)) !== undefined) throw new SyncError('exists', wanted);
      await move(wanted);
    };
    name = await named(place, { fresh, over: move });
  } catch (error) {
    if (hasCode(error, 'refused')) return undefined;
    throw error;
  }
  const moved = await place.fs.stat(name);
  const inode = moved?.inode ?? 0n;
  const kept: KeptFile = { how: 'moved', name, inode, left: undefined };
  if (moved !== undefined && isSameFile(file.seen, moved)) return kept;
  await unkeepFile(file, place, kept);
  throw changedItem(file.name);
}

async function copy(file: Outgoing, place: KeepingPlace, signal: AbortSignal): Promise<KeptFile> {
  const { fs } = place;
  const temp = tempNameFor(place.nameAt(0));
  await removeLeftOver(fs, temp);
  const { inode } = await copyFile(file, file.seen, { fs, name: temp }, signal);
  try {
    const fresh = (wanted: string): Promise<void> => giveFreshName(fs, temp, wanted);
    const name = await named(place, { fresh, over: (wanted) => fs.rename(temp, wanted) });
    const left = await file.fs.stat(file.name);
    if (left !== undefined && isSameFile(file.seen, left)) {
      return { how: 'copied', name, inode, left };
    }
    await fs.removeFile(name);
  } catch (error) {
    await fs.removeFile(temp).catch(() => undefined);
    throw error;
  }
  throw changedItem(file.name);
}

/** Takes the first name that is free, or the one that gives way. */
async function named(
  { nameAt, replaces }: KeepingPlace,
  give: Record<'fresh' | 'over', (name: string) => Promise<void>>,
): Promise<string> {
  for (let tries = 0; tries < NAME_TRIES_MAX; tries++) {
    const name = nameAt(tries);
    try {
      await give.fresh(name);
      return name;
    } catch (error) {
      if (!hasCode(error, 'exists')) throw error;
    }
    if (replaces) {
      await give.over(name);
      return name;
    }
  }
  throw new SyncError('exists', `no free name for a version: ${nameAt(0)}`, true);
}

/** Fails with 'exists' when something has the name. */
export async function giveFreshName(fs: FolderFs, from: string, name: string): Promise<void> {
  try {
    await fs.link(from, name);
  } catch (error) {
    if (!hasCode(error, 'refused')) throw error;
    if ((await fs.stat(name)) !== undefined) throw new SyncError('exists', `${name} exists`, true);
    return fs.rename(from, name);
  }
  await fs.removeFile(from);
}

export async function removeLeftOver(fs: FolderFs, name: string): Promise<void> {
  if ((await fs.stat(name)) !== undefined) await fs.removeFile(name);
}

export function hasCode(error: unknown, code: SyncError['code']): error is SyncError {
  return error instanceof SyncError && error.code === code;
}
