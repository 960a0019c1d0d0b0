/**
 * Frames: what is around each message on the wire. Source: BEP v1, "Post-authentication messages":
 * 16-bit length of the header, header, 32-bit length of the message, message; big endian.
 * Rule: memory follows what has arrived, never what a length claims, and every length is checked as soon as it is there.
 */
import { SyncError, messageOf } from '../../domain/errors.js';
import {
  BLOCK_BUFFER_BYTES_MIN,
  giveBuffer,
  takeBuffer,
  takeFreeBuffer,
  withFront,
} from '../../platform/block-buffers.js';
import { bep } from './gen/bep.js';
import * as limits from './wire-limits.js';

export const MessageType = {
  clusterConfig: 0,
  index: 1,
  indexUpdate: 2,
  request: 3,
  response: 4,
  downloadProgress: 5,
  ping: 6,
  close: 7,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Names for people, by message type. */
export const MESSAGE_NAMES: readonly string[] = [
  'cluster config',
  'index',
  'index update',
  'request',
  'response',
  'download progress',
  'ping',
  'close',
];

/** Largest message by type, as it is on the wire and after expansion. */
export const MESSAGE_BYTES_MAX: readonly number[] = [
  limits.CLUSTER_CONFIG_BYTES_MAX,
  limits.INDEX_BYTES_MAX,
  limits.INDEX_BYTES_MAX,
  limits.REQUEST_BYTES_MAX,
  limits.RESPONSE_BYTES_MAX,
  limits.DOWNLOAD_PROGRESS_BYTES_MAX,
  limits.PING_BYTES_MAX,
  limits.CLOSE_BYTES_MAX,
];

export interface WireFrame {
  readonly type: MessageType;
  readonly isCompressed: boolean;
  /** In a buffer of its own. */
  readonly payload: Uint8Array;
}

const COMPRESSION_NONE = 0;
const COMPRESSION_LZ4 = 1;
const HEADER_LENGTH_BYTES = 2;
const MESSAGE_LENGTH_BYTES = 4;
/** First buffer for a message; it doubles as data arrives, unless one that is there already fits the whole message. */
const FIRST_BUFFER_BYTES = 256 * 1024;

/** Chunks in, frames out. A message of unknown type is passed over without being kept. */
export class FrameDecoder {
  #chunks: Uint8Array[] = [];
  /** Bytes of the first chunk that were taken. */
  #taken = 0;
  #waiting = 0;
  #headerLength = -1;
  #header: bep.Header | undefined;
  #messageLength = -1;
  #payload: Buffer = Buffer.alloc(0);
  #filled = 0;
  #isLastKept = false;
  /** When set, messages of other types are passed over too. */
  #only: MessageType | undefined;

  /** Bytes received and not yet given out, what has arrived of the current message included. */
  get bufferedBytes(): number {
    return this.#waiting + this.#filled;
  }

  /** The chunk is the decoder's until `keepRest`. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#waiting += chunk.length;
    this.#isLastKept = false;
  }

  /** Copies what is left of the last chunk: its memory may be used for the next one. */
  keepRest(): void {
    const last = this.#chunks.at(-1);
    if (last === undefined || this.#isLastKept) return;
    const isFirst = this.#chunks.length === 1;
    this.#chunks[this.#chunks.length - 1] = Buffer.from(last.subarray(isFirst ? this.#taken : 0));
    if (isFirst) this.#taken = 0;
    this.#isLastKept = true;
  }

  /** From now on messages of all other types are passed over without being kept, the current one included. */
  passAllBut(type: MessageType): void {
    this.#only = type;
    if (this.#messageLength < 0 || this.#header?.type === type) return;
    this.#messageLength -= this.#filled;
    this.#payload = Buffer.alloc(0);
    this.#filled = 0;
  }

  /** The next whole frame; undefined until more arrives. Throws SyncError 'protocol'; after that no call makes sense. */
  next(): WireFrame | undefined {
    while (this.#readLengths()) {
      const { type, compression } = this.#header!;
      const isKnown = type >= 0 && type < MESSAGE_BYTES_MAX.length;
      const isKept = isKnown && (this.#only ?? type) === type;
      if (!(isKept ? this.#collect() : this.#pass())) return undefined;
      const payload = this.#payload.subarray(0, this.#filled);
      this.#startFrame();
      if (!isKept) continue;
      return {
        type: type as MessageType,
        isCompressed: compression === COMPRESSION_LZ4,
        payload,
      };
    }
    return undefined;
  }

  #startFrame(): void {
    this.#headerLength = -1;
    this.#header = undefined;
    this.#messageLength = -1;
    this.#payload = Buffer.alloc(0);
    this.#filled = 0;
  }

  /** True when header and length of the message are there. */
  #readLengths(): boolean {
    if (this.#headerLength < 0) {
      const bytes = this.#take(HEADER_LENGTH_BYTES);
      if (bytes === undefined) return false;
      this.#headerLength = checkedHeaderLength(bytes.readUInt16BE(0));
    }
    if (this.#header === undefined) {
      const bytes = this.#take(this.#headerLength);
      if (bytes === undefined) return false;
      this.#header = decodedHeader(bytes);
    }
    if (this.#messageLength < 0) {
      const bytes = this.#take(MESSAGE_LENGTH_BYTES);
      if (bytes === undefined) return false;
      this.#messageLength = checkedMessageLength(this.#header.type, bytes.readUInt32BE(0));
    }
    return true;
  }

  /** Exactly `length` bytes, few; undefined until they are there. */
  #take(length: number): Buffer | undefined {
    if (this.#waiting < length) return undefined;
    const bytes = Buffer.allocUnsafe(length);
    for (let filled = 0; filled < length;) filled += this.#move(bytes, filled, length);
    return bytes;
  }

  /** Moves what is there of the message into its buffer; true when it is whole. */
  #collect(): boolean {
    while (this.#filled < this.#messageLength && this.#waiting > 0) {
      if (this.#filled === this.#payload.length) this.#grow();
      const end = Math.min(this.#payload.length, this.#messageLength);
      this.#filled += this.#move(this.#payload, this.#filled, end);
    }
    return this.#filled === this.#messageLength;
  }

  #grow(): void {
    const larger = largerBuffer(this.#filled, this.#messageLength);
    this.#payload.copy(larger, 0, 0, this.#filled);
    const { buffer } = this.#payload;
    this.#payload = larger;
    giveBuffer(buffer);
  }

  /** Drops what is there of the message; true when all of it has passed. */
  #pass(): boolean {
    while (this.#messageLength > 0 && this.#waiting > 0) {
      this.#messageLength -= this.#advance(this.#messageLength);
    }
    return this.#messageLength === 0;
  }

  /** Copies from the first chunk into target[from, end); returns how many bytes. */
  #move(target: Buffer, from: number, end: number): number {
    const first = this.#chunks[0]!;
    const length = Math.min(first.length - this.#taken, end - from);
    target.set(first.subarray(this.#taken, this.#taken + length), from);
    return this.#advance(length);
  }

  /** Goes on by up to lengthMax bytes of the first chunk; returns how many. */
  #advance(lengthMax: number): number {
    const first = this.#chunks[0]!;
    const length = Math.min(first.length - this.#taken, lengthMax);
    this.#taken += length;
    this.#waiting -= length;
    if (this.#taken === first.length) {
      this.#chunks.shift();
      this.#taken = 0;
    }
    return length;
  }
}

function largerBuffer(filled: number, messageLength: number): Buffer {
  if (messageLength < BLOCK_BUFFER_BYTES_MIN) return Buffer.allocUnsafe(messageLength);
  const wanted = Math.min(filled === 0 ? FIRST_BUFFER_BYTES : filled * 2, messageLength);
  return Buffer.from(takeFreeBuffer(messageLength) ?? takeBuffer(wanted));
}

function checkedHeaderLength(length: number): number {
  if (length <= limits.HEADER_BYTES_MAX) return length;
  throw new SyncError(
    'protocol',
    `a header of ${length} bytes, at most ${limits.HEADER_BYTES_MAX}`,
  );
}

function decodedHeader(bytes: Uint8Array): bep.Header {
  let header: bep.Header;
  try {
    header = bep.Header.decode(bytes);
  } catch (error) {
    throw new SyncError('protocol', `malformed header: ${messageOf(error)}`);
  }
  if (header.compression !== COMPRESSION_NONE && header.compression !== COMPRESSION_LZ4) {
    throw new SyncError('protocol', `unknown compression ${header.compression}`);
  }
  return header;
}

function checkedMessageLength(type: number, length: number): number {
  const bytesMax = MESSAGE_BYTES_MAX[type] ?? limits.SKIPPED_BYTES_MAX;
  if (length <= bytesMax) return length;
  const name = MESSAGE_NAMES[type] ?? `type ${type}`;
  throw new SyncError('protocol', `a message (${name}) of ${length} bytes, at most ${bytesMax}`);
}

/** The frame of a message whose parts follow one another; the parts themselves are not copied. */
export function encodeFrame(
  type: number,
  parts: readonly Uint8Array[],
  isCompressed: boolean,
): Uint8Array[] {
  const compression = isCompressed ? COMPRESSION_LZ4 : COMPRESSION_NONE;
  const header = bep.Header.encode({ type, compression }).finish();
  const front = Buffer.allocUnsafe(HEADER_LENGTH_BYTES + header.length + MESSAGE_LENGTH_BYTES);
  front.writeUInt16BE(header.length, 0);
  front.set(header, HEADER_LENGTH_BYTES);
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  front.writeUInt32BE(length, HEADER_LENGTH_BYTES + header.length);
  return inOnePiece([front, ...parts.filter((part) => part.length > 0)]);
}

/** Where the last part has room before it for the others: to the stream one piece costs no copy, several do. */
function inOnePiece(frame: Uint8Array[]): Uint8Array[] {
  const whole = frame.length < 2 ? undefined : withFront(frame.slice(0, -1), frame.at(-1)!);
  return whole === undefined ? frame : [whole];
}
