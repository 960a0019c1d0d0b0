/** Peers that are uninvited, talk rubbish or lie, over real TLS, while a good device must be served all the time. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import {
  BesiegedNode,
  contentOf,
  HANDSHAKE_TIMEOUT_MS,
  onlyReason,
} from './support/besieged-node.js';
import { long, sha256, vector } from './support/fake-folder.js';
import { SeededRandom } from './support/random.js';
import {
  BAD_ITEMS,
  BAD_REQUESTS,
  LIES,
  MALFORMED,
  REFUSED_REQUESTS,
  UNFIT_NAMES,
} from './support/hostile-cases.js';
import { until } from './support/wait.js';
import { peerIdentity } from './support/fake-peer-tls.js';

jest.setTimeout(30_000);

let besieged: BesiegedNode;

beforeAll(async () => {
  besieged = await BesiegedNode.start({ folders: [{ id: 'paused', paused: true }], prepare });
});

/** What requests ask for and may not have. */
function prepare(node: BesiegedNode): void {
  fs.writeFileSync(node.path('empty'), '');
  fs.writeFileSync(node.path('.stignore'), 'ignored\nignored directory\n');
  fs.writeFileSync(node.path('ignored'), 'ignored');
  fs.mkdirSync(node.path('ignored directory'));
  fs.writeFileSync(node.path('ignored directory/file'), 'ignored');
  fs.writeFileSync(node.path('.syncthing.there.tmp'), 'nobody asked for this');
  fs.writeFileSync(join(node.place('paused'), 'file'), 'paused');
  execFileSync('mkfifo', [node.path('pipe')]);
}

afterEach(async () => {
  await besieged.isServed();
  expect(besieged.untouched()).toEqual([]);
  expect([besieged.good.refusals, besieged.good.anomalies]).toEqual([[], []]);
});

afterAll(async () => {
  await besieged.stop();
});

describe('an uninvited device', () => {
  it('gets nothing but a Hello without our name, and is logged and pending once', async () => {
    const stranger = await peerIdentity();
    for (let attempt = 0; attempt < 20; attempt++) {
      const peer = await besieged.network.dial(besieged.node.address, stranger);
      peer.sendHello({ deviceName: `stranger ${attempt}`, clientName: 'fake' });
      peer.send('clusterConfig', besieged.evilFolder().clusterConfig());
      await peer.ended();
      expect(peer.hello).toMatchObject({ deviceName: '', clientName: 'syncnest' });
      expect(peer.received).toEqual([]);
    }
    const lines = besieged.node.log.lines.filter((line) => line.includes(stranger.id));
    expect(lines).toEqual([expect.stringContaining('Refused unknown device')]);
    const pending = await besieged.node.get(IndexDatabase).pendingDevices();
    expect(pending).toMatchObject([{ device: stranger.id, name: 'stranger 0' }]);
    expect(besieged.node.isConnectedTo(stranger.id)).toBe(false);
  });

  it.each([
    ['shows no certificate', undefined, {}],
    ['wants another protocol', 'evil', { ALPNProtocols: ['http/1.1'] }],
    ['speaks TLS 1.2', 'evil', { maxVersion: 'TLSv1.2' as const }],
  ])('that %s gets no connection', async (_what, who, options) => {
    const identity = who === undefined ? undefined : besieged.evilIdentity;
    const dial = besieged.network.tls(besieged.node.address, identity, options);
    const socket = await dial.catch(() => undefined);
    let received = 0;
    socket?.on('data', (chunk: Buffer) => (received += chunk.length));
    if (socket !== undefined && !socket.closed) await once(socket, 'close');
    expect(received).toBe(0);
    expect(besieged.node.isConnectedTo(besieged.evilIdentity.id)).toBe(false);
  });

  it('that does not finish its handshake is thrown out, and holds up nobody meanwhile', async () => {
    const sockets = await Promise.all(
      Array.from({ length: 80 }, () => besieged.network.tcp(besieged.node.address)),
    );
    sockets.forEach((socket, i) =>
      socket.write(Buffer.from([0x16, 3, 1, 2, 0]).subarray(0, i % 6)),
    );
    await besieged.isServed();
    const { peer } = await besieged.joinedEvil();
    const startMs = performance.now();
    await Promise.all(
      sockets.filter(({ closed }) => !closed).map((socket) => once(socket.resume(), 'close')),
    );
    expect(performance.now() - startMs).toBeLessThan(10 * HANDSHAKE_TIMEOUT_MS);
    await peer.drop();
  });

  it('that resets in the middle of everything harms nobody', async () => {
    const stranger = await peerIdentity();
    for (let i = 0; i < 30; i++) {
      const identity = i % 2 === 0 ? stranger : besieged.evilIdentity;
      const under = await besieged.network.tcp(besieged.node.address);
      const socket = await besieged.network.tls(besieged.node.address, identity, { socket: under });
      socket.write(Buffer.from('2ea7d90b0000', 'hex').subarray(0, i % 7));
      if (i % 3 === 0) await once(socket, 'data');
      under.resetAndDestroy();
    }
  });
});

