/**
 * One version comes back to its file's place. The rule: it comes as a checked copy under a temp name, what is in its
 * place is archived before it gives way, and the version goes only when the file is there.
 */
import { SyncError } from '../../domain/errors.js';
import { localNameProblem, localTime, parentOf, tempNameFor } from '../../domain/file-name.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { copyFile } from './copy-file.js';
import { giveFreshName, hasCode, removeLeftOver } from './keep-file.js';
import { taggedName } from './version-names.js';
import { type Archived, type Outgoing } from './versioner.js';
import { type OpenVersions, within } from './versions-tree.js';

const DIRECTORY_PERMISSIONS = 0o777;
const MS_PER_S = 1_000;

export interface RestoreParts {
  readonly versions: OpenVersions;
  readonly folderFs: FolderFs;
  readonly archive: (file: Outgoing) => Promise<Archived & { readonly name: string }>;
}

interface Found {
  readonly path: string;
  readonly stat: ItemStat;
}

/** Returns the name under which the file that was there is archived; undefined when there was none. */
export async function restoreVersion(
  parts: RestoreParts,
  name: string,
  versionMs: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { versions, folderFs } = parts;
  const problem = localNameProblem(name);
  if (problem !== undefined) throw new SyncError('refused', problem);
  const source = await findVersion(versions, name, versionMs);
  const there = await folderFs.stat(name).catch(unlessAbsent);
  if (there !== undefined && there.type !== 'file' && there.type !== 'symlink') {
    const message =
      there.type === 'directory'
        ? 'cannot restore on top of a directory'
        : 'cannot restore on top of what is neither a file nor a link';
    throw new SyncError('exists', message);
  }
  await makeParents(folderFs, parentOf(name));
  // Not the name under which a transfer for this item may be going on.
  const temp = tempNameFor(`${name}.restored`);
  await removeLeftOver(folderFs, temp);
  const from = { fs: versions.fs, name: source.path };
  await copyFile(from, source.stat, { fs: folderFs, name: temp }, signal);
  let archivedAs: string | undefined;
  try {
    archivedAs = await putInPlace(parts, temp, name, there);
  } catch (error) {
    await folderFs.removeFile(temp).catch(() => undefined);
    throw error;
  }
  await folderFs.syncDirectory(parentOf(name));
  if ((await versions.fs.stat(source.path))?.inode === source.stat.inode) {
    await versions.fs.removeFile(source.path);
  }
  return archivedAs;
}

async function putInPlace(
  { folderFs, archive }: RestoreParts,
  temp: string,
  name: string,
  there: ItemStat | undefined,
): Promise<string | undefined> {
  if (there?.type !== 'file') {
    // Links are not archived.
    if (there !== undefined) await folderFs.removeFile(name, there);
    await giveFreshName(folderFs, temp, name);
    return undefined;
  }
  const archived = await archive({ fs: folderFs, name, seen: there });
  try {
    if (archived.left === undefined) await giveFreshName(folderFs, temp, name);
    else await folderFs.rename(temp, name, archived.left);
  } catch (error) {
    await archived.undo();
    throw error;
  }
  await archived.settle();
  return archived.name;
}

/** With the time in its name, or by its own time as a trash can has it. */
async function findVersion(
  versions: OpenVersions,
  name: string,
  versionMs: number,
): Promise<Found> {
  const tagged = taggedName(name, localTime(versionMs));
  for (const path of [within(versions, tagged), within(versions, name)]) {
    const stat = await versions.fs.stat(path).catch(unlessAbsent);
    if (stat?.type !== 'file') continue;
    const isTagged = path !== within(versions, name);
    if (isTagged || stat.modifiedS === Math.floor(versionMs / MS_PER_S)) return { path, stat };
  }
  throw new SyncError('missing', 'version not found');
}

async function makeParents(fs: FolderFs, directory: string): Promise<void> {
  if (directory === '') return;
  const there = await fs.stat(directory).catch(unlessAbsent);
  if (there?.type === 'directory') return;
  await makeParents(fs, parentOf(directory));
  await fs.makeDirectory(directory, DIRECTORY_PERMISSIONS);
  await fs.syncDirectory(parentOf(directory));
}

function unlessAbsent(error: unknown): undefined {
  if (!hasCode(error, 'refused')) throw error;
}
