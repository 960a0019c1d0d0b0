import fc from 'fast-check';
import { wireData } from '../../../test/support/wire-data.js';
import { checkFile } from '../../../test/support/fake-peer-checks.js';
import { blocksHashOf } from '../../domain/block.js';
import { LocalFlag, type FileInfo } from '../../domain/file-info.js';
import { fileFromWire, fileToWire, indexFromWire, indexToWire } from './file-wire.js';
import { FrameDecoder } from './frame.js';
import { expandNow } from './compression.js';
import { bep } from './gen/bep.js';
import { WireCursor } from './wire-cursor.js';
import { INDEX_BYTES_MAX } from './wire-limits.js';

const NO_BYTES = new Uint8Array(0);
const KIB_128 = 128 * 1024;

function goldenPayload(name: string): Uint8Array {
  const decoder = new FrameDecoder();
  decoder.push(wireData(name));
  const frame = decoder.next()!;
  return frame.isCompressed ? expandNow(frame.payload, INDEX_BYTES_MAX) : frame.payload;
}

const plain = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** The same with byte fields that compare by content only. */
function comparable(file: FileInfo): unknown {
  return { ...file, blockHashes: plain(file.blockHashes), blocksHash: plain(file.blocksHash) };
}

const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const component = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.normalize('NFC').replaceAll('/', '_'))
  .filter((text) => text !== '.' && text !== '..' && !/\p{Surrogate}/u.test(text));
const common = fc.record({
  name: fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  modifiedS: fc.maxSafeInteger(),
  modifiedNs: fc.integer({ min: 0, max: 999_999_999 }),
  modifiedBy: uint64,
  version: fc
    .uniqueArray(fc.record({ id: uint64, value: uint64 }), { selector: (counter) => counter.id })
    .map((counters) => counters.sort((a, b) => (a.id < b.id ? -1 : 1))),
  sequence: fc.maxSafeNat(),
  permissions: fc.integer({ min: 0, max: 0o7777 }),
  noPermissions: fc.boolean(),
  platform: fc.option(fc.uint8Array({ maxLength: 40 }).map(asPlatformData)),
});
const content = fc
  .record({ blockSize: fc.constantFrom(...[0, 1, 3, 7].map((i) => KIB_128 * 2 ** i)) })
  .chain(({ blockSize }) =>
    fc.integer({ min: 0, max: 40 }).chain((whole) =>
      fc.integer({ min: 0, max: blockSize - 1 }).chain((rest) => {
        const size = whole * blockSize + rest;
        const count = Math.max(1, Math.ceil(size / blockSize));
        return fc
          .uint8Array({ minLength: 32 * count, maxLength: 32 * count })
          .map((blockHashes) => ({ size, blockSize, blockHashes }));
      }),
    ),
  );
const nothing = {
  size: 0,
  blockSize: 0,
  blockHashes: NO_BYTES,
  blocksHash: NO_BYTES,
  symlinkTarget: '',
  deleted: false,
  invalid: false,
  localFlags: 0,
};
const anyFile: fc.Arbitrary<FileInfo> = fc.oneof(
  fc.record({ common, content }).map(({ common: base, content: held }) => ({
    ...nothing,
    ...base,
    ...held,
    type: 'file' as const,
    blocksHash: blocksHashOf(held.blockHashes),
  })),
  common.map((base) => ({ ...nothing, ...base, type: 'directory' as const })),
  common.map((base) => ({ ...nothing, ...base, type: 'file' as const, deleted: true })),
  common.map((base) => ({ ...nothing, ...base, type: 'directory' as const, invalid: true })),
  fc.record({ base: common, symlinkTarget: fc.string({ unit: 'grapheme' }) }).map((link) => ({
    ...nothing,
    ...link.base,
    type: 'symlink' as const,
    symlinkTarget: link.symlinkTarget,
  })),
);

function decode(file: bep.FileInfo.$Properties): FileInfo {
  return fileFromWire(new WireCursor(bep.FileInfo.encode(file).finish()));
}

