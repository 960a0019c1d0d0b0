/** Devices that a syncthing.ini names by their fingerprint of 2013, with peers that hold real certificates. */
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateIn } from '../src/modules/cert/identity-files.js';
import { loadSettings } from '../src/modules/config/load-settings.js';
import { type Settings } from '../src/modules/config/settings.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { AddressSources } from '../src/modules/discovery/address-source.js';
import { contentOf } from './support/besieged-node.js';
import { FakeFolder } from './support/fake-folder.js';
import { peerIdentity, type PeerIdentity, PeerNetwork } from './support/fake-peer-tls.js';
import { TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

let base: string;
let node: TestNode;
let network: PeerNetwork;
let old: PeerIdentity;
let stranger: PeerIdentity;
/** Devices that the node looked for. */
let lookedFor: string[];
let addressOfOld: string | undefined;

beforeAll(async () => {
  [old, stranger] = await Promise.all([peerIdentity(), peerIdentity()]);
});

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-fingerprint-'));
  node = await TestNode.create(base, 'folder');
  network = new PeerNetwork();
  lookedFor = [];
  addressOfOld = undefined;
});

afterEach(async () => {
  await network.close();
  await node.stop();
  fs.rmSync(base, { recursive: true });
});

/** As at every start: from the files in the home. */
async function start(addresses: string): Promise<Settings> {
  const ini = `[repository]\ndir = ${node.root}\n\n[nodes]\n${old.fingerprint} = ${addresses}\n`;
  fs.writeFileSync(join(node.home, 'syncthing.ini'), ini);
  const { settings, warnings } = loadSettings({
    ...{ home: node.home, environment: {}, userHome: base, workingDirectory: base },
    ...{ hostName: 'test', isTerminal: false, certificateOf: certificateIn },
    commandLine: {
      ...{ source: 'command line', values: {}, folders: [], devices: [] },
      ...{ problems: [], warnings: [] },
    },
  });
  expect(warnings.join()).toContain(old.fingerprint);
  await node.start({
    folders: settings.folders.map((folder) => ({ ...folder, rescanIntervalS: 0 })),
    devices: settings.devices,
    override: (builder) =>
      builder.overrideProvider(AddressSources).useValue({ sources: [notingSource] }),
  });
  return settings;
}

const notingSource = {
  name: 'test',
  addresses: (device: string) => {
    lookedFor.push(device);
    return Promise.resolve(addressOfOld === undefined ? [] : [addressOfOld]);
  },
};

/** A file of the device arrives here over a new connection that the device dials. */
async function syncsFrom(folder: FakeFolder, name: string): Promise<void> {
  const peer = await network.dial(node.address, folder.identity, { files: folder.files });
  const isFirst = folder.files.size === 0;
  await folder.join(peer);
  // An update alone would have no beginning.
  if (isFirst) folder.index(peer, []);
  folder.update(peer, folder.file(name, name));
  await until(`${name} is here`, () => contentOf(join(node.root, name)) === name);
  expect([peer.refusals, peer.anomalies]).toEqual([[], []]);
  await peer.drop();
}

describe('a device known by its fingerprint of 2013', () => {
  it('and "dynamic" comes in, is recognised, and is known by its full ID from then on', async () => {
    const settings = await start('dynamic');
    expect(settings.devices).toMatchObject([{ id: '', fingerprint: old.fingerprint }]);
    const folder = new FakeFolder(old, node.id, 5n);
    await syncsFrom(folder, 'first');
    const line = `The device with the fingerprint ${old.fingerprint} is ${old.id}`;
    expect(node.log.lines.filter((each) => each.startsWith(line))).toHaveLength(1);
    await syncsFrom(folder, 'second');
    await node.stop();

    const remembered = join(node.home, 'device-ids.json');
    expect(JSON.parse(fs.readFileSync(remembered, 'utf8'))).toEqual({ [old.fingerprint]: old.id });
    expect(fs.statSync(remembered).mode & 0o777).toBe(0o600);
    const again = await start('dynamic');
    expect(again.devices).toMatchObject([{ id: old.id, fingerprint: old.fingerprint }]);
    expect(again.folders).toMatchObject([{ id: 'default', devices: [old.id] }]);
    const position = await node.get(IndexDatabase).remoteIndex('default', old.id);
    expect(position).toEqual({ indexId: 5n, sequence: 2 });
    await syncsFrom(folder, 'third');
    expect(node.log.lines.filter((each) => each.startsWith(line))).toHaveLength(1);
  });

  it('and "dynamic" is looked for only when its full ID is known', async () => {
    const listener = await network.listen(old);
    await start('dynamic');
    addressOfOld = listener.address;
    await syncsFrom(new FakeFolder(old, node.id, 5n), 'first');
    const folder = new FakeFolder(old, node.id, 5n);
    await folder.join(await listener.accept());
    expect(new Set(lookedFor)).toEqual(new Set([old.id]));
  });

  it('and an address is dialed there, and believed only with the right certificate', async () => {
    const wrong = await network.listen(stranger);
    await start(wrong.address.replace('tcp://', ''));
    await until('the reason is told', () =>
      node.log.lines.some((line) => line.includes(`is device ${stranger.id}`)),
    );
    expect(wrong.peers.filter(({ hello }) => hello !== undefined)).toEqual([]);
    expect(node.isConnectedTo(stranger.id)).toBe(false);
    expect(fs.existsSync(join(node.home, 'device-ids.json'))).toBe(false);
    await node.stop();

    const right = await network.listen(old);
    await start(right.address.replace('tcp://', ''));
    const peer = await right.accept();
    await new FakeFolder(old, node.id, 5n).join(peer);
    expect(node.isConnectedTo(old.id)).toBe(true);
  });

  it('is not taken for one with another certificate, which gets nothing but a Hello', async () => {
    await start('dynamic');
    const peer = await network.dial(node.address, stranger);
    peer.sendHello();
    peer.send('clusterConfig', new FakeFolder(stranger, node.id, 1n).clusterConfig());
    await peer.ended();
    expect([peer.hello?.deviceName, peer.received]).toEqual(['', []]);
    const database = node.get(IndexDatabase);
    await until('it is pending', async () => (await database.pendingDevices()).length > 0);
    expect(await database.pendingDevices()).toMatchObject([{ device: stranger.id }]);
    expect(fs.existsSync(join(node.home, 'device-ids.json'))).toBe(false);
  });

  it('is served though its full ID cannot be written down, which is told', async () => {
    await start('dynamic');
    fs.mkdirSync(join(node.home, 'device-ids.json'));
    await syncsFrom(new FakeFolder(old, node.id, 5n), 'first');
    await until('the failure is told', () =>
      node.log.lines.some((line) => line.startsWith('warn') && line.includes('device-ids.json')),
    );
  });
});
