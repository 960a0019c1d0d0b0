import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { claimedSize, compress, expand, expandNow, shouldCompress } from './compression.js';

const BYTES_MAX = 64 * 1024 * 1024;
/** Compresses well whatever its length. */
const text = (length: number): Buffer => Buffer.alloc(length, 'syncthing ');

async function packed(message: Uint8Array): Promise<Buffer> {
  const result = await compress(message);
  if (result === undefined) throw new Error('not compressible');
  return result;
}

describe('LZ4 compression', () => {
  it('says the size big endian, and gives back what went in, in this thread and in the pool', async () => {
    for (const length of [200, 100_000, 3_000_000]) {
      const message = text(length);
      const bytes = await packed(message);
      expect(bytes.readUInt32BE(0)).toBe(length);
      const copy = Buffer.from(bytes);
      expect(Buffer.compare(await expand(bytes, BYTES_MAX), message)).toBe(0);
      expect(Buffer.compare(expandNow(copy, BYTES_MAX), message)).toBe(0);
    }
  });

  it('gives back any bytes whose compressed form is shorter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.integer({ min: 2, max: 9 }),
        async (part, times) => {
          const message = Buffer.concat(Array.from({ length: times }, () => part));
          const result = await compress(message);
          if (result === undefined) return;
          expect(result.length).toBeLessThanOrEqual(
            message.length - Math.floor(message.length / 32),
          );
          expect(Buffer.compare(await expand(result, BYTES_MAX), message)).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('sends what does not get smaller as it is', async () => {
    expect(await compress(randomBytes(5000))).toBeUndefined();
  });

  it('is tried on metadata, on block data only when asked for, and never below 128 bytes', () => {
    expect(shouldCompress('metadata', false, 128)).toBe(true);
    expect(shouldCompress('metadata', false, 127)).toBe(false);
    expect(shouldCompress('metadata', true, 5000)).toBe(false);
    expect(shouldCompress('always', true, 5000)).toBe(true);
    expect(shouldCompress('never', false, 5000)).toBe(false);
  });
});

describe('a compressed message that lies', () => {
  const refusal = expect.objectContaining({ code: 'protocol' });

  it('about its size is refused before anything is allocated', () => {
    const huge = Buffer.alloc(40);
    huge.writeUInt32BE(0xffffffff, 0);
    expect(() => claimedSize(huge, BYTES_MAX)).toThrow(/more than 67108864/);
    huge.writeUInt32BE(40 * 255 + 1, 0);
    expect(() => claimedSize(huge, BYTES_MAX)).toThrow(/cannot expand to 10201/);
    expect(() => claimedSize(Buffer.alloc(3), BYTES_MAX)).toThrow(/of 3 bytes/);
  });

  it('by claiming more or less than comes out is refused', async () => {
    for (const difference of [-1, 1]) {
      const bytes = await packed(text(1000));
      bytes.writeUInt32BE(1000 + difference, 0);
      expect(() => expandNow(bytes, BYTES_MAX)).toThrow(refusal);
    }
  });

  it('in any other way ends in an error or in the claimed number of bytes', async () => {
    const good = await packed(text(1000));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), (at, value) => {
        const bytes = Buffer.from(good);
        bytes[at] = value;
        const claimed = bytes.readUInt32BE(0);
        try {
          expect(expandNow(bytes, BYTES_MAX)).toHaveLength(claimed);
        } catch (error) {
          expect(error).toEqual(refusal);
        }
      }),
      { numRuns: 500 },
    );
  });
});
