/**
 * A user at one machine's disk: what people and their programs do to files, behind the node's back. Each operation
 * happens at one moment of the simulated time. What is not flushed may be lost in a power failure.
 */
import { type FolderFs } from '../platform/folder-fs.js';
import { type MemoryDisk } from '../platform/memory-disk.js';
import { MemoryFolderFs } from '../platform/memory-folder-fs.js';
import { itemOn, type SimulatedItem, treeOn } from './disk-tree.js';

const FILE_PERMISSIONS = 0o644;
const DIRECTORY_PERMISSIONS = 0o755;

export interface WriteOptions {
  /** As programs that care do: file and directory are on the disk when the call ends. Absent: yes. */
  readonly flush?: boolean;
  /** Under another name first, which then takes the place of the old file. Absent: the file itself is written. */
  readonly replace?: boolean;
}

export class DiskUser {
  constructor(
    readonly root: string,
    private readonly diskNow: () => MemoryDisk,
  ) {}

  /** Makes the file, or replaces all of its content. The directory has to be there. */
  async write(
    name: string,
    content: string | Uint8Array,
    options: WriteOptions = {},
  ): Promise<void> {
    const { flush = true, replace = false } = options;
    const bytes = Buffer.from(content);
    await this.on(async (fs) => {
      const target = replace ? `${name}.saving` : name;
      const isThere = (await fs.stat(target)) !== undefined;
      const file = isThere
        ? await fs.openFile(target, 'write')
        : await fs.createFile(target, FILE_PERMISSIONS);
      if (isThere) await file.truncate(0);
      await file.write(0, bytes);
      if (flush) await file.sync();
      await file.close();
      if (replace) await fs.rename(target, name);
      if (flush) await flushUp(fs, parentOf(name));
    });
  }

  append(name: string, content: string | Uint8Array, flush = true): Promise<void> {
    return this.within(name, flush, async (file) => {
      const { size } = await file.stat();
      await file.write(size, Buffer.from(content));
    });
  }

  /** Writes in the middle of a file. */
  patch(name: string, position: number, content: string | Uint8Array, flush = true): Promise<void> {
    return this.within(name, flush, (file) => file.write(position, Buffer.from(content)));
  }

  truncate(name: string, size: number, flush = true): Promise<void> {
    return this.within(name, flush, (file) => file.truncate(size));
  }

  /** A file, or a tree; a file that is in the way goes. */
  rename(from: string, to: string, flush = true): Promise<void> {
    return this.on(async (fs) => {
      await fs.rename(from, to);
      if (!flush) return;
      await flushUp(fs, parentOf(to));
      await flushUp(fs, parentOf(from));
    });
  }

  /** A file, a link, or a directory with all that is in it. */
  remove(name: string, flush = true): Promise<void> {
    return this.on(async (fs) => {
      await removeTree(fs, name);
      if (flush) await flushUp(fs, parentOf(name));
    });
  }

  makeDirectory(name: string, flush = true): Promise<void> {
    return this.on(async (fs) => {
      await fs.makeDirectory(name, DIRECTORY_PERMISSIONS);
      if (flush) await flushUp(fs, name);
    });
  }

  makeSymlink(target: string, name: string, flush = true): Promise<void> {
    return this.on(async (fs) => {
      await fs.makeSymlink(target, name);
      if (flush) await flushUp(fs, parentOf(name));
    });
  }

  setPermissions(name: string, permissions: number, flush = true): Promise<void> {
    return this.within(name, flush, (file) => file.setPermissions(permissions));
  }

  /** `ms`: since 1970. */
  setModified(name: string, ms: number, flush = true): Promise<void> {
    const seconds = Math.floor(ms / 1000);
    const nanoseconds = Math.round((ms - seconds * 1000) * 1_000_000);
    return this.within(name, flush, (file) => file.setModified(seconds, nanoseconds));
  }

  look(name: string): SimulatedItem | undefined {
    return itemOn(this.disk, name);
  }

  /** Throws when there is no such file. */
  read(name: string): string {
    const item = this.look(name);
    if (item?.type !== 'file') throw new Error(`${this.root}/${name}: no such file`);
    return item.content.toString();
  }

  /** All items by name, without the node's own. */
  tree(): Map<string, SimulatedItem> {
    return treeOn(this.disk);
  }

  /** Names and contents of the files. */
  files(): Record<string, string> {
    const files = [...this.tree()].filter(([, { type }]) => type === 'file');
    files.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(files.map(([name, { content }]) => [name, content.toString()]));
  }

  get disk(): MemoryDisk {
    return this.diskNow();
  }

  private within(
    name: string,
    flush: boolean,
    work: (file: Awaited<ReturnType<FolderFs['openFile']>>) => Promise<void>,
  ): Promise<void> {
    return this.on(async (fs) => {
      const isDirectory = (await fs.stat(name))?.type === 'directory';
      const file = isDirectory ? await fs.openDirectory(name) : await fs.openFile(name, 'write');
      await work(file);
      if (flush) await file.sync();
      await file.close();
      // Of a file that is on the disk under no name nothing would be left.
      if (flush) await flushUp(fs, parentOf(name));
    });
  }

  private async on(work: (fs: FolderFs) => Promise<void>): Promise<void> {
    await work(new MemoryFolderFs(this.root, this.disk));
  }
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')));
}

/** The entries of the directory and of all above it. */
async function flushUp(fs: FolderFs, directory: string): Promise<void> {
  for (let at = directory; ; at = parentOf(at)) {
    await fs.syncDirectory(at);
    if (at === '') return;
  }
}

async function removeTree(fs: FolderFs, name: string): Promise<void> {
  if ((await fs.stat(name))?.type !== 'directory') return fs.removeFile(name);
  for (const { name: base } of (await fs.list(name)).entries)
    await removeTree(fs, `${name}/${base}`);
  await fs.removeDirectory(name);
}
