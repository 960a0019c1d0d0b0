/**
 * Large buffers that go round between event loop and disk threads: memory that is new costs the system more to give
 * than a block costs to copy. Owns those that are free. Whoever takes one owns it, and gives it back, hands it on, or
 * forgets it: then it is collected like any other.
 */

/** Smaller data is not worth a buffer of its own. */
export const BLOCK_BUFFER_BYTES_MIN = 64 * 1024;
/** Before the data of a block that was read: for the front of the message that it is sent in. */
export const FRONT_BYTES = 64;
/** Beside a block, which has a power of two of bytes: what its message has around it, or its front. */
const SLACK_BYTES = 256;
const FREE_BYTES_MAX = 32 * 1024 * 1024;
/** What nobody took for so long is not needed any more. */
const IDLE_MS = 5_000;

/** By size. */
const free = new Map<number, ArrayBuffer[]>();
/** Those that somebody has, as they are now: a buffer that was transferred is another object. */
const known = new WeakSet<ArrayBufferLike>();
let freeBytes = 0;
let isUsed = false;
let sweeping: NodeJS.Timeout | undefined;

/** The size of the buffer for so many bytes: one of few sizes, at most twice as much and a little. */
export function bufferSizeFor(byteLength: number): number {
  let size = BLOCK_BUFFER_BYTES_MIN;
  while (size + SLACK_BYTES < byteLength) size *= 2;
  return size + SLACK_BYTES;
}

/** With whatever was in it; undefined when none is free. */
export function takeFreeBuffer(byteLength: number): ArrayBuffer | undefined {
  const buffer = free.get(bufferSizeFor(byteLength))?.pop();
  if (buffer === undefined) return undefined;
  isUsed = true;
  freeBytes -= buffer.byteLength;
  known.add(buffer);
  return buffer;
}

/** With whatever was in it. */
export function takeBuffer(byteLength: number): ArrayBuffer {
  const buffer = takeFreeBuffer(byteLength);
  if (buffer !== undefined) return buffer;
  // Not filled with zeros, unlike a new ArrayBuffer.
  const made = Buffer.allocUnsafeSlow(bufferSizeFor(byteLength)).buffer as ArrayBuffer;
  known.add(made);
  return made;
}

/** Nothing may use the bytes any more. Others than block buffers are left alone. */
export function giveBuffer(buffer: ArrayBufferLike): void {
  if (!known.delete(buffer)) return;
  const { byteLength } = buffer;
  if (byteLength === 0 || freeBytes + byteLength > FREE_BYTES_MAX) return;
  const others = free.get(byteLength);
  if (others === undefined) free.set(byteLength, [buffer as ArrayBuffer]);
  else others.push(buffer as ArrayBuffer);
  freeBytes += byteLength;
  sweeping ??= setTimeout(sweep, IDLE_MS).unref();
}

/** Whether the bytes are all alone in a block buffer, so that it may be transferred or given back with them. */
export function isInBlockBuffer({ buffer }: Uint8Array): boolean {
  return known.has(buffer);
}

/** The bytes and, right before them in one piece, their front: undefined where they lie in no block buffer behind room for it. */
export function withFront(front: readonly Uint8Array[], data: Uint8Array): Uint8Array | undefined {
  const frontBytes = front.reduce((sum, part) => sum + part.length, 0);
  if (data.byteOffset !== FRONT_BYTES || frontBytes > FRONT_BYTES || !known.has(data.buffer)) {
    return undefined;
  }
  const all = new Uint8Array(data.buffer, FRONT_BYTES - frontBytes, frontBytes + data.length);
  let at = 0;
  for (const part of front) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A block buffer that comes back from another thread. */
export function returned(buffer: ArrayBuffer): ArrayBuffer {
  known.add(buffer);
  return buffer;
}

function sweep(): void {
  sweeping = isUsed ? setTimeout(sweep, IDLE_MS).unref() : undefined;
  if (!isUsed) {
    free.clear();
    freeBytes = 0;
  }
  isUsed = false;
}
