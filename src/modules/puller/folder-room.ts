/**
 * The room that one folder's files need on disk. When there is too little, files wait, each shown with the reason, and
 * nothing else does; a look at the disk every few seconds finds out when they can go on.
 */
import { blockCount, blockHash, blockLength, isZeroBlock } from '../../domain/block.js';
import { messageOf, SyncError } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { type FileInfo } from '../../domain/file-info.js';
import { DEFAULT_ROOM_LIMIT, type RoomLimit } from '../../domain/room.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import {
  type HeldRoom,
  isDiskFull,
  NoRoomError,
  onDisk,
  type RoomAsked,
  type RoomBook,
} from './room-book.js';

/** How often the disk is looked at while files wait for room. */
export const ROOM_LOOK_INTERVAL_MS = 5_000;
/** So many waiting files are shown; others that are no smaller are then passed over. */
export const WAITING_SHOWN_MAX = 1_000;

export interface FolderRoomParts {
  readonly settings: FolderSettings;
  readonly fs: FolderFs;
  readonly book: RoomBook;
  readonly clock: Clock;
  /** There is room again: those that wait are to be tried. */
  readonly onRoom: () => void;
  readonly warn: (message: string) => void;
}

export class FolderRoom {
  /** The fewest bytes that did not fit in, by the directory that tells the file system. */
  private readonly waiting = new Map<string, number>();
  private refusals = 0;
  private timer: Timer | undefined;
  private isClosed = false;

  constructor(private readonly parts: FolderRoomParts) {}

  /** Throws NoRoomError. `isStrict`: it failed for lack of room before. */
  async hold({ name }: FileInfo, bytes: number, isStrict: boolean): Promise<HeldRoom> {
    const asked = this.asked(name, bytes);
    const answer = await this.parts.book.hold(asked, isStrict);
    if (typeof answer !== 'string') return answer;
    throw this.refused(asked, answer);
  }

  /** As hold, for several files on the disk of the one that is given. */
  async holdAll({ name }: FileInfo, sizes: readonly number[]): Promise<HeldRoom> {
    const bytes = sizes.reduce((sum, size) => sum + onDisk(size), 0);
    const answer = await this.parts.book.hold(this.asked(name, bytes), false);
    if (typeof answer !== 'string') return answer;
    throw new NoRoomError(answer, bytes);
  }

  /** Enough files were told to wait: another one that is no smaller is not even tried. */
  passesOver({ name, size }: FileInfo): boolean {
    if (this.refusals < WAITING_SHOWN_MAX) return false;
    return size >= (this.waiting.get(this.directoryOf(name)) ?? Infinity);
  }

  /** What a failure means: where the disk was full, the file waits for room, unless the disk says that it has some. */
  async explain(error: unknown, file: FileInfo): Promise<unknown> {
    if (!isDiskFull(error)) return error;
    const asked = this.asked(file.name, this.bytesOf(file));
    const reason = messageOf(error);
    if (await this.parts.book.hasRoom(asked)) {
      const { cause } = error as SyncError;
      return new SyncError('full', `${this.beginning()}: ${reason}`, true, { cause });
    }
    return this.refused(asked, reason);
  }

  /** What the content takes on the disk, but for the blocks that are there already. */
  bytesOf(file: FileInfo, valid?: ReadonlySet<number>): number {
    let bytes = 0;
    for (let index = 0; index < blockCount(file); index++) {
      const length = blockLength(file, index);
      const isHole = this.keepsHoles && isZeroBlock(blockHash(file, index), length);
      if (!isHole && valid?.has(index) !== true) bytes += length;
    }
    return bytes;
  }

  /** Blocks of zeros are not written. */
  get keepsHoles(): boolean {
    return this.parts.settings.disableSparseFiles !== true;
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
  }

  private asked(name: string, bytes: number): RoomAsked {
    const { fs } = this.parts;
    return { fs, directory: this.directoryOf(name), limit: this.limit, bytes };
  }

  private get limit(): RoomLimit {
    return this.parts.settings.minDiskFree ?? DEFAULT_ROOM_LIMIT;
  }

  /** The directory that tells on which disk the item lies. Followed links lie directly in the root; what is behind one may be another disk. */
  directoryOf(name: string): string {
    if (this.parts.settings.followSymlinks !== true) return '';
    return parentOf(name).split('/')[0];
  }

  private beginning(): string {
    const { id, label, path } = this.parts.settings;
    const title = label === '' ? id : `"${label}" (${id})`;
    return `insufficient space in folder ${title} at ${path}`;
  }

  private refused({ directory, bytes }: RoomAsked, reason: string): NoRoomError {
    const error = new NoRoomError(`${this.beginning()}: ${reason}`, bytes);
    if (this.waiting.size === 0) this.parts.warn(error.message);
    this.refusals += 1;
    const fewest = Math.min(bytes, this.waiting.get(directory) ?? Infinity);
    this.waiting.set(directory, fewest);
    this.watch();
    return error;
  }

  private watch(): void {
    if (this.isClosed || this.timer !== undefined) return;
    this.timer = this.parts.clock.setTimer(ROOM_LOOK_INTERVAL_MS, () => {
      this.timer = undefined;
      // Where the look fails, the next one tells.
      this.lookAgain().catch(() => this.watch());
    });
  }

  private async lookAgain(): Promise<void> {
    const { fs, book } = this.parts;
    for (const [directory, bytes] of this.waiting) {
      if (await book.hasRoom({ fs, directory, limit: this.limit, bytes }))
        this.waiting.delete(directory);
      else continue;
      this.refusals = 0;
      if (!this.isClosed) this.parts.onRoom();
    }
    if (this.waiting.size > 0) this.watch();
  }
}
