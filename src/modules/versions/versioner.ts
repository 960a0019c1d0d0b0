/**
 * The port for keeping what the cluster replaces or deletes. The rule kept by every kind: when archive resolves, the
 * content is safe under another name, on the disk; when it rejects, the file is where it was and must stay.
 */
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

/** A file of the folder that is about to be replaced or removed, as it was when last looked at. */
export interface Outgoing {
  readonly fs: FolderFs;
  readonly name: string;
  readonly seen: ItemStat;
}

/** A file whose content is kept. Exactly one of the two calls follows. */
export interface Archived {
  /** What still has the old name, as it is now: to be replaced or removed. undefined: nothing has it any more. */
  readonly left: ItemStat | undefined;
  /** The old name is another item's now, or nobody's. Never rejects. */
  settle(): Promise<void>;
  /** The file is not replaced after all, and keeps its name: the version goes. Never rejects. */
  undo(): Promise<void>;
}

export interface KeptVersion {
  /** Milliseconds since 1970, whole seconds; names the version in a restore. */
  readonly versionMs: number;
  readonly modifiedMs: number;
  readonly size: number;
}

export abstract class Versioner {
  /**
   * Rejects with SyncError: 'changed' when the file is not what was seen, else why it cannot be kept, with a signal's
   * reason when that is aborted.
   */
  abstract archive(file: Outgoing, signal: AbortSignal): Promise<Archived>;
  /** Of all files, or those below a directory. Rejects with SyncError 'refused' where the kind cannot tell. */
  abstract list(below: string, signal: AbortSignal): Promise<Map<string, KeptVersion[]>>;
  /**
   * Puts a version back in its file's place; what is there is archived. Rejects with SyncError: 'missing' for no such
   * version, 'exists' where a directory is in the way, 'refused' where the kind cannot restore.
   */
  abstract restore(name: string, versionMs: number, signal: AbortSignal): Promise<void>;
  /** Removes what the kind lets go of the files that were archived since the last call. Never rejects. */
  abstract tidy(): Promise<void>;
  /** Removes the versions that the kind lets go by now, and directories that are empty then. */
  abstract clean(signal: AbortSignal): Promise<void>;
  /** Whether the name lies among the versions: what does is never archived again. */
  abstract isOwn(name: string): boolean;
  abstract close(): Promise<void>;
}
