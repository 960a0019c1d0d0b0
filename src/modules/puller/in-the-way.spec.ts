/** What two sides did without knowing of each other, at one name: it must end, and lose nothing. */
import { compareVectors } from '../../domain/version-vector.js';
import { PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { FIRST_PAUSE_MS } from './retry-book.js';

describe('what stands in the way of others', () => {
  let f: PullFixture;

  beforeEach(async () => {
    f = await PullFixture.onDisk();
  });

  afterEach(async () => {
    await f.close();
  });

  /** Pulls, scans what the pull asks for, and lets pauses pass, a few times. */
  async function settle(rounds = 6): Promise<void> {
    for (let i = 0; i < rounds; i += 1) {
      await f.pull();
      await f.scanAll();
      f.clock.now += FIRST_PAUSE_MS * 2 ** i;
    }
  }

  const conflictNames = async (directory = ''): Promise<string[]> =>
    (await f.names(directory)).filter((name) => name.includes('.sync-conflict-'));

  it('a file that replaced a directory gives way to what others have put below', async () => {
    await f.has(f.directory('d'), f.file('d/old', 'old'));
    await f.fs.removeFile('d/old');
    await f.fs.removeDirectory('d');
    await f.write('d', 'ours, a file now');
    await f.scanAll();
    await f.announce(f.file('d/new', 'theirs'));
    await settle();
    expect(await f.read('d/new')).toBe('theirs');
    const [copy] = await conflictNames();
    expect(await f.read(copy!)).toBe('ours, a file now');
    expect(await f.local('d')).toMatchObject({ type: 'directory', deleted: false });
    expect((await f.pull()).problems).toEqual([]);
  });

  it('a file that replaced a directory gives way to what others changed deep inside', async () => {
    await f.has(
      f.directory('d'),
      f.directory('d/e'),
      f.directory('d/e/f'),
      f.file('d/e/f/g', 'old'),
    );
    await f.fs.removeFile('d/e/f/g');
    for (const directory of ['d/e/f', 'd/e', 'd']) await f.fs.removeDirectory(directory);
    await f.write('d', 'ours, a file now');
    await f.scanAll();
    await f.announce(f.file('d/e/f/g', 'theirs', theirVersion(2)));
    await settle();
    expect(await f.read('d/e/f/g')).toBe('theirs');
    const [copy] = await conflictNames();
    expect(await f.read(copy!)).toBe('ours, a file now');
    expect((await f.pull()).problems).toEqual([]);
  });

  it.each(['file', 'symlink'])('a %s gives way once to all that is put below it', async (type) => {
    await f.has(f.directory('d'));
    await f.fs.removeDirectory('d');
    await (type === 'file' ? f.write('d', 'ours') : f.fs.makeSymlink('ours', 'd'));
    await f.scanAll();
    const names = Array.from({ length: 20 }, (_, i) => `d/new ${i}`);
    await f.announce(...names.map((name) => f.file(name, `content of ${name}`)));
    await f.pull();
    f.clock.now += FIRST_PAUSE_MS;
    expect((await f.pull()).problems).toEqual([]);
    for (const name of names) expect(await f.read(name)).toBe(`content of ${name}`);
    expect(await conflictNames()).toHaveLength(1);
  });

  it('a directory with something new in it gives way to the file that replaced it', async () => {
    await f.has(f.directory('d'), f.file('d/old', 'old'));
    await f.write('d/new', 'ours');
    await f.scanAll();
    await f.announce(
      f.file('d', 'theirs, a file now', theirVersion(2)),
      f.deleted('d/old', theirVersion(2)),
    );
    await settle();
    expect(await f.read('d')).toBe('theirs, a file now');
    const [copy] = await conflictNames();
    expect(await f.read(`${copy}/new`)).toBe('ours');
    expect((await f.pull()).problems).toEqual([]);
  });

  it('an item deleted elsewhere at the same time is announced above the delete', async () => {
    await f.has(f.directory('d'), f.file('a', 'first'));
    await f.write('a', 'edited here');
    await f.fs.makeDirectory('e', 0o755);
    await f.scanAll();
    const theirs = [f.deleted('a', theirVersion(2)), f.deleted('e', theirVersion(2))];
    await f.announce(...theirs);
    await f.pull();
    expect(await f.read('a')).toBe('edited here');
    for (const { name, version } of theirs) {
      expect(compareVectors((await f.local(name))!.version, version)).toBe('newer');
    }
    expect(await f.database.needs('default', undefined, 10)).toEqual([]);
  });

  it('a directory waits for deletes that may still be on their way', async () => {
    await f.has(f.directory('d'), f.file('d/old', 'old'));
    await f.announce(f.file('d', 'theirs, a file now', theirVersion(2)));
    await f.pull();
    expect(await f.read('d/old')).toBe('old');
    await f.announce(f.deleted('d/old', theirVersion(2)));
    f.clock.now += FIRST_PAUSE_MS;
    await f.pull();
    expect(await f.read('d')).toBe('theirs, a file now');
    expect(await conflictNames()).toEqual([]);
  });
});
