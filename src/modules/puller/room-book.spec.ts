import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { MemoryDisk } from '../../platform/memory-disk.js';
import { MemoryFolderFs } from '../../platform/memory-folder-fs.js';
import { type HeldRoom, RoomBook } from './room-book.js';

const MB = 1_000_000;

describe('room that is held for files on their way', () => {
  const setUp = (freeBytes: number) => {
    const clock = new HandClock();
    const disk = new MemoryDisk(clock);
    disk.space = { freeBytes, totalBytes: 1_000 * MB, device: 1n };
    const fs = new MemoryFolderFs('/folder', disk);
    const book = new RoomBook(clock);
    const hold = (bytes: number, value = 10, isStrict = false): Promise<HeldRoom | string> =>
      book.hold({ fs, directory: '', limit: { value, unit: 'MB' }, bytes }, isStrict);
    return { disk, hold };
  };

  it('is not given twice, however many ask at once', async () => {
    const { hold } = setUp(100 * MB);
    const answers = await Promise.all([40, 40, 40, 5].map((size) => hold(size * MB)));
    expect(answers.map((answer) => typeof answer)).toEqual([
      'object',
      'object',
      'string',
      'object',
    ]);
    expect(answers[2]).toMatch(/MB free, 40\.0 MB wanted, 10 MB to be left free by minDiskFree$/);
  });

  it('comes back with what was not written, and what was written is counted by the disk', async () => {
    const { disk, hold } = setUp(100 * MB);
    const first = (await hold(80 * MB)) as HeldRoom;
    first.written(30 * MB);
    disk.space = { ...disk.space, freeBytes: 70 * MB };
    expect(typeof (await hold(20 * MB))).toBe('string');
    first.release();
    first.release();
    expect(typeof (await hold(20 * MB))).toBe('object');
  });

  it('is not asked for without a limit, until something did not fit in', async () => {
    const { hold } = setUp(10 * MB);
    expect(typeof (await hold(50 * MB, 0))).toBe('object');
    expect(await hold(50 * MB, 0, true)).toMatch(/^0 B free, 50\.0 MB wanted$/);
  });
});
