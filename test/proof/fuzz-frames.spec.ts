/** Whatever bytes a peer sends before and around its messages: Hello, headers, lengths, LZ4 sizes, in any pieces. */
import { Duplex } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { SyncError } from '../../src/domain/errors.js';
import { claimedSize, expandNow } from '../../src/modules/protocol/compression.js';
import { encodeFrame, FrameDecoder, MESSAGE_BYTES_MAX } from '../../src/modules/protocol/frame.js';
import { type WireFrame } from '../../src/modules/protocol/frame.js';
import {
  checkMagic,
  decodeHello,
  encodeHello,
  readHello,
} from '../../src/modules/protocol/hello.js';
import { HELLO_BYTES_MAX, KIB, MIB } from '../../src/modules/protocol/wire-limits.js';
import { SeededRandom } from '../support/random.js';
import { frameNames, wireData } from '../support/wire-data.js';
import { fuzz, isWellSaid } from './support/fuzz.js';
import { mutatedBytes, varint } from './support/mutate-bytes.js';
import { field, mutatedMessage } from './support/mutate-protobuf.js';
import { MessagePool, packedMessages, randomFrames } from './support/wire-seeds.js';

const GOLDEN = frameNames().map((name) => wireData(name));
const MESSAGES = new MessagePool();
const POOL = await packedMessages(new SeededRandom(1), 40);
/** What a decoder may hold beyond what it was given: the first buffer of a message. */
const BUFFER_BYTES_MAX = 512 * KIB;
const EVERY_CUT_BYTES_MAX = 96;

interface Decoded {
  readonly frames: WireFrame[];
  /** The reason why there are no more; '' when more may come. */
  readonly refusal: string;
}

function decodedIn(pieces: readonly Uint8Array[]): Decoded {
  const decoder = new FrameDecoder();
  const frames: WireFrame[] = [];
  let bytes = 0;
  try {
    for (const piece of pieces) {
      decoder.push(piece);
      bytes += piece.length;
      for (let frame = decoder.next(); frame !== undefined; frame = decoder.next())
        frames.push(frame);
      if (decoder.bufferedBytes > bytes) throw new Error('it holds more than it was given');
    }
  } catch (error) {
    if (!isWellSaid(error)) throw error;
    return { frames, refusal: (error as SyncError).message };
  }
  return { frames, refusal: '' };
}

function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places].sort((a, b) => a - b);
  return [0, ...ends].map((from, at) => bytes.subarray(from, ends[at] ?? bytes.length));
}

function requireSame(found: Decoded, whole: Decoded, what: string): void {
  const isSame =
    found.refusal === whole.refusal &&
    found.frames.length === whole.frames.length &&
    found.frames.every(
      (frame, at) =>
        frame.type === whole.frames[at]!.type &&
        frame.isCompressed === whole.frames[at]!.isCompressed &&
        Buffer.compare(frame.payload, whole.frames[at]!.payload) === 0,
    );
  if (!isSame) throw new Error(`${what} gives another result than in one piece`);
}

fuzz<Uint8Array>({
  name: 'frames: any bytes are frames or refused, whatever the pieces they come in',
  make: (random) => {
    const kind = random.below(10);
    if (kind === 0) return random.bytes(random.below(80));
    const good = random.below(3) === 0 ? random.pick(GOLDEN) : randomFrames(random, MESSAGES, POOL);
    if (kind === 1) return good;
    return mutatedBytes(good, random, random.pick(GOLDEN));
  },
  take: (bytes, random) => {
    const whole = decodedIn([bytes]);
    const places = Array.from({ length: 1 + random.below(5) }, () =>
      random.below(bytes.length + 1),
    );
    requireSame(decodedIn(cutAt(bytes, places)), whole, `cut at ${places.join()}`);
    if (bytes.length <= EVERY_CUT_BYTES_MAX && random.below(8) === 0) {
      const each = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
      requireSame(decodedIn(each), whole, 'byte by byte');
      for (let at = 0; at <= bytes.length; at += 1) {
        requireSame(decodedIn(cutAt(bytes, [at])), whole, `cut at ${at}`);
      }
    }
    // What was made out is a frame again.
    const again = Buffer.concat(
      whole.frames.flatMap(({ type, payload, isCompressed }) =>
        encodeFrame(type, [payload], isCompressed),
      ),
    );
    requireSame(decodedIn([again]), { frames: whole.frames, refusal: '' }, 'encoded again');
    if (whole.refusal !== '') throw new SyncError('protocol', whole.refusal);
  },
});

fuzz<Uint8Array>({
  name: 'headers: any header is read or refused, and claimed lengths allocate nothing',
  make: (random) => {
    const header = field(1, 0, varint(random.pick([0, 1, 2, 3, 6, 7, 8, 77, -1, 2 ** 31])));
    const compression = field(2, 0, varint(random.pick([0, 1, 0, 1, 2, -1, 9])));
    const plain = Buffer.concat(random.below(3) === 0 ? [header] : [header, compression]);
    const bytes = random.below(2) === 0 ? plain : mutatedMessage(plain, random);
    const front = Buffer.alloc(2);
    front.writeUInt16BE(
      random.below(10) === 0 ? random.below(65_536) : Math.min(bytes.length, 65_535),
    );
    const length = Buffer.alloc(4);
    const claimed = [
      0,
      1,
      1000,
      65_536,
      16 * MIB,
      64 * MIB,
      500_000_000,
      500_000_001,
      2 ** 31,
      2 ** 32 - 1,
    ];
    length.writeUInt32BE(random.pick(claimed));
    return Buffer.concat([front, bytes, length, random.bytes(random.below(40))]);
  },
  take: (bytes) => {
    const allocated = countingAllocations(() => {
      const { refusal } = decodedIn([bytes]);
      if (refusal !== '') throw new SyncError('protocol', refusal);
    });
    if (allocated > BUFFER_BYTES_MAX) throw new Error(`${allocated} bytes for ${bytes.length}`);
  },
});

