/** What a device that is configured may do wrong after Cluster Config, case by case, with the reason it is to be told. */
import { type bep } from '../../src/modules/protocol/gen/bep.js';
import { blocksOf, type FakeFolder, long, type WireFile } from './fake-folder.js';
import { type FakePeer, PEER_TYPES } from './fake-peer.js';

const KIB = 1024;
const GIB = 1024 ** 3;
const NO_HASH = new Uint8Array(0);

type Act = (peer: FakePeer, folder: FakeFolder) => void;

export const MALFORMED: [what: string, reason: RegExp, act: Act][] = [
  [
    'a header too long',
    /a header of 65535 bytes, at most 1024/,
    (peer) => peer.sendBytes(Buffer.from([0xff, 0xff])),
  ],
  [
    'a header that is no protobuf',
    /malformed header/,
    (peer) => peer.sendBytes(Buffer.from([0, 2, 0x0a, 0xff])),
  ],
  [
    'an unknown compression',
    /unknown compression 9/,
    (peer) => peer.sendFrame(PEER_TYPES.ping, NO_HASH, 9),
  ],
  [
    'a message of 500 MB',
    /\(index\) of 500000000 bytes, at most/,
    (peer) => peer.sendFrameClaiming(PEER_TYPES.index, 500_000_000),
  ],
  [
    'a message of unknown type beyond the largest of all',
    /\(type 77\) of 4294967295 bytes/,
    (peer) => peer.sendFrameClaiming(77, 2 ** 32 - 1),
  ],
  [
    'a cluster config of a gigabyte',
    /\(cluster config\) of 1073741824 bytes/,
    (peer) => peer.sendFrameClaiming(PEER_TYPES.clusterConfig, GIB),
  ],
  [
    'LZ4 that claims gigabytes',
    /expands to 4294967295 bytes, more than/,
    (peer) => peer.sendFrame(PEER_TYPES.index, Buffer.alloc(32, 0xff), 1),
  ],
  [
    'LZ4 that claims more than it can hold',
    /12 bytes cannot expand to 16777216/,
    (peer) => peer.sendFrame(PEER_TYPES.index, withSize(16 * 1024 * KIB, Buffer.alloc(8)), 1),
  ],
  [
    'LZ4 that is none',
    /LZ4/,
    (peer) => peer.sendFrame(PEER_TYPES.index, withSize(200, Buffer.alloc(40, 0xf0)), 1),
  ],
  [
    'a truncated index',
    /protocol error: index/,
    (peer) => peer.sendFrame(PEER_TYPES.index, Buffer.from([0x0a, 0x50, 1])),
  ],
  [
    'a truncated request',
    /protocol error: request/,
    (peer) => peer.sendFrame(PEER_TYPES.request, Buffer.from([0x12, 0x7f, 1])),
  ],
  [
    'a truncated response',
    /protocol error: response/,
    (peer) => peer.sendFrame(PEER_TYPES.response, Buffer.from([0x12, 0x7f])),
  ],
  [
    'a device ID of three bytes in a second cluster config',
    /a device ID of 3 bytes/,
    (peer) =>
      peer.send('clusterConfig', {
        folders: [{ id: 'default', devices: [{ id: Buffer.from('abc') }] }],
      }),
  ],
  [
    'an index for a folder that is not shared with it',
    /folder "private" is not exchanged here/,
    (peer) => peer.send('index', { folder: 'private', files: [] }),
  ],
  [
    'an index update for a folder that does not exist',
    /folder "nowhere" is not exchanged here/,
    (peer) => peer.send('indexUpdate', { folder: 'nowhere', files: [] }),
  ],
  [
    'progress in a folder that is not shared with it',
    /folder "private" is not exchanged here/,
    (peer) => peer.send('downloadProgress', { folder: 'private', updates: [] }),
  ],
  [
    'an index whose sequences are negative',
    /last_sequence is negative/,
    (peer) => peer.send('index', { folder: 'default', files: [], lastSequence: long(-1) }),
  ],
];

const nameCases: [string, RegExp][] = [
  ['', /the name is empty/],
  ['..', /a component "\.\."/],
  ['../outside/evil', /a component "\.\."/],
  ['directory/../../outside/evil', /a component "\.\."/],
  ['/tmp/evil', /the name is absolute/],
  ['directory//evil', /an empty component/],
  ['directory/', /an empty component/],
  ['./evil', /a component "\."/],
];

