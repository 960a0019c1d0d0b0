/**
 * Whether a block that is asked for is the one that the index says the file has there. Keeps the block lists of the files
 * asked for last, so that the list of a large one is read once and not for each of its blocks. A list is kept by its own
 * hash, which stands for nothing else ever: which list a file has is looked up for each request.
 */
import {
  blockCount,
  blockCountFor,
  blockHash,
  blockLength,
  blockOffset,
} from '../../domain/block.js';
import { type FileInfo, type LocalFileInfo } from '../../domain/file-info.js';
import { type BlockRequest } from '../protocol/messages.js';

/** Files of which blocks are asked for at the same time, and a few more. */
export const LISTS_MAX = 8;
/** Longer lists are not kept: that of a file of half a TiB. */
const BLOCKS_MAX = 32 * 1024;

type List = Promise<Uint8Array | undefined>;

export class AskedLists {
  /** By hash of the list, the one asked for last at the end. */
  private readonly lists = new Map<string, List>();

  constructor(
    /** The whole row. */
    private readonly read: (folder: string, name: string) => Promise<LocalFileInfo | undefined>,
  ) {}

  /** `head`: the file's row, without a list of more than one block. */
  async isOfFile(head: LocalFileInfo, request: BlockRequest): Promise<boolean> {
    if (request.hash.length === 0 || head.blockSize === 0) return false;
    const count = blockCountFor(head.size, head.blockSize);
    if (count > BLOCKS_MAX) return false;
    const blockHashes = count === 1 ? head.blockHashes : await this.listOf(head, request);
    return blockHashes !== undefined && isBlockOf({ ...head, blockHashes }, request);
  }

  private listOf({ blocksHash }: LocalFileInfo, { folder, name }: BlockRequest): List {
    const key = Buffer.from(blocksHash).toString('latin1');
    const known = this.lists.get(key);
    const list = known ?? this.readList(folder, name, blocksHash);
    this.lists.delete(key);
    this.lists.set(key, list);
    if (known !== undefined) return list;
    if (this.lists.size > LISTS_MAX) this.lists.delete(this.lists.keys().next().value as string);
    return this.forgetMissed(key, list);
  }

  /** What could not be read is read again for the next request. */
  private async forgetMissed(key: string, list: List): Promise<Uint8Array | undefined> {
    const found = await list.catch(() => undefined);
    if (found === undefined && this.lists.get(key) === list) this.lists.delete(key);
    return list;
  }

  /** undefined where the file has another list by now. */
  private async readList(
    folder: string,
    name: string,
    blocksHash: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    const row = await this.read(folder, name);
    const isSame = row !== undefined && Buffer.compare(row.blocksHash, blocksHash) === 0;
    return isSame ? row.blockHashes : undefined;
  }
}

function isBlockOf(file: FileInfo, { offset, size, hash }: BlockRequest): boolean {
  const index = Math.floor(offset / file.blockSize);
  if (index >= blockCount(file) || blockOffset(file, index) !== offset) return false;
  return blockLength(file, index) === size && Buffer.compare(blockHash(file, index), hash) === 0;
}
