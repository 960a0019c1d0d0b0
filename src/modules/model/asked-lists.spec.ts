/** A block is taken for that of a file only where the index says so now: hash, place and length. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type BlockRequest } from '../protocol/messages.js';
import { AskedLists, LISTS_MAX } from './asked-lists.js';

const BLOCK = 128 * 1024;
const sha = (text: string): Uint8Array => createHash('sha256').update(text).digest();

function fileOf(...blocks: string[]): LocalFileInfo {
  const blockHashes = Buffer.concat(blocks.map(sha));
  const blocksHash = createHash('sha256').update(blockHashes).digest();
  const size = (blocks.length - 1) * BLOCK + 100;
  return { name: 'x', size, blockSize: BLOCK, blockHashes, blocksHash } as unknown as LocalFileInfo;
}

const headOf = (file: LocalFileInfo): LocalFileInfo => ({
  ...file,
  blockHashes: file.blockHashes.length === 32 ? file.blockHashes : new Uint8Array(0),
});

function request(offset: number, size: number, hash: Uint8Array, name = 'x'): BlockRequest {
  return { folder: 'f', name, offset, size, hash, fromTemporary: false, blockNo: 0 };
}

describe('whether a block that is asked for is what the index says', () => {
  let rows: Map<string, LocalFileInfo | Error>;
  let reads: number;
  let asked: AskedLists;

  beforeEach(() => {
    rows = new Map();
    reads = 0;
    asked = new AskedLists((_, name) => {
      reads += 1;
      const row = rows.get(name);
      return row instanceof Error ? Promise.reject(row) : Promise.resolve(row);
    });
  });

  const file = fileOf('a', 'b', 'c');

  it.each([
    ['the block of that place', BLOCK, BLOCK, sha('b'), true],
    ['the shorter last block', 2 * BLOCK, 100, sha('c'), true],
    ['a block of an earlier version', BLOCK, BLOCK, sha('before'), false],
    ['the block of another place', BLOCK, BLOCK, sha('a'), false],
    ['a part of a block', BLOCK, 100, sha('b'), false],
    ['more than the last block has', 2 * BLOCK, BLOCK, sha('c'), false],
    ['what begins within a block', BLOCK + 1, BLOCK, sha('b'), false],
    ['what is behind the end', 3 * BLOCK, BLOCK, sha('c'), false],
    ['a block without a hash', BLOCK, BLOCK, new Uint8Array(0), false],
  ])('is told of %s', async (_, offset, size, hash, expected) => {
    rows.set('x', file);
    expect(await asked.isOfFile(headOf(file), request(offset, size, hash))).toBe(expected);
  });

  it('is told of the only block of a file without a look at the list', async () => {
    const small = fileOf('only');
    expect(await asked.isOfFile(headOf(small), request(0, 100, sha('only')))).toBe(true);
    expect(await asked.isOfFile(headOf(small), request(0, 100, sha('other')))).toBe(false);
    expect(reads).toBe(0);
  });

  it('takes one look at a list for all blocks of the file, also while they are asked for at once', async () => {
    rows.set('x', file);
    const questions = ['a', 'b', 'a', 'b'].map((text, at) =>
      asked.isOfFile(headOf(file), request((at % 2) * BLOCK, BLOCK, sha(text))),
    );
    expect(await Promise.all(questions)).toEqual([true, true, true, true]);
    expect(reads).toBe(1);
  });

  it('takes the list of a new version, whatever the file had before', async () => {
    rows.set('x', file);
    await asked.isOfFile(headOf(file), request(0, BLOCK, sha('a')));
    const changed = fileOf('new', 'b', 'c');
    rows.set('x', changed);
    expect(await asked.isOfFile(headOf(changed), request(0, BLOCK, sha('a')))).toBe(false);
    expect(await asked.isOfFile(headOf(changed), request(0, BLOCK, sha('new')))).toBe(true);
  });

  it('believes no list of a version that came after the look at the row', async () => {
    rows.set('x', fileOf('new', 'b', 'c'));
    expect(await asked.isOfFile(headOf(file), request(BLOCK, BLOCK, sha('b')))).toBe(false);
  });

  it('looks again after a look that failed', async () => {
    rows.set('x', new Error('the index is busy'));
    const question = (): Promise<boolean> =>
      asked.isOfFile(headOf(file), request(0, BLOCK, sha('a')));
    await expect(question()).rejects.toThrow('busy');
    rows.set('x', file);
    expect(await question()).toBe(true);
  });

  it(`keeps ${LISTS_MAX} lists, those asked for last`, async () => {
    const files = Array.from({ length: LISTS_MAX + 1 }, (_, at) => fileOf(`a${at}`, 'b'));
    files.forEach((each, at) => rows.set(`x${at}`, each));
    const look = (at: number): Promise<boolean> =>
      asked.isOfFile(headOf(files[at]), request(0, BLOCK, sha(`a${at}`), `x${at}`));
    for (const at of files.keys()) expect(await look(at)).toBe(true);
    expect(reads).toBe(files.length);
    await look(LISTS_MAX);
    expect(reads).toBe(files.length);
    await look(0);
    expect(reads).toBe(files.length + 1);
  });
});
