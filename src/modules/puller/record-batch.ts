/**
 * Records what was done in the index, in groups. The rule: an item is recorded only after its directory entry, like
 * its content before, is flushed to the disk. What a crash forgets is found again; what is recorded is on disk.
 */
import { type LocalFileInfo } from '../../domain/file-info.js';
import { SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { forEachConcurrently, TaskQueue } from '../../platform/task-queue.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';

/** A group is recorded when it has this many entries … */
export const RECORD_ITEMS_MAX = 500;
/** … or their block hashes this many bytes … */
export const RECORD_HASH_BYTES_MAX = 2 * 1024 * 1024;
/** … or its first entry is this old. */
export const RECORD_DELAY_MS = 1_000;
const DIRECTORY_SYNCS_AT_ONCE = 8;

export class RecordBatch {
  private files: LocalFileInfo[] = [];
  private directories = new Set<string>();
  private hashBytes = 0;
  private timer: Timer | undefined;
  private flushing: Promise<void> = Promise.resolve();
  private failure: unknown;
  private readonly waitingSyncs = new Map<string, Promise<void>>();
  private readonly syncs = new TaskQueue({ tasksMax: DIRECTORY_SYNCS_AT_ONCE });

  constructor(
    private readonly folder: string,
    private readonly fs: FolderFs,
    private readonly database: IndexDatabase,
    private readonly events: EventsService,
    private readonly clock: Clock,
    private readonly onPlaced: (files: readonly LocalFileInfo[]) => void = () => undefined,
  ) {}

  /** The files become one group, never parted; `directories` are those whose entries were changed for them. */
  async add(files: readonly LocalFileInfo[], directories: Iterable<string>): Promise<void> {
    this.throwFailure();
    this.onPlaced(files);
    for (const file of files) {
      this.files.push(file);
      this.hashBytes += file.blockHashes.length;
    }
    for (const directory of directories) this.directories.add(directory);
    if (this.files.length >= RECORD_ITEMS_MAX || this.hashBytes >= RECORD_HASH_BYTES_MAX) {
      await this.flush();
    } else {
      this.timer ??= this.clock.setTimer(RECORD_DELAY_MS, () => {
        this.flush().catch((error: unknown) => {
          this.failure ??= error;
        });
      });
    }
  }

  /** Flushes the entry of the item and those on the way to it: for what is to be certain before a group is recorded. */
  async syncWay(name: string): Promise<void> {
    await Promise.all([...wayTo([parentOf(name)])].map((directory) => this.syncSoon(directory)));
  }

  /** Resolves when all that was added is durable. Rejects when this or an earlier group could not be recorded. */
  async flush(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    this.flushing = this.flushing.then(() => this.record());
    await this.flushing;
    this.throwFailure();
  }

  private async record(): Promise<void> {
    if (this.files.length === 0) return;
    const { files, directories } = this;
    this.files = [];
    this.directories = new Set();
    this.hashBytes = 0;
    await forEachConcurrently(wayTo(directories), this.syncs, (directory) => this.sync(directory));
    const { sequence } = await this.database.updateLocal(this.folder, files);
    this.events.emit('LocalIndexUpdated', {
      folder: this.folder,
      items: files.length,
      sequence,
      changes: { from: 'others', files },
    });
  }

  /** One flush for all that ask before it begins. */
  private syncSoon(directory: string): Promise<void> {
    const waiting = this.waitingSyncs.get(directory);
    if (waiting !== undefined) return waiting;
    const done = this.syncs.run(() => {
      this.waitingSyncs.delete(directory);
      return this.fs.syncDirectory(directory);
    });
    this.waitingSyncs.set(directory, done);
    return done;
  }

  private async sync(directory: string): Promise<void> {
    try {
      await this.fs.syncDirectory(directory);
    } catch (error) {
      // It was removed meanwhile, with all that was done in it; the directory above is in the group for that.
      const isGone =
        error instanceof SyncError && (error.code === 'missing' || error.code === 'refused');
      if (!isGone) throw error;
    }
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

/**
 * The directories and all above them. Whoever made one may not have flushed that: without its own entry a crash would
 * take all that is in it, and the next scan would tell the others that it was deleted.
 */
function wayTo(directories: Iterable<string>): Set<string> {
  const way = new Set<string>();
  for (const directory of directories) {
    for (let at = directory; !way.has(at); at = parentOf(at)) way.add(at);
  }
  return way;
}
