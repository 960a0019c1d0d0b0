/**
 * The Hello exchange before the first message. Source: BEP v1, "Pre-authentication messages":
 * magic, 16-bit length, message; big endian.
 * Rule: nothing is read beyond the peer's Hello, and at most HELLO_BYTES_MAX of that.
 */
import { type Duplex } from 'node:stream';
import { SyncError, messageOf } from '../../domain/errors.js';
import { bep } from './gen/bep.js';
import { type Hello } from './messages.js';
import { HELLO_BYTES_MAX } from './wire-limits.js';
import { bigintFromWire, bigintToWire } from './wire-numbers.js';

export const HELLO_MAGIC = 0x2ea7d90b;
/** First words of Syncthing before 0.13, of 0.13, and of cluster configs from before there was a Hello. */
const OLD_MAGICS: readonly number[] = [0x00010001, 0x00010000, 0x9f79bc40];
const MAGIC_BYTES = 4;
const LENGTH_BYTES = 2;

export function encodeHello(hello: Hello): Buffer {
  const message = bep.Hello.encode({
    deviceName: hello.deviceName,
    clientName: hello.clientName,
    clientVersion: hello.clientVersion,
    numConnections: hello.connections,
    timestamp: bigintToWire(hello.timestamp),
  }).finish();
  if (message.length > HELLO_BYTES_MAX) {
    throw new SyncError('config', `our Hello has ${message.length} bytes: the name is too long`);
  }
  const frame = Buffer.allocUnsafe(MAGIC_BYTES + LENGTH_BYTES + message.length);
  frame.writeUInt32BE(HELLO_MAGIC, 0);
  frame.writeUInt16BE(message.length, MAGIC_BYTES);
  frame.set(message, MAGIC_BYTES + LENGTH_BYTES);
  return frame;
}

/** Reads the peer's Hello from a stream that nobody else reads; what follows it stays in the stream. */
export async function readHello(stream: Duplex, signal: AbortSignal): Promise<Hello> {
  checkMagic((await readExactly(stream, MAGIC_BYTES, signal)).readUInt32BE(0));
  const length = (await readExactly(stream, LENGTH_BYTES, signal)).readUInt16BE(0);
  if (length > HELLO_BYTES_MAX) {
    throw new SyncError('protocol', `a Hello of ${length} bytes, at most ${HELLO_BYTES_MAX}`);
  }
  return decodeHello(await readExactly(stream, length, signal));
}

/** Throws SyncError 'protocol' for any other first word than that of today's Hello. */
export function checkMagic(magic: number): void {
  if (magic === HELLO_MAGIC) return;
  if (OLD_MAGICS.includes(magic)) {
    throw new SyncError('protocol', 'the peer speaks an older, incompatible version of BEP');
  }
  const shown = magic.toString(16).padStart(8, '0');
  throw new SyncError(
    'protocol',
    `the peer speaks no known version of BEP (it began with ${shown})`,
  );
}

export function decodeHello(message: Uint8Array): Hello {
  try {
    const hello = bep.Hello.decode(message);
    return {
      deviceName: hello.deviceName,
      clientName: hello.clientName,
      clientVersion: hello.clientVersion,
      connections: Math.max(0, hello.numConnections),
      timestamp: BigInt.asIntN(64, bigintFromWire(hello.timestamp)),
    };
  } catch (error) {
    throw new SyncError('protocol', `malformed Hello: ${messageOf(error)}`);
  }
}

/** Waits for `length` bytes. Rejects with the signal's reason, or SyncError 'closed' when the stream ends before. */
function readExactly(stream: Duplex, length: number, signal: AbortSignal): Promise<Buffer> {
  if (length === 0) return Promise.resolve(Buffer.alloc(0));
  return new Promise((resolve, reject) => {
    const finish = (action: () => void): void => {
      stream.off('readable', onReadable);
      stream.off('end', onEnd);
      stream.off('close', onEnd);
      stream.off('error', onError);
      signal.removeEventListener('abort', onAbort);
      action();
    };
    const onReadable = (): void => {
      const bytes = stream.read(length) as Buffer | null;
      // At the end of the stream a read gives whatever is left.
      if (bytes !== null && bytes.length === length) finish(() => resolve(bytes));
    };
    const onEnd = (): void =>
      finish(() =>
        reject(new SyncError('closed', 'the peer ended the connection before its Hello')),
      );
    const onError = (error: Error): void =>
      finish(() => reject(new SyncError('io', messageOf(error), true, { cause: error })));
    const onAbort = (): void => finish(() => reject(signal.reason as Error));
    if (signal.aborted) return reject(signal.reason as Error);
    if (stream.destroyed || stream.readableEnded) return onEnd();
    stream.on('readable', onReadable);
    stream.on('end', onEnd);
    stream.on('close', onEnd);
    stream.on('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    onReadable();
  });
}
