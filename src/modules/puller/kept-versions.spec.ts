/** With versions on: what the cluster replaces or deletes is found again, whatever happens in between. */
import * as nodeFs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOLDER, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { SyncError } from '../../domain/errors.js';
import { localTime } from '../../domain/file-name.js';
import { type VersioningSettings } from '../config/settings.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { systemError } from '../../platform/memory-disk.js';
import { MemoryFolderFsFactory } from '../../platform/memory-folder-fs-factory.js';
import { RealFolderFsFactory } from '../../platform/real-folder-fs-factory.js';
import { type Versioner } from '../versions/versioner.js';

const SIGNAL = new AbortController().signal;
const LATE = { modifiedS: 2_000_000_000 };

async function listed(versioner: Versioner): Promise<Record<string, number>> {
  const found = await versioner.list('', SIGNAL);
  return Object.fromEntries([...found].map(([name, versions]) => [name, versions.length]).sort());
}

/** The newest version of a file comes back. */
async function restore(versioner: Versioner, name: string): Promise<void> {
  const [newest] = (await versioner.list('', SIGNAL)).get(name) ?? [];
  await versioner.restore(name, newest.versionMs, SIGNAL);
}

describe('a folder that keeps versions', () => {
  let f: PullFixture;

  afterEach(async () => {
    await f.versioner?.close();
    await f.close();
  });

  /** A file that is replaced and one that is deleted, in a directory that goes too. */
  async function replaceAndDelete(): Promise<void> {
    await f.has(f.directory('d'), f.file('d/gone', 'deleted'), f.file('big', 'x'.repeat(300_000)));
    await f.announce(
      f.file('big', 'small now', { ...theirVersion(2), ...LATE }),
      f.deleted('d', { type: 'directory' }),
      f.deleted('d/gone'),
    );
    expect(await f.pull()).toMatchObject({ problems: [] });
    expect(await f.read('big')).toBe('small now');
    expect(await f.fs.stat('d')).toBeUndefined();
  }

  async function findAgain(versioner: Versioner): Promise<void> {
    expect(await listed(versioner)).toEqual({ big: 1, 'd/gone': 1 });
    f.clock.now += 5_000;
    await restore(versioner, 'd/gone');
    await restore(versioner, 'big');
    expect(await f.read('d/gone')).toBe('deleted');
    expect(await f.read('big')).toBe('x'.repeat(300_000));
    // What was there is kept in its turn.
    expect(await listed(versioner)).toEqual({ big: 1 });
    f.clock.now += 5_000;
    await restore(versioner, 'big');
    expect(await f.read('big')).toBe('small now');
  }

  it.each(['trashcan', 'simple', 'staggered'] as const)(
    'of the kind %s finds them again',
    async (type) => {
      f = await PullFixture.onDisk();
      const versioner = await f.keepVersions({ type });
      await replaceAndDelete();
      const tag = type === 'trashcan' ? '' : `~${localTime(f.clock.now)}`;
      expect(await f.names('.stversions')).toEqual([`big${tag}`, 'd']);
      await findAgain(versioner);
    },
  );

  it('elsewhere keeps them there, on the same disk or on another', async () => {
    const place = nodeFs.mkdtempSync(join(tmpdir(), 'versions-'));
    f = await PullFixture.onDisk();
    const same = await f.keepVersions(
      { type: 'simple', path: join(place, 'v') },
      new RealFolderFsFactory(),
    );
    await replaceAndDelete();
    expect(await f.names()).toEqual(['big']);
    await findAgain(same);
    await f.close();
    f = await PullFixture.inMemory();
    const other = await f.keepVersions({ type: 'simple', path: '/another/disk' });
    await replaceAndDelete();
    expect(await f.names()).toEqual(['big']);
    await findAgain(other);
    nodeFs.rmSync(place, { recursive: true });
  });

  it('keeps them on a disk that knows no second names', async () => {
    f = await PullFixture.inMemory({
      beforeOperation: (operation) => {
        if (operation === 'link') throw systemError('EPERM');
      },
    });
    const versioner = await f.keepVersions({ type: 'trashcan' });
    await replaceAndDelete();
    await findAgain(versioner);
  });

  it('by a command hands them over as arguments, and never to a shell', async () => {
    f = await PullFixture.onDisk();
    const script = join(f.root, '..', `keep-${process.pid}.sh`);
    nodeFs.writeFileSync(
      script,
      '#!/bin/sh\nmkdir -p "$1/.stversions" && mv -- "$1/$2" "$1/.stversions/kept $#"\n',
      { mode: 0o755 },
    );
    await f.keepVersions({
      type: 'external',
      params: { command: `"${script}" %FOLDER_PATH% "%FILE_PATH%"` },
    });
    const name = "a file; $(touch broken) `x` '";
    await f.has(f.file(name, 'old'));
    await f.announce(f.file(name, 'new', { ...theirVersion(2), ...LATE }));
    expect(await f.pull()).toMatchObject({ problems: [] });
    expect(await f.read(name)).toBe('new');
    expect(await f.read('.stversions/kept 2')).toBe('old');
    nodeFs.writeFileSync(script, '#!/bin/sh\necho no room >&2; exit 3\n');
    await f.announce(f.deleted(name));
    const { problems } = await f.pull();
    expect(problems[0]?.message).toContain('exit status 3: no room');
    expect(await f.read(name)).toBe('new');
    nodeFs.rmSync(script);
  });

  it.each<[string, Partial<VersioningSettings>, string]>([
    ['keep', { type: 'simple', params: { keep: 'many' } }, 'param keep: expected a whole number'],
    ['maxAge', { type: 'staggered', params: { maxAge: '1y' } }, 'param maxAge: expected'],
    ['command', { type: 'external', params: { command: 'mv "x' } }, 'param command'],
    ['command', { type: 'external', params: { command: "sh -c 'rm %FILE_PATH%'" } }, 'placeholder'],
  ])('refuses a wrong param %s by its name', async (_, settings, message) => {
    f = await PullFixture.inMemory();
    await expect(f.keepVersions({ type: 'simple', ...settings })).rejects.toThrow(message);
  });

  it('replaces nothing that it cannot keep, and leads no version through a link', async () => {
    f = await PullFixture.onDisk();
    const outside = nodeFs.mkdtempSync(join(tmpdir(), 'outside-'));
    await f.keepVersions({ type: 'simple' });
    await f.has(f.directory('d'), f.file('d/f', 'ours'));
    nodeFs.mkdirSync(join(f.root, '.stversions'));
    nodeFs.symlinkSync(outside, join(f.root, '.stversions/d'));
    await f.announce(f.file('d/f', 'theirs', { ...theirVersion(2), ...LATE }));
    const { problems } = await f.pull();
    expect(problems[0]?.message).toContain('no version of "d/f" can be kept');
    expect(await f.read('d/f')).toBe('ours');
    expect(nodeFs.readdirSync(outside)).toEqual([]);
    nodeFs.rmSync(outside, { recursive: true });
  });

  it.each([
    ['is the folder itself', '.'],
    ['holds the folder', '..'],
  ])('replaces nothing where the place of versions leads to what %s', async (_, to) => {
    f = await PullFixture.onDisk();
    const links = nodeFs.mkdtempSync(join(tmpdir(), 'links-'));
    nodeFs.symlinkSync(join(f.root, to), join(links, 'v'));
    const versioner = await f.keepVersions(
      { type: 'trashcan', path: join(links, 'v'), params: { cleanoutDays: '1' } },
      new RealFolderFsFactory(),
    );
    await f.has(f.file('f', 'ours'));
    await f.announce(f.file('f', 'theirs', { ...theirVersion(2), ...LATE }));
    const { problems } = await f.pull();
    expect(problems[0]?.message).toContain('is the folder, or holds it');
    await expect(versioner.clean(SIGNAL)).rejects.toThrow('is the folder, or holds it');
    expect(await f.read('f')).toBe('ours');
    nodeFs.rmSync(links, { recursive: true });
  });

  it('cleans no files out of another folder that lies where versions are said to be', async () => {
    f = await PullFixture.onDisk();
    const others = nodeFs.mkdtempSync(join(tmpdir(), 'others-'));
    nodeFs.mkdirSync(join(others, 'photos'));
    nodeFs.writeFileSync(join(others, 'photos', 'old'), 'in use');
    nodeFs.utimesSync(join(others, 'photos', 'old'), 1, 1);
    const versioner = await f.keepVersions(
      { type: 'trashcan', path: others, params: { cleanoutDays: '1' } },
      new RealFolderFsFactory(),
      [join(others, 'photos')],
    );
    await expect(versioner.clean(SIGNAL)).rejects.toThrow(/photos, or holds it/);
    expect(nodeFs.readFileSync(join(others, 'photos', 'old'), 'utf8')).toBe('in use');
    nodeFs.rmSync(others, { recursive: true });
  });

  it('takes no file of another disk for a version because their numbers are the same', async () => {
    f = await PullFixture.inMemory();
    const factory = new MemoryFolderFsFactory(f.clock);
    // The folder's own disk has the first number.
    await factory.makeRoot('/first/disk');
    const versioner = await f.keepVersions({ type: 'trashcan', path: '/another/disk' }, factory);
    await f.has(f.file('f', 'first'));
    await f.has(f.deleted('f'));
    await f.has(f.file('f', 'second', { ...theirVersion(10), ...LATE }));
    // As Linux does: a name that is taken is told of first, another disk then.
    f.fs.linkTo = async (_, target, name) => {
      const isTaken = (await target.stat(name)) !== undefined;
      throw new SyncError(isTaken ? 'exists' : 'refused', name);
    };
    const { inode } = (await f.fs.stat('f'))!;
    Object.assign(factory.disk('/another/disk').node('f'), { inode });
    await f.has(f.deleted('f', theirVersion(11)));
    expect(await f.fs.stat('f')).toBeUndefined();
    f.clock.now += 5_000;
    await restore(versioner, 'f');
    expect(await f.read('f')).toBe('second');
  });

  it('keeps what a user writes at the last moment where it is', async () => {
    f = await PullFixture.onDisk();
    const versioner = await f.keepVersions({ type: 'simple' });
    await f.has(f.file('f', 'seen by all'));
    const rename = f.fs.rename.bind(f.fs);
    f.fs.rename = async (...args: Parameters<FolderFs['rename']>) => {
      nodeFs.writeFileSync(join(f.root, 'f'), 'edited by the user');
      f.fs.rename = rename;
      return rename(...args);
    };
    await f.announce(f.file('f', 'theirs', { ...theirVersion(2), ...LATE }));
    expect(await f.pull()).toMatchObject({ rescan: ['f'] });
    expect(await f.read('f')).toBe('edited by the user');
    expect(await listed(versioner)).toEqual({});
  });

  it('keeps both the old name of a moved file and the file', async () => {
    f = await PullFixture.onDisk();
    const versioner = await f.keepVersions({ type: 'simple' });
    await f.has(f.file('old', 'content'));
    await f.announce(f.deleted('old'), f.file('new', 'content', LATE));
    expect(await f.pull()).toMatchObject({ problems: [] });
    expect(f.source.asked).toEqual([]);
    expect(await listed(versioner)).toEqual({ old: 1 });
    expect(await f.names()).toEqual(['.stversions', 'new']);
  });

  it('goes from file to directory to link and back, and keeps each file once', async () => {
    for (const type of ['trashcan', 'simple'] as const) {
      f = await PullFixture.onDisk();
      const versioner = await f.keepVersions({ type });
      let version = 1;
      const next = (): ReturnType<typeof theirVersion> => theirVersion(++version);
      await f.has(f.file('x', 'first'));
      f.clock.now += 1_000;
      await f.has(f.directory('x', next()), f.file('x/in', 'inside', next()));
      f.clock.now += 1_000;
      await f.has(f.deleted('x/in', next()), f.symlink('x', 'to', next()));
      f.clock.now += 1_000;
      await f.has(f.file('x', 'second', { ...next(), ...LATE }));
      expect(await f.read('x')).toBe('second');
      expect(await listed(versioner)).toEqual({ x: 1, 'x/in': 1 });
      f.clock.now += 1_000;
      await f.has(f.deleted('x', next()));
      expect(await listed(versioner)).toEqual({ x: 2, 'x/in': 1 });
      expect(await f.names()).toEqual(['.stversions']);
      expect(await f.database.needs(FOLDER, undefined, 9)).toEqual([]);
      if (type === 'simple') break;
      await versioner.close();
      await f.close();
    }
  });

  it('of the kind staggered keeps what its table says over time', async () => {
    f = await PullFixture.inMemory();
    const versioner = await f.keepVersions({ type: 'staggered', params: { maxAge: '864000' } });
    await f.has(f.file('f', 'version 0'));
    const stepMs = 600_000;
    for (let i = 1; i <= 2_000; i++) {
      f.clock.now += stepMs;
      const handle = await f.fs.openFile('f', 'read');
      await handle.close();
      const seen = (await f.fs.stat('f'))!;
      const archived = await versioner.archive({ fs: f.fs, name: 'f', seen }, SIGNAL);
      await archived.settle();
      await versioner.tidy();
    }
    const ages = ((await versioner.list('', SIGNAL)).get('f') ?? []).map(
      ({ versionMs }) => (f.clock.now - versionMs) / 3_600_000,
    );
    const within = (from: number, to: number): number =>
      ages.filter((hours) => hours >= from && hours < to).length;
    // Each ten minutes for an hour, then one an hour for a day, then one a day for the ten days that they may be old.
    expect(within(0, 1)).toBe(6);
    expect(within(1, 24)).toBeGreaterThanOrEqual(21);
    expect(within(1, 24)).toBeLessThanOrEqual(24);
    expect(within(24, 240)).toBeGreaterThanOrEqual(8);
    expect(within(24, 240)).toBeLessThanOrEqual(10);
    expect(Math.max(...ages)).toBeLessThanOrEqual(240);
    f.clock.now += 20 * 86_400_000;
    await versioner.clean(SIGNAL);
    expect(await listed(versioner)).toEqual({});
  });
});
