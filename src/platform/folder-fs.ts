/**
 * The port for a folder's file system: every operation is confined to one root.
 *
 * Names are relative, `/`-separated, '' is the root itself. No operation follows a link at any component of a name,
 * the root's own path excepted: directories are opened component by component. A name that leads through a link or
 * a non-directory fails with SyncError 'refused'; an absent one with 'missing'; an existing one where none may be
 * with 'exists'; anything else with 'io' and the system's error as cause. A crash may lose whatever was not synced.
 * The one exception are links directly below the root that were named by `follow` (root-links.ts).
 */
import { SyncError } from '../domain/errors.js';
import { type DiskSpace } from './disk-space.js';
import { type LinkTarget, NO_LINKS, type RootItem, type RootLinks, topOf } from './root-links.js';

export { type LinkTarget, type RootItem, type RootLinks, topOf };

export interface ItemStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Permission bits 0o7777. */
  readonly permissions: number;
  readonly modifiedS: number;
  readonly modifiedNs: number;
  /** Change time (ctime) in nanoseconds: moves with every change to content or metadata. */
  readonly changedNs: bigint;
  readonly device: bigint;
  readonly inode: bigint;
  /** Names that the file has (hard links); undefined where the stat came a way that does not tell. */
  readonly links?: number;
  /** User and group that it belongs to; undefined where the stat came a way that does not tell. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A file that gets another name, and how it is to be found. */
export interface FileMove {
  readonly from: string;
  readonly to: string;
  readonly size: number;
  readonly modifiedS: number;
  readonly modifiedNs: number;
  /** Permission bits 0o777; undefined: any. */
  readonly permissions: number | undefined;
}

export type FileLook = { readonly name: string } & Pick<FileMove, 'size'>;

export type FileId = Pick<ItemStat, 'inode' | 'device'>;

export interface DirectoryEntry {
  /** The last component as found on disk, not normalised. */
  readonly name: string;
  readonly type: ItemStat['type'];
}

export interface DirectoryListing {
  readonly entries: DirectoryEntry[];
  /** Entries whose name is not UTF-8, printable form; they cannot be synced. */
  readonly undecodable: string[];
}

/** What tells, as far as a look can, that a file's content is the one that was hashed. */
export type HashedFile = Pick<ItemStat, 'size' | 'modifiedS' | 'modifiedNs'>;

/** Bytes. */
export interface FileRange {
  readonly position: number;
  readonly length: number;
  /** The file is about to go: the system need not keep what is read of it. */
  readonly isLastRead?: boolean;
}

