import { afterEach, describe, expect, it } from '@jest/globals';
import { folderSettings, PullFixture } from '../../../test/support/pull-fixture.js';
import { type PullOrder } from '../config/settings.js';

describe('the order in which files are pulled', () => {
  let folder: PullFixture;
  afterEach(() => folder.close());

  /** Names of the files in the order in which they were begun. */
  const begunWith = async (pullOrder: PullOrder | undefined): Promise<string[]> => {
    folder = await PullFixture.inMemory();
    folder.settings = folderSettings(pullOrder === undefined ? {} : { pullOrder });
    await folder.announce(
      folder.file('big', 'x'.repeat(3000), { modifiedS: 2_000 }),
      folder.directory('sub'),
      folder.file('sub/small', 's', { modifiedS: 3_000 }),
      folder.file('sub/old', 'o'.repeat(20), { modifiedS: 1_000 }),
      folder.file('zz', 'z'.repeat(100), { modifiedS: 4_000 }),
      folder.symlink('a-link', 'big'),
    );
    const begun: string[] = [];
    folder.events.on('ItemStarted', ({ item, type }) => {
      if (type === 'file') begun.push(item);
    });
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect(await folder.names()).toEqual(['a-link', 'big', 'sub', 'zz']);
    expect(await folder.read('sub/old')).toBe('o'.repeat(20));
    return begun;
  };

  it.each<[PullOrder | undefined, string[]]>([
    [undefined, ['big', 'sub/old', 'sub/small', 'zz']],
    ['alphabetic', ['big', 'sub/old', 'sub/small', 'zz']],
    ['smallestFirst', ['sub/small', 'sub/old', 'zz', 'big']],
    ['largestFirst', ['big', 'zz', 'sub/old', 'sub/small']],
    ['oldestFirst', ['sub/old', 'big', 'sub/small', 'zz']],
    ['newestFirst', ['zz', 'sub/small', 'big', 'sub/old']],
  ])('%s', async (pullOrder, expected) => {
    expect(await begunWith(pullOrder)).toEqual(expected);
  });

  it('random: each file once', async () => {
    const begun = await begunWith('random');
    expect(begun.sort()).toEqual(['big', 'sub/old', 'sub/small', 'zz']);
  });

  it('deletes come after, so that what is deleted can still be moved', async () => {
    folder = await PullFixture.inMemory();
    folder.settings = folderSettings({ pullOrder: 'largestFirst' });
    await folder.has(folder.file('gone', 'content'), folder.file('kept', 'k'));
    await folder.announce(folder.deleted('gone'), folder.file('new', 'content'));
    await folder.pull();
    expect(await folder.names()).toEqual(['kept', 'new']);
    // The content of the deleted one was still there to be moved.
    expect(folder.source.asked).toEqual([]);
  });
});
