import { describe, expect, it } from '@jest/globals';
import { APART_MS, FlushChoice, TOGETHER_FILES_MIN } from './flush-choice.js';

describe('FlushChoice', () => {
  it('flushes a few files one by one, and many together', () => {
    const choice = new FlushChoice();

    expect(choice.isTogether(TOGETHER_FILES_MIN - 1, 0)).toBe(false);
    expect(choice.isTogether(TOGETHER_FILES_MIN, 0)).toBe(true);
  });

  it('goes on one by one for a while when others write so much that flushing together takes longer', () => {
    const choice = new FlushChoice();
    choice.took(true, 100, 5_000, 1_000);

    expect(choice.isTogether(100, 1_000 + APART_MS - 1)).toBe(false);
    expect(choice.isTogether(100, 1_000 + APART_MS)).toBe(true);
  });

  it('measures by what a single file takes on this disk', () => {
    const slow = new FlushChoice();
    for (let i = 0; i < 30; i += 1) slow.took(false, 10, 200, i);
    slow.took(true, 100, 1_500, 1_000);

    expect(slow.isTogether(100, 1_001)).toBe(true);
  });
});
