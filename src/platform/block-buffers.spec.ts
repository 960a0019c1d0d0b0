import { describe, expect, it } from '@jest/globals';
import {
  BLOCK_BUFFER_BYTES_MIN,
  bufferSizeFor,
  FRONT_BYTES,
  giveBuffer,
  isInBlockBuffer,
  takeBuffer,
  takeFreeBuffer,
  withFront,
} from './block-buffers.js';

const MIB = 1024 * 1024;

describe('block buffers', () => {
  it('hold a block and what its message has around it, and are hardly larger', () => {
    for (const blockBytes of [BLOCK_BUFFER_BYTES_MIN, 128 * 1024, MIB, 16 * MIB]) {
      expect(bufferSizeFor(blockBytes)).toBe(bufferSizeFor(blockBytes + FRONT_BYTES + 100));
      expect(bufferSizeFor(blockBytes + 100)).toBeGreaterThanOrEqual(blockBytes + 100);
      expect(bufferSizeFor(blockBytes)).toBeLessThan(blockBytes * 1.01);
    }
    expect(bufferSizeFor(MIB + 5000)).toBeGreaterThanOrEqual(MIB + 5000);
  });

  it('are used again, by one at a time', () => {
    const buffer = takeBuffer(MIB);
    expect(isInBlockBuffer(new Uint8Array(buffer))).toBe(true);
    giveBuffer(buffer);
    giveBuffer(buffer);
    expect(isInBlockBuffer(new Uint8Array(buffer))).toBe(false);
    expect(takeFreeBuffer(MIB)).toBe(buffer);
    expect(takeFreeBuffer(MIB)).toBeUndefined();
    expect(takeBuffer(MIB)).not.toBe(buffer);
  });

  it('are no others than those taken here', () => {
    const other = new ArrayBuffer(bufferSizeFor(2 * MIB));
    giveBuffer(other);
    expect(takeFreeBuffer(2 * MIB)).toBeUndefined();
    expect(isInBlockBuffer(new Uint8Array(other))).toBe(false);
  });

  it('take the front of a message right before their data', () => {
    const data = new Uint8Array(takeBuffer(MIB + FRONT_BYTES), FRONT_BYTES, MIB).fill(7);
    const front = [Uint8Array.of(1, 2), Uint8Array.of(3)];
    const whole = withFront(front, data) as Uint8Array;
    expect(whole.buffer).toBe(data.buffer);
    expect(whole.length).toBe(MIB + 3);
    expect([...whole.subarray(0, 5)]).toEqual([1, 2, 3, 7, 7]);
    expect(withFront([new Uint8Array(FRONT_BYTES + 1)], data)).toBeUndefined();
    expect(withFront(front, data.subarray(1))).toBeUndefined();
    expect(withFront(front, new Uint8Array(MIB))).toBeUndefined();
  });
});
