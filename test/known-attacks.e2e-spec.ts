/**
 * One regression for each attack known against systems of this kind, as far as it reaches the disk or the wire: the attack
 * as it was, against a node beside which files lie that nobody may touch. Each is named by the number it became known by.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { deviceIdBytes } from '../src/domain/device-id.js';
import { SettingsService } from '../src/modules/config/settings.service.js';
import { bep } from '../src/modules/protocol/gen/bep.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { BesiegedNode, contentOf, onlyReason } from './support/besieged-node.js';
import { type FakeFolder, long, sha256, type WireFile } from './support/fake-folder.js';
import { type FakePeer, PEER_TYPES } from './support/fake-peer.js';
import { change } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

const VERSIONED = ['trashcan', 'simple', 'staggered'] as const;
const MODE = 0o7777;

let besieged: BesiegedNode;

beforeAll(async () => {
  const versioning = (type: (typeof VERSIONED)[number]) =>
    ({ id: type, versioning: { type, params: {}, path: '', cleanupIntervalS: 0 } }) as const;
  besieged = await BesiegedNode.start({
    folder: { syncOwnership: true },
    folders: VERSIONED.map(versioning),
  });
});

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
  expect([besieged.good.refusals, besieged.good.anomalies]).toEqual([[], []]);
});

afterAll(async () => {
  await besieged.stop();
});

function lstat(...path: string[]): fs.Stats | undefined {
  return fs.lstatSync(join(...path), { throwIfNoEntry: false });
}

describe('CVE-2017-1000420: a link that became a version, and a file that is versioned through it', () => {
  /** The announcements come one after the other, each when the one before has been applied. */
  async function applied(
    peer: FakePeer,
    folder: FakeFolder,
    items: WireFile[],
    isSo: () => boolean,
  ): Promise<void> {
    folder.update(peer, ...items);
    await until(`${items.map(({ name }) => name).join()} applied`, isSo);
    await besieged.rests(folder.id);
  }

  it.each(VERSIONED)('leads no version of the kind %s out of the folder', async (kind) => {
    const root = besieged.place(kind);
    const { peer, folder } = await besieged.joinedEvil(kind);
    folder.index(peer, []);
    const link = folder.symlink('way', besieged.outside);
    await applied(peer, folder, [link], () => lstat(root, 'way')?.isSymbolicLink() === true);
    await applied(peer, folder, [folder.deleted('way', { type: 4 })], () => !lstat(root, 'way'));
    expect(lstat(root, '.stversions', 'way')?.isSymbolicLink()).not.toBe(true);
    const files = [folder.directory('way'), folder.file('way/precious', 'evil')];
    await applied(peer, folder, files, () => contentOf(join(root, 'way/precious')) === 'evil');
    const replaced = [folder.file('way/precious', 'more evil')];
    await applied(
      peer,
      folder,
      replaced,
      () => contentOf(join(root, 'way/precious')) === 'more evil',
    );
    const gone = [folder.deleted('way/precious'), folder.deleted('way', { type: 1 })];
    await applied(peer, folder, gone, () => !lstat(root, 'way'));
    expect(besieged.untouched()).toEqual([]);
    expect(lstat(root, '.stversions', 'way')?.isDirectory()).toBe(true);
    await peer.drop();
  });

  it.each(VERSIONED)(
    'nor does one that a program before us left among the versions (%s)',
    async (kind) => {
      const root = besieged.place(kind);
      const { peer, folder } = await besieged.joinedEvil(kind);
      fs.mkdirSync(join(root, '.stversions'), { recursive: true });
      fs.symlinkSync(besieged.outside, join(root, '.stversions', 'left'));
      const file = folder.file('left/precious', 'evil');
      folder.index(peer, [folder.directory('left'), file]);
      await until('it is there', () => contentOf(join(root, 'left/precious')) === 'evil');
      folder.update(peer, folder.deleted('left/precious'));
      await until('it is told', () => besieged.problemsOf('left/precious', kind).length > 0);
      expect(contentOf(join(root, 'left/precious'))).toBe('evil');
      const versions = await besieged.node.get(ModelService).runner(kind)!.versions.list('');
      expect([...versions.keys()].filter((name) => name.startsWith('left'))).toEqual([]);
      await peer.drop();
    },
  );
});

