/** Valid messages of every type, made by the real encoder from random values, and the golden ones. */
import { blocksHashOf, MIN_BLOCK_BYTES, VALID_BLOCK_SIZES } from '../../../src/domain/block.js';
import { deviceIdFromBytes } from '../../../src/domain/device-id.js';
import { type FileInfo, HASH_BYTES } from '../../../src/domain/file-info.js';
import { type VersionVector, vectorOf } from '../../../src/domain/version-vector.js';
import { compress } from '../../../src/modules/protocol/compression.js';
import { indexToWire } from '../../../src/modules/protocol/file-wire.js';
import { encodeFrame, FrameDecoder, MessageType } from '../../../src/modules/protocol/frame.js';
import {
  type ClusterConfig,
  type DownloadProgress,
} from '../../../src/modules/protocol/messages.js';
import { type BlockRequest } from '../../../src/modules/protocol/messages.js';
import * as convert from '../../../src/modules/protocol/wire-convert.js';
import { effort } from '../../support/effort.js';
import { SeededRandom } from '../../support/random.js';
import { frameNames, wireData } from '../../support/wire-data.js';

const NO_BYTES = new Uint8Array(0);
const NAME_PARTS = ['a', 'b.txt', 'Ä', 'file', '.hidden', 'e\u0301', '日本', 'x'.repeat(100), '~'];
const HARD_PARTS = ['..', '.', '', '\0', '\\', '.stfolder', '.stignore', '.stversions'];
const HARDER_PARTS = ['.syncthing.a.tmp', 'a.sync-conflict-20200101-000000-AAAAAAA', '\u001b[31m'];
const FOLDERS = ['default', 'photos', '__proto__', 'constructor', ''];
const FOLDER_TYPES = ['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'] as const;
const COMPRESSIONS = ['metadata', 'never', 'always'] as const;

export function randomName(random: SeededRandom): string {
  const parts = Array.from({ length: 1 + random.below(4) }, () => {
    const kind = random.below(40);
    if (kind === 0) return random.pick(HARD_PARTS);
    return kind === 1 ? random.pick(HARDER_PARTS) : random.pick(NAME_PARTS);
  });
  return parts.join('/');
}

export function randomVector(random: SeededRandom): VersionVector {
  const counters = Array.from({ length: random.below(5) }, () => ({
    id: BigInt(random.below(20)) * random.pick([1n, 2n ** 59n]),
    value: BigInt(random.below(1000)) * random.pick([1n, 2n ** 53n]),
  }));
  return vectorOf(counters);
}

export function randomFile(random: SeededRandom): FileInfo {
  const type = random.pick(['file', 'file', 'file', 'directory', 'symlink'] as const);
  const deleted = random.below(6) === 0;
  const invalid = random.below(8) === 0;
  const hasContent = type === 'file' && !deleted && !invalid;
  const blockSize = hasContent ? random.pick([MIN_BLOCK_BYTES, ...VALID_BLOCK_SIZES]) : 0;
  const size = hasContent ? random.below(Math.min(blockSize * 5, 2 ** 31)) : 0;
  const blocks = hasContent ? Math.max(1, Math.ceil(size / blockSize)) : 0;
  const blockHashes = blocks === 0 ? NO_BYTES : random.bytes(blocks * HASH_BYTES);
  return {
    name: randomName(random),
    type,
    size,
    modifiedS: random.pick([0, -1, 1_700_000_000, 2 ** 53 - 1, -(2 ** 53) + 1, 253_402_300_800]),
    modifiedNs: random.pick([0, 1, 999_999_999]),
    modifiedBy: BigInt(random.below(1000)),
    version: randomVector(random),
    sequence: random.below(1_000_000),
    permissions: random.below(0o10000),
    noPermissions: random.below(5) === 0,
    deleted,
    invalid,
    blockSize,
    blockHashes,
    blocksHash: hasContent ? blocksHashOf(blockHashes) : NO_BYTES,
    symlinkTarget: type === 'symlink' ? random.pick(['a', '../b', '/etc/passwd', '']) : '',
    platform: random.below(6) === 0 ? randomPlatform(random) : null,
    localFlags: 0,
  };
}

/** Owner and attributes as a message by hand: 1 {1 owner, 3 uid}, 3 {1 {1 name, 2 value}}. */
function randomPlatform(random: SeededRandom): Uint8Array {
  const unix = [0x0a, 0x05, 0x0a, 0x01, 0x61, 0x18, random.below(128)];
  const linux = [0x1a, 0x0a, 0x0a, 0x08, 0x0a, 0x03, 0x62, 0x63, 0x64, 0x12, 0x01, 0x65];
  return Uint8Array.from(random.pick([unix, linux, [...unix, ...linux], []]));
}

export function randomIndex(random: SeededRandom): Uint8Array {
  return indexToWire({
    folder: random.pick(FOLDERS),
    files: Array.from({ length: random.below(6) }, () => randomFile(random)),
    lastSequence: random.below(1000),
    prevSequence: random.below(1000),
  });
}

