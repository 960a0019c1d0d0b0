import { describe, expect, it } from '@jest/globals';
import { EarlyFlush, FLUSH_EVERY_BYTES } from './early-flush.js';

describe('the flush of a file that is being filled', () => {
  it('begins when much was written, one at a time, and is waited for', async () => {
    const ends: (() => void)[] = [];
    const flush = new EarlyFlush({ sync: () => new Promise((resolve) => ends.push(resolve)) });
    flush.written(FLUSH_EVERY_BYTES - 1);
    expect(ends).toHaveLength(0);
    flush.written(1);
    flush.written(FLUSH_EVERY_BYTES);
    expect(ends).toHaveLength(1);
    let isOver = false;
    const over = flush.end().then(() => (isOver = true));
    await Promise.resolve();
    expect(isOver).toBe(false);
    ends[0]?.();
    await over;
    flush.written(1);
    expect(ends).toHaveLength(2);
  });

  it('fails the file when it fails, though a later one does not', async () => {
    let tries = 0;
    const failing = (): Promise<void> =>
      ++tries === 1 ? Promise.reject(new Error('lost')) : Promise.resolve();
    const flush = new EarlyFlush({ sync: failing });
    flush.written(FLUSH_EVERY_BYTES);
    await new Promise((resolve) => setImmediate(resolve));
    flush.written(FLUSH_EVERY_BYTES);
    await flush.end();
    expect(() => flush.requireDone()).toThrow('lost');
    expect(tries).toBe(2);
  });

  it('does not concern small files', async () => {
    const flush = new EarlyFlush({ sync: () => Promise.reject(new Error('not asked for')) });
    flush.written(1000);
    await flush.end();
    flush.requireDone();
  });
});
