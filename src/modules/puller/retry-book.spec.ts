import { describe, expect, it } from '@jest/globals';
import { type ItemProblem } from '../../domain/errors.js';
import { FAILED_ITEMS_MAX, LONGEST_PAUSE_MS, pauseMs, RetryBook } from './retry-book.js';

const V1 = [{ id: 1n, value: 1n }];
const V2 = [{ id: 1n, value: 2n }];
const problem = (name: string): ItemProblem => ({ name, code: 'io', message: 'broken' });

describe('RetryBook', () => {
  it('doubles the pause from 10 s up to an hour', () => {
    expect([1, 2, 3, 4].map(pauseMs)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(pauseMs(50)).toBe(LONGEST_PAUSE_MS);
  });

  it('starts afresh with a new version of the item', () => {
    const book = new RetryBook();
    book.failed(problem('f'), V1, 0, false);
    book.failed(problem('f'), V1, 10_000, false);
    expect(book.mayTry('f', V1, 29_999)).toBe(false);
    expect(book.mayTry('f', V2, 0)).toBe(true);
    book.failed(problem('f'), V2, 0, false);
    expect(book.nextRetryMs(0)).toBe(10_000);
  });

  it('forgets what a pass did not come across, and keeps what waits', () => {
    const book = new RetryBook();
    book.beginPass();
    book.failed(problem('gone'), V1, 0, false);
    book.failed(problem('waits'), V1, 0, false);
    book.beginPass();
    book.mayTry('waits', V1, 1);
    book.endPass();
    expect(book.problems().map(({ name }) => name)).toEqual(['waits']);
  });

  it('remembers a bounded number of items and has the others tried again after a while', () => {
    const book = new RetryBook();
    book.beginPass();
    for (let i = 0; i <= FAILED_ITEMS_MAX; i++) book.failed(problem(`f${i}`), V1, 0, false);
    expect(book.problems()).toHaveLength(FAILED_ITEMS_MAX);
    expect(book.mayTry(`f${FAILED_ITEMS_MAX}`, V1, 0)).toBe(true);
    book.retryNow();
    expect(book.nextRetryMs(5)).toBe(0);
  });
});
