/**
 * Blocks: how a file is cut, and the compact list of hashes that describes it.
 * A list is contiguous and of one block size, so that place and length of each block follow from its index.
 * Source: BEP v1, "Block sizes".
 */
import { hash } from 'node:crypto';
import { HASH_BYTES, type FileInfo } from './file-info.js';

export const MIN_BLOCK_BYTES = 128 * 1024;
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** The block size is raised rather than cut a file into as many blocks as this. */
export const BLOCKS_PER_FILE_DESIRED = 2000;
/** Bytes, ascending. */
export const VALID_BLOCK_SIZES: readonly number[] = Object.freeze(
  Array.from({ length: 8 }, (_, i) => MIN_BLOCK_BYTES * 2 ** i),
);

/** SHA-256 of a block of zeroes for each valid size: computing them would hash 32 MiB at every start. */
const ZERO_BLOCK_HASHES: readonly string[] = Object.freeze([
  'fa43239bcee7b97ca62f007cc68487560a39e19f74f3dde7486db3f98df8e471',
  '8a39d2abd3999ab73c34db2476849cddf303ce389b35826850f9a700589b4a90',
  '07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541',
  '30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58',
  '5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee',
  'bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8',
  '2daeb1f36095b44b318410b3f4e8b5d989dcc7bb023d1426c492dab0a3053e74',
  '080acf35a507ac9849cfcba47dc2ad83e01b75663a516279c8b9d243b719643e',
]);

type BlockList = Pick<FileInfo, 'size' | 'blockSize' | 'blockHashes'>;

/** Block size for a new file: the smallest that keeps below the desired number of blocks, up to the largest. */
export function blockSizeFor(size: number): number {
  const fitting = VALID_BLOCK_SIZES.find((bytes) => size < BLOCKS_PER_FILE_DESIRED * bytes);
  return fitting ?? MAX_BLOCK_BYTES;
}

/**
 * Block size for a file that had another one before (0 or undefined: none). One step of difference keeps the
 * previous size: a file that grows and shrinks around a limit would otherwise share no block with itself.
 */
export function blockSizeKeeping(size: number, previousBlockSize: number | undefined): number {
  const wanted = blockSizeFor(size);
  if (previousBlockSize === undefined) return wanted;
  const isOneStep = previousBlockSize === wanted * 2 || previousBlockSize * 2 === wanted;
  return isOneStep && VALID_BLOCK_SIZES.includes(previousBlockSize) ? previousBlockSize : wanted;
}

export function blockCount(file: Pick<FileInfo, 'blockHashes'>): number {
  return file.blockHashes.length / HASH_BYTES;
}

/** SHA-256 of block i: a view of 32 bytes into the list. */
export function blockHash(file: Pick<FileInfo, 'blockHashes'>, i: number): Uint8Array {
  return file.blockHashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
}

/** Bytes in block i; 0 for the one block of an empty file. */
export function blockLength(file: BlockList, i: number): number {
  return Math.min(file.blockSize, file.size - blockOffset(file, i));
}

/** Bytes from the start of the file to block i. */
export function blockOffset(file: Pick<FileInfo, 'blockSize'>, i: number): number {
  return i * file.blockSize;
}

/** Blocks that a file of this many bytes has. */
export function blockCountFor(size: number, blockSize: number): number {
  return Math.max(1, Math.ceil(size / blockSize));
}

/** The hash is that of a whole block of zeroes of `size` bytes, a valid block size. */
export function isZeroBlock(hash: Uint8Array, size: number): boolean {
  const known = ZERO_BLOCK_HASHES[VALID_BLOCK_SIZES.indexOf(size)];
  return known !== undefined && Buffer.from(known, 'hex').equals(hash);
}

/** FileInfo.blocksHash of a list of hashes: SHA-256 over all of them, 32 bytes. */
export function blocksHashOf(blockHashes: Uint8Array): Uint8Array {
  return hash('sha256', blockHashes, 'buffer');
}

/** Why size, block size and hashes of a file with content do not belong together; undefined when they do. */
export function blockListProblem(file: BlockList): string | undefined {
  if (!VALID_BLOCK_SIZES.includes(file.blockSize)) {
    return `the block size ${file.blockSize} is none of the valid ones`;
  }
  const expected = blockCountFor(file.size, file.blockSize);
  const found = blockCount(file);
  return found === expected ? undefined : `expected ${expected} block hashes, found ${found}`;
}