/** An open regular file (never a link) or, from openDirectory, a directory. */
export interface FileHandle {
  stat(): Promise<ItemStat>;
  /** Reads up to length bytes at position into a new buffer; shorter at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** Writes all of data at position. */
  write(position: number, data: Uint8Array): Promise<void>;
  /**
   * Writes all of data at each of the positions if it has the SHA-256; false, with nothing written, if not. Takes the
   * data, with the buffer behind it: the caller has it no more, whatever comes of it. Meant for large blocks.
   */
  writeBlock(positions: readonly number[], data: Uint8Array, sha256: Uint8Array): Promise<boolean>;
  /** As writeBlock, with a range of another open file; false also where that cannot be read, or is not all there. */
  copyBlock(
    positions: readonly number[],
    source: FileHandle,
    range: FileRange,
    sha256: Uint8Array,
  ): Promise<boolean>;
  /** Whether the range is all there and has the SHA-256. Meant for large blocks. */
  hasBlock(range: FileRange, sha256: Uint8Array): Promise<boolean>;
  truncate(size: number): Promise<void>;
  setPermissions(mode: number): Promise<void>;
  setOwner(uid: number, gid: number): Promise<void>;
  /**
   * Sets the modification time as exactly as the platform can (microseconds in Node). With `seen`: fails with
   * 'changed' when size or time are not what that look found, as the new time would hide it.
   */
  setModified(seconds: number, nanoseconds: number, seen?: ItemStat): Promise<void>;
  /** Flushes content and metadata to the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** A file with all of its content, to be made in one go. */
export interface WholeFile {
  readonly name: string;
  /** In the same directory; nothing may have this name. */
  readonly tempName: string;
  readonly data: Uint8Array;
  /** Of the temp file while it is filled; the umask applies. */
  readonly createPermissions: number;
  /** In the end, exactly; undefined: as created. */
  readonly permissions: number | undefined;
  readonly modifiedS: number;
  readonly modifiedNs: number;
  /** The file that it replaces, as it was when last looked at; undefined: nothing may be there. */
  readonly replaced: ItemStat | undefined;
  /** Of the data, to be checked before anything is made: else it fails with 'mismatch'. Absent: it was checked. */
  readonly sha256?: Uint8Array | undefined;
}

/** The file's time as the disk has it, or why it is not there. */
export type PutOutcome = Pick<ItemStat, 'modifiedS' | 'modifiedNs'> | SyncError;

/** The steps of moves, each for many files at once; answers are in the order given, and reject only when closed. */
export interface FileMoves {
  /** Whether a file of that size is there now; an error where that cannot be said. */
  look(files: readonly FileLook[]): Promise<(boolean | Error)[]>;
  /**
   * A second name for each file that is found as expected, where nothing is; their content is flushed then, the
   * directories are not. What was linked, or why it was not.
   */
  link(moves: readonly FileMove[]): Promise<(FileId | Error)[]>;
  /**
   * After link, and once the new names are flushed: removes the old ones. Whether it is gone, or why that is unknown; false
   * where the file was written to meanwhile. Another file that came there stays: true.
   */
  drop(moves: readonly FileMove[], ids: readonly FileId[]): Promise<(boolean | Error)[]>;
}

export abstract class FolderFs {
  /** Absolute path of the root: for workers that open it themselves, and for messages. */
  abstract readonly root: string;

  /** For many files at once. */
  abstract readonly moves: FileMoves;

  #links: RootLinks = NO_LINKS;

  /** The links directly below the root that are followed, and those that are not to be touched. */
  get links(): RootLinks {
    return this.#links;
  }

  /**
   * Names the links anew. One that is followed is to all other operations the directory that it leads to, as long as it
   * leads to that very directory; otherwise they fail with 'io'. The link itself cannot be changed: 'refused'.
   */
  follow(links: RootLinks): void {
    this.#links = links;
  }

  /** What is there under a name directly below the root, and the directory that it is or leads to. */
  abstract lookAt(name: string): Promise<RootItem>;

