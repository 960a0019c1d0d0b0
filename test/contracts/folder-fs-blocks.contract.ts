/** The part of the folder file system contract about large blocks, which are hashed in the step that moves them. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type FileHandle, type FolderFs } from '../../src/platform/folder-fs.js';
import { codeOf, type FolderFsFixture } from './folder-fs-fixture.js';

export function folderFsBlocksContract(
  name: string,
  makeFixture: () => Promise<FolderFsFixture>,
): void {
  describe(name, () => {
    let fixture: FolderFsFixture;
    let fs: FolderFs;
    let handles: FileHandle[];

    const keep = async (opening: Promise<FileHandle>): Promise<FileHandle> => {
      const handle = await opening;
      handles.push(handle);
      return handle;
    };

    beforeEach(async () => {
      fixture = await makeFixture();
      fs = fixture.fs;
      handles = [];
    });

    afterEach(async () => {
      for (const handle of handles) await handle.close();
      await fs.close();
      await fixture.cleanUp();
    });

    it.each([
      ['small', 1000],
      ['large', 300_000],
    ])('writes a %s block where it belongs, and only with the hash', async (_, size) => {
      const file = await keep(fs.createFile('f', 0o600));
      const block = (): Buffer => Buffer.alloc(size, 'block');
      const sha256 = createHash('sha256').update(block()).digest();
      expect(await file.writeBlock([3, size + 3], block(), sha256)).toBe(true);
      const content = Buffer.concat([Buffer.alloc(3), block(), block()]);
      expect(content.equals(await file.read(0, 3 * size))).toBe(true);
      expect(await file.writeBlock([0], Buffer.alloc(size, 'other'), sha256)).toBe(false);
      expect(content.equals(await file.read(0, 3 * size))).toBe(true);
      const read = await keep(fs.openFile('f', 'read'));
      expect(await codeOf(read.writeBlock([0], block(), sha256))).toBe('io');
    });

    it.each([
      ['small', 1000],
      ['large', 300_000],
    ])('copies a %s block from another file, and only with the hash', async (_, size) => {
      const source = await keep(fs.createFile('s', 0o600));
      const block = Buffer.alloc(size, 'block');
      const sha256 = createHash('sha256').update(block).digest();
      await source.write(5, block);
      const range = { position: 5, length: size };
      const file = await keep(fs.createFile('f', 0o600));
      expect(await file.copyBlock([size, 0], source, range, sha256)).toBe(true);
      const content = Buffer.concat([block, block]);
      expect(content.equals(await file.read(0, 3 * size))).toBe(true);
      const wrong = { position: 4, length: size };
      expect(await file.copyBlock([0], source, wrong, sha256)).toBe(false);
      expect(await file.copyBlock([0], source, { ...range, position: 6 }, sha256)).toBe(false);
      expect(content.equals(await file.read(0, 3 * size))).toBe(true);
      expect(await file.hasBlock({ position: size, length: size }, sha256)).toBe(true);
      expect(await file.hasBlock({ position: 1, length: size }, sha256)).toBe(false);
      expect(await file.hasBlock({ position: size + 1, length: size }, sha256)).toBe(false);
      expect(await codeOf(source.copyBlock([0], file, range, sha256))).not.toBe('closed');
      await source.close();
      expect(await file.copyBlock([0], source, range, sha256)).toBe(false);
      expect(await codeOf(source.copyBlock([0], file, range, sha256))).toBe('closed');
      expect(await codeOf(source.hasBlock(range, sha256))).toBe('closed');
    });

    it('reads a large block of a file that has changed since it was hashed only with the hash', async () => {
      const file = await keep(fs.createFile('f', 0o600));
      const block = Buffer.alloc(300_000, 'block');
      const sha256 = createHash('sha256').update(block).digest();
      await file.write(0, block);
      await file.setModified(1_600_000_000, 0);
      const hashed = await file.stat();
      const read = (): Promise<Uint8Array | undefined> =>
        fs.readBlock('f', 0, block.length, sha256, hashed);
      expect(block.equals((await read())!)).toBe(true);
      await file.setModified(1_600_000_001, 0);
      expect(block.equals((await read())!)).toBe(true);
      await file.write(0, Buffer.from('MINE'));
      await file.setModified(1_600_000_001, 0);
      expect(await read()).toBeUndefined();
      await file.truncate(299_999);
      expect(await read()).toBeUndefined();
    });

    it('writes many large blocks side by side, and closes when all are written', async () => {
      const file = await fs.createFile('f', 0o600);
      const blocks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(130_000, `block ${i}`));
      const content = Buffer.concat(blocks);
      const written = blocks.map((block, i) =>
        file.writeBlock([i * 130_000], block, createHash('sha256').update(block).digest()),
      );
      await Promise.all(written.slice(0, 3));
      const rest = Promise.allSettled(written);
      await file.close();
      await rest;
      const read = await keep(fs.openFile('f', 'read'));
      expect((await read.read(0, 390_000)).length).toBe(390_000);
      expect(content.subarray(0, 390_000).equals(await read.read(0, 390_000))).toBe(true);
    });
  });
}
