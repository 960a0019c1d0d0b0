import { describe, expect, it } from '@jest/globals';
import { GROUP_TASKS_MAX, GROUP_TASKS_MIN, TaskShare } from './task-share.js';

const THREADS = 4;

function shareAfter(taskMs: number, groups: number): TaskShare {
  const share = new TaskShare();
  for (let i = 0; i < groups; i += 1) share.took(16, 16 * taskMs);
  return share;
}

describe('the share of a disk thread', () => {
  it('is all of some tasks that take no time', () => {
    expect(shareAfter(0.02, 20).groupOf(64, THREADS)).toBe(64);
  });

  it('is a part where they wait for a disk, from the first slow ones on', () => {
    expect(shareAfter(1, 1).groupOf(64, THREADS)).toBe(16);
    expect(shareAfter(10, 20).groupOf(20, THREADS)).toBe(GROUP_TASKS_MIN);
  });

  it('grows again when the disk is fast', () => {
    const share = shareAfter(10, 5);
    for (let i = 0; i < 40; i += 1) share.took(8, 0.1);
    expect(share.groupOf(64, THREADS)).toBe(64);
  });

  it('is never more than one message carries', () => {
    expect(new TaskShare().groupOf(1_000, THREADS)).toBe(GROUP_TASKS_MAX);
    expect(shareAfter(0, 5).groupOf(1_000, THREADS)).toBe(GROUP_TASKS_MAX);
  });
});
