/** Compares the wire codec with the frames that stock Syncthing 1.19.2 makes, case by case. */
import { blockCount, blockHash, blockLength, blockOffset } from '../src/domain/block.js';
import { type FileInfo } from '../src/domain/file-info.js';
import { type VersionVector } from '../src/domain/version-vector.js';
import { duplexPair } from './support/duplex-pair.js';
import { CaseCount, loadVectors, sayVectorsAbsent } from './support/vectors.js';
import { compress, COMPRESSION_THRESHOLD_BYTES } from '../src/modules/protocol/compression.js';
import { expandNow, shouldCompress } from '../src/modules/protocol/compression.js';
import { indexFromWire } from '../src/modules/protocol/file-wire.js';
import { encodeFrame, FrameDecoder, type WireFrame } from '../src/modules/protocol/frame.js';
import { bep } from '../src/modules/protocol/gen/bep.js';
import { encodeHello, readHello } from '../src/modules/protocol/hello.js';
import { type ClusterConfig, type ProgressUpdate } from '../src/modules/protocol/messages.js';
import * as convert from '../src/modules/protocol/wire-convert.js';

interface StockFrame {
  name: string;
  bodyHex: string;
  frameHex: string;
  fieldsAsGoJSON: Record<string, never>;
}

interface WireVectors {
  badHello: { error: string; firstBytesHex: string }[];
  hello: { clientName: string; clientVersion: string; deviceName: string; wireHex: string }[];
  frames: StockFrame[];
  compressedFrames: { name: string; bodyHex: string; frameHex: string }[];
  lz4: { lz4Hex: string; plainHex: string }[];
  oldDownloadProgress: string[];
  compressionThreshold: number;
}

const BYTES_MAX = 64 * 1024 * 1024;
const never = new AbortController().signal;
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const vectors = loadVectors<WireVectors>('bep-wire');

function frameOf(bytes: Buffer): WireFrame {
  const decoder = new FrameDecoder();
  decoder.push(bytes);
  const frame = decoder.next();
  if (frame === undefined) throw new Error('not one whole frame');
  expect(decoder.bufferedBytes).toBe(0);
  return frame;
}

/** What we made of a message, in the words and forms of the stock fields that we read. */
async function fieldsOf({ type, payload }: WireFrame): Promise<unknown> {
  switch (type) {
    case 0:
      return stockConfig(convert.clusterConfigFromWire(payload));
    case 1:
    case 2: {
      const { folder, files } = await indexFromWire(payload);
      return { folder, files: nullWhenEmpty(files.map(stockFile)) };
    }
    case 3: {
      const { id, request } = convert.requestFromWire(payload);
      return { id, ...request, hash: base64(request.hash) };
    }
    case 4: {
      const { id, code, data } = convert.responseFromWire(payload);
      const codes = ['ok', 'generic', 'no-such-file', 'invalid-file'];
      return { id, code: codes.indexOf(code), data: base64(data) };
    }
    case 5: {
      const { folder, updates } = convert.downloadProgressFromWire(payload);
      return { folder, updates: updates.map(stockUpdate) };
    }
    case 6:
      return {};
    case 7:
      return { reason: convert.closeFromWire(payload) };
  }
}

function stockConfig(config: ClusterConfig): unknown {
  const folders = config.folders.map((folder) => ({
    id: folder.id,
    label: folder.label,
    readOnly: folder.type === 'sendonly',
    paused: folder.paused,
    devices: folder.devices.map((device) => ({
      id: device.id,
      name: device.name,
      addresses: nullWhenEmpty(device.addresses),
      compression: device.compression,
      maxSequence: device.maxSequence,
      introducer: device.introducer,
      indexId: device.indexId.toString(),
      skipIntroductionRemovals: device.skipIntroductionRemovals,
      encryptionPasswordToken: base64(device.encryptionPasswordToken),
    })),
  }));
  return { folders: nullWhenEmpty(folders) };
}

const STOCK_TYPES = {
  file: 'FILE_INFO_TYPE_FILE',
  directory: 'FILE_INFO_TYPE_DIRECTORY',
  symlink: 'FILE_INFO_TYPE_SYMLINK',
};

function stockFile(file: FileInfo): unknown {
  const blocks = Array.from({ length: blockCount(file) }, (_, i) => ({
    hash: base64(blockHash(file, i)),
    offset: blockOffset(file, i),
    size: blockLength(file, i),
  }));
  return {
    name: file.name,
    size: file.size,
    modifiedS: file.modifiedS,
    modifiedBy: file.modifiedBy.toString(),
    version: stockVector(file.version),
    sequence: file.sequence,
    blocks: nullWhenEmpty(blocks),
    symlinkTarget: file.symlinkTarget,
    type: STOCK_TYPES[file.type],
    permissions: file.permissions,
    modifiedNs: file.modifiedNs,
    blockSize: file.blockSize,
    deleted: file.deleted,
    invalid: file.invalid,
    noPermissions: file.noPermissions,
  };
}

