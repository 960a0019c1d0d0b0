import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { symlinkSync, renameSync, mkdirSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { FOLDER, PullFixture, THEIRS, theirVersion } from '../../../test/support/pull-fixture.js';
import { tempNameFor } from '../../domain/file-name.js';

const KINDS = [
  ['a real directory', () => PullFixture.onDisk()],
  ['a disk in memory', () => PullFixture.inMemory()],
] as const;

const MIB = 1024 * 1024;

describe.each(KINDS)('PullerService on %s', (_, open) => {
  let folder: PullFixture;

  beforeEach(async () => {
    folder = await open();
  });
  afterEach(() => folder.close());

  it('makes directories, files, empty files and links as announced', async () => {
    await folder.announce(
      folder.directory('d', { permissions: 0o750 }),
      folder.file('d/f', 'content', { permissions: 0o640 }),
      folder.file('empty', ''),
      folder.symlink('link', '../outside'),
    );
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ changed: 4, problems: [], rescan: [], nextRetryMs: undefined });
    expect(await folder.read('d/f')).toBe('content');
    expect(await folder.read('empty')).toBe('');
    expect(await folder.fs.readSymlink('link')).toBe('../outside');
    expect((await folder.fs.stat('d'))?.permissions).toBe(0o750);
    expect((await folder.fs.stat('d/f'))?.permissions).toBe(0o640);
    expect(await folder.names()).toEqual(['d', 'empty', 'link']);
    expect(await folder.database.needs(FOLDER, undefined, 10)).toEqual([]);
  });

  it('keeps the announced nanoseconds beside the time that the disk could hold', async () => {
    const time = { modifiedS: 1_600_000_000, modifiedNs: 123_456_789 };
    await folder.announce(folder.file('f', 'x', time));
    await folder.pull();
    const stat = await folder.fs.stat('f');
    expect([stat?.modifiedS, stat?.modifiedNs]).toEqual([1_600_000_000, 123_456_000]);
    expect(await folder.local('f')).toMatchObject({
      ...time,
      diskModifiedS: 1_600_000_000,
      diskModifiedNs: 123_456_000,
      version: [{ id: THEIRS, value: 1n }],
    });
  });

  it('replaces a file by its new version and copies the blocks that stayed', async () => {
    const before = Buffer.alloc(MIB, 'a');
    for (let i = 0; i < 8; i++) before[i * 131_072] = i;
    const after = Buffer.from(before);
    after[3 * 131_072 + 5] = 0;
    await folder.has(folder.file('f', before));
    await folder.announce(folder.file('f', after, theirVersion(2)));
    await folder.pull();
    expect((await folder.bytes('f')).equals(after)).toBe(true);
    expect(folder.source.asked.map(({ blockNo }) => blockNo)).toEqual([3]);
    expect(await folder.names()).toEqual(['f']);
  });

  it('sets permissions and time alone where the content is right', async () => {
    await folder.has(folder.file('f', 'content'));
    const before = await folder.fs.stat('f');
    const rest = { permissions: 0o755, modifiedS: 1_500_000_000, modifiedNs: 5_000 };
    await folder.announce(folder.file('f', 'content', { ...theirVersion(2), ...rest }));
    await folder.pull();
    const stat = await folder.fs.stat('f');
    expect(stat).toMatchObject({ ...rest, inode: before?.inode });
    expect(folder.source.asked).toEqual([]);
  });

  it('moves a file that the cluster renamed, without a transfer and without a copy', async () => {
    await folder.has(folder.directory('old'), folder.file('old/f', 'content'));
    const before = await folder.fs.stat('old/f');
    await folder.announce(
      folder.directory('new'),
      folder.file('new/g', 'content'),
      folder.deleted('old', { type: 'directory' }),
      folder.deleted('old/f'),
    );
    const outcome = await folder.pull();
    expect(outcome.problems).toEqual([]);
    expect((await folder.fs.stat('new/g'))?.inode).toBe(before?.inode);
    expect(await folder.names()).toEqual(['new']);
    expect(await folder.names('new')).toEqual(['g']);
    expect(folder.source.asked).toEqual([]);
    expect(await folder.local('old/f')).toMatchObject({ deleted: true });
    expect(await folder.local('old')).toMatchObject({ deleted: true });
  });

  it('moves a file over another one that the cluster replaced by it', async () => {
    await folder.has(folder.file('a', 'first'), folder.file('b', 'second'));
    await folder.announce(folder.deleted('a'), folder.file('b', 'first', theirVersion(2)));
    await folder.pull();
    expect(await folder.names()).toEqual(['b']);
    expect(await folder.read('b')).toBe('first');
    expect(folder.source.asked).toEqual([]);
  });

  it('copies the content of another local file instead of asking for it', async () => {
    await folder.has(folder.file('a', 'content'));
    folder.source.isConnected = false;
    await folder.announce(folder.file('b', 'content'));
    await folder.pull();
    expect(await folder.read('b')).toBe('content');
    expect(await folder.read('a')).toBe('content');
  });

  it('copies nothing of a local file that is not what the index says any more', async () => {
    const block = (fill: string): Buffer => Buffer.alloc(131_072, fill);
    const [small, large] = [block('s'), Buffer.concat([block('l'), block('m')])];
    await folder.has(folder.file('a', small), folder.file('b', large));
    for (const name of ['a', 'b']) {
      const handle = await folder.fs.openFile(name, 'write');
      await handle.write(0, Buffer.from('edited in place'));
      await handle.close();
    }
    const longer = Buffer.concat([large, block('n')]);
    await folder.announce(folder.file('c', small), folder.file('d', longer));
    await folder.pull();
    expect((await folder.bytes('c')).equals(small)).toBe(true);
    expect((await folder.bytes('d')).equals(longer)).toBe(true);
    expect(folder.source.asked.map(({ name, blockNo }) => [name, blockNo]).sort()).toEqual([
      ['c', 0],
      ['d', 0],
      ['d', 2],
    ]);
  });

  it('does not ask for blocks of zeros, and asks once for a block that comes twice', async () => {
    const block = Buffer.alloc(131_072, 'x');
    const zeros = Buffer.alloc(131_072);
    const content = Buffer.concat([block, zeros, block, zeros]);
    await folder.announce(folder.file('f', content));
    await folder.pull();
    expect((await folder.bytes('f')).equals(content)).toBe(true);
    expect(folder.source.asked.map(({ blockNo }) => blockNo)).toEqual([0]);
  });

  it('goes on with a temp file of an earlier life and asks only for what it lacks', async () => {
    const content = Buffer.alloc(4 * 131_072);
    content.forEach((__, i) => (content[i] = (i * 7 + Math.floor(i / 131_072)) % 251));
    const zeroed = Buffer.from(content);
    zeroed.fill(0, 3 * 131_072);
    const wanted = folder.file('f', zeroed);
    const begun = Buffer.from(zeroed);
    begun.fill(1, 131_072, 2 * 131_072);
    begun.fill(1, 3 * 131_072);
    await folder.write(tempNameFor('f'), Buffer.concat([begun, Buffer.from('too long')]));
    await folder.announce(wanted);
    await folder.pull();
    expect(folder.source.asked.map(({ blockNo }) => blockNo)).toEqual([1]);
    expect((await folder.bytes('f')).equals(zeroed)).toBe(true);
    expect(await folder.names()).toEqual(['f']);
  });

  it('never writes into a temp file that has a second name', async () => {
    await folder.write('mine', 'what I wrote');
    await folder.fs.link('mine', tempNameFor('f'));
    await folder.announce(folder.file('f', 'other bytes!'));
    await folder.pull();
    expect(await folder.read('mine')).toBe('what I wrote');
    expect(await folder.read('f')).toBe('other bytes!');
  });

  it('takes over what both had before, without conflict and without transfer', async () => {
    await folder.write('f', 'same');
    await folder.fs.makeDirectory('d', 0o755);
    await folder.scan('f', 'd');
    await folder.announce(
      folder.file('f', 'same', { modifiedS: 2_000_000_000, permissions: 0o600 }),
      folder.directory('d', { modifiedS: 2_000_000_000 }),
    );
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ problems: [], rescan: [] });
    expect(folder.source.asked).toEqual([]);
    expect(await folder.fs.stat('f')).toMatchObject({
      permissions: 0o600,
      modifiedS: 2_000_000_000,
    });
    expect(await folder.names()).toEqual(['d', 'f']);
    expect(await folder.database.needs(FOLDER, undefined, 10)).toEqual([]);
  });

  it('does not overwrite a file that changed while its new version was fetched', async () => {
    await folder.has(folder.file('f', 'base'));
    await folder.announce(folder.file('f', 'theirs', theirVersion(2)));
    folder.source.onFetch = () => folder.write('f', 'just saved');
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ changed: 0, rescan: ['f'], problems: [], nextRetryMs: 0 });
    expect(await folder.read('f')).toBe('just saved');
    // After the scan the other version is put in place from the temp file, and both stay.
    folder.source.onFetch = undefined;
    folder.source.asked.length = 0;
    await folder.scan('f');
    await folder.announce(
      folder.file('f', 'theirs', { ...theirVersion(3), modifiedS: 2_000_000_000 }),
    );
    const second = await folder.pull();
    expect(folder.source.asked).toEqual([]);
    expect(await folder.read('f')).toBe('theirs');
    expect(await folder.read(second.rescan[0] as string)).toBe('just saved');
  });

  it('does not overwrite a file that appeared while it was fetched', async () => {
    await folder.announce(folder.file('f', 'theirs'));
    folder.source.onFetch = () => folder.write('f', 'just made');
    const outcome = await folder.pull();
    expect(outcome.rescan).toEqual(['f']);
    expect(await folder.read('f')).toBe('just made');
  });

  it('leaves no temp file of what could not be put in place and is not needed any more', async () => {
    const content = 'theirs '.repeat(40_000);
    await folder.announce(folder.file('d', content), folder.file('e', 'small'));
    folder.source.onFetch = ({ name, blockNo }) =>
      blockNo === 0 ? folder.write(name, 'just made') : undefined;
    expect((await folder.pull()).rescan.sort()).toEqual(['d', 'e']);
    expect(await folder.names()).toContain('.syncthing.d.tmp');
    folder.source.onFetch = undefined;
    await folder.announce(
      folder.deleted('d', theirVersion(2)),
      folder.deleted('e', theirVersion(2)),
    );
    await folder.scanAll();
    await folder.pull();
    expect(await folder.names()).toEqual(['d', 'e']);
  });

  it('does not fetch at all what has changed on disk before', async () => {
    await folder.has(folder.file('f', 'base'));
    await folder.write('f', 'edited');
    await folder.announce(folder.file('f', 'theirs', theirVersion(2)));
    expect((await folder.pull()).rescan).toEqual(['f']);
    expect(folder.source.asked).toEqual([]);
  });

  it('pauses when a scan did not help, and then tries again', async () => {
    await folder.has(folder.file('f', 'base'));
    await folder.write('f', 'edited');
    await folder.announce(folder.file('f', 'theirs', theirVersion(2)));
    await folder.pull();
    const outcome = await folder.pull();
    expect(outcome.nextRetryMs).toBe(10_000);
    expect(outcome.problems).toMatchObject([{ name: 'f', code: 'changed' }]);
    expect((await folder.pull()).rescan).toEqual([]);
  });

  it('never lets content land that does not have the announced hash', async () => {
    await folder.announce(folder.file('f', 'announced'));
    for (const key of folder.source.blocks.keys()) {
      folder.source.blocks.set(key, Buffer.from('otherwise'));
    }
    const outcome = await folder.pull();
    expect(outcome.problems).toMatchObject([{ name: 'f', code: 'mismatch' }]);
    expect(await folder.fs.stat('f')).toBeUndefined();
  });

  it('goes on with the others when one fails, and tries that again after a growing pause', async () => {
    folder.source.refused.add('bad');
    await folder.announce(folder.file('bad', 'x'), folder.file('good', 'y'));
    const first = await folder.pull();
    expect(await folder.names()).toContain('good');
    expect(first).toMatchObject({ changed: 1, nextRetryMs: 10_000, waiting: 0 });
    expect(folder.puller.problems(FOLDER)).toMatchObject([{ name: 'bad', code: 'missing' }]);
    folder.source.asked.length = 0;
    folder.clock.now += 9_999;
    await folder.pull();
    expect(folder.source.asked).toEqual([]);
    folder.clock.now += 1;
    expect((await folder.pull()).nextRetryMs).toBe(20_000);
    folder.source.refused.clear();
    folder.puller.retryNow(FOLDER);
    const last = await folder.pull();
    expect(last).toMatchObject({ changed: 1, problems: [], nextRetryMs: undefined });
    expect(await folder.read('bad')).toBe('x');
  });

  it('lets files wait that no connected device has, without calling that a failure', async () => {
    folder.source.isConnected = false;
    await folder.announce(folder.file('f', 'x'));
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ waiting: 1, problems: [], nextRetryMs: undefined });
    expect(await folder.names()).toEqual([]);
  });

  it('makes a missing parent again and has it scanned', async () => {
    await folder.announce(folder.file('lost/deep/f', 'x'));
    const outcome = await folder.pull();
    expect(await folder.read('lost/deep/f')).toBe('x');
    expect(outcome.rescan).toEqual(['lost']);
  });

  it('never applies names that are reserved here', async () => {
    await folder.announce(
      folder.file('.stignore', '*'),
      folder.file('.syncthing.x.tmp', 'x'),
      folder.directory('.stfolder'),
    );
    const outcome = await folder.pull();
    expect(await folder.names()).toEqual([]);
    expect(outcome.problems.map(({ code }) => code)).toEqual(['refused', 'refused', 'refused']);
  });

  it('keeps the permissions of files where permissions are ignored', async () => {
    folder.settings = { ...folder.settings, ignorePerms: true };
    await folder.has(folder.file('f', 'one', { permissions: 0o600 }));
    const handle = await folder.fs.openFile('f', 'read');
    await handle.setPermissions(0o755);
    await handle.close();
    await folder.announce(folder.file('f', 'two', { ...theirVersion(2), permissions: 0o600 }));
    await folder.pull();
    expect(await folder.read('f')).toBe('two');
    expect((await folder.fs.stat('f'))?.permissions).toBe(0o755);
  });

  it('tells of each group that it recorded', async () => {
    const told: { items: number; sequence: number }[] = [];
    folder.events.on('LocalIndexUpdated', (update) => told.push(update));
    await folder.announce(folder.file('a', '1'), folder.file('b', '2'));
    await folder.pull();
    expect(told).toMatchObject([{ folder: FOLDER, items: 2, sequence: 2 }]);
  });

  it('stops when told to, with what was done recorded', async () => {
    const stop = new AbortController();
    const reason = new Error('the folder is stopped');
    await folder.announce(folder.directory('a'), folder.file('f', 'x'));
    folder.source.onFetch = () => stop.abort(reason);
    await expect(folder.pull(stop.signal)).rejects.toBe(reason);
    expect(await folder.local('a')).toMatchObject({ type: 'directory' });
    expect(await folder.local('f')).toBeUndefined();
    expect(await folder.fs.stat('f')).toBeUndefined();
  });

  it('handles more items than one page holds', async () => {
    const files = Array.from({ length: 250 }, (__, i) => folder.file(`f${i}`, `${i}`));
    await folder.has(...files);
    expect(await folder.names()).toHaveLength(250);
    await folder.announce(...files.map(({ name }) => folder.deleted(name)));
    await folder.pull();
    expect(await folder.names()).toEqual([]);
  });
});

describe('PullerService on a real directory', () => {
  let folder: PullFixture;

  beforeEach(async () => {
    folder = await PullFixture.onDisk();
  });
  afterEach(() => folder.close());

  it('writes nothing outside when a parent is exchanged for a link under way', async () => {
    const outside = join(folder.root, '..', `${folder.root.split('/').pop()}-outside`);
    mkdirSync(outside);
    try {
      await folder.has(folder.directory('d'));
      await folder.announce(folder.file('d/f', 'secret'));
      folder.source.onFetch = () => {
        renameSync(join(folder.root, 'd'), join(folder.root, 'moved'));
        symlinkSync(outside, join(folder.root, 'd'));
      };
      const outcome = await folder.pull();
      expect(existsSync(join(outside, 'f'))).toBe(false);
      expect(existsSync(join(outside, '.syncthing.f.tmp'))).toBe(false);
      expect(outcome.problems).toMatchObject([{ name: 'd/f', code: 'refused' }]);
    } finally {
      renameSync(outside, join(folder.root, 'outside'));
    }
  });

  it('leaves one name to a file that is in place', async () => {
    await folder.announce(folder.file('f', 'x'));
    await folder.pull();
    expect(statSync(join(folder.root, 'f')).nlink).toBe(1);
  });
});
