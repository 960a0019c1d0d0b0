import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ignoring } from '../../../test/support/ignoring.js';
import { PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';

const KINDS = [
  ['a real directory', () => PullFixture.onDisk()],
  ['a disk in memory', () => PullFixture.inMemory()],
] as const;

describe.each(KINDS)('a delete or another type on %s', (_, open) => {
  let folder: PullFixture;

  beforeEach(async () => {
    folder = await open();
  });
  afterEach(() => folder.close());

  it('deletes what is in a directory before the directory', async () => {
    const names = ['a', 'a/b', 'a/b/c', 'a-x', 'a/d'];
    await folder.has(...names.map((name) => folder.directory(name)), folder.file('a/b/c/f', 'x'));
    await folder.write('a/b/.syncthing.left.tmp', 'half');
    await folder.announce(
      ...names.map((name) => folder.deleted(name, { type: 'directory' })),
      folder.deleted('a/b/c/f'),
    );
    const order: string[] = [];
    folder.events.on('ItemFinished', ({ item }) => order.push(item));
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ changed: 6, problems: [] });
    expect(await folder.names()).toEqual([]);
    expect(order).toEqual(['a/b/c/f', 'a/b/c', 'a/b', 'a/d', 'a', 'a-x']);
  });

  it('keeps a deleted directory in which the user put something', async () => {
    await folder.has(folder.directory('d'), folder.file('d/known', 'x'));
    await folder.write('d/new', 'mine');
    await folder.announce(folder.deleted('d', { type: 'directory' }), folder.deleted('d/known'));
    const outcome = await folder.pull();
    expect(await folder.read('d/new')).toBe('mine');
    expect(await folder.names('d')).toEqual(['new']);
    expect(outcome.rescan).toEqual(['d/new']);
    expect(outcome.problems).toMatchObject([{ name: 'd', code: 'exists' }]);
  });

  it('keeps a deleted directory with what is left out in it, but for what may go with it', async () => {
    folder.ignores = await ignoring('private', '(?d)trash');
    await folder.has(folder.directory('d'), folder.directory('e'));
    await folder.write('d/private', 'the only copy');
    await folder.write('d/trash', 'x');
    await folder.write('e/trash', 'x');
    await folder.announce(...['d', 'e'].map((name) => folder.deleted(name, { type: 'directory' })));
    expect((await folder.pull()).problems).toMatchObject([{ name: 'd', code: 'exists' }]);
    expect(await folder.read('d/private')).toBe('the only copy');
    expect(await folder.names()).toEqual(['d']);
  });

  it('does not delete a file that changed on disk', async () => {
    await folder.has(folder.file('f', 'x'));
    await folder.write('f', 'edited');
    await folder.announce(folder.deleted('f'));
    const outcome = await folder.pull();
    expect(outcome.rescan).toEqual(['f']);
    expect(await folder.read('f')).toBe('edited');
  });

  it('records a delete of what the user has deleted too', async () => {
    await folder.has(folder.file('f', 'x'));
    await folder.fs.removeFile('f');
    await folder.announce(folder.deleted('f'));
    expect(await folder.pull()).toMatchObject({ changed: 1, rescan: [], problems: [] });
    expect(await folder.local('f')).toMatchObject({ deleted: true });
  });

  it('leaves deletes alone where it is told to', async () => {
    folder.settings = { ...folder.settings, ignoreDelete: true };
    await folder.has(folder.file('f', 'x'));
    await folder.announce(folder.deleted('f'));
    await folder.pull();
    expect(await folder.read('f')).toBe('x');
    expect(await folder.local('f')).toMatchObject({ deleted: false });
  });

  it('changes types in every direction', async () => {
    await folder.has(
      folder.directory('dir'),
      folder.file('dir/in', 'x'),
      folder.directory('dir/sub'),
      folder.file('file', 'y'),
      folder.symlink('link', 'z'),
      folder.directory('dir2'),
    );
    await folder.announce(
      folder.file('dir', 'now a file', theirVersion(2)),
      folder.deleted('dir/in'),
      folder.deleted('dir/sub', { type: 'directory' }),
      folder.directory('file', theirVersion(2)),
      folder.file('file/in', 'inside', theirVersion(2)),
      folder.file('link', 'now a file too', theirVersion(2)),
      folder.symlink('dir2', 'now a link', theirVersion(2)),
    );
    const outcome = await folder.pull();
    expect(outcome).toMatchObject({ problems: [], rescan: [] });
    expect(await folder.read('dir')).toBe('now a file');
    expect(await folder.read('file/in')).toBe('inside');
    expect(await folder.read('link')).toBe('now a file too');
    expect(await folder.fs.readSymlink('dir2')).toBe('now a link');
    expect(await folder.names()).toEqual(['dir', 'dir2', 'file', 'link']);
  });

  it('does not remove what no scan has seen in a directory that becomes a file', async () => {
    await folder.has(folder.directory('d'));
    await folder.write('d/new', 'mine');
    await folder.announce(folder.file('d', 'now a file', theirVersion(2)));
    const outcome = await folder.pull();
    expect(await folder.read('d/new')).toBe('mine');
    expect(outcome.rescan).toEqual(['d/new']);
  });

  it('leaves no temp link where a directory with something new in it stays', async () => {
    await folder.has(folder.directory('d'));
    await folder.write('d/new', 'mine');
    await folder.announce(folder.symlink('d', 'elsewhere', theirVersion(2)));
    expect((await folder.pull()).rescan).toEqual(['d/new']);
    expect(await folder.names()).toEqual(['d']);
  });
});
