/**
 * From what a peer says of one item to what the rest of the node makes of it: sizes, offsets, blocks and times of every
 * kind are refused at the edge, and what passes is stored, compared, shown and divided into blocks without surprise.
 * Syncthing 1.19 can be crashed by some of these: blocks of odd sizes, negative ones, block size 0, empty names.
 */
import { isDeepStrictEqual } from 'node:util';
import { blockCount, blockLength, blockListProblem, blockOffset } from '../../src/domain/block.js';
import { type FileInfo } from '../../src/domain/file-info.js';
import { consistencyProblem, itemsEqual } from '../../src/domain/file-info-rules.js';
import { isBetter, isNeeded, pickGlobal, winsConflict } from '../../src/domain/global-version.js';
import { ownershipIn } from '../../src/domain/platform-data.js';
import { compareVectors, mergeVectors, updateVector } from '../../src/domain/version-vector.js';
import { fileAnswer } from '../../src/modules/api/file-answer.js';
import {
  decodeFacts,
  decodeRemote,
  ItemEncoder,
} from '../../src/modules/database/item-encoding.js';
import { fileFromWire, fileToWire } from '../../src/modules/protocol/file-wire.js';
import { bep } from '../../src/modules/protocol/gen/bep.js';
import { WireCursor } from '../../src/modules/protocol/wire-cursor.js';
import { effort } from '../support/effort.js';
import { SeededRandom } from '../support/random.js';
import { fuzz } from './support/fuzz.js';
import { mutatedBytes, TELLING_NUMBERS, varint } from './support/mutate-bytes.js';
import { field, mutatedMessage } from './support/mutate-protobuf.js';
import { randomFile } from './support/wire-seeds.js';

const POOL = pool();

function pool(): { file: FileInfo; bytes: Uint8Array }[] {
  const random = new SeededRandom(11);
  return Array.from({ length: effort(300, 3_000) }, () => {
    const file = randomFile(random);
    return { file, bytes: fileToWire(file) };
  });
}

/** One number of the item, or of one of its blocks, replaced by an extreme one. */
function withExtreme(bytes: Uint8Array, random: SeededRandom): Buffer {
  const number = random.pick([2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13]);
  return Buffer.concat([bytes, field(number, 0, varint(random.pick(TELLING_NUMBERS)))]);
}

/** A file of some blocks, one of which lies elsewhere, is larger or smaller, or has half a hash. */
function withOddBlock(random: SeededRandom): Uint8Array {
  const file = {
    name: 'f',
    type: 0,
    blockSize: random.pick([0, -1, 1, 131_072, 100_000, 2 ** 31 - 1]),
  };
  const blocks = Array.from({ length: random.below(4) }, (_, at) => ({
    offset: { low: at * 131_072, high: random.below(9) === 0 ? -1 : 0, unsigned: false } as never,
    size: random.pick([131_072, 131_072, 0, -1, 5, 2 ** 31 - 1, -(2 ** 31)]),
    hash: Buffer.alloc(random.pick([32, 32, 32, 0, 16, 33])),
  }));
  const size = {
    low: random.pick([0, 5, 131_072, 262_144, -1]),
    high: random.pick([0, 0, 0, -1, 2 ** 20]),
    unsigned: false,
  };
  return bep.FileInfo.encode({ ...file, size: size as never, blocks }).finish();
}

const encoder = new ItemEncoder();

fuzz<Uint8Array>({
  name: 'items are refused by name at the edge, or stored, compared, shown and cut into blocks as they are',
  make: (random) => {
    const { bytes } = random.pick(POOL);
    const kind = random.below(10);
    if (kind === 0) return bytes;
    if (kind < 3) return withExtreme(bytes, random);
    if (kind === 3) return withOddBlock(random);
    return kind === 4
      ? mutatedBytes(bytes, random, random.pick(POOL).bytes)
      : mutatedMessage(bytes, random);
  },
  take: (bytes, random) => {
    const file = fileFromWire(new WireCursor(bytes));
    const other = random.pick(POOL).file;
    requireThat(consistencyProblem(file) === undefined, 'inconsistent, and taken');
    const raw = encoder.encode(file);
    const stored = decodeRemote({ ...raw, info: new Uint8Array(raw.info) });
    requireThat(isDeepStrictEqual(plain(stored), plain(file)), 'stored as another');
    requireThat(
      compareVectors(decodeFacts(raw.info).version, file.version) === 'equal',
      'other facts',
    );
    requireThat(JSON.stringify(fileAnswer(file, true)).length > 0, 'not shown');
    requireBlocks(file);
    requireOrder(file, other);
    if (file.platform !== null) ownershipIn(file.platform);
  },
});

function requireBlocks(file: FileInfo): void {
  if (file.type !== 'file' || file.deleted || file.invalid) {
    requireThat(file.blockHashes.length === 0, 'blocks of what has no content');
    return;
  }
  requireThat(blockListProblem(file) === undefined, 'an odd list of blocks');
  const last = blockCount(file) - 1;
  const end = blockOffset(file, last) + blockLength(file, last);
  requireThat(
    end === file.size && blockLength(file, last) >= 0,
    'blocks that do not end with the file',
  );
}

/** Every device has to come to the same answer. */
function requireOrder(a: FileInfo, b: FileInfo): void {
  requireThat(!(winsConflict(a, b) && winsConflict(b, a)), 'both win');
  requireThat(!(isBetter(a, b) && isBetter(b, a)), 'both are better');
  const [first, second] = [
    { device: 'A', file: a },
    { device: 'B', file: b },
  ];
  requireThat(pickGlobal([first, second]) === pickGlobal([second, first]), 'order decides');
  requireThat(itemsEqual(a, a), 'another than itself');
  isNeeded(a, b);
  const both = mergeVectors(a.version, b.version);
  requireThat(
    /equal|newer/.test(compareVectors(both, a.version)),
    'a merged version that is older',
  );
  updateVector(both, 1n, 1_700_000_000);
}

function requireThat(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(what);
}

/** Without what tells a Buffer from other bytes. */
function plain(file: FileInfo): unknown {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const { blockHashes, blocksHash, platform, ...rest } = file;
  return {
    ...rest,
    hashes: hex(blockHashes),
    hash: hex(blocksHash),
    own: platform && hex(platform),
  };
}