export const BAD_ITEMS: [what: string, reason: RegExp, item: (folder: FakeFolder) => WireFile][] = [
  ...nameCases.map(([name, reason]): (typeof BAD_ITEMS)[number] => [
    `the name ${JSON.stringify(name)}`,
    reason,
    (folder) => folder.file(name, 'evil'),
  ]),
  ['an unknown type', /unknown item type 9/, (folder) => folder.directory('evil', { type: 9 })],
  [
    'a directory with a size',
    /a directory has the size 5/,
    (folder) => folder.directory('evil', { size: long(5) }),
  ],
  [
    'a directory with blocks',
    /a directory has blocks/,
    (folder) => folder.directory('evil', { blocks: blocksOf(Buffer.from('x'), 1) }),
  ],
  [
    'a link with a size',
    /a symlink has the size 5/,
    (folder) => folder.symlink('evil', 'x', { size: long(5) }),
  ],
  [
    'a deleted file with blocks',
    /a deleted item has blocks/,
    (folder) => folder.file('evil', 'x', { deleted: true }),
  ],
  ['a file without blocks', /no blocks/, (folder) => folder.file('evil', 'x', { blocks: [] })],
  ['a negative size', /size is negative/, (folder) => folder.file('evil', 'x', { size: long(-1) })],
  [
    'a size beyond all numbers',
    /size is beyond/,
    (folder) => folder.file('evil', 'x', { size: long(2n ** 60n) }),
  ],
  [
    'a size of petabytes in one block',
    /1 blocks of 131072 bytes do not make a file of 1125899906842624 bytes/,
    (folder) => folder.file('evil', 'x', { size: long(2n ** 50n) }),
  ],
  [
    'more blocks than its size needs',
    /2 blocks of 131072 bytes do not make a file of 1 bytes/,
    (folder) => folder.file('evil', Buffer.alloc(200 * KIB), { size: long(1) }),
  ],
  [
    'blocks with a gap',
    /block 1 is 5 bytes at 131073/,
    (folder) => withBlock(folder, { offset: long(128 * KIB + 1) }),
  ],
  [
    'a block that overlaps',
    /block 1 is 5 bytes at 0/,
    (folder) => withBlock(folder, { offset: long(0) }),
  ],
  ['a block too small', /block 1 is 4 bytes/, (folder) => withBlock(folder, { size: 4 })],
  ['a block of negative size', /index/, (folder) => withBlock(folder, { size: -5 })],
  [
    'half a hash',
    /a hash that is not SHA-256/,
    (folder) => withBlock(folder, { hash: Buffer.alloc(16) }),
  ],
  ['no hash', /has no hash/, (folder) => withBlock(folder, { hash: NO_HASH })],
  [
    'a block size that nobody uses',
    /block size/,
    (folder) => folder.file('evil', 'x', { blockSize: 100_000 }),
  ],
  [
    'a negative block size',
    /block size/,
    (folder) => folder.file('evil', 'x', { blockSize: -131_072 }),
  ],
  [
    'a negative sequence',
    /sequence is negative/,
    (folder) => folder.file('evil', 'x', { sequence: long(-5) }),
  ],
  [
    'a billion and one nanoseconds',
    /modified_ns is 1000000001/,
    (folder) => folder.file('evil', 'x', { modifiedNs: 1_000_000_001 }),
  ],
  [
    'a version of thousands of devices',
    /a version of more than/,
    (folder) =>
      folder.file('evil', 'x', {
        version: {
          counters: Array.from({ length: 10_000 }, (_, i) => ({
            id: long(2n ** 60n + BigInt(i)),
            value: long(1),
          })),
        },
      }),
  ],
  [
    'a megabyte of attributes',
    /a file info of more than/,
    (folder) => folder.file('evil', 'x', { platform: Buffer.alloc(1024 * KIB) }),
  ],
];

/** A file of two blocks, the second of which is changed. */
function withBlock(folder: FakeFolder, change: bep.BlockInfo.$Properties): WireFile {
  const file = folder.file('evil', Buffer.alloc(128 * KIB + 5));
  return { ...file, blocks: [file.blocks![0]!, { ...file.blocks![1], ...change }] };
}

function withSize(size: number, packed: Buffer): Buffer {
  const front = Buffer.alloc(4);
  front.writeUInt32BE(size);
  return Buffer.concat([front, packed]);
}

type Request = Partial<bep.Request>;

export const BAD_REQUESTS: [what: string, reason: RegExp, request: Request][] = [
  ...nameCases.map(([name, reason]): (typeof BAD_REQUESTS)[number] => [
    `the name ${JSON.stringify(name)}`,
    reason,
    { name, size: 1 },
  ]),
  ['a negative size', /the size -1 is negative/, { name: 'kept', size: -1 }],
  ['two gigabytes', /the size 2147483647 is more than/, { name: 'kept', size: 2 ** 31 - 1 }],
  ['a negative offset', /is negative: -1/, { name: 'kept', size: 1, offset: long(-1) }],
  ['half a hash', /a hash of 16 bytes/, { name: 'kept', size: 1, hash: Buffer.alloc(16) }],
];

/** Stock of old answers it with what its memory held. */
const BEHIND = { name: 'kept', size: 1024, hash: NO_HASH };

