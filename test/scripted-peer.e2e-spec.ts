/**
 * A whole node with a well-behaved peer of the second generation, over real TLS. The peer applies the checks of
 * Syncthing 2.1 to all that it gets: a refusal or an anomaly at the end of any test is a failure.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shortId } from '../src/domain/device-id.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { bep } from '../src/modules/protocol/gen/bep.js';
import { contentOf } from './support/besieged-node.js';
import { type FakePeer, frameOf, PEER_TYPES } from './support/fake-peer.js';
import {
  bigOf,
  FakeFolder,
  long,
  positionIn,
  sha256,
  vector,
  vectorOf,
} from './support/fake-folder.js';
import { type Position, type WireFile } from './support/fake-folder.js';
import { peerIdentity, type PeerIdentity, PeerNetwork } from './support/fake-peer-tls.js';
import { TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(30_000);

const KIB = 1024;
const MIB = 1024 * KIB;
const EXECUTABLE = 0o755;

let base: string;
let node: TestNode;
let network: PeerNetwork;
let identities: PeerIdentity[];
const peers: FakePeer[] = [];

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-scripted-'));
  node = await TestNode.create(base, 'folder');
  network = new PeerNetwork();
  identities ??= await Promise.all([peerIdentity(), peerIdentity()]);
});

afterEach(async () => {
  const complaints = peers
    .splice(0)
    .flatMap(({ refusals, anomalies }) => [...refusals, ...anomalies]);
  await network.close();
  await node.stop();
  fs.rmSync(base, { recursive: true });
  expect(complaints).toEqual([]);
});

async function started(): Promise<void> {
  await node.start({ devices: identities.map(({ id }) => ({ id })) });
  await node.scan();
}

function folderOf(device: 0 | 1, indexId = 11n): FakeFolder {
  return new FakeFolder(identities[device]!, node.id, indexId);
}

interface Joined {
  readonly peer: FakePeer;
  /** Of the node's index, as the node says. */
  readonly node: Position;
  /** Of the peer's index, as the node knows it. */
  readonly known: Position;
}

/** `known`: what the peer still knows of the node's index. */
async function joined(folder: FakeFolder, known?: Position): Promise<Joined> {
  const sequences = new Map([['default', known?.sequence ?? 0]]);
  const peer = await network.dial(node.address, folder.identity, {
    files: folder.files,
    sequences,
  });
  peers.push(peer);
  const position = await folder.join(peer, known);
  const config = peer.received.find(({ name }) => name === 'clusterConfig')!.message;
  const ours = positionIn(config as bep.ClusterConfig, 'default', folder.identity.id);
  return { peer, node: position, known: ours };
}

/** What the peer was told of each name last. */
function announced(peer: FakePeer): Map<string, bep.FileInfo> {
  const files = peer.received
    .filter(({ name }) => name === 'index' || name === 'indexUpdate')
    .flatMap(({ message }) => (message as bep.Index).files as bep.FileInfo[]);
  return new Map(files.map((file) => [file.name, file]));
}

async function announcedTo(peer: FakePeer, name: string): Promise<bep.FileInfo> {
  await until(`${name} is announced`, () => announced(peer).has(name), 10_000, 5);
  return announced(peer).get(name)!;
}

function requestsTo(peer: FakePeer): bep.Request[] {
  return peer.received
    .filter(({ name }) => name === 'request')
    .map(({ message }) => message as bep.Request);
}

function counts(peer: FakePeer): { index: number; indexUpdate: number } {
  const of = (name: string): number => peer.received.filter((got) => got.name === name).length;
  return { index: of('index'), indexUpdate: of('indexUpdate') };
}

function path(name: string): string {
  return join(node.root, name);
}

async function fetched(peer: FakePeer, file: bep.FileInfo): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (const [blockNo, block] of file.blocks.entries()) {
    const { offset, size, hash } = block as bep.BlockInfo;
    peer.send('request', {
      id: blockNo,
      folder: 'default',
      name: file.name,
      offset,
      size,
      hash,
      blockNo,
    });
    const { code, data } = await peer.next('response');
    expect([code, data.length]).toEqual([0, size]);
    parts.push(data);
  }
  return Buffer.concat(parts);
}

