/** The roots of a whole machine in memory, each a disk of its own. */
import { dirname, resolve } from 'node:path';
import { SyncError } from '../domain/errors.js';
import { type Clock } from './clock.js';
import { FolderFsFactory } from './folder-fs.js';
import { type CrashOptions, MemoryDisk, type MemoryDiskOptions } from './memory-disk.js';
import { atOnce, type Pace } from './memory-file-handle.js';
import { MemoryFolderFs } from './memory-folder-fs.js';

/** Keeps each root's disk, so that a node that is started again finds what it left. */
export class MemoryFolderFsFactory extends FolderFsFactory {
  /** Of the file systems that are opened from now on. */
  pace: Pace = atOnce;
  readonly #disks = new Map<string, MemoryDisk>();
  #lastDevice = 0;

  constructor(
    private readonly clock: Clock,
    private readonly options: MemoryDiskOptions = {},
  ) {
    super();
  }

  async open(root: string): Promise<MemoryFolderFs> {
    await Promise.resolve();
    const path = resolve(root);
    const disk = this.disk(path);
    return new MemoryFolderFs(
      path,
      disk,
      () => this.#disks.get(path) === disk,
      (other) => this.#disks.get(resolve(other)),
      this.pace,
    );
  }

  lineage(path: string): Promise<readonly string[]> {
    const lineage: string[] = [];
    if (this.#disks.has(resolve(path))) {
      for (let at = resolve(path); ; at = dirname(at)) {
        lineage.push(at);
        if (at === dirname(at)) break;
      }
    }
    return Promise.resolve(lineage);
  }

  makeRoot(root: string): Promise<void> {
    const path = resolve(root);
    if (!this.#disks.has(path)) {
      const options = { ...this.options, device: BigInt(++this.#lastDevice) };
      this.#disks.set(path, new MemoryDisk(this.clock, options));
    }
    return Promise.resolve();
  }

  /** Throws SyncError 'missing' when no such root was made. */
  disk(root: string): MemoryDisk {
    const disk = this.#disks.get(resolve(root));
    if (disk) return disk;
    throw new SyncError('missing', `folder root ${JSON.stringify(root)} is not there`);
  }

  /** As if unmounted; the disk it gives can be put back with placeRoot. */
  takeRoot(root: string): MemoryDisk {
    const disk = this.disk(root);
    this.#disks.delete(resolve(root));
    disk.tell('');
    return disk;
  }

  placeRoot(root: string, disk: MemoryDisk): void {
    this.#disks.set(resolve(root), disk);
  }

  /** Power failure of the whole machine: every root. */
  crash(options: CrashOptions): void {
    for (const disk of this.#disks.values()) disk.crash(options);
  }
}