describe('a configured device that says no Hello', () => {
  it.each([
    ['words that are no BEP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['the first word of an older protocol', Buffer.from('9f79bc40000000', 'hex')],
    ['a Hello that claims 64 KiB', Buffer.from('2ea7d90bffff', 'hex')],
    ['a Hello that is no protobuf', Buffer.from('2ea7d90b00020aff', 'hex')],
  ])('but %s is hung up on', async (_what, bytes) => {
    const peer = await besieged.evil();
    peer.sendBytes(bytes);
    await peer.ended();
    expect(peer.received).toEqual([]);
  });

  it('but is silent holds up neither the others nor its own next connection', async () => {
    const silent = await besieged.evil();
    await silent.greeted();
    const { peer } = await besieged.joinedEvil();
    await besieged.isServed();
    await Promise.all([peer.drop(), silent.drop()]);
  });
});

describe('a configured device that breaks the protocol', () => {
  it.each(MALFORMED)('with %s is closed with one reason', async (_what, reason, act) => {
    const { peer, folder } = await besieged.joinedEvil();
    act(peer, folder);
    expect(await onlyReason(peer)).toMatch(reason);
  });

  it.each(BAD_ITEMS)('by announcing %s is closed with one reason', async (_what, reason, item) => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, [folder.file('harmless', 'x'), item(folder)]);
    expect(await onlyReason(peer)).toMatch(reason);
    expect(contentOf(besieged.path('harmless'))).toBe(undefined);
  });

  it.each(BAD_REQUESTS)(
    'by asking for %s is closed with one reason',
    async (_what, reason, request) => {
      const { peer } = await besieged.joinedEvil();
      peer.send('request', { id: 1, folder: 'default', ...request });
      expect(await onlyReason(peer)).toMatch(reason);
    },
  );

  it('by any message before its cluster config is closed with one reason', async () => {
    for (const name of [
      'index',
      'indexUpdate',
      'request',
      'response',
      'downloadProgress',
      'ping',
    ] as const) {
      const peer = await besieged.evil();
      peer.sendHello();
      await peer.greeted();
      peer.send(name);
      expect(await onlyReason(peer)).toMatch(/the first message is not a cluster config but/);
    }
  });

  it('with random bytes at any point is closed or waited for, and never more than once', async () => {
    const random = new SeededRandom(7);
    for (let round = 0; round < 30; round++) {
      const { peer } = await besieged.joinedEvil();
      peer.sendBytes(random.bytes(1 + random.below(3_000)));
      peer.stream.end();
      await peer.ended();
      const closes = peer.received.filter(({ name }) => name === 'close');
      expect(closes.length).toBeLessThanOrEqual(1);
    }
  });
});

describe('a configured device that asks for what is not its own', () => {
  it.each(REFUSED_REQUESTS)('(%s) gets a refusal and no bytes', async (_what, request) => {
    const { peer } = await besieged.joinedEvil();
    peer.send('request', {
      id: 7,
      folder: 'default',
      size: 4,
      hash: sha256(Buffer.from('none')),
      ...request,
    });
    const response = await peer.next('response');
    expect(response.id).toBe(7);
    expect(response.code).toBeGreaterThan(0);
    expect(response.data).toHaveLength(0);
    await peer.drop();
  });
});