describe('a peer of the second generation', () => {
  it('passes owners and extended attributes on byte by byte, and keeps them when the file changes', async () => {
    const attribute = Buffer.concat([
      Buffer.from([0x0a, 6]),
      Buffer.from('user.a'),
      Buffer.from([0x12, 3, 0, 0xff, 7]),
    ]);
    const xattrs = Buffer.concat([Buffer.from([0x0a, attribute.length]), attribute]);
    // Owner "bob" with the numbers 1000 and 50; attributes of Linux; a field of a later release.
    const platform = Buffer.concat([
      Buffer.from([0x0a, 10, 0x0a, 3]),
      Buffer.from('bob'),
      Buffer.from([0x18, 0xe8, 7, 0x20, 50]),
      Buffer.from([0x1a, xattrs.length]),
      xattrs,
      Buffer.from([0x7a, 2, 1, 2]),
    ]);
    const [first, second] = [folderOf(0), folderOf(1)];
    await started();
    const { peer: sender } = await joined(first);
    const { peer: receiver } = await joined(second);
    const sent = [
      first.directory('directory', { platform }),
      first.file('directory/file', 'content', { platform }),
      first.file('big', 'x'.repeat(300 * KIB), { platform }),
      first.symlink('link', 'nowhere', { platform }),
    ];
    first.index(sender, sent);
    for (const { name } of sent) {
      const file = await announcedTo(receiver, name!);
      expect(Buffer.from(file.platform).equals(platform)).toBe(true);
    }
    const { uid, gid } = fs.statSync(path('directory/file'));
    expect([uid, gid]).toEqual([process.getuid!(), process.getgid!()]);
    fs.writeFileSync(path('directory/file'), 'changed here');
    await node.scan();
    await until(
      'the change is announced',
      () => bigOf(announced(receiver).get('directory/file')!.size) === 12n,
    );
    const changed = announced(receiver).get('directory/file')!;
    expect(Buffer.from(changed.platform).equals(platform)).toBe(true);
  });

  it('gets all that the node has, in batches whose sequences fit, and the blocks it asks for', async () => {
    const content = Buffer.alloc(300 * KIB, 'content');
    fs.mkdirSync(path('directory'));
    fs.writeFileSync(path('directory/file'), content, { mode: EXECUTABLE });
    fs.writeFileSync(path('empty'), '');
    fs.symlinkSync('directory/file', path('link'));
    fs.mkdirSync(path('many'));
    for (let i = 0; i < 1_100; i++) fs.writeFileSync(path(`many/${i}`), '');
    await started();
    const { peer, node: position } = await joined(folderOf(0));
    await until('all is announced', () => announced(peer).size === 1_105, 10_000, 5);
    expect(counts(peer)).toEqual({ index: 1, indexUpdate: 1 });
    const [first, second] = [await peer.next('index'), await peer.next('indexUpdate')];
    expect([bigOf(first.prevSequence), bigOf(first.lastSequence)]).toEqual([0n, 1_000n]);
    expect([bigOf(second.prevSequence), bigOf(second.lastSequence)]).toEqual([1_000n, 1_105n]);
    expect(position.sequence).toBe(1_105);
    expect(peer.received.find(({ name }) => name === 'index')!.isCompressed).toBe(true);

    const file = announced(peer).get('directory/file')!;
    expect(file).toMatchObject({ type: 0, permissions: EXECUTABLE, blockSize: 128 * KIB });
    expect(file.blocks).toHaveLength(3);
    expect((await fetched(peer, file)).equals(content)).toBe(true);
    const empty = announced(peer).get('empty')!;
    expect(empty.blocks).toMatchObject([{ size: 0, hash: sha256(Buffer.alloc(0)) }]);
    expect(Buffer.from(announced(peer).get('link')!.symlinkTarget).toString()).toBe(
      'directory/file',
    );
    const [counter] = vectorOf(file.version);
    expect([counter![0], bigOf(file.modifiedBy)]).toEqual([shortId(node.id), shortId(node.id)]);
  });

  it('gives all that it has, asked block by block with hash and number, whatever its block size', async () => {
    const folder = folderOf(0);
    const random = Buffer.from(
      Array.from({ length: 2_500 }, (_, i) => sha256(Buffer.of(i, i >> 8))).flatMap((hash) => [
        ...hash,
      ]),
    );
    const big = Buffer.concat([random, Buffer.alloc(3 * MIB), random]);
    await started();
    const { peer } = await joined(folder);
    const files = [
      folder.directory('directory', { permissions: 0o700 }),
      folder.file('directory/small blocks', big, { modifiedNs: 123_456_789, permissions: 0o640 }),
      folder.file('directory/large blocks', big.subarray(5), { blockSize: MIB }),
      folder.file('one large block', random, { blockSize: 16 * MIB }),
      folder.file('empty', ''),
      folder.symlink('link', 'nowhere'),
      folder.file('without permissions', 'x', { noPermissions: true }),
    ];
    folder.index(peer, files.slice(0, 3));
    folder.update(peer, ...files.slice(3));
    for (const file of files) await announcedTo(peer, file.name!);
    for (const [name, content] of folder.files) {
      expect(fs.readFileSync(path(name)).equals(content)).toBe(true);
    }
    expect(fs.readlinkSync(path('link'))).toBe('nowhere');
    expect(fs.statSync(path('directory/small blocks')).mode & 0o777).toBe(0o640);

    const requests = requestsTo(peer);
    for (const { name, offset, size, hash, blockNo } of requests) {
      const { blocks, blockSize } = files.find((file) => file.name === name)!;
      const block = blocks![blockNo]!;
      expect(bigOf(offset)).toBe(BigInt(blockNo * blockSize!));
      expect([size, Buffer.from(hash)]).toEqual([block.size, block.hash]);
    }
    const zeros = blockHashesOfZeros();
    expect(requests.some(({ hash }) => zeros.includes(Buffer.from(hash).toString('hex')))).toBe(
      false,
    );
    for (const file of files) {
      const back = announced(peer).get(file.name!)!;
      expect([...vectorOf(back.version)]).toEqual([...vectorOf(file.version)]);
      expect([back.type, back.blockSize, back.blocks.length]).toEqual([
        file.type,
        file.blockSize ?? 0,
        file.blocks?.length ?? 0,
      ]);
      expect([bigOf(back.modifiedS), back.modifiedNs]).toEqual([
        bigOf(file.modifiedS),
        file.modifiedNs ?? 0,
      ]);
      expect(bigOf(back.modifiedBy)).toBe(identities[0]!.shortId);
    }
  });

  it('that comes back gets and gives only what changed, also after a restart of the node', async () => {
    fs.writeFileSync(path('first'), '1');
    await started();
    const folder = folderOf(0);
    const one = await joined(folder);
    folder.index(one.peer, [folder.file('theirs', 'theirs')]);
    const { sequence } = await announcedTo(one.peer, 'theirs');
    await one.peer.drop();
    const known = { indexId: one.node.indexId, sequence: Number(bigOf(sequence)) };

    const two = await joined(folder, known);
    expect(two.node).toEqual(known);
    expect(two.known).toEqual({ indexId: 11n, sequence: 1 });
    fs.writeFileSync(path('second'), '2');
    await node.scan();
    await announcedTo(two.peer, 'second');
    expect(counts(two.peer)).toEqual({ index: 0, indexUpdate: 1 });
    expect(announced(two.peer).size).toBe(1);
    const update = await two.peer.next('indexUpdate');
    expect(Number(bigOf(update.prevSequence))).toBe(known.sequence);
    folder.update(two.peer, folder.file('more of theirs', 'more'));
    const last = await announcedTo(two.peer, 'more of theirs');
    await node.stop();
    expect(two.peer.closeReason).toContain('stopping');

    await started();
    const three = await joined(folder, { ...known, sequence: Number(bigOf(last.sequence)) });
    expect(three.node).toEqual({ ...known, sequence: Number(bigOf(last.sequence)) });
    expect(three.known).toEqual({ indexId: 11n, sequence: 2 });
    fs.writeFileSync(path('third'), '3');
    await node.scan();
    await announcedTo(three.peer, 'third');
    expect([...announced(three.peer).keys()]).toEqual(['third']);
  });

  it('that knows an index of another life gets all of it anew', async () => {
    fs.writeFileSync(path('file'), 'x');
    await started();
    const one = await joined(folderOf(0));
    await announcedTo(one.peer, 'file');
    await one.peer.drop();
    const indexId = await node.get(IndexDatabase).renewIndexId('default');
    const two = await joined(folderOf(0), one.node);
    expect(two.node.indexId).toBe(indexId);
    const index = await two.peer.next('index');
    expect([bigOf(index.prevSequence), index.files.map(({ name }) => name)]).toEqual([
      0n,
      ['file'],
    ]);
  });

  it('that lost its own index is not thought to have what it announced before', async () => {
    await started();
    const before = folderOf(0);
    const one = await joined(before);
    before.index(one.peer, [before.file('lost', 'lost'), before.file('kept', 'kept')]);
    await announcedTo(one.peer, 'kept');
    one.peer.send('close', { reason: 'my index is lost' });
    await one.peer.ended();

    const after = folderOf(0, 22n);
    const two = await joined(after);
    expect(two.known).toEqual({ indexId: 11n, sequence: 2 });
    after.index(two.peer, [after.file('new', 'new')]);
    await announcedTo(two.peer, 'new');
    const { files } = await node.get(IndexDatabase).remoteCounts('default', identities[0]!.id);
    expect(files).toBe(1);
    expect(contentOf(path('lost'))).toBe('lost');
    expect(node.log.lines.join('\n')).toContain('closed by the peer: my index is lost');
  });
});

