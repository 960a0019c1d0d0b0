/** What every Hasher does, for whichever folder file system it reads. */
import { createHash } from 'node:crypto';
import { type SyncError } from '../../src/domain/errors.js';
import { blockSizeFor } from '../../src/domain/block.js';
import { type HashedFile, type Hasher } from '../../src/modules/scanner/hasher.js';
import { codeOf, put } from './folder-fs-fixture.js';
import { type ScannedFolder } from './scanner-fixture.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const BLOCK = 128 * KIB;
const never = new AbortController().signal;

function patterned(size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  // Looking up a global is slow under jest.
  const { imul } = Math;
  for (let i = 0; i < words.length; i++) words[i] = imul(i, 2_654_435_761);
  return Buffer.from(words.buffer, 0, size);
}

function expectedHashes(data: Uint8Array, blockSize: number): Buffer {
  const hashes: Buffer[] = [];
  for (let at = 0; at < data.length || at === 0; at += blockSize) {
    hashes.push(
      createHash('sha256')
        .update(data.subarray(at, at + blockSize))
        .digest(),
    );
  }
  return Buffer.concat(hashes);
}

export function describeHasher(
  title: string,
  makeHasher: () => Hasher,
  makeFolder: () => Promise<ScannedFolder>,
): void {
  describe(`${title} as a Hasher`, () => {
    let hasher: Hasher;
    let folder: ScannedFolder;

    beforeEach(async () => {
      hasher = makeHasher();
      folder = await makeFolder();
    });

    afterEach(async () => {
      await hasher.close();
      await folder.cleanUp();
    });

    async function write(name: string, data: Uint8Array): Promise<void> {
      const handle = await folder.fs.createFile(name, 0o644);
      await handle.write(0, data);
      await handle.close();
    }

    const hash = (name: string, size: number, blockSize = BLOCK): Promise<HashedFile> =>
      hasher.hashFile(folder.fs, name, size, blockSize, never);

    it.each([0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 5 * BLOCK + 77])(
      'hashes %d bytes block by block',
      async (size) => {
        const data = patterned(size);
        await write('f', data);
        const hashed = await hash('f', size);
        expect(hashed.size).toBe(size);
        expect(Buffer.from(hashed.blockHashes)).toEqual(expectedHashes(data, BLOCK));
        expect(hashed.stat).toEqual(await folder.fs.stat('f'));
      },
    );

    it('hashes files together, and tells of each whether it failed', async () => {
      await write('a', patterned(10));
      await write('b', patterned(BLOCK + 5));
      await write('empty', Buffer.alloc(0));
      const files = [
        { name: 'b', size: BLOCK + 5, blockSize: BLOCK },
        { name: 'none', size: 3, blockSize: BLOCK },
        { name: 'a', size: 11, blockSize: BLOCK },
        { name: 'a', size: 10, blockSize: BLOCK },
        { name: 'empty', size: 0, blockSize: BLOCK },
      ];
      const hashes = await hasher.hashFiles(folder.fs, files, never);
      const told = hashes.map((each) =>
        each instanceof Error ? (each as SyncError).code : Buffer.from(each.blockHashes),
      );
      expect(told).toEqual([
        expectedHashes(patterned(BLOCK + 5), BLOCK),
        'missing',
        'changed',
        expectedHashes(patterned(10), BLOCK),
        expectedHashes(Buffer.alloc(0), BLOCK),
      ]);
      expect(hashes[3]).toHaveProperty('stat', await folder.fs.stat('a'));
    });

    it.each([BLOCK, 2 * MIB])(
      'hashes a file of many ranges in blocks of %d bytes',
      async (blockSize) => {
        const data = patterned(33 * MIB + 333);
        await write('big', data);
        const hashed = await hash('big', data.length, blockSize);
        const isEqual = expectedHashes(data, blockSize).equals(hashed.blockHashes);
        expect(isEqual).toBe(true);
      },
    );

    it('hashes many files asked for at once, each with its own result', async () => {
      await folder.fs.makeDirectory('a', 0o755);
      await folder.fs.makeDirectory('b', 0o755);
      const names = Array.from({ length: 300 }, (_, i) => `${i % 2 === 0 ? 'a' : 'b'}/ü${i}`);
      for (const name of names) await put(folder.fs, name, name);
      const results = await Promise.all(
        names.map((name) => hash(name, Buffer.byteLength(name)).then((file) => file.blockHashes)),
      );
      names.forEach((name, i) => {
        expect(Buffer.from(results[i])).toEqual(expectedHashes(Buffer.from(name), BLOCK));
      });
    });

    it('fails for what is no regular file of the expected size, and only for that', async () => {
      await put(folder.fs, 'file', 'content');
      await folder.fs.makeDirectory('dir', 0o755);
      await put(folder.fs, 'dir/inside', 'x');
      await folder.fs.makeSymlink('file', 'link');
      await folder.fs.makeSymlink('dir', 'linked-dir');
      folder.placeFifo('fifo');
      const asked: [string, number][] = [
        ['file', 6],
        ['file', 8],
        ['none', 1],
        ['none/below', 1],
        ['dir', 1],
        ['link', 7],
        ['linked-dir/inside', 1],
        ['file/below', 1],
        ['fifo', 0],
        ['../root/file', 7],
        ['file', 7],
      ];
      const codes = await Promise.all(asked.map(([name, size]) => codeOf(hash(name, size))));
      expect(codes).toEqual([
        ...['changed', 'changed', 'missing', 'missing'],
        ...['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
        'none',
      ]);
    });

    it('gives no hashes of a file that is written to while it is read', async () => {
      const size = 100 * MIB;
      const handle = await folder.fs.createFile('busy', 0o644);
      await handle.truncate(size);
      let isOver = false;
      const code = codeOf(hash('busy', size, blockSizeFor(size))).finally(() => (isOver = true));
      for (let i = 0; !isOver; i++) await handle.write((i * BLOCK) % size, Buffer.from([i % 256]));
      await handle.close();
      expect(await code).toBe('changed');
    });

    it('gives up with the reason of the signal, and hashes on for others', async () => {
      const size = 40 * MIB;
      await write('big', patterned(size));
      const stop = new AbortController();
      const reason = new Error('stopped by the test');
      const given = hasher.hashFile(folder.fs, 'big', size, BLOCK, stop.signal);
      const other = hash('big', size);
      stop.abort(reason);
      await expect(given).rejects.toBe(reason);
      expect((await other).size).toBe(size);
      const late = hasher.hashFile(folder.fs, 'big', size, BLOCK, stop.signal);
      await expect(late).rejects.toBe(reason);
    });

    it('hashes data in memory', async () => {
      const data = patterned(100_000);
      const expected = createHash('sha256').update(data).digest();
      expect(Buffer.from(await hasher.sha256(data))).toEqual(expected);
    });

    it('refuses files once it is closed', async () => {
      await put(folder.fs, 'f', 'x');
      await hasher.close();
      expect(await codeOf(hash('f', 1))).toBe('closed');
    });
  });
}