function stockUpdate(update: ProgressUpdate): unknown {
  return {
    updateType: update.type === 'forget' ? 1 : 0,
    name: update.name,
    version: stockVector(update.version),
    blockIndexes: nullWhenEmpty(update.blockIndexes),
    blockSize: update.blockSize,
  };
}

function stockVector(vector: VersionVector): unknown {
  const counters = vector.map(({ id, value }) => ({ id: `${id}`, value: Number(value) }));
  return { counters };
}

function base64(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : Buffer.from(bytes).toString('base64');
}

function nullWhenEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}

/**
 * Stock fields that we do not read. Also `blocksHash`: ours is computed from the hashes alone, as 2.x does it, while
 * 1.x takes the weak hashes in; both generations compute it anew on arrival, and we do too.
 */
const PASSED_OVER = new Set([
  ...['ignorePermissions', 'ignoreDelete', 'disableTempIndexes', 'certName', 'weakHash'],
  ...['encrypted', 'localFlags', 'versionHash', 'blocksHash'],
]);
const AS_TEXT = new Set(['modifiedBy', 'indexId']);

function expectedFields(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((each) => expectedFields(each));
  if (AS_TEXT.has(key) || (key === 'id' && typeof value === 'number')) return String(value);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => !PASSED_OVER.has(name));
  return Object.fromEntries(kept.map(([name, each]) => [name, expectedFields(each, name)]));
}

if (vectors === undefined) it('has nothing to compare with', sayVectorsAbsent);
else compareWith(vectors);

function compareWith(all: WireVectors): void {
  it('are decoded to the same fields', async () => {
    const count = new CaseCount('bep-wire frames');
    for (const stock of all.frames) {
      const frame = frameOf(hex(stock.frameHex));
      const fields = await fieldsOf(frame);
      count.check(stock.name, () => {
        expect(Buffer.from(frame.payload).toString('hex')).toBe(stock.bodyHex);
        expect(expectedFields(fields)).toEqual(expectedFields(stock.fieldsAsGoJSON));
      });
    }
    count.report();
  });

  it('are framed by us byte for byte', () => {
    const count = new CaseCount('bep-wire framing');
    for (const stock of all.frames) {
      count.check(stock.name, () => {
        const { type } = frameOf(hex(stock.frameHex));
        const ours = Buffer.concat(encodeFrame(type, [hex(stock.bodyHex)], false));
        expect(ours.toString('hex')).toBe(stock.frameHex);
      });
    }
    count.report();
  });

  it('are expanded and compressed by the same rule', async () => {
    const count = new CaseCount('bep-wire compressed frames');
    expect(COMPRESSION_THRESHOLD_BYTES).toBe(all.compressionThreshold);
    for (const stock of all.compressedFrames) {
      const frame = frameOf(hex(stock.frameHex));
      const body = hex(stock.bodyHex);
      const isTried = shouldCompress('metadata', false, body.length);
      const ours = isTried ? await compress(body) : undefined;
      count.check(stock.name, () => {
        const plain = frame.isCompressed ? expandNow(frame.payload, BYTES_MAX) : frame.payload;
        expect(Buffer.from(plain).toString('hex')).toBe(stock.bodyHex);
        expect(ours !== undefined).toBe(frame.isCompressed);
      });
    }
    for (const { lz4Hex, plainHex } of all.lz4) {
      count.check(lz4Hex.slice(0, 40), () => {
        const plain = Buffer.from(expandNow(hex(lz4Hex), BYTES_MAX));
        expect(plain.toString('hex')).toBe(plainHex);
      });
    }
    count.report();
  });

  it('include download progress of old releases, packed and not', () => {
    const count = new CaseCount('bep-wire old download progress');
    for (const update of all.oldDownloadProgress) {
      count.check(update.slice(0, 20), () => {
        expect(
          bep.FileDownloadProgressUpdate.decode(hex(update)).blockIndexes.length,
        ).toBeGreaterThan(0);
      });
    }
    count.report();
  });

  it('begin with a Hello that is read, or refused, as stock does', async () => {
    const count = new CaseCount('bep-wire hello');
    const messages: [RegExp, RegExp][] = [
      [/older version/, /older, incompatible/],
      [/unknown/, /no known version/],
      [/too big/, /at most 32767/],
    ];
    for (const stock of all.hello) {
      const [near, far] = duplexPair();
      far.write(hex(stock.wireHex));
      const hello = await readHello(near, never);
      const { clientName, clientVersion, deviceName } = stock;
      const ours = { ...hello, timestamp: 0n, connections: 0 };
      count.check(stock.wireHex, () => {
        expect(hello).toMatchObject({ clientName, clientVersion, deviceName });
        expect(encodeHello(ours).toString('hex')).toBe(stock.wireHex);
      });
    }
    for (const stock of all.badHello) {
      const [near, far] = duplexPair();
      far.write(hex(stock.firstBytesHex));
      const error = await readHello(near, never).then(String, String);
      count.check(stock.firstBytesHex, () => {
        const expected = messages.find(([theirs]) => theirs.test(stock.error))![1];
        expect(error).toMatch(expected);
      });
    }
    count.report();
  });
}