export const REFUSED_REQUESTS: [what: string, request: Request][] = [
  ['beyond the end', { name: 'kept', offset: long(300 * KIB - 2) }],
  ['far beyond the end', { name: 'kept', offset: long(2n ** 52n) }],
  ['no bytes, with a hash of some', { name: 'kept', size: 0 }],
  ['more than the file has', { name: 'kept', size: 32 * 1024 * KIB }],
  ['other bytes than the file has', { name: 'kept' }],
  ['a directory', { name: 'directory' }],
  ['a link', { name: 'out', hash: NO_HASH }],
  ['through a link', { name: 'out/precious', hash: NO_HASH }],
  ['the marker', { name: '.stfolder', hash: NO_HASH }],
  ['in the marker', { name: '.stfolder/own', size: 3, hash: NO_HASH }],
  ['an old version', { name: '.stversions/old', size: 3, hash: NO_HASH }],
  ['a temporary file', { name: '.syncthing.kept.tmp', hash: NO_HASH }],
  ['from a temporary file that is not there', { name: 'kept', fromTemporary: true }],
  ['a folder that is not shared with it', { folder: 'private', name: 'secret', hash: NO_HASH }],
  ['a folder that does not exist', { folder: 'nowhere', name: 'kept' }],
  ['a name that nobody has', { name: 'nothing', hash: NO_HASH }],
  ['a name with a NUL character', { name: 'kept\0', hash: NO_HASH }],
  ['behind the end, where it asks for no certain bytes', { ...BEHIND, offset: long(300 * KIB) }],
  ['over the end, likewise', { ...BEHIND, offset: long(300 * KIB - 5) }],
  ['all that was ever read, likewise', { ...BEHIND, size: 32 * 1024 * KIB }],
  ['behind the end of an empty file', { ...BEHIND, name: 'empty', size: 1 }],
  ['a pipe', { name: 'pipe', hash: NO_HASH }],
  ['what is ignored', { name: 'ignored', hash: NO_HASH }],
  ['below what is ignored', { name: 'ignored directory/file', hash: NO_HASH }],
  ['what lies below a file', { name: 'kept/below', hash: NO_HASH }],
  ['a temporary file that is there', { name: '.syncthing.there.tmp', hash: NO_HASH }],
  ['the same by its item', { name: 'there', fromTemporary: true }],
  ['the same where any bytes will do', { name: 'there', fromTemporary: true, hash: NO_HASH }],
  ['through a link, from what is being received', { name: 'out/precious', fromTemporary: true }],
  ['through a link and back', { name: 'out/directory/inside', hash: NO_HASH }],
  ['the patterns', { name: '.stignore', hash: NO_HASH }],
  ['a name that is too long', { name: 'n'.repeat(256), hash: NO_HASH }],
  ['a path that is too long', { name: 'n/'.repeat(3_000) + 'n', hash: NO_HASH }],
  ['a folder without a name', { folder: '', name: 'kept', hash: NO_HASH }],
  ['a paused folder', { folder: 'paused', name: 'file', hash: NO_HASH }],
];

/** Names that the wire allows and this node does not apply. */
export const UNFIT_NAMES: [what: string, name: string][] = [
  ['a NUL character', 'evil\0name'],
  ['the marker', '.stfolder'],
  ['in the marker', '.stfolder/evil'],
  ['the patterns', '.stignore'],
  ['the old versions', '.stversions/old'],
  ['a temporary file', '.syncthing.evil.tmp'],
  ['a temporary file of Windows', '~syncthing~evil.tmp'],
  ['no normal form', 'e\u0301vil'],
  ['a component too long', 'e'.repeat(256)],
  ['a path too long', Array.from({ length: 40 }, () => 'e'.repeat(200)).join('/')],
];

type Answer = (peer: FakePeer, request: bep.Request, truth: Buffer) => void;

/** Wrong answers to the request for the first of two blocks. */
export const LIES: [what: string, answer: Answer][] = [
  [
    'other bytes',
    (peer, { id, size }) => peer.send('response', { id, data: Buffer.alloc(size, 'lies') }),
  ],
  [
    'too few bytes',
    (peer, { id }, truth) => peer.send('response', { id, data: truth.subarray(0, 5) }),
  ],
  [
    'too many bytes',
    (peer, { id }, truth) => peer.send('response', { id, data: Buffer.concat([truth, truth]) }),
  ],
  ['no bytes', (peer, { id }) => peer.send('response', { id })],
  ['a refusal', (peer, { id }) => peer.send('response', { id, code: 3 })],
  ['a code that nobody knows', (peer, { id }) => peer.send('response', { id, code: 99 })],
  [
    'answers to other requests, and then a refusal',
    (peer, { id, size }, truth) => {
      const data = truth.subarray(0, size);
      for (const other of [id + 1000, -1, 2 ** 31 - 1]) peer.send('response', { id: other, data });
      peer.send('response', { id, code: 1 });
      peer.send('response', { id, data });
    },
  ],
];