describe('what only the second generation knows', () => {
  it('of owners and attributes is passed on unharmed, also with a version of ours', async () => {
    const platform = bytesOf(
      [1, Buffer.from('\x0a\x04jane\x12\x05staff\x18\xe8\x07', 'latin1')],
      [3, bytesOf([1, bytesOf([1, Buffer.from('user.mime')], [2, Buffer.of(0, 255, 254)])])],
      [99, Buffer.from('of the future')],
    );
    await started();
    const folder = folderOf(0);
    const { peer } = await joined(folder);
    folder.index(peer, [
      folder.file('file', 'content', { platform }),
      folder.directory('directory', { platform }),
      folder.file('plain', 'plain'),
    ]);
    const other = await joined(folderOf(1));
    for (const name of ['file', 'directory']) {
      const file = await announcedTo(other.peer, name);
      expect(Buffer.from(file.platform).equals(platform)).toBe(true);
    }
    expect((await announcedTo(other.peer, 'plain')).platform).toHaveLength(0);
    fs.chmodSync(path('file'), EXECUTABLE);
    await node.scan();
    await until(
      'the change is announced',
      () => announced(peer).get('file')!.permissions === EXECUTABLE,
    );
    expect(Buffer.from(announced(peer).get('file')!.platform).equals(platform)).toBe(true);
  });

  it('and fields, messages and codes of a later version change nothing', async () => {
    await started();
    const folder = folderOf(0);
    const peer = await network.dial(node.address, identities[0]!, { files: folder.files });
    peers.push(peer);
    const later = bytesOf([1_000, Buffer.from('later')]);
    const hello = Buffer.concat([
      bep.Hello.encode({
        deviceName: 'later',
        clientName: 'syncthing',
        clientVersion: 'v3.0.0',
        numConnections: 3,
      }).finish(),
      later,
    ]);
    const front = Buffer.from('2ea7d90b0000', 'hex');
    front.writeUInt16BE(hello.length, 4);
    peer.sendBytes(Buffer.concat([front, hello]));
    await peer.greeted();
    const config = bep.ClusterConfig.encode(folder.clusterConfig()).finish();
    peer.sendFrame(PEER_TYPES.clusterConfig, Buffer.concat([config, later]));
    await peer.next('clusterConfig');
    peer.sendBytes(frameOf(42, Buffer.from('a message of the future')));
    const file = folder.file('file', 'content', { previousBlocksHash: sha256(Buffer.of(1)) });
    const encoded = Buffer.concat([bep.FileInfo.encode(file).finish(), later]);
    const head = bep.Index.encode({ folder: 'default', lastSequence: long(1) }).finish();
    peer.sendFrame(PEER_TYPES.index, Buffer.concat([head, bytesOf([2, encoded]), later]));
    await announcedTo(peer, 'file');
    expect(contentOf(path('file'))).toBe('content');
  });

  it('of items that a device cannot give is not asked for, and taken when another can', async () => {
    await started();
    const [folder, other] = [folderOf(0), folderOf(1)];
    const { peer } = await joined(folder);
    const content = 'content';
    folder.index(peer, [
      folder.file('nobody has it', content, { invalid: true }),
      folder.file('somebody has it', content, { invalid: true, blocks: [] }),
      folder.directory('invalid directory', { invalid: true }),
      folder.file('fine', 'fine'),
    ]);
    await announcedTo(peer, 'fine');
    expect(fs.readdirSync(node.root).sort()).toEqual(['.stfolder', 'fine']);
    const second = await joined(other);
    other.index(second.peer, [other.file('somebody has it', content)]);
    await announcedTo(peer, 'somebody has it');
    expect(requestsTo(peer).map(({ name }) => name)).toEqual(['fine']);
    expect(contentOf(path('somebody has it'))).toBe(content);
  });
});