describe('CVE-2021-21404: a length that is negative', () => {
  // It was the relay protocol's; this node speaks none and dials none. What follows is every length of BEP.
  const negative = Buffer.from('ffffffffffffffffff01', 'hex');
  const index = (field: Buffer): Buffer =>
    Buffer.concat([bep.Index.encode({ folder: 'default' }).finish(), field]);
  const CASES: [what: string, reason: RegExp, act: (peer: FakePeer) => void][] = [
    ['of a header', /header/, (peer) => peer.sendBytes(Buffer.from('ffff', 'hex'))],
    ['of a header, the least', /header/, (peer) => peer.sendBytes(Buffer.from('8000', 'hex'))],
    ['of a message', /bytes/, (peer) => peer.sendFrameClaiming(PEER_TYPES.index, 0xffffffff)],
    ['of a response', /bytes/, (peer) => peer.sendFrameClaiming(PEER_TYPES.response, 0x80000000)],
    ['of a ping', /bytes/, (peer) => peer.sendFrameClaiming(PEER_TYPES.ping, 0xfffffffe)],
    [
      'that LZ4 expands to',
      /expand/,
      (peer) => peer.sendFrame(PEER_TYPES.index, Buffer.from('ffffffff00', 'hex'), 1),
    ],
    [
      'of a file info',
      /index/,
      (peer) => peer.sendFrame(PEER_TYPES.index, index(Buffer.concat([Buffer.of(0x12), negative]))),
    ],
    [
      'of a name in it',
      /index|length|range/,
      (peer) =>
        peer.sendFrame(
          PEER_TYPES.index,
          index(Buffer.concat([Buffer.of(0x12, 11, 0x0a), negative])),
        ),
    ],
    [
      'of a request',
      /negative/,
      (peer) => peer.send('request', { id: 1, folder: 'default', name: 'kept', size: -(2 ** 31) }),
    ],
    [
      'before a request',
      /negative|beyond/,
      (peer) =>
        peer.send('request', {
          ...{ id: 1, folder: 'default', name: 'kept', size: 1 },
          offset: long(-(2n ** 63n)),
        }),
    ],
  ];

  it.each(CASES)(
    '(%s) ends that connection with a reason, and nothing else',
    async (_what, reason, act) => {
      const { peer } = await besieged.joinedEvil();
      act(peer);
      expect(await onlyReason(peer)).toMatch(reason);
    },
  );

  it.each(['ffff', '8000'])('(of a Hello, %s) is not waited for', async (length) => {
    const peer = await besieged.evil();
    peer.sendBytes(Buffer.from(`2ea7d90b${length}`, 'hex'));
    await peer.ended();
    expect(peer.received).toEqual([]);
  });
});

describe('CVE-2024-52522: permissions, owner and times that reach what a link leads to', () => {
  it('are not set for a link that a device announces, changes or has in the place of a file', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    const others = {
      ...{ permissions: 0o777, noPermissions: false, modifiedS: long(1_234_567_890) },
      // Owner 12345 and group 54321.
      platform: Buffer.from('0a0718b96020b1a803', 'hex'),
    };
    const [file, directory] = ['precious', 'directory'].map((name) =>
      besieged.sentinels.path(name),
    );
    const steps = [
      [folder.symlink('l-file', file!, others), folder.symlink('l-directory', directory!, others)],
      [folder.file('l-later', 'x', others), folder.directory('l-later-directory', others)],
      [
        folder.symlink('l-file', file!, { ...others, permissions: 0o600 }),
        folder.symlink('l-later', file!, others),
        folder.symlink('l-later-directory', directory!, others),
      ],
    ];
    folder.index(peer, []);
    for (const [i, items] of steps.entries()) {
      const mark = `permissions ${i}`;
      folder.update(peer, ...items, folder.file(mark, mark));
      await until(mark, () => besieged.has(mark));
      await besieged.rests();
      expect(besieged.untouched()).toEqual([]);
    }
    for (const name of ['l-file', 'l-later', 'l-later-directory', 'l-directory']) {
      expect(lstat(besieged.path(name))?.isSymbolicLink()).toBe(true);
    }
    // Of the link itself the owner is set: the announcement was taken at its word where it may be.
    if (process.getuid?.() === 0) expect(lstat(besieged.path('l-file'))?.uid).toBe(12_345);
    await peer.drop();
  });

  it('are not set for a link that a user put in the place of an item that comes with others', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, [folder.file('mine', 'same'), folder.directory('mine too')]);
    await until('both are there', () => besieged.has('mine') && besieged.has('mine too'));
    await besieged.rests();
    fs.rmSync(besieged.path('mine'));
    fs.symlinkSync(besieged.sentinels.path('precious'), besieged.path('mine'));
    fs.rmdirSync(besieged.path('mine too'));
    fs.symlinkSync(besieged.sentinels.path('directory'), besieged.path('mine too'));
    folder.update(
      peer,
      folder.file('mine', 'same', { permissions: 0o777 }),
      folder.directory('mine too', { permissions: 0o700 }),
      folder.file('after mine', 'x'),
    );
    await until('the last is there', () => besieged.has('after mine'));
    await besieged.rests();
    expect(lstat(besieged.sentinels.path('precious'))!.mode & MODE).toBe(0o640);
    await peer.drop();
  });
});