/** Bytes of the buffers that are made meanwhile. */
function countingAllocations(act: () => void): number {
  const { allocUnsafe, alloc } = Buffer;
  let bytes = 0;
  Buffer.allocUnsafe = (size: number) => {
    bytes += size;
    return allocUnsafe(size);
  };
  Buffer.alloc = ((size: number, ...rest: []) => {
    bytes += size;
    return alloc(size, ...rest);
  }) as typeof Buffer.alloc;
  try {
    act();
  } finally {
    Object.assign(Buffer, { allocUnsafe, alloc });
  }
  return bytes;
}

fuzz<Uint8Array>({
  name: 'LZ4: any claimed size and any block expand as said or are refused',
  make: (random) => {
    const { bytes } = random.pick(POOL);
    const kind = random.below(8);
    if (kind === 0) return bytes;
    if (kind === 1) return random.bytes(random.below(64));
    if (kind < 5) {
      const claims = Buffer.from(bytes);
      const real = claims.readUInt32BE(0);
      const sizes = [
        0,
        1,
        real - 1,
        real + 1,
        real * 2,
        claims.length * 255,
        claims.length * 255 + 1,
      ];
      claims.writeUInt32BE(random.pick([...sizes, MIB, 64 * MIB, 2 ** 31, 2 ** 32 - 1]), 0);
      return claims;
    }
    if (kind === 5) return bombOf(random);
    return Buffer.concat([
      bytes.subarray(0, 4),
      mutatedBytes(bytes.subarray(4), random, random.pick(POOL).bytes),
    ]);
  },
  take: (bytes, random) => {
    const bytesMax = random.pick(MESSAGE_BYTES_MAX);
    const claimed = claimedSize(bytes, bytesMax);
    const expanded = expandNow(new Uint8Array(bytes), bytesMax);
    if (expanded.length !== claimed) throw new Error('another size than claimed');
  },
});

/** A block that stands for as much as a block can: a literal, and matches of the longest kind. */
function bombOf(random: SeededRandom): Buffer {
  const matches = Buffer.concat([
    Buffer.from([0x1f, 0x61, 0x01, 0x00]),
    Buffer.alloc(random.below(400), 0xff),
  ]);
  const front = Buffer.alloc(4);
  front.writeUInt32BE(matches.length * random.pick([1, 200, 255]));
  return Buffer.concat([front, matches, Buffer.from([random.below(256)])]);
}

const HELLO = wireData('hello');

function randomHello(random: SeededRandom): Buffer {
  return encodeHello({
    deviceName: random.pick(['', 'name', 'ü'.repeat(random.below(300)), '\u001b[2J\n']),
    clientName: random.pick(['syncthing', '', '\0']),
    clientVersion: random.pick(['v1.19.2', 'v2.0.0-rc.1', '']),
    connections: random.below(5),
    timestamp: BigInt(random.below(1000)) - 500n,
  });
}

fuzz<Uint8Array>({
  name: 'Hello: any first bytes are a Hello or refused, and what is read encodes again',
  make: (random) => {
    const good = random.below(4) === 0 ? HELLO : randomHello(random);
    const kind = random.below(10);
    if (kind === 0) return random.bytes(random.below(40));
    if (kind < 3) return mutatedBytes(good, random, HELLO);
    const message = kind === 3 ? good.subarray(6) : mutatedMessage(good.subarray(6), random);
    const front = Buffer.from(good.subarray(0, 6));
    front.writeUInt16BE(Math.min(message.length, 65_535), 4);
    return Buffer.concat([front, message]);
  },
  take: (bytes) => {
    const buffer = Buffer.from(bytes);
    if (buffer.length < 6) return 'refused';
    checkMagic(buffer.readUInt32BE(0));
    const length = buffer.readUInt16BE(4);
    if (length > buffer.length - 6) return 'refused';
    const hello = decodeHello(buffer.subarray(6, 6 + length));
    if (hello.deviceName.length + hello.clientName.length > HELLO_BYTES_MAX) return 'refused';
    const again = decodeHello(encodeHello(hello).subarray(6));
    if (!isDeepStrictEqual(again, hello)) throw new Error('another one, encoded again');
  },
});

fuzz<Uint8Array>({
  name: 'Hello over a stream: read in any pieces, refused, or ended, and nothing beyond it taken',
  make: (random) => {
    const good = randomHello(random);
    const bytes = random.below(3) === 0 ? mutatedBytes(good, random, HELLO) : good;
    return Buffer.concat([bytes, random.bytes(random.below(20))]);
  },
  take: async (bytes, random) => {
    const stream = new Duplex({ read: () => undefined, write: (_, __, done) => done() });
    const found = readHello(stream, new AbortController().signal);
    const length = bytes.length < 6 ? 0 : Buffer.from(bytes).readUInt16BE(4);
    for (let at = 0; at < bytes.length;) {
      const end = at + 1 + random.below(random.pick([1, 8, 100]));
      stream.push(Buffer.from(bytes.subarray(at, end)));
      at = end;
    }
    stream.push(null);
    const error = await found.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    const rest = stream.read() as Buffer | null;
    stream.destroy();
    const beyond = bytes.length - 6 - length;
    const isLimited = beyond > 0 && length <= HELLO_BYTES_MAX && bytes[0] === 0x2e;
    if (isLimited && (rest?.length ?? 0) < beyond) throw new Error('it read beyond the Hello');
    if (error !== undefined) throw error;
  },
});