describe('two versions that do not know of each other', () => {
  /** The node holds an edit of what the peer announced; the peer does not know of the edit. */
  async function edited(): Promise<{ folder: FakeFolder; peer: FakePeer; edit: bep.FileInfo }> {
    await started();
    const folder = folderOf(0);
    const { peer } = await joined(folder);
    folder.index(peer, [folder.file('document', 'first')]);
    await announcedTo(peer, 'document');
    fs.writeFileSync(path('document'), 'our edit');
    await node.scan();
    await until('the edit is announced', () => bigOf(announced(peer).get('document')!.size) === 8n);
    return { folder, peer, edit: announced(peer).get('document')! };
  }

  it('of which one is a later delete end in the edit, with a version above both', async () => {
    const { folder, peer, edit } = await edited();
    const { shortId: theirs } = identities[0]!;
    const version = vector([theirs, 2n ** 33n]);
    folder.update(peer, folder.deleted('document', { version, modifiedS: long(2n ** 33n) }));
    const isAbove = (): boolean =>
      vectorOf(announced(peer).get('document')!.version).get(theirs) === 2n ** 33n;
    await until('the edit is announced above the delete', isAbove);
    const kept = announced(peer).get('document')!;
    expect([kept.deleted, bigOf(kept.size)]).toEqual([false, 8n]);
    const ours = shortId(node.id);
    expect(vectorOf(kept.version).get(ours)).toBeGreaterThan(vectorOf(edit.version).get(ours)!);
    expect(contentOf(path('document'))).toBe('our edit');
    expect((await fetched(peer, kept)).toString()).toBe('our edit');
  });

  it('of which the delete is ours end in the edit of the peer', async () => {
    const { folder, peer } = await edited();
    fs.rmSync(path('document'));
    await node.scan();
    await until('the delete is announced', () => announced(peer).get('document')!.deleted);
    const { shortId: theirs } = identities[0]!;
    const version = vector([theirs, 2n ** 33n]);
    folder.update(peer, folder.file('document', 'their edit', { version }));
    await until('their edit is here', () => contentOf(path('document')) === 'their edit');
    await until('it is announced', () => !announced(peer).get('document')!.deleted);
    const isAbove = vectorOf(announced(peer).get('document')!.version).get(theirs) === 2n ** 33n;
    expect(isAbove).toBe(true);
  });

  it('of which both are edits leave both, the loser as a conflict copy that is announced', async () => {
    const { folder, peer } = await edited();
    const version = vector([identities[0]!.shortId, 2n ** 33n]);
    const later = { version, modifiedS: long(2n ** 33n) };
    folder.update(peer, folder.file('document', 'their edit', later));
    const isCopy = (name: string): boolean => name.includes('.sync-conflict-');
    await until('the copy is announced', () => [...announced(peer).keys()].some(isCopy));
    const copy = [...announced(peer).keys()].find(isCopy)!;
    expect(contentOf(path('document'))).toBe('their edit');
    expect(contentOf(path(copy))).toBe('our edit');
    expect((await fetched(peer, announced(peer).get(copy)!)).toString()).toBe('our edit');
  });
});

