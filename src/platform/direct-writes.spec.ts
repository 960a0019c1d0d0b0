/** A large block written past the page cache is in the file, byte for byte, as if it had been written as ever. */
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DIRECT_BYTES_MIN, DirectWrites } from './direct-writes.js';

const MIB = 1024 * 1024;
/** That of the directory for temporary files, whatever it is. */
const HERE = new Set([fs.statfsSync(tmpdir()).type]);

describe('a large block that goes past the page cache', () => {
  let directory: string;
  let descriptor: number;
  let path: string;

  beforeEach(() => {
    directory = fs.mkdtempSync(join(tmpdir(), 'direct-'));
    path = join(directory, 'file');
    descriptor = fs.openSync(path, 'w+');
  });

  afterEach(() => {
    fs.closeSync(descriptor);
    fs.rmSync(directory, { recursive: true });
  });

  /** As a disk thread writes: what does not go directly as ever. */
  function put(direct: DirectWrites, data: Uint8Array, position: number): number {
    const done = direct.write(descriptor, data, position);
    for (let at = done; at < data.length;) {
      at += fs.writeSync(descriptor, data, at, data.length - at, position + at);
    }
    return done;
  }

  it.each([DIRECT_BYTES_MIN, 2 * MIB, 3 * MIB + 4096, MIB + 777, 5 * MIB + 4095])(
    'is all there with %i bytes, wherever in memory they lie and in whatever order they come',
    (length) => {
      const direct = new DirectWrites(HERE);
      const content = randomBytes(3 * length);
      fs.ftruncateSync(descriptor, content.length);
      const begin = length - (length % 4096) + 4096;
      for (const [shift, position] of [
        [1, begin],
        [13, 0],
      ] as const) {
        const memory = new Uint8Array(length + shift);
        memory.set(content.subarray(position, position + length), shift);
        const done = put(direct, memory.subarray(shift), position);
        expect([0, length - (length % 4096)]).toContain(done);
      }
      const found = fs.readFileSync(path);
      expect(found.subarray(0, length).equals(content.subarray(0, length))).toBe(true);
      const second = content.subarray(begin, begin + length);
      expect(found.subarray(begin, begin + length).equals(second)).toBe(true);
      expect(found.subarray(begin + length).every((byte) => byte === 0)).toBe(true);
    },
  );

  it('replaces what readers had seen before', () => {
    const old = randomBytes(2 * MIB);
    fs.writeSync(descriptor, old, 0, old.length, 0);
    expect(fs.readFileSync(path).equals(old)).toBe(true);
    const content = randomBytes(MIB);
    put(new DirectWrites(HERE), content, 4096);
    const found = fs.readFileSync(path);
    expect(found.subarray(4096, 4096 + MIB).equals(content)).toBe(true);
    expect(found.subarray(0, 4096).equals(old.subarray(0, 4096))).toBe(true);
    expect(found.subarray(4096 + MIB).equals(old.subarray(4096 + MIB))).toBe(true);
  });

  it.each([
    ['small data', DIRECT_BYTES_MIN - 1, 0, HERE],
    ['data between two blocks of the disk', MIB, 100, HERE],
    ['a file system that is better at it', MIB, 0, new Set<number>()],
  ])('is left to the caller for %s', (_, length, position, fileSystems) => {
    const direct = new DirectWrites(fileSystems);
    expect(direct.write(descriptor, randomBytes(length), position)).toBe(0);
    expect(fs.fstatSync(descriptor).size).toBe(0);
  });

  it('is not written through a descriptor for reading', () => {
    fs.writeSync(descriptor, randomBytes(MIB), 0, MIB, 0);
    const before = fs.readFileSync(path);
    const reading = fs.openSync(path, 'r');
    expect(() => new DirectWrites(HERE).write(reading, randomBytes(MIB), 0)).toThrow('EBADF');
    fs.closeSync(reading);
    expect(fs.readFileSync(path).equals(before)).toBe(true);
  });
});