describe('CVE-2021-43820: a right to one folder, used for another', () => {
  const secret = Buffer.from('secret');

  it.each([
    ['its name', { folder: 'private', name: 'secret' }],
    [
      'its name, from what is being received',
      { folder: 'private', name: 'secret', fromTemporary: true },
    ],
    [
      'a path to it from a folder that is shared',
      { folder: 'default', name: '..\\private\\secret' },
    ],
    ['its content alone', { folder: 'default', name: 'secret' }],
    ['a name that it looks like', { folder: 'private\0default', name: 'secret' }],
  ])('gives no byte of it by %s', async (_what, request) => {
    const { peer } = await besieged.joinedEvil();
    peer.send('request', { id: 9, size: secret.length, hash: sha256(secret), ...request });
    const { code, data } = await peer.next('response');
    expect([code > 0, data.length]).toEqual([true, 0]);
    await peer.drop();
  });

  it('tells nothing of it, and takes nothing for it, whoever is said to share it', async () => {
    const folder = besieged.evilFolder();
    const other = besieged.evilFolder('private');
    const peer = await besieged.evil();
    peer.sendHello();
    await peer.greeted();
    const own = folder.clusterConfig().folders!;
    const claimed = other.clusterConfig().folders![0]!;
    // As if the good device were behind it, and ours an introducer.
    const good = {
      ...claimed.devices![0],
      id: deviceIdBytes(besieged.goodIdentity.id),
      introducer: true,
    };
    peer.send('clusterConfig', {
      folders: [...own, { ...claimed, devices: [...claimed.devices!, good] }],
    });
    const told = await peer.next('clusterConfig');
    const names = told.folders.map(({ id }) => id);
    expect(names).not.toContain('private');
    await until('it is an offer', async () => {
      const offers = await besieged.node.get(IndexDatabase).pendingFolders();
      return offers.some(
        ({ folder: id, device }) => id === 'private' && device === folder.identity.id,
      );
    });
    other.index(peer, [other.file('secret', 'evil')]);
    expect(await onlyReason(peer)).toMatch(/folder "private" is not exchanged here/);
    const got = peer.received.filter(({ name }) => name === 'index' || name === 'indexUpdate');
    expect(got.map(({ message }) => (message as bep.Index).folder)).not.toContain('private');
    const remote = await besieged.node
      .get(IndexDatabase)
      .remoteCounts('private', folder.identity.id);
    expect(remote.files).toBe(0);
    const { devices } = besieged.node.get(SettingsService).settings;
    expect(devices.map(({ id }) => id).sort()).toEqual(
      [besieged.goodIdentity.id, folder.identity.id].sort(),
    );
  });

  it('ends with the share, on the connection that had it', async () => {
    const { peer, folder } = await besieged.joinedEvil('simple');
    folder.index(peer, [folder.file('shared', 'shared')]);
    await until(
      'it is there',
      () => contentOf(join(besieged.place('simple'), 'shared')) === 'shared',
    );
    await besieged.rests('simple');
    const ask = async (id: number): Promise<bep.Response> => {
      const request = {
        folder: 'simple',
        name: 'shared',
        size: 6,
        hash: sha256(Buffer.from('shared')),
      };
      peer.send('request', { id, ...request });
      return peer.next('response');
    };
    expect((await ask(1)).code).toBe(0);
    const evil = folder.identity.id;
    await change(besieged.node, ({ folders }) => {
      const shared = folders.find(({ id }) => id === 'simple')!;
      const sharing = shared.devices as { deviceID: string }[];
      shared.devices = sharing.filter(({ deviceID }) => deviceID !== evil);
    });
    expect(await ask(2)).toMatchObject({ code: 1 });
    folder.update(peer, folder.file('too late', 'evil'));
    const { peer: again } = await besieged.joinedEvil('simple');
    again.send('request', { id: 3, folder: 'simple', name: 'shared', size: 6 });
    expect((await again.next('response')).code).toBeGreaterThan(0);
    expect(lstat(besieged.place('simple'), 'too late')).toBeUndefined();
    await Promise.all([peer.drop(), again.drop()]);
  });
});