describe('two peers of the second generation', () => {
  it('get through the node what the other one has, with its version and its blocks', async () => {
    await started();
    const [first, second] = [folderOf(0), folderOf(1)];
    const [a, b] = [await joined(first), await joined(second)];
    const file = first.file('from the first', Buffer.alloc(700 * KIB, 'x'), {
      blockSize: 256 * KIB,
    });
    first.index(a.peer, [file]);
    second.index(b.peer, [second.file('from the second', 'second')]);
    const seen = await announcedTo(b.peer, 'from the first');
    expect([...vectorOf(seen.version)]).toEqual([...vectorOf(file.version)]);
    expect((await fetched(b.peer, seen)).equals(Buffer.alloc(700 * KIB, 'x'))).toBe(true);
    await announcedTo(a.peer, 'from the second');
  });

  it('do not wait for each other when one of them does not answer, and nor does the user', async () => {
    await started();
    const [silent, second] = [folderOf(0), folderOf(1)];
    const [a, b] = [await joined(silent), await joined(second)];
    const owed = ['owed', 'owed too'].map((name) =>
      silent.file(name, Buffer.alloc(300 * KIB, name)),
    );
    silent.files.clear();
    silent.index(a.peer, owed);
    await until('asked', () => requestsTo(a.peer).length > 0);
    second.index(b.peer, [second.file('given', Buffer.alloc(300 * KIB, 'given'))]);
    await announcedTo(a.peer, 'given');
    fs.writeFileSync(path('mine'), 'mine');
    await node.scan('default', ['mine']);
    await announcedTo(b.peer, 'mine');
    expect(await node.isInSync()).toBe(false);
    for (const name of ['owed', 'owed too']) silent.file(name, Buffer.alloc(300 * KIB, name));
    for (const request of requestsTo(a.peer)) a.peer.answer(request);
    await announcedTo(b.peer, 'owed too');
    await until('in sync', () => node.isInSync());
    expect(fs.readFileSync(path('owed')).equals(Buffer.alloc(300 * KIB, 'owed'))).toBe(true);
  });

  it('both give blocks of a file that both have, and either alone when the other one leaves', async () => {
    await started();
    const [first, second] = [folderOf(0), folderOf(1)];
    const [a, b] = [await joined(first), await joined(second)];
    const content = Buffer.concat(
      Array.from({ length: 40 }, (_, i) => Buffer.alloc(128 * KIB, `${i}.`)),
    );
    const version = vector([1n, 1]);
    first.index(a.peer, [first.file('shared', content, { version })]);
    second.index(b.peer, [second.file('shared', content, { version })]);
    await announcedTo(a.peer, 'shared');
    expect(fs.readFileSync(path('shared')).equals(content)).toBe(true);
    await a.peer.drop();
    const more: WireFile = second.file('of one', content.subarray(7));
    second.update(b.peer, more);
    await announcedTo(b.peer, 'of one');
    expect(fs.readFileSync(path('of one')).equals(content.subarray(7))).toBe(true);
  });
});

/** An encoded message of these length-delimited fields. */
function bytesOf(...fields: readonly [number: number, content: Uint8Array][]): Buffer {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
  return Buffer.concat(
    fields.flatMap(([number, content]) => [
      Buffer.from([...varint((number << 3) | 2), ...varint(content.length)]),
      content,
    ]),
  );
}

function blockHashesOfZeros(): string[] {
  return [128 * KIB, MIB].map((size) => sha256(Buffer.alloc(size)).toString('hex'));
}
