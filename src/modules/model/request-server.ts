/**
 * Answers a peer's Request: only for what our own index says we have, in a folder shared with that device, within
 * the file's size, and only with bytes of the hash asked for. Source: BEP v1, "Request" and "Response".
 */
import { isInvalid } from '../../domain/file-info-rules.js';
import { localNameProblem, tempNameFor } from '../../domain/file-name.js';
import { SyncError } from '../../domain/errors.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type IndexDatabase } from '../database/index-database.js';
import { RequestRefused } from '../protocol/connection-handler.js';
import { type BlockRequest } from '../protocol/messages.js';

export class RequestServer {
  constructor(
    private readonly database: IndexDatabase,
    /** Told when a file on disk is not what the index says. */
    private readonly onStale: (folder: string, name: string) => void,
  ) {}

  /** The bytes asked for; rejects with RequestRefused. The caller has checked that the folder is shared with the device. */
  async answer(fs: FolderFs, request: BlockRequest): Promise<Uint8Array> {
    if (localNameProblem(request.name) !== undefined) {
      throw new RequestRefused('invalid-file', 'this name is never shared');
    }
    return request.fromTemporary ? this.fromTemporary(fs, request) : this.fromFile(fs, request);
  }

  private async fromFile(fs: FolderFs, request: BlockRequest): Promise<Uint8Array> {
    const local = await this.database.local(request.folder, request.name);
    if (local === undefined || local.deleted || local.type !== 'file') {
      throw new RequestRefused('no-such-file', 'no such file');
    }
    if (isInvalid(local)) throw new RequestRefused('invalid-file', 'the file is not available');
    if (request.offset + request.size > local.size) {
      throw new RequestRefused('invalid-file', 'the range lies outside the file');
    }
    const data = await this.read(fs, request.name, request);
    if (data === undefined) {
      this.onStale(request.folder, request.name);
      throw new RequestRefused('no-such-file', 'the file has changed');
    }
    return data;
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

  /** undefined when the file is not there, too short or its bytes do not have the hash. */
  private async read(
    fs: FolderFs,
    name: string,
    request: BlockRequest,
  ): Promise<Uint8Array | undefined> {
    try {
      return await fs.readBlock(name, request.offset, request.size, request.hash);
    } catch (error) {
      if (error instanceof SyncError) return undefined;
      throw error;
    }
  }
}
