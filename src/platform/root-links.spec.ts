/** What a followed link leads to is told from what took its place. */
import { describe, expect, it } from '@jest/globals';
import { isTarget, requireTarget } from './root-links.js';

const TARGET = { path: '/mnt/disk', device: 2049n, inode: 2n, bornNs: 100n };

describe('the directory that a link has led to', () => {
  it('is known by device, inode and birth, where that is known', () => {
    expect(isTarget(TARGET, { dev: 2049n, ino: 2n, birthtimeNs: 100n })).toBe(true);
    expect(isTarget(TARGET, { dev: 2049n, ino: 2n })).toBe(true);
    const { bornNs: _, ...older } = TARGET;
    expect(isTarget(older, { dev: 2049n, ino: 2n, birthtimeNs: 5n })).toBe(true);
    expect(isTarget(TARGET, { dev: 2049n, ino: 3n, birthtimeNs: 100n })).toBe(false);
    expect(isTarget(TARGET, { dev: 2050n, ino: 2n, birthtimeNs: 100n })).toBe(false);
  });

  it('is not another disk that is mounted there with the same numbers', () => {
    const found = { dev: 2049n, ino: 2n, birthtimeNs: 200n };
    expect(() => requireTarget('photos', TARGET, found)).toThrow('/mnt/disk');
  });
});
