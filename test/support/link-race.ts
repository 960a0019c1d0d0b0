/**
 * A local process that exchanges one component of a path for a link that leads outside, at one exact step of what a
 * node does: before the n-th operation on the folder's file system, on an open file, or right after the directory was
 * reached in which an operation is about to act. That last place is where a look at the path is older than the act.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type FileHandle, type FolderFs } from '../../src/platform/folder-fs.js';

const OPERATIONS = [
  ...['stat', 'list', 'isEmpty', 'openFile', 'createFile', 'openDirectory', 'makeDirectory'],
  ...['removeDirectory', 'removeFile', 'rename', 'link', 'makeSymlink', 'readSymlink', 'linkTo'],
  ...['renameTo', 'setLinkOwner', 'syncDirectory', 'putFile', 'putFiles', 'readBlock'],
] as const;
const HANDLE_OPERATIONS = [
  ...['stat', 'read', 'write', 'truncate', 'setPermissions', 'setOwner', 'setModified', 'sync'],
] as const;

type Operation = (...args: unknown[]) => Promise<unknown>;
type Operations = Record<string, Operation>;
interface Reaching {
  use<T>(directory: string, act: (path: string) => Promise<T>): Promise<T>;
}

/** Calls back before each step, with its number from 0, from now on. */
export function onEachStep(folder: FolderFs, step: (count: number) => void): void {
  let count = 0;
  const next = (): void => step(count++);
  const operations = folder as unknown as Operations;
  for (const name of OPERATIONS) {
    const original = operations[name]!.bind(folder);
    operations[name] = async (...args) => {
      next();
      const result = await original(...args);
      if (name.startsWith('open') || name === 'createFile') watch(result as FileHandle, next);
      return result;
    };
  }
  const directories = Reflect.get(folder, 'directories') as Reaching;
  const use = directories.use.bind(directories);
  directories.use = (directory, act) =>
    use(directory, (path) => {
      next();
      return act(path);
    });
}

function watch(handle: FileHandle, next: () => void): void {
  const operations = handle as unknown as Operations;
  for (const name of HANDLE_OPERATIONS) {
    const original = operations[name]!.bind(handle);
    operations[name] = (...args) => {
      next();
      return original(...args);
    };
  }
}

/** What has the name goes aside, within the root, and a link to the path outside takes its place; and back. */
export class LinkExchange {
  #isExchanged = false;

  constructor(
    private readonly root: string,
    private readonly name: string,
    private readonly target: string,
  ) {}

  exchange(): void {
    if (this.#isExchanged) return;
    this.#isExchanged = true;
    unlessAbsent(() => fs.renameSync(this.path, this.aside));
    unlessAbsent(() => fs.symlinkSync(this.target, this.path));
  }

  back(): void {
    if (!this.#isExchanged) return;
    this.#isExchanged = false;
    unlessAbsent(() => fs.unlinkSync(this.path));
    unlessAbsent(() => fs.renameSync(this.aside, this.path));
  }

  private get path(): string {
    return join(this.root, this.name);
  }

  private get aside(): string {
    return join(this.root, 'aside');
  }
}

/** The node may have taken away or put in place what this process was about to move: then it does without. */
function unlessAbsent(act: () => void): void {
  try {
    act();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['ENOENT', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ENOTEMPTY', 'EPERM'].includes(code)) {
      throw error;
    }
  }
}
