import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  FOLDER,
  OURS,
  PullFixture,
  THEIRS,
  theirVersion,
} from '../../../test/support/pull-fixture.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { compareVectors } from '../../domain/version-vector.js';

const KINDS = [
  ['a real directory', () => PullFixture.onDisk()],
  ['a disk in memory', () => PullFixture.inMemory()],
] as const;

describe.each(KINDS)('a conflict on %s', (_, open) => {
  let folder: PullFixture;

  beforeEach(async () => {
    folder = await open();
  });
  afterEach(() => folder.close());

  it('keeps both sides of a conflict', async () => {
    await folder.has(folder.file('dir.d/f.txt'.slice(6), 'base'));
    await folder.write('f.txt', 'mine');
    await folder.scan('f.txt');
    await folder.announce(
      folder.file('f.txt', 'theirs', { ...theirVersion(2), modifiedS: 2_000_000_000 }),
    );
    const outcome = await folder.pull();
    expect(await folder.read('f.txt')).toBe('theirs');
    expect(outcome.rescan).toHaveLength(1);
    const [copy] = outcome.rescan as [string];
    expect(copy).toMatch(/^f\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}\.txt$/);
    expect(await folder.read(copy)).toBe('mine');
    const { version } = (await folder.local('f.txt')) as LocalFileInfo;
    expect(compareVectors(version, theirVersion(2).version)).toBe('newer');
  });

  it('keeps a conflict copy of a file that becomes a directory, and of a link', async () => {
    await folder.has(folder.file('f', 'base'), folder.symlink('l', 'base'));
    await folder.write('f', 'mine');
    await folder.fs.removeFile('l');
    await folder.fs.makeSymlink('mine', 'l');
    await folder.scan('f', 'l');
    const late = { ...theirVersion(2), modifiedS: 2_000_000_000 };
    await folder.announce(folder.directory('f', late), folder.symlink('l', 'theirs', late));
    const outcome = await folder.pull();
    expect((await folder.fs.stat('f'))?.type).toBe('directory');
    expect(await folder.fs.readSymlink('l')).toBe('theirs');
    const [file, link] = outcome.rescan.sort() as [string, string];
    expect(await folder.read(file)).toBe('mine');
    expect(await folder.fs.readSymlink(link)).toBe('mine');
  });

  it('keeps as many conflict copies as the folder is told to, the newest', async () => {
    folder.settings = { ...folder.settings, maxConflicts: 1 };
    await folder.has(folder.file('f', 'base'));
    for (const [round, text] of ['one', 'two'].entries()) {
      folder.clock.now += 60_000;
      await folder.write('f', text);
      await folder.scan('f');
      const late = { ...theirVersion(2 + round), modifiedS: 2_000_000_000 + round };
      await folder.announce(folder.file('f', `theirs ${round}`, late));
      await folder.pull();
    }
    const names = await folder.names();
    expect(names).toHaveLength(2);
    expect(await folder.read(names[1] as string)).toBe('two');
  });

  it('keeps the conflict copy just made where others are dated ahead of the clock', async () => {
    folder.settings = { ...folder.settings, maxConflicts: 1 };
    await folder.has(folder.file('f', 'base'));
    await folder.write('f.sync-conflict-20990101-000000-AAAAAAA', 'of a clock ahead');
    await folder.write('f', 'mine');
    await folder.scan('f');
    const late = { ...theirVersion(2), modifiedS: 2_000_000_000 };
    await folder.announce(folder.file('f', 'theirs', late));
    await folder.pull();
    const names = await folder.names();
    expect(names).toHaveLength(2);
    expect(await folder.read(names[1] as string)).toBe('mine');
  });

  it('keeps what two devices have given the name of one conflict copy, as one more copy of the original', async () => {
    const name = 'd/f.sync-conflict-20240102-030405-AAAAAAA.txt';
    await folder.has(folder.directory('d'));
    await folder.write(name, 'the one');
    await folder.scan(name);
    const late = { ...theirVersion(2), modifiedS: 2_000_000_000 };
    await folder.announce(folder.file(name, 'the other', late));
    const { rescan } = await folder.pull();
    expect(await folder.read(name)).toBe('the other');
    const [copy] = rescan as [string];
    expect(copy).toMatch(/^d\/f\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}\.txt$/);
    expect(copy).not.toBe(name);
    expect(await folder.read(copy)).toBe('the one');
  });

  it('keeps our edit when a delete that did not know of it is needed', async () => {
    await folder.has(folder.file('f', 'base'));
    await folder.write('f', 'mine');
    await folder.scan('f');
    const mine = await folder.local('f');
    const above = [
      { id: THEIRS, value: 5n },
      { id: OURS, value: (mine?.version[1]?.value ?? 0n) + 10n },
    ];
    await folder.announce(folder.deleted('f', { version: above }));
    await folder.pull();
    expect(await folder.read('f')).toBe('mine');
    const kept = await folder.local('f');
    expect(kept).toMatchObject({ deleted: false, modifiedBy: OURS });
    expect(await folder.database.needs(FOLDER, undefined, 10)).toEqual([]);
  });
});
