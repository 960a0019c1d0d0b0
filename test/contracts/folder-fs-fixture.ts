/** What the folder file system contract needs of each implementation, and short ways to write and read. */
import { SyncError } from '../../src/domain/errors.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';

export interface FolderFsFixture {
  /** On an empty root. */
  readonly fs: FolderFs;
  placeFifo(name: string): Promise<void>;
  /** Makes an entry in a directory whose name is "caf", the byte 0xe9 and ".txt". */
  placeUndecodable(directory: string): Promise<void>;
  /** Takes the root away, as a moved or unmounted one. */
  takeRoot(): Promise<void>;
  /** Puts an empty directory where the root was. */
  replaceRoot(): Promise<void>;
  /** A new directory outside the root. */
  openElsewhere(name: string): Promise<FolderFs>;
  cleanUp(): Promise<void>;
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof SyncError) return error.code;
  return error === undefined ? 'none' : `not a SyncError: ${String(error)}`;
}

export async function put(fs: FolderFs, name: string, text = ''): Promise<void> {
  const handle = await fs.createFile(name, 0o644);
  await handle.write(0, Buffer.from(text));
  await handle.close();
}

export async function textOf(fs: FolderFs, name: string): Promise<string> {
  const handle = await fs.openFile(name, 'read');
  const data = await handle.read(0, 1 << 20);
  await handle.close();
  return Buffer.from(data).toString();
}

export async function namesIn(fs: FolderFs, directory: string): Promise<string[]> {
  return (await fs.list(directory)).entries.map((entry) => entry.name).sort();
}
