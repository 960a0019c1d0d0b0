/**
 * LZ4 compression of messages. Source: BEP v1, "Message Compression": the size of the uncompressed message, 32 bits
 * big endian, then one raw LZ4 block.
 * Rule: the claimed size is checked against the bound of the message's type and against what LZ4 can expand to before
 * it is allocated, and must be the size that comes out.
 */
import lz4 from 'lz4-napi';
import { SyncError, messageOf } from '../../domain/errors.js';
import { type Compression } from '../../domain/wire-terms.js';

/** Smaller messages are not compressed. */
export const COMPRESSION_THRESHOLD_BYTES = 128;
/** A compressed message is sent only when it saves at least this part: one in 32. */
const SAVING_DIVISOR = 32;
const SIZE_BYTES = 4;
/** One byte of a raw LZ4 block stands for at most this many. */
const EXPANSION_MAX = 255;
/** Larger messages are compressed and expanded in the thread pool: some 10 ms of one core for 10 MiB. */
const OFF_THREAD_BYTES = 1024 * 1024;

/** Is a message of this size worth a try under the setting? Block data is mostly incompressible, metadata is not. */
export function shouldCompress(
  setting: Compression,
  isResponse: boolean,
  byteLength: number,
): boolean {
  if (byteLength < COMPRESSION_THRESHOLD_BYTES || setting === 'never') return false;
  return setting === 'always' || !isResponse;
}

/** The compressed form; undefined when it does not save enough. */
export async function compress(message: Uint8Array): Promise<Buffer | undefined> {
  const packed =
    message.length > OFF_THREAD_BYTES
      ? await lz4.compress(message)
      : lz4.compressSync(asBuffer(message));
  if (packed.length > message.length - Math.floor(message.length / SAVING_DIVISOR))
    return undefined;
  // The library writes the size little endian.
  packed.writeUInt32BE(message.length, 0);
  return packed;
}

/** The size a compressed message claims to expand to. Throws SyncError 'protocol' beyond the bound. */
export function claimedSize(packed: Uint8Array, bytesMax: number): number {
  if (packed.length < SIZE_BYTES) {
    throw new SyncError('protocol', `a compressed message of ${packed.length} bytes`);
  }
  const claimed = asBuffer(packed).readUInt32BE(0);
  if (claimed > bytesMax) {
    throw new SyncError('protocol', `expands to ${claimed} bytes, more than ${bytesMax}`);
  }
  if (claimed > packed.length * EXPANSION_MAX) {
    throw new SyncError('protocol', `${packed.length} bytes cannot expand to ${claimed}`);
  }
  return claimed;
}

/** Expands a message in this thread. The packed bytes are changed. */
export function expandNow(packed: Uint8Array, bytesMax: number): Uint8Array {
  const claimed = claimedSize(packed, bytesMax);
  if (claimed === 0) return new Uint8Array(0);
  try {
    return checkedSize(lz4.uncompressSync(withLittleEndianSize(packed, claimed)), claimed);
  } catch (error) {
    throw unreadable(error);
  }
}

/** Expands a message, a large one in the thread pool. The packed bytes are changed. */
export async function expand(packed: Uint8Array, bytesMax: number): Promise<Uint8Array> {
  const claimed = claimedSize(packed, bytesMax);
  if (claimed <= OFF_THREAD_BYTES) return expandNow(packed, bytesMax);
  try {
    return checkedSize(await lz4.uncompress(withLittleEndianSize(packed, claimed)), claimed);
  } catch (error) {
    throw unreadable(error);
  }
}

function withLittleEndianSize(packed: Uint8Array, size: number): Uint8Array {
  asBuffer(packed).writeUInt32LE(size, 0);
  return packed;
}

function checkedSize(message: Buffer, claimed: number): Buffer {
  if (message.length === claimed) return message;
  throw new Error(`${message.length} bytes came out of ${claimed} that were claimed`);
}

function unreadable(error: unknown): SyncError {
  return new SyncError('protocol', `LZ4: ${messageOf(error)}`, false, { cause: error });
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