describe('a configured device that announces what cannot be here', () => {
  it.each(UNFIT_NAMES)('(%s) changes nothing here and stays connected', async (what, name) => {
    const { peer, folder } = await besieged.joinedEvil();
    const before = besieged.items();
    const fit = `beside ${what.replaceAll(' ', '-')}`;
    const files = [folder.file(name, 'evil'), folder.file(`${name}/below`, 'evil')];
    folder.index(peer, [...files, folder.file(fit, 'fit')]);
    await until('the fit item is there', () => contentOf(besieged.path(fit)) === 'fit');
    await until('the failure is told', () => besieged.problemsOf(name).length > 0);
    expect(besieged.items().filter((path) => !before.includes(path))).toEqual([fit]);
    expect(peer.isEnded).toBe(false);
    await peer.drop();
  });

  it('writes and deletes nothing through links, its own or the ones of the user', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, [
      folder.symlink('escape', besieged.outside),
      folder.file('escape/evil', 'evil'),
      folder.file('out/evil', 'evil'),
      folder.file('out/precious', 'evil'),
      folder.deleted('out/precious', { version: vector([folder.identity.shortId, 2n ** 40n]) }),
      folder.directory('out/directory'),
      folder.symlink('out/link', 'evil'),
      folder.file('after the links', 'x'),
    ]);
    await until('the other item is there', () => besieged.has('after the links'));
    await until('the failures are recorded', () => besieged.problemsOf('out/evil').length > 0);
    expect(besieged.untouched()).toEqual([]);
    await peer.drop();
  });

  it('in sequences and times that make no sense is taken at its word, where that is possible', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    folder.index(peer, [
      folder.file('same', 'first', { sequence: long(9) }),
      folder.file('same', 'second', { sequence: long(3), version: vector([1n, 1]) }),
      folder.directory('same/below', { sequence: long(3) }),
      folder.file('far ahead', 'x', { sequence: long(2n ** 53n - 1n), modifiedS: long(2n ** 50n) }),
      folder.file('long ago', 'x', { sequence: long(1), modifiedS: long(-(2n ** 50n)) }),
    ]);
    folder.update(peer, folder.file('last', 'last', { sequence: long(1) }));
    await until('the last item is there', () => contentOf(besieged.path('last')) === 'last');
    expect(peer.isEnded).toBe(false);
    await peer.drop();
  });
});

describe('a configured device that lies about content', () => {
  it.each(LIES)(
    'by %s gets nothing under a name, and the truth of another device does',
    async (what, answer) => {
      const name = `lie of ${what}`;
      const { peer, folder } = await besieged.joinedEvil();
      const truth = Buffer.alloc(200 * 1024, what);
      const file = folder.file(name, truth);
      folder.files.clear();
      folder.index(peer, [file]);
      answer(peer, await peer.next('request'), truth);
      await until('it is noticed', () => besieged.problemsOf(name).length > 0 || peer.isEnded);
      expect(besieged.has(name)).toBe(false);
      await besieged.isServed();
      await besieged.goodHas(file, truth);
      expect(fs.readFileSync(besieged.path(name)).equals(truth)).toBe(true);
      await peer.drop();
    },
  );

  it('by knowing more of our index than there ever was makes us announce it anew once, not again and again', async () => {
    const ids = new Set<bigint>();
    let claimed = { indexId: 0n, sequence: 0 };
    for (let attempt = 0; attempt < 4; attempt++) {
      const folder = besieged.evilFolder();
      const peer = await besieged.evil();
      const position = await folder.join(peer, claimed);
      ids.add(position.indexId);
      if (attempt === 1) expect(await onlyReason(peer)).toMatch(/rolled back; reconnect/);
      else await peer.next('index');
      await peer.drop();
      claimed = { indexId: position.indexId, sequence: 2 ** 40 };
    }
    const folder = besieged.evilFolder();
    const peer = await besieged.evil();
    ids.add((await folder.join(peer)).indexId);
    expect(ids.size).toBe(2);
    await peer.drop();
  });

  it('by never answering gets nothing under a name, and others are still answered', async () => {
    const { peer, folder } = await besieged.joinedEvil();
    const file = folder.file('never answered', 'never');
    folder.files.clear();
    folder.index(peer, [file]);
    await peer.next('request');
    await besieged.answersGood();
    expect(besieged.has('never answered')).toBe(false);
    await peer.drop();
    await besieged.isServed();
  });
});