export function randomClusterConfig(random: SeededRandom): ClusterConfig {
  const ids = Array.from({ length: 3 }, () => deviceIdFromBytes(random.bytes(32)));
  const device = (): ClusterConfig['folders'][number]['devices'][number] => ({
    id: random.pick(ids),
    name: random.pick(['one', '', '\u0007', 'ü'.repeat(20)]),
    addresses: Array.from({ length: random.below(4) }, () =>
      random.pick(['dynamic', 'tcp://192.0.2.1:22000', '']),
    ),
    compression: random.pick(COMPRESSIONS),
    maxSequence: random.below(1000),
    introducer: random.below(2) === 0,
    indexId: BigInt(random.below(1000)) * 2n ** 50n,
    skipIntroductionRemovals: random.below(2) === 0,
    encryptionPasswordToken: random.below(5) === 0 ? random.bytes(8) : NO_BYTES,
  });
  const used = new Set<string>();
  const folders = Array.from({ length: random.below(4) }, () => ({
    id: random.pick(FOLDERS),
    label: random.pick(['Label', '', '<b>']),
    type: random.pick(FOLDER_TYPES),
    paused: random.below(4) === 0,
    devices: Array.from({ length: random.below(4) }, device),
  })).filter(({ id }) => !used.has(id) && used.add(id));
  return { folders, secondary: random.below(2) === 0 };
}

export function randomRequest(random: SeededRandom): BlockRequest {
  return {
    folder: random.pick(FOLDERS),
    name: randomName(random),
    offset: random.below(100) * 131_072,
    size: random.below(131_073),
    hash: random.below(4) === 0 ? NO_BYTES : random.bytes(32),
    fromTemporary: random.below(4) === 0,
    blockNo: random.below(100),
  };
}

export function randomProgress(random: SeededRandom): DownloadProgress {
  return {
    folder: random.pick(FOLDERS),
    updates: Array.from({ length: random.below(5) }, () => ({
      type: random.pick(['append', 'forget'] as const),
      name: randomName(random),
      version: randomVector(random),
      blockIndexes: Array.from({ length: random.below(20) }, () => random.below(1000)),
      blockSize: random.pick([0, 131_072]),
    })),
  };
}

const RESPONSE_CODES = ['ok', 'generic', 'no-such-file', 'invalid-file'] as const;

/** A valid message of the type. */
export function randomMessage(type: MessageType, random: SeededRandom): Uint8Array {
  switch (type) {
    case MessageType.clusterConfig:
      return convert.clusterConfigToWire(randomClusterConfig(random));
    case MessageType.index:
    case MessageType.indexUpdate:
      return randomIndex(random);
    case MessageType.request:
      return convert.requestToWire(random.below(1000), randomRequest(random));
    case MessageType.response: {
      const data = random.bytes(random.below(300));
      return Buffer.concat(
        convert.responseToWire(random.below(100), random.pick(RESPONSE_CODES), data),
      );
    }
    case MessageType.downloadProgress:
      return convert.downloadProgressToWire(randomProgress(random));
    case MessageType.ping:
      return NO_BYTES;
    default:
      return convert.closeToWire(random.pick(['', 'bye', 'x'.repeat(1000)]));
  }
}

/** Making a message takes much longer than changing it. */
const POOL_MESSAGES = effort(150, 3_000);
const POOL_SEED = 7;

/** Valid messages of each type: made ones and golden ones. */
export class MessagePool {
  private readonly messages = new Map<MessageType, Uint8Array[]>();

  constructor() {
    const random = new SeededRandom(POOL_SEED);
    const golden = goldenMessages();
    for (const type of MESSAGE_TYPES) {
      const made = Array.from({ length: POOL_MESSAGES }, () => randomMessage(type, random));
      this.messages.set(type, [...made, ...(golden.get(type) ?? [])]);
    }
  }

  pick(type: MessageType, random: SeededRandom): Uint8Array {
    return random.pick(this.messages.get(type)!);
  }
}

export const MESSAGE_TYPES: readonly MessageType[] = Object.values(MessageType);

/** The golden frames of a type, without what is around the message. */
export function goldenMessages(): Map<MessageType, Uint8Array[]> {
  const messages = new Map<MessageType, Uint8Array[]>();
  for (const name of frameNames()) {
    const decoder = new FrameDecoder();
    decoder.push(wireData(name));
    const frame = decoder.next();
    if (frame === undefined || frame.isCompressed) continue;
    messages.set(frame.type, [...(messages.get(frame.type) ?? []), frame.payload]);
  }
  return messages;
}

/** Whole frames of some messages, in one piece. */
export function randomFrames(
  random: SeededRandom,
  messages: MessagePool,
  packed: readonly Packed[],
): Buffer {
  const parts: Uint8Array[] = [];
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    if (random.below(4) === 0) {
      const { type, bytes } = random.pick(packed);
      parts.push(...encodeFrame(type, [bytes], true));
    } else {
      const type = random.pick(MESSAGE_TYPES);
      parts.push(...encodeFrame(type, [messages.pick(type, random)], false));
    }
  }
  return Buffer.concat(parts);
}

export interface Packed {
  readonly type: MessageType;
  readonly bytes: Uint8Array;
}

/** Messages in compressed form. */
export async function packedMessages(random: SeededRandom, count: number): Promise<Packed[]> {
  const packed: Packed[] = [];
  while (packed.length < count) {
    const type = random.pick(MESSAGE_TYPES);
    const bytes = await compress(randomMessage(type, random));
    if (bytes !== undefined) packed.push({ type, bytes: new Uint8Array(bytes) });
  }
  return packed;
}
