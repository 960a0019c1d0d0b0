import fc from 'fast-check';
import { frameNames, wireData } from '../../../test/support/wire-data.js';
import { SyncError } from '../../domain/errors.js';
import {
  encodeFrame,
  FrameDecoder,
  MESSAGE_BYTES_MAX,
  MessageType,
  type WireFrame,
} from './frame.js';
import { INDEX_BYTES_MAX, SKIPPED_BYTES_MAX } from './wire-limits.js';

function framesOf(decoder: FrameDecoder): WireFrame[] {
  const frames: WireFrame[] = [];
  for (let frame = decoder.next(); frame !== undefined; frame = decoder.next()) frames.push(frame);
  return frames;
}

function decodeInPieces(pieces: readonly Uint8Array[]): WireFrame[] {
  const decoder = new FrameDecoder();
  return pieces.flatMap((piece) => {
    // As of a stream that reads into the same memory again.
    const memory = Uint8Array.from(piece);
    decoder.push(memory);
    const frames = framesOf(decoder);
    decoder.keepRest();
    memory.fill(0xff);
    return frames;
  });
}

/** The front of a frame: header and claimed length. */
function frontOf(type: number, claimed: number): Buffer {
  const front = Buffer.from(encodeFrame(type, [], false)[0]!);
  front.writeUInt32BE(claimed, front.length - 4);
  return front;
}

function protocolErrorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(SyncError);
    expect((error as SyncError).code).toBe('protocol');
    return (error as SyncError).message;
  }
  throw new Error('nothing was thrown');
}

describe('FrameDecoder', () => {
  it.each(frameNames())('reads the golden frame %s the same at every split point', (name) => {
    const bytes = wireData(name);
    const whole = decodeInPieces([bytes]);
    expect(whole).toHaveLength(1);
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(decodeInPieces([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
    expect(decodeInPieces([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  it('gives back any frames that were encoded, cut anywhere', () => {
    const frame = fc.record({
      type: fc.constantFrom(0, 1, 2, 3, 4, 5, 6),
      payload: fc.uint8Array({ maxLength: 900 }),
      isCompressed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 20 }),
        (frames, lengths) => {
          const sent = frames.filter(
            (each) => each.payload.length <= MESSAGE_BYTES_MAX[each.type]!,
          );
          const bytes = Buffer.concat(
            sent.flatMap((each) => encodeFrame(each.type, [each.payload], each.isCompressed)),
          );
          const pieces: Buffer[] = [];
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const length = lengths[i % lengths.length]!;
            pieces.push(bytes.subarray(at, at + length));
            at += length;
          }
          const got = decodeInPieces(pieces);
          expect(got.map((each) => each.type)).toEqual(sent.map((each) => each.type));
          got.forEach((each, i) => {
            expect(each.isCompressed).toBe(sent[i]!.isCompressed);
            expect(Buffer.compare(each.payload, sent[i]!.payload)).toBe(0);
          });
        },
      ),
    );
  });

  it('passes over a message of unknown type without keeping any of it', () => {
    const decoder = new FrameDecoder();
    decoder.push(frontOf(99, SKIPPED_BYTES_MAX));
    expect(decoder.next()).toBeUndefined();
    for (let i = 0; i < 100; i++) {
      decoder.push(Buffer.alloc(1024 * 1024));
      expect(decoder.next()).toBeUndefined();
      expect(decoder.bufferedBytes).toBe(0);
    }
  });

  it('allocates what arrived, not what a length claims', () => {
    const before = process.memoryUsage().arrayBuffers;
    const decoders = Array.from({ length: 200 }, () => {
      const decoder = new FrameDecoder();
      decoder.push(frontOf(MessageType.index, INDEX_BYTES_MAX));
      decoder.push(Buffer.alloc(10));
      expect(decoder.next()).toBeUndefined();
      return decoder;
    });
    expect(decoders[0]!.bufferedBytes).toBe(10);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
  });

  it.each(Object.entries(MessageType))('bounds the length of a %s', (_name, type) => {
    const decoder = new FrameDecoder();
    decoder.push(frontOf(type, MESSAGE_BYTES_MAX[type]! + 1));
    expect(protocolErrorOf(() => decoder.next())).toContain(`at most ${MESSAGE_BYTES_MAX[type]}`);
  });

  it('refuses a header that is too long, malformed, or names an unknown compression', () => {
    const cases: [number[], RegExp][] = [
      [[0x40, 0x00], /header of 16384 bytes/],
      [[0, 1, 0x08], /malformed header/],
      [[0, 2, 0x10, 0x05], /unknown compression 5/],
    ];
    for (const [bytes, message] of cases) {
      const decoder = new FrameDecoder();
      decoder.push(Uint8Array.from(bytes));
      expect(protocolErrorOf(() => decoder.next())).toMatch(message);
    }
  });

  it('keeps nothing but Close once nothing else is wanted, not even of the message that was begun', () => {
    const decoder = new FrameDecoder();
    decoder.push(Buffer.concat([frontOf(MessageType.index, 3_000_000), Buffer.alloc(1_000_000)]));
    expect(decoder.next()).toBe(undefined);
    decoder.passAllBut(MessageType.close);
    expect(decoder.bufferedBytes).toBe(0);
    decoder.push(Buffer.alloc(2_000_000));
    expect(decoder.next()).toBe(undefined);
    expect(decoder.bufferedBytes).toBe(0);
    decoder.push(wireData('ping'));
    decoder.push(wireData('close'));
    expect(framesOf(decoder).map(({ type }) => type)).toEqual([MessageType.close]);
  });

  it('ends on any bytes, with frames or a protocol error, keeping no more than it was given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
        const decoder = new FrameDecoder();
        decoder.push(bytes);
        try {
          framesOf(decoder);
          expect(decoder.bufferedBytes).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect((error as SyncError).code).toBe('protocol');
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('encodeFrame', () => {
  it('hands on the data of a block without copying it', () => {
    const data = Buffer.alloc(1000);
    const parts = encodeFrame(MessageType.response, [Uint8Array.of(1, 2), data], false);
    expect(parts[2]).toBe(data);
  });

  it.each(['ping', 'close', 'request'])('writes the golden frame %s byte for byte', (name) => {
    const golden = wireData(name);
    const { type, payload } = decodeInPieces([golden])[0]!;
    expect(Buffer.concat(encodeFrame(type, [payload], false)).equals(golden)).toBe(true);
  });
});