  /** undefined when absent. */
  abstract stat(name: string): Promise<ItemStat | undefined>;
  abstract list(directory: string): Promise<DirectoryListing>;
  /** Whether the directory has no entry but those that count for nothing. Reads no further than to the first other one. */
  abstract isEmpty(
    directory: string,
    countsForNothing: (name: string) => boolean,
  ): Promise<boolean>;
  abstract openFile(name: string, mode: 'read' | 'write'): Promise<FileHandle>;
  /** Creates and opens a file for reading and writing; fails with 'exists'. The umask applies to the permissions. */
  abstract createFile(name: string, permissions: number): Promise<FileHandle>;
  abstract openDirectory(name: string): Promise<FileHandle>;
  /** The umask applies to the permissions; setPermissions on the handle of openDirectory sets them exactly. */
  abstract makeDirectory(name: string, permissions: number): Promise<void>;
  /** Fails with 'exists' when not empty. */
  abstract removeDirectory(name: string): Promise<void>;
  /**
   * Removes a file or link, never a directory. With `seen`: looks once more right before, with nothing in between,
   * and fails with 'changed' when what is there is not what that look found.
   */
  abstract removeFile(name: string, seen?: ItemStat): Promise<void>;
  /**
   * Atomic; replaces a file or link at the new name. Fails with 'exists' where a directory is in the way, or a file
   * in that of a directory. As the system has it, a directory replaces an empty one, and of two names of one file
   * both stay. With `seen`: as removeFile, for what it replaces at the new name.
   */
  abstract rename(from: string, to: string, seen?: ItemStat): Promise<void>;
  /**
   * A second name for a file or link; fails with 'exists'. The way to put a file in place where nothing may be.
   * Fails with 'refused' for a directory, and on a file system that knows no second names.
   */
  abstract link(from: string, to: string): Promise<void>;
  /**
   * As link, for a file that is what that look found; fails with 'changed'. Its content is flushed then. Meant for many
   * files at once, as putFile.
   */
  abstract linkSeen(from: string, to: string, seen: ItemStat): Promise<void>;
  /** As link, to a name below another root. Fails with 'refused' where that cannot be, as between two disks. */
  linkTo(from: string, target: FolderFs, to: string): Promise<void> {
    return target === this ? this.link(from, to) : Promise.reject(notAcross(this, target));
  }
  /** As rename, to a name below another root. Fails with 'refused' where that cannot be, as between two disks. */
  renameTo(from: string, target: FolderFs, to: string): Promise<void> {
    return target === this ? this.rename(from, to) : Promise.reject(notAcross(this, target));
  }
  abstract makeSymlink(target: string, name: string): Promise<void>;
  /** Of the link itself. */
  abstract setLinkOwner(name: string, uid: number, gid: number): Promise<void>;
  /** Fails with 'refused' for what is no link or has a target that is not UTF-8. */
  abstract readSymlink(name: string): Promise<string>;
  /** Flushes a directory's entries. */
  abstract syncDirectory(name: string): Promise<void>;
  /**
   * Makes a file under its temp name, sets its metadata, flushes it, looks at what it replaces once more and gives it
   * its name: everything but syncDirectory. Returns its time as the disk has it. Fails with 'changed' when what is
   * there is not `replaced`, with 'exists' when something has a name that nothing may have; a temp file that is
   * complete then stays. Meant for many small files at once: each costs little more than the disk's own work.
   */
  abstract putFile(file: WholeFile): Promise<Pick<ItemStat, 'modifiedS' | 'modifiedNs'>>;
  /** As putFile of each, at little more than the disk's own work; the outcomes in the order of the files. */
  putFiles(files: readonly WholeFile[]): Promise<PutOutcome[]> {
    const put = (file: WholeFile): Promise<PutOutcome> =>
      this.putFile(file).catch((error: unknown) => {
        if (error instanceof SyncError) return error;
        throw error;
      });
    return Promise.all(files.map(put));
  }

  /**
   * A range of a file; undefined when it is not all there or does not have the SHA-256 (empty: any will do). With `hashed`:
   * may be believed to have it where the file is that, right before and right after it is read.
   */
  abstract readBlock(
    name: string,
    position: number,
    length: number,
    sha256: Uint8Array,
    hashed?: HashedFile,
  ): Promise<Uint8Array | undefined>;
  /** Found out once by trying, in the root; needs a writable root, else true is assumed. */
  abstract isCaseSensitive(): Promise<boolean>;
  /** As isCaseSensitive: whether the file system keeps the permissions that are set. */
  abstract holdsPermissions(): Promise<boolean>;
  /** The room on the file system that the directory is on. */
  abstract space(directory: string): Promise<DiskSpace>;
  /**
   * Whether names that differ in nothing but their Unicode form, as a composed and a decomposed "é", are two. Found
   * out as isCaseSensitive.
   */
  abstract isFormSensitive(): Promise<boolean>;
  /**
   * Fails with 'missing' when the root's path no longer leads to the directory that was opened: moved, replaced or
   * unmounted. To be asked before a scan or a pull, since operations would go on in the old directory.
   */
  abstract checkRoot(): Promise<void>;
  /** Waits for the operations under way; later ones fail with 'closed'. Open file handles are their owners'. */
  abstract close(): Promise<void>;
}

function notAcross(source: FolderFs, target: FolderFs): SyncError {
  const roots = `${JSON.stringify(source.root)} and ${JSON.stringify(target.root)}`;
  return new SyncError('refused', `no file can have names below both ${roots}`);
}

/** Opens folder roots. Fails with 'missing' when the root is not there, 'refused' when not a directory. */
export abstract class FolderFsFactory {
  abstract open(root: string): Promise<FolderFs>;
  /** Makes the root and its parents. */
  abstract makeRoot(root: string): Promise<void>;
  /**
   * The directory and those above it, up to the root of the system, each by a text that is its own whatever leads to it.
   * Empty where there is no directory.
   */
  abstract lineage(path: string): Promise<readonly string[]>;
}
