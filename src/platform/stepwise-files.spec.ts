import { beforeEach, describe, expect, it } from '@jest/globals';
import { codeOf, put, textOf } from '../../test/contracts/folder-fs-fixture.js';
import { SystemClock } from './clock.js';
import { type MemoryFolderFs } from './memory-folder-fs.js';
import { MemoryFolderFsFactory } from './memory-folder-fs-factory.js';
import { linkSeenStepwise } from './stepwise-files.js';

describe('linkSeenStepwise', () => {
  let fs: MemoryFolderFs;
  beforeEach(async () => {
    const factory = new MemoryFolderFsFactory(new SystemClock());
    await factory.makeRoot('/folder');
    fs = await factory.open('/folder');
    await put(fs, 'old', 'ours');
    await put(fs, 'of the user', 'written just now');
  });

  /** Another name comes between giving the second name and looking at it. */
  function rightAfterTheLink(act: () => Promise<void>): void {
    const link = fs.link.bind(fs);
    fs.link = async (from, to) => {
      await link(from, to);
      await act();
    };
  }

  it('leaves what a user saves under the new name right after it was given', async () => {
    const seen = (await fs.stat('old'))!;
    rightAfterTheLink(() => fs.rename('of the user', 'new'));

    expect(await codeOf(linkSeenStepwise(fs, 'old', 'new', seen))).toBe('changed');
    expect(await textOf(fs, 'new')).toBe('written just now');
    expect(await textOf(fs, 'old')).toBe('ours');
  });

  it('gives no second name to what a user saves under the old name right before', async () => {
    const seen = (await fs.stat('old'))!;
    const link = fs.link.bind(fs);
    fs.link = async (from, to) => {
      await fs.rename('of the user', 'old');
      await link(from, to);
    };

    expect(await codeOf(linkSeenStepwise(fs, 'old', 'new', seen))).toBe('changed');
    expect(await fs.stat('new')).toBeUndefined();
    expect(await textOf(fs, 'old')).toBe('written just now');
  });
});
