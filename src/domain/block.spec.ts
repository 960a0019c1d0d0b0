/** Files are cut the same way on every device, and a block list says where each block lies. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  blockCount,
  blockCountFor,
  blockHash,
  blockLength,
  blockListProblem,
  blockOffset,
  blockSizeFor,
  blockSizeKeeping,
  blocksHashOf,
  isZeroBlock,
  MAX_BLOCK_BYTES,
  MIN_BLOCK_BYTES,
  VALID_BLOCK_SIZES,
} from './block.js';

const MIB = 1024 * 1024;
const sizes = fc.oneof(
  fc.maxSafeNat(),
  fc.nat(600 * MIB),
  fc
    .constantFrom(...VALID_BLOCK_SIZES)
    .chain((bytes) => fc.integer({ min: -2, max: 2 }).map((delta) => bytes * 2000 + delta)),
);

describe('the block size of a file', () => {
  it('is a valid size and the smallest that keeps below 2000 blocks', () => {
    fc.assert(
      fc.property(sizes, (size) => {
        const bytes = blockSizeFor(size);
        expect(VALID_BLOCK_SIZES).toContain(bytes);
        if (bytes < MAX_BLOCK_BYTES) expect(size / bytes).toBeLessThan(2000);
        if (bytes > MIN_BLOCK_BYTES) expect(size / (bytes / 2)).toBeGreaterThanOrEqual(2000);
      }),
    );
  });

  it('never falls as the file grows', () => {
    fc.assert(
      fc.property(sizes, sizes, (a, b) => {
        expect(blockSizeFor(Math.max(a, b))).toBeGreaterThanOrEqual(blockSizeFor(Math.min(a, b)));
      }),
    );
  });

  it('stays as it was while the new one is one step away, and only then', () => {
    fc.assert(
      fc.property(sizes, fc.constantFrom(...VALID_BLOCK_SIZES), (size, previous) => {
        const wanted = blockSizeFor(size);
        const kept = blockSizeKeeping(size, previous);
        const steps = Math.abs(Math.log2(wanted / previous));
        expect(kept).toBe(steps <= 1 ? previous : wanted);
      }),
    );
  });

  it.each([undefined, 0, 1, 64 * 1024, 3 * MIB, 32 * MIB])(
    'does not follow a previous size of %s, which no block list may have',
    (previous) => {
      for (const size of [0, 300 * MIB, 40_000 * MIB]) {
        expect(blockSizeKeeping(size, previous)).toBe(blockSizeFor(size));
      }
    },
  );
});

describe('a block list', () => {
  const files = fc
    .record({ size: fc.nat(300 * MIB), blockSize: fc.constantFrom(...VALID_BLOCK_SIZES) })
    .map(({ size, blockSize }) => {
      const count = blockCountFor(size, blockSize);
      const blockHashes = Buffer.alloc(count * 32);
      for (let i = 0; i < count; i += 1) blockHashes.writeUInt32BE(i, i * 32);
      return { size, blockSize, blockHashes };
    });

  it('covers the file without gap or overlap', () => {
    fc.assert(
      fc.property(files, (file) => {
        expect(blockListProblem(file)).toBeUndefined();
        let end = 0;
        for (let i = 0; i < blockCount(file); i += 1) {
          expect(blockOffset(file, i)).toBe(end);
          expect(Buffer.from(blockHash(file, i)).readUInt32BE()).toBe(i);
          end += blockLength(file, i);
        }
        expect(end).toBe(file.size);
      }),
    );
  });

  it('has one block of no bytes for an empty file', () => {
    const file = { size: 0, blockSize: MIN_BLOCK_BYTES, blockHashes: new Uint8Array(32) };
    expect(blockListProblem(file)).toBeUndefined();
    expect(blockLength(file, 0)).toBe(0);
  });

  it.each([
    ['a block too few', { size: 2 * MIN_BLOCK_BYTES, blockSize: MIN_BLOCK_BYTES, hashes: 32 }],
    ['a block too many', { size: MIN_BLOCK_BYTES, blockSize: MIN_BLOCK_BYTES, hashes: 64 }],
    ['a hash that is cut', { size: 1, blockSize: MIN_BLOCK_BYTES, hashes: 31 }],
    ['a block size that is no power of two', { size: 1, blockSize: 3 * MIB, hashes: 32 }],
    ['a block size of 0', { size: 1, blockSize: 0, hashes: 32 }],
    ['a block size above the largest', { size: 1, blockSize: 32 * MIB, hashes: 32 }],
  ])('is refused with %s', (_, { size, blockSize, hashes }) => {
    const file = { size, blockSize, blockHashes: new Uint8Array(hashes) };
    expect(blockListProblem(file)).toMatch(/block/);
  });

  it('has a hash of its own that changes with any block', () => {
    const hashes = new Uint8Array(64);
    const before = blocksHashOf(hashes);
    hashes[40] = 1;
    expect(before).toHaveLength(32);
    expect(blocksHashOf(hashes)).not.toEqual(before);
  });
});

describe('a block of zeroes', () => {
  it.each([...VALID_BLOCK_SIZES])('is known by its hash at %d bytes', (bytes) => {
    const hash = createHash('sha256').update(Buffer.alloc(bytes)).digest();
    expect(isZeroBlock(hash, bytes)).toBe(true);
    expect(isZeroBlock(hash, bytes - 1)).toBe(false);
    expect(isZeroBlock(createHash('sha256').update('x').digest(), bytes)).toBe(false);
  });
});
