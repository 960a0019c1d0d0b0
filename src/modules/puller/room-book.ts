/**
 * Room on disks that is promised to files on their way, over all folders: so that files fetched side by side cannot
 * together take more than there is. A promise counts until its bytes are written; then the disk itself counts them.
 */
import { SyncError } from '../../domain/errors.js';
import { limitBytes, type RoomLimit, roomProblem } from '../../domain/room.js';
import { type Clock } from '../../platform/clock.js';
import { type DiskSpace } from '../../platform/disk-space.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { systemCodeOf } from '../../platform/system-errors.js';

/** A look at the disk holds so long, as far as others' writes to it are concerned … */
const LOOK_AGE_MS = 1_000;
/** … while there is this much more than asked for. */
const LOOK_SLACK_BYTES = 256 * 1024 * 1024;
/** A file takes whole blocks of the disk, and its directory entry some. */
const DISK_BLOCK_BYTES = 4096;

/** The bytes that a file of so many takes. */
export function onDisk(bytes: number): number {
  return Math.ceil(bytes / DISK_BLOCK_BYTES) * DISK_BLOCK_BYTES;
}

/** Room that is held for one file, or several. */
export interface HeldRoom {
  /** So many bytes are on the disk now. */
  written(bytes: number): void;
  /** Gives back what was not written; further calls do nothing. */
  release(): void;
}

/** There is less room than is asked for: the file waits until there is. */
export class NoRoomError extends SyncError {
  constructor(
    message: string,
    readonly wantedBytes: number,
  ) {
    super('full', message, true);
  }
}

interface Disk {
  space: DiskSpace;
  lookedMs: number;
  /** Written since the look. */
  writtenBytes: number;
  /** Promised and not written. */
  heldBytes: number;
}

export interface RoomAsked {
  readonly fs: FolderFs;
  /** On the file system that is written to. */
  readonly directory: string;
  readonly limit: RoomLimit;
  readonly bytes: number;
}

export class RoomBook {
  private readonly disks = new Map<bigint, Disk>();
  private readonly places = new WeakMap<FolderFs, Map<string, bigint>>();

  constructor(private readonly clock: Clock) {}

  /**
   * Holds the room; answers what is missing instead, in words, when there is too little. Without a limit that is
   * asked only when `isStrict`: the file did not fit in before.
   */
  async hold(asked: RoomAsked, isStrict: boolean): Promise<HeldRoom | string> {
    const bytes = onDisk(asked.bytes);
    const known = this.fresh(asked);
    if (known !== undefined && hasPlenty(known, asked, bytes)) return held(known, bytes);
    const disk = await this.look(asked);
    if (disk === undefined) return NOTHING_HELD;
    if (!isStrict && !(asked.limit.value > 0)) return held(disk, bytes);
    const room = { freeBytes: freeBytes(disk), totalBytes: disk.space.totalBytes };
    return roomProblem(room, asked.limit, bytes, 'minDiskFree') ?? held(disk, bytes);
  }

  /** Whether so much would fit in now; a limit of 0 asks only for the bytes themselves. True where nobody knows. */
  async hasRoom(asked: RoomAsked): Promise<boolean> {
    const disk = await this.look(asked);
    return disk === undefined || freeBytes(disk) - asked.bytes >= keptBytes(disk, asked);
  }

  private fresh({ fs, directory }: RoomAsked): Disk | undefined {
    const device = this.places.get(fs)?.get(directory);
    const disk = device === undefined ? undefined : this.disks.get(device);
    if (disk === undefined) return undefined;
    return this.clock.monotonicMs() - disk.lookedMs <= LOOK_AGE_MS ? disk : undefined;
  }

  /** undefined where the system does not tell: then nothing is asked of it, as in Syncthing. */
  private async look({ fs, directory }: RoomAsked): Promise<Disk | undefined> {
    let space: DiskSpace;
    try {
      space = await fs.space(directory);
    } catch {
      return undefined;
    }
    const places = this.places.get(fs) ?? new Map<string, bigint>();
    this.places.set(fs, places.set(directory, space.device));
    const disk = this.disks.get(space.device) ?? { ...NEW_DISK, space };
    disk.space = space;
    disk.writtenBytes = 0;
    disk.lookedMs = this.clock.monotonicMs();
    this.disks.set(space.device, disk);
    return disk;
  }
}

const NEW_DISK = { lookedMs: 0, writtenBytes: 0, heldBytes: 0 };
const NOTHING_HELD: HeldRoom = { written: () => undefined, release: () => undefined };

function freeBytes({ space, writtenBytes, heldBytes }: Disk): number {
  return space.freeBytes - writtenBytes - heldBytes;
}

function keptBytes({ space }: Disk, { limit }: RoomAsked): number {
  return limitBytes(limit, space.totalBytes);
}

function hasPlenty(disk: Disk, asked: RoomAsked, bytes: number): boolean {
  return freeBytes(disk) - bytes >= keptBytes(disk, asked) + LOOK_SLACK_BYTES;
}

function held(disk: Disk, bytes: number): HeldRoom {
  let left = bytes;
  disk.heldBytes += bytes;
  const take = (count: number): void => {
    left -= count;
    disk.heldBytes -= count;
  };
  return {
    written: (count) => {
      const counted = Math.min(left, count);
      disk.writtenBytes += counted;
      take(counted);
    },
    release: () => take(left),
  };
}

/** The disk is full, or the user's share of it. */
export function isDiskFull(error: unknown): boolean {
  const code = systemCodeOf(error instanceof SyncError ? error.cause : error);
  return code === 'ENOSPC' || code === 'EDQUOT';
}