describe('file infos on the wire', () => {
  it('come back as they were sent, and a complete decoder reads the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyFile, { maxLength: 5 }),
        fc.maxSafeNat(),
        async (files, last) => {
          const sent = { folder: 'ördner', files, lastSequence: last, prevSequence: 7 };
          const encoded = indexToWire(sent);
          const got = await indexFromWire(encoded);
          expect({ ...got, files: got.files.map(comparable) }).toEqual({
            ...sent,
            files: files.map(comparable),
          });
          const whole = bep.Index.decode(encoded);
          files.forEach((file, i) => {
            const other = whole.files[i] as bep.FileInfo;
            expect(other.name).toBe(file.name);
            expect(checkFile(other)).toBeUndefined();
            expect(other.blocks.every((block) => block.weakHash === 0)).toBe(true);
            const joined = Buffer.concat(other.blocks.map((block) => block.hash!));
            expect(joined.equals(file.blockHashes)).toBe(true);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read from an index of 1.x, whose weak hashes are passed over', async () => {
    const { folder, files, lastSequence } = await indexFromWire(goldenPayload('index-1x'));
    expect({ folder, lastSequence }).toEqual({ folder: 'default', lastSequence: 0 });
    expect(files).toHaveLength(1);
    expect(files[0]).toMatchObject({
      name: 'dir/Räksmörgås.txt',
      type: 'file',
      size: 131_077,
      modifiedS: 1_600_000_000,
      modifiedNs: 123_456_789,
      modifiedBy: 2n ** 64n - 1n,
      version: [
        { id: 77n, value: 3n },
        { id: 2n ** 64n - 1n, value: 1_600_000_001n },
      ],
      sequence: 42,
      permissions: 0o644,
      blockSize: KIB_128,
    });
    expect(files[0]!.blockHashes).toHaveLength(64);
  });

  it('are read from an index update of 2.x, with its sequences and owner data', async () => {
    const batch = await indexFromWire(goldenPayload('index-update-2x'));
    expect(batch).toMatchObject({ lastSequence: 47, prevSequence: 42 });
    const [gone, dir, link, empty, ignored] = batch.files;
    expect(gone).toMatchObject({ name: 'gone', deleted: true, size: 0 });
    expect(dir).toMatchObject({ type: 'directory', modifiedS: -86_400, permissions: 0o755 });
    expect(link).toMatchObject({ type: 'symlink', symlinkTarget: 'does/not/exist' });
    expect(empty).toMatchObject({ type: 'file', size: 0, blockSize: KIB_128 });
    expect(empty!.blockHashes).toHaveLength(32);
    expect(ignored).toMatchObject({ name: 'ignored', invalid: true, blockSize: 0 });
    const again = await indexFromWire(indexToWire(batch));
    expect(again.files[3]!.platform).toEqual(empty!.platform);
    expect(Buffer.from(empty!.platform!).toString()).toContain('owner');
  });

  it('are read from a compressed index', async () => {
    const { files } = await indexFromWire(goldenPayload('index-lz4'));
    expect(files[0]!.name).toBe('a'.repeat(200));
  });

  it('take a block size of 0 for the smallest, and both old symlink types for symlink', () => {
    const hash = Buffer.alloc(32, 1);
    expect(decode({ name: 'f', size: 5 as never, blocks: [{ size: 5, hash }] })).toMatchObject({
      blockSize: KIB_128,
    });
    expect(decode({ name: 'l', type: 2, symlinkTarget: Buffer.from('x') }).type).toBe('symlink');
    expect(decode({ name: 'l', type: 3, symlinkTarget: Buffer.from('x') }).type).toBe('symlink');
    expect(decode({ name: 'd', type: 1, size: 128 as never }).size).toBe(0);
  });

  it('count as invalid when their link target is not UTF-8: no other target may be made of it', () => {
    const link = decode({ name: 'l', type: 4, symlinkTarget: Buffer.from([0xff, 0xfe]) });
    expect(link).toMatchObject({ invalid: true, symlinkTarget: '' });
  });

  it('lose what only concerns this device when they are sent', () => {
    const file: FileInfo = {
      ...nothing,
      name: 'f',
      type: 'file',
      size: 5,
      blockSize: KIB_128,
      blockHashes: new Uint8Array(32),
      blocksHash: new Uint8Array(32),
      modifiedS: 1,
      modifiedNs: 0,
      modifiedBy: 1n,
      version: [{ id: 1n, value: 1n }],
      sequence: 3,
      permissions: 0o644,
      noPermissions: false,
      platform: null,
    };
    const ignored = bep.FileInfo.decode(fileToWire({ ...file, localFlags: LocalFlag.ignored }));
    expect(ignored).toMatchObject({ invalid: true, blocks: [], blockSize: 0 });
    expect(Number(ignored.size)).toBe(0);
    expect(ignored.version!.counters).toHaveLength(1);
    const changed = bep.FileInfo.decode(fileToWire({ ...file, localFlags: LocalFlag.receiveOnly }));
    expect(changed.invalid).toBe(true);
    expect(changed.version?.counters ?? []).toEqual([]);
    const directory = bep.FileInfo.decode(fileToWire({ ...file, type: 'directory' }));
    expect(directory.blocks).toEqual([]);
    expect(Number(directory.size)).toBe(0);
  });
});

describe('file infos that break the protocol', () => {
  const hash = Buffer.alloc(32, 1);
  const block = { size: 5, hash };
  const ok = { name: 'f', size: 5 as never, blocks: [block] };
  const cases: [string, bep.FileInfo.$Properties, RegExp][] = [
    ['an absolute name', { ...ok, name: '/etc/passwd' }, /absolute/],
    ['a name that leads up', { ...ok, name: 'a/../../b' }, /component "\.\."/],
    ['an empty name', { ...ok, name: '' }, /empty/],
    ['a file without blocks', { name: 'f', size: 5 as never }, /no blocks/],
    ['a deleted file with blocks', { ...ok, deleted: true }, /deleted/],
    ['a directory with blocks', { ...ok, type: 1 }, /directory has blocks/],
    ['a directory with a size', { name: 'd', type: 1, size: 5 as never }, /size 5/],
    ['a symlink with a size', { name: 'l', type: 4, size: 128 as never }, /size 128/],
    ['an unknown type', { ...ok, type: 9 }, /unknown item type 9/],
    ['a negative size', { ...ok, size: -1 as never }, /negative/],
    ['a size beyond 2^53', { ...ok, size: (2 ** 60) as never }, /2\^53/],
    ['a negative sequence', { ...ok, sequence: -1 as never }, /negative/],
    ['too many nanoseconds', { ...ok, modifiedNs: 1e9 }, /modified_ns/],
    ['negative nanoseconds', { ...ok, modifiedNs: -1 }, /modified_ns/],
    ['an odd block size', { ...ok, blockSize: 5 }, /block size 5/],
    ['a block size that is too large', { ...ok, blockSize: 2 ** 25 }, /block size 33554432/],
    ['too few blocks', { ...ok, size: 200_000 as never }, /1 blocks of 131072/],
    ['too many blocks', { ...ok, blocks: [block, block] }, /2 blocks of 131072/],
    ['a block of another size', { ...ok, blocks: [{ ...block, size: 4 }] }, /4 bytes at 0/],
    ['a block elsewhere', { ...ok, blocks: [{ ...block, offset: 1 as never }] }, /at 1, not/],
    ['a short hash', { ...ok, blocks: [{ size: 5, hash: hash.subarray(1) }] }, /hash/],
    ['a block without hash', { ...ok, blocks: [{ size: 5 }] }, /has no hash/],
  ];

  it.each(cases)('are refused: %s', (_what, file, message) => {
    expect(() => decode(file)).toThrow(message);
    expect(() => decode(file)).toThrow(expect.objectContaining({ code: 'protocol' }));
  });

  it('are refused with a name that is not UTF-8', () => {
    const bytes = Buffer.from(bep.FileInfo.encode({ name: 'abc', type: 1 }).finish());
    bytes[2] = 0xff;
    expect(() => fileFromWire(new WireCursor(bytes))).toThrow(/valid|utf/i);
  });

  it('are refused before a block list is allocated that was not sent', () => {
    const file = { name: 'f', size: (2 ** 50) as never, blockSize: 2 ** 24, blocks: [block] };
    expect(() => decode(file)).toThrow(/1 blocks of 16777216/);
  });

  it('are refused when there are too many, or with a version or head too large', async () => {
    const many = Buffer.alloc(2 * 10_001);
    for (let i = 0; i < many.length; i += 2) many[i] = 0x12;
    await expect(indexFromWire(many)).rejects.toThrow(/more than 10000 files/);
    const counters = Array.from({ length: 40_000 }, () => ({ id: 1 as never }));
    expect(() => decode({ ...ok, version: { counters } })).toThrow(/a version of more than/);
    expect(() => decode({ ...ok, platform: Buffer.alloc(2 ** 20) })).toThrow(/file info of more/);
  });

  it('are refused when together they would take far more memory than they have bytes', async () => {
    const counters = Array.from({ length: 10_000 }, (_, i) => ({ id: (i + 1) as never }));
    const index = (file: bep.FileInfo.$Properties, count: number): Uint8Array =>
      bep.Index.encode({ folder: 'f', files: new Array(count).fill(file) }).finish();
    const versions = index({ ...ok, version: { counters } }, 11);
    await expect(indexFromWire(versions)).rejects.toThrow(/more than 100000 counters/);
    const heads = index({ ...ok, symlinkTarget: Buffer.alloc(2 ** 19) }, 33);
    await expect(indexFromWire(heads)).rejects.toThrow(/file infos of more than 16777216 bytes/);
  });

  it('end in an index or an error, whatever the bytes', async () => {
    const golden = goldenPayload('index-update-2x');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(golden.length - 1), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (changes) => {
          const bytes = Buffer.from(golden);
          for (const [at, value] of changes) bytes[at] = value;
          await indexFromWire(bytes).catch((error: unknown) =>
            expect(error).toMatchObject({ code: 'protocol' }),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** As an attribute of Linux with this value: what the node keeps without understanding it. */
function asPlatformData(value: Uint8Array): Uint8Array {
  const attribute = Buffer.concat([Buffer.from([0x0a, 1, 0x61, 0x12, value.length]), value]);
  const data = Buffer.concat([Buffer.from([0x0a, attribute.length]), attribute]);
  return new Uint8Array(Buffer.concat([Buffer.from([0x1a, data.length]), data]));
}
