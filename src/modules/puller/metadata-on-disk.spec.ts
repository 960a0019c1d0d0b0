import { afterEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { folderSettings, PullFixture, theirVersion } from '../../../test/support/pull-fixture.js';
import { withOwnership } from '../../domain/platform-data.js';

const KIB = 1024;
const BLOCK = 128 * KIB;
const isRoot = process.geteuid?.() === 0;

describe('what of a pulled file is on the disk besides its bytes', () => {
  let folder: PullFixture;
  afterEach(() => folder.close());

  /** Bytes that the disk has for the file. */
  const allocated = (name: string): number => fs.statSync(join(folder.root, name)).blocks * 512;

  /** Data, then zeros, then data. */
  const gapped = (): Uint8Array => {
    const content = new Uint8Array(20 * BLOCK);
    content.fill(1, 0, BLOCK);
    content.fill(2, 19 * BLOCK);
    return content;
  };

  it('leaves blocks of zeros as holes', async () => {
    folder = await PullFixture.onDisk();
    await folder.announce(folder.file('f', gapped()));
    expect((await folder.pull()).problems).toEqual([]);
    expect(Buffer.compare(await folder.bytes('f'), gapped())).toBe(0);
    expect(allocated('f')).toBeLessThanOrEqual(3 * BLOCK);
  });

  it('writes them out where that is wanted, even over what an earlier attempt left', async () => {
    folder = await PullFixture.onDisk();
    folder.settings = folderSettings({ disableSparseFiles: true });
    fs.writeFileSync(join(folder.root, '.syncthing.f.tmp'), '');
    fs.truncateSync(join(folder.root, '.syncthing.f.tmp'), 20 * BLOCK);
    await folder.announce(folder.file('f', gapped()), folder.file('g', gapped()));
    expect((await folder.pull()).problems).toEqual([]);
    expect(Buffer.compare(await folder.bytes('f'), gapped())).toBe(0);
    expect(allocated('f')).toBeGreaterThanOrEqual(20 * BLOCK);
    expect(allocated('g')).toBeGreaterThanOrEqual(20 * BLOCK);
  });

  it('changes with time and permissions of a file nothing else that is the same file on disk', async () => {
    folder = await PullFixture.onDisk();
    await folder.has(folder.file('x', 'content', { permissions: 0o644 }));
    fs.linkSync(join(folder.root, 'x'), join(folder.root, 'mine'));
    const before = await folder.fs.stat('mine');
    const changed = { permissions: 0o600, modifiedS: 1_700_000_500 };
    await folder.announce(folder.file('x', 'content', { ...theirVersion(2), ...changed }));
    expect((await folder.pull()).problems).toEqual([]);
    expect(await folder.fs.stat('x')).toMatchObject(changed);
    const { permissions, modifiedS } = before!;
    expect(await folder.fs.stat('mine')).toMatchObject({ permissions, modifiedS });
  });

  const owned = (uid: number, gid: number, ownerName = ''): { platform: Uint8Array } => ({
    platform: withOwnership(null, { ownerName, groupName: '', uid, gid }),
  });
  const ownerOf = (name: string): [number, number] => {
    const { uid, gid } = fs.lstatSync(join(folder.root, name));
    return [uid, gid];
  };

  (isRoot ? it : it.skip)('sets owner and group as sent, by name before number', async () => {
    folder = await PullFixture.onDisk();
    folder.settings = folderSettings({ syncOwnership: true });
    await folder.announce(
      folder.file('small', 'x', owned(1234, 5678)),
      folder.file('big', 'x'.repeat(3 * BLOCK), owned(1234, 5678)),
      folder.file('named', 'x', owned(4321, 0, 'daemon')),
      folder.directory('d', owned(1234, 5678)),
      folder.symlink('l', 'small', owned(1234, 5678)),
      folder.file('none', 'x'),
    );
    expect((await folder.pull()).problems).toEqual([]);
    for (const name of ['small', 'big', 'd', 'l']) expect(ownerOf(name)).toEqual([1234, 5678]);
    const daemon = /^daemon:[^:]*:(\d+)/m.exec(fs.readFileSync('/etc/passwd', 'utf8'))?.[1];
    expect(ownerOf('named')).toEqual([Number(daemon), 0]);
    expect(ownerOf('none')).toEqual([0, 0]);
    // Nothing but the owner changes.
    await folder.announce(folder.file('small', 'x', { ...owned(7, 8), ...theirVersion(2) }));
    folder.source.asked.length = 0;
    expect((await folder.pull()).problems).toEqual([]);
    expect([ownerOf('small'), folder.source.asked]).toEqual([[7, 8], []]);
  });

  (isRoot ? it : it.skip)(
    'keeps what was sent, and sets nothing, where that is not wanted',
    async () => {
      folder = await PullFixture.onDisk();
      const file = folder.file('f', 'x', owned(1234, 5678));
      await folder.has(file);
      expect(ownerOf('f')).toEqual([0, 0]);
      expect((await folder.local('f'))?.platform).toEqual(file.platform);
    },
  );

  (isRoot ? it : it.skip)('gives new items to the owner of their directory', async () => {
    folder = await PullFixture.onDisk();
    folder.settings = folderSettings({ copyOwnershipFromParent: true });
    fs.chownSync(folder.root, 4444, 5555);
    await folder.has(
      folder.file('f', 'x', owned(1, 2)),
      folder.directory('d'),
      folder.file('d/g', 'y'),
    );
    for (const name of ['f', 'd', 'd/g']) expect(ownerOf(name)).toEqual([4444, 5555]);
  });
});
