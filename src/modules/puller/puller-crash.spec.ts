import { describe, expect, it } from '@jest/globals';
import { FOLDER, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { isConflictName } from '../../domain/file-name.js';
import { type CrashOptions } from '../../platform/memory-disk.js';

/** More than any run of the scene takes. */
const OPERATIONS_MAX = 1_000;
const LATE = { modifiedS: 2_000_000_000 };

const FINAL = {
  new: 'dir',
  'new/moved': 'content that moves',
  edited: 'second version of the file',
  fought: 'what they wrote',
  made: 'made elsewhere',
  'was-dir': 'now a file',
  'was-file': 'dir',
  'was-file/in': 'inside',
};

/** Every content that anybody ever wrote. */
const WRITTEN = new Set([
  ...Object.values(FINAL),
  'content that moves',
  'first version of it',
  'base',
  'what I wrote',
  'will be a directory',
  'will go',
]);

/** A folder in sync but for one edit of the user's, and a device that has changed nearly everything. */
async function scene(): Promise<PullFixture> {
  const folder = await PullFixture.inMemory();
  await folder.has(
    folder.directory('old'),
    folder.file('old/f', 'content that moves'),
    folder.file('edited', 'first version of it'),
    folder.file('fought', 'base'),
    folder.directory('was-dir'),
    folder.file('was-dir/in', 'will go'),
    folder.file('was-file', 'will be a directory'),
    folder.file('deleted', 'will go'),
  );
  await folder.write('fought', 'what I wrote');
  await folder.scan('fought');
  await folder.crash(true);
  await folder.announce(
    folder.directory('new'),
    folder.file('new/moved', 'content that moves', LATE),
    folder.deleted('old', { type: 'directory' }),
    folder.deleted('old/f'),
    folder.file('edited', 'second version of the file', { ...theirVersion(2), ...LATE }),
    folder.file('fought', 'what they wrote', { ...theirVersion(2), ...LATE }),
    folder.file('made', 'made elsewhere'),
    folder.deleted('was-dir/in'),
    folder.file('was-dir', 'now a file', theirVersion(2)),
    folder.directory('was-file', theirVersion(2)),
    folder.file('was-file/in', 'inside'),
    folder.deleted('deleted'),
  );
  return folder;
}

async function contents(folder: PullFixture): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of await folder.allNames()) {
    const stat = await folder.fs.stat(name);
    found[name] = stat?.type === 'directory' ? 'dir' : await folder.read(name);
  }
  return found;
}

/** Fails every operation from the given one on; undefined when the scene ends before. */
async function cutAt(operation: number): Promise<PullFixture | undefined> {
  const folder = await scene();
  let done = 0;
  folder.disk!.beforeOperation = () => {
    if (++done > operation) throw new Error('the power is gone');
  };
  await folder.pull().catch(() => undefined);
  folder.disk!.beforeOperation = undefined;
  if (done > operation) return folder;
  await folder.close();
  return undefined;
}

async function recover(folder: PullFixture): Promise<void> {
  await folder.scanAll();
  for (let pass = 0; pass < 5; pass++) {
    await folder.pull();
    await folder.scanAll();
    folder.clock.now += 3_600_000;
  }
}

async function checkPoints(
  keepUnsynced: CrashOptions['keepUnsynced'],
  first: number,
  step: number,
): Promise<void> {
  let points = 0;
  for (let at = first; at < OPERATIONS_MAX; at += step) {
    const folder = await cutAt(at);
    if (folder === undefined) break;
    points++;
    await folder.crash(keepUnsynced);
    for (const [name, text] of Object.entries(await contents(folder))) {
      if (!WRITTEN.has(text)) throw new Error(`after ${at} operations ${name} has: ${text}`);
    }
    await recover(folder);
    const found = await contents(folder);
    const copies = Object.keys(found).filter(isConflictName);
    const mine = copies.filter((name) => found[name] === 'what I wrote');
    for (const name of copies) delete found[name];
    expect({ at, found, needs: await folder.database.needs(FOLDER, undefined, 9) }).toEqual({
      at,
      found: FINAL,
      needs: [],
    });
    expect({ at, isMineKept: mine.length > 0 }).toEqual({ at, isMineKept: true });
    await folder.close();
  }
  expect(points).toBeGreaterThan(90 / step);
}

describe('PullerService stopped at any operation', () => {
  it(
    'comes to the same end after the process was killed, with both sides of the conflict',
    () => checkPoints(true, 0, 3),
    120_000,
  );

  it(
    'comes to the same end after a loss of power that took all that was not flushed',
    () => checkPoints(false, 1, 3),
    120_000,
  );

  it('comes to the same end when the disk kept some of it, in no order', () => {
    let seed = 7;
    const keeps = (): boolean => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % 2 === 0;
    };
    return checkPoints(keeps, 2, 3);
  }, 120_000);

  it('adopts what is in place but was not recorded, without a transfer', async () => {
    const folder = await PullFixture.inMemory();
    await folder.has(folder.file('f', 'first'));
    const time = { modifiedS: 1_650_000_000, modifiedNs: 123_456_789 };
    await folder.announce(folder.file('f', 'other', { ...theirVersion(2), ...time }));
    const { updateLocal } = folder.database;
    folder.database.updateLocal = () => Promise.reject(new Error('the process is gone'));
    await expect(folder.pull()).rejects.toThrow('the process is gone');
    folder.database.updateLocal = updateLocal;
    await folder.crash(true);
    folder.source.asked.length = 0;
    expect(await folder.pull()).toMatchObject({ changed: 1, rescan: [], problems: [] });
    expect(folder.source.asked).toEqual([]);
    expect(await folder.local('f')).toMatchObject({ ...theirVersion(2), ...time });
    expect(await folder.names()).toEqual(['f']);
    await folder.close();
  });

  it.each([['beside'], ['new/deep/file']])(
    'has flushed that a moved file is called %s before its old name goes',
    async (name) => {
      const folder = await PullFixture.inMemory();
      await folder.has(folder.file('old', 'what I wrote'));
      await folder.crash(true);
      await folder.announce(
        folder.directory('new'),
        folder.directory('new/deep'),
        folder.deleted('old'),
        folder.file(name, 'what I wrote'),
      );
      folder.disk!.afterOperation = (operation, gone) => {
        if (operation === 'removeFile' && gone === 'old') folder.disk!.faults.isDown = true;
      };
      await folder.pull().catch(() => undefined);
      folder.disk!.afterOperation = undefined;
      await folder.crash((lost) => lost.name === 'old');
      expect(await folder.fs.stat('old')).toBeUndefined();
      expect(await folder.read(name)).toBe('what I wrote');
      await folder.close();
    },
  );
});
