/**
 * Answers a peer's Request: only for what our own index says we have, in a folder shared with that device, within
 * the file's size, and only with bytes of the hash asked for. A large block has it where it is what the index says and the file
 * looks as it did when it was hashed, before and after it is read: whoever receives it hashes it anyway. Source: BEP v1, "Request" and "Response".
 */
import { isInvalid } from '../../domain/file-info-rules.js';
import { localNameProblem, tempNameFor } from '../../domain/file-name.js';
import { SyncError } from '../../domain/errors.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs, type HashedFile } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';
import { RequestRefused } from '../protocol/connection-handler.js';
import { type BlockRequest } from '../protocol/messages.js';
import { AskedLists } from './asked-lists.js';

/** Less is hashed as fast as its file is looked at twice. */
const TRUSTED_BYTES_MIN = 64 * 1024;

/** Names of one folder that are looked up together. */
interface LookUp {
  /** With their places in the answer. */
  readonly names: Map<string, number>;
  readonly found: Promise<(LocalFileInfo | undefined)[]>;
}

export class RequestServer {
  /** By folder: those of requests that came in this turn of the event loop. */
  private readonly lookUps = new Map<string, LookUp>();

  private readonly asked: AskedLists;

  constructor(
    private readonly database: IndexDatabase,
    /** Told when a file on disk is not what the index says. */
    private readonly onStale: (folder: string, name: string) => void,
  ) {
    this.asked = new AskedLists((folder, name) => database.local(folder, name));
  }

  /** The bytes asked for; rejects with RequestRefused. The caller has checked that the folder is shared with the device. */
  async answer(fs: FolderFs, request: BlockRequest): Promise<Uint8Array> {
    if (localNameProblem(request.name) !== undefined) {
      throw new RequestRefused('invalid-file', 'this name is never shared');
    }
    return request.fromTemporary ? this.fromTemporary(fs, request) : this.fromFile(fs, request);
  }

  private async fromFile(fs: FolderFs, request: BlockRequest): Promise<Uint8Array> {
    const local = await this.local(request.folder, request.name);
    if (local === undefined || local.deleted || local.type !== 'file') {
      throw new RequestRefused('no-such-file', 'no such file');
    }
    if (isInvalid(local)) throw new RequestRefused('invalid-file', 'the file is not available');
    if (request.offset + request.size > local.size) {
      throw new RequestRefused('invalid-file', 'the range lies outside the file');
    }
    const isOfFile =
      request.size >= TRUSTED_BYTES_MIN && (await this.asked.isOfFile(local, request));
    const data = await this.read(fs, request.name, request, isOfFile ? asHashed(local) : undefined);
    if (data === undefined) {
      this.onStale(request.folder, request.name);
      throw new RequestRefused('no-such-file', 'the file has changed');
    }
    return data;
  }

  /** As it is after the request came. Without a list of more than one block: a large file's is read for none of them. */
  private async local(folder: string, name: string): Promise<LocalFileInfo | undefined> {
    const { names, found } = this.lookUps.get(folder) ?? this.beginLookUp(folder);
    const at = names.get(name) ?? names.size;
    names.set(name, at);
    return (await found)[at];
  }

  private beginLookUp(folder: string): LookUp {
    const names = new Map<string, number>();
    const found = Promise.resolve().then(() => {
      this.lookUps.delete(folder);
      return this.database.localHeads(folder, [...names.keys()]);
    });
    const lookUp = { names, found };
    this.lookUps.set(folder, lookUp);
    return lookUp;
  }

  /** What we are still receiving ourselves: any block that has the hash asked for. */
  private async fromTemporary(fs: FolderFs, request: BlockRequest): Promise<Uint8Array> {
    // What lies there without a hash to tell it by may be anything.
    if (request.hash.length === 0) return this.fromFile(fs, request);
    const isWanted = (await this.database.needed(request.folder, request.name)) !== undefined;
    const data = isWanted ? await this.read(fs, tempNameFor(request.name), request) : undefined;
    // By now it may be complete and in its place.
    return data ?? this.fromFile(fs, request);
  }

  /**
   * undefined when the file is not there, too short or its bytes do not have the hash. That is not looked for where the
   * file is `hashed` still, before and after.
   */
  private async read(
    fs: FolderFs,
    name: string,
    request: BlockRequest,
    hashed?: HashedFile,
  ): Promise<Uint8Array | undefined> {
    try {
      return await fs.readBlock(name, request.offset, request.size, request.hash, hashed);
    } catch (error) {
      if (error instanceof SyncError) return undefined;
      throw error;
    }
  }
}

function asHashed({ size, diskModifiedS, diskModifiedNs }: LocalFileInfo): HashedFile {
  return { size, modifiedS: diskModifiedS, modifiedNs: diskModifiedNs };
}
