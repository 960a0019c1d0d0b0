/**
 * Has a TLS socket read into one buffer again and again: for every record of 16 KiB Node otherwise makes a new one, and
 * collects it, which takes a third of what receiving takes. Node's option `onread` does so for a socket that Node
 * itself dials, but neither for a server's nor for one around a socket that is there already; what it sets is set here.
 * Rule: where this Node has something else inside, the socket goes on as it is.
 */
import { type TLSSocket } from 'node:tls';

/** What a record has at most. */
const RECORD_BYTES = 16 * 1024;
/** Node's own names: the buffer, who is told that bytes are in it, and who gives the next one. */
const SLOTS = ['kBuffer', 'kBufferCb', 'kBufferGen'] as const;

interface NativeHandle {
  readonly useUserBuffer?: (buffer: Uint8Array) => unknown;
}

type Told = (byteLength: number) => boolean;

/**
 * From now on a chunk that 'data' brings holds only until its listeners return: they copy what they keep. What is read
 * while nobody listens, or while the stream is paused, waits in it as ever. False where the socket goes on as it is.
 */
export function readIntoOneBuffer(socket: TLSSocket): boolean {
  const handle = (socket as { _handle?: NativeHandle | null })._handle;
  const symbols = Object.getOwnPropertySymbols(socket);
  const [buffer, told, next] = SLOTS.map((name) =>
    symbols.find(({ description }) => description === name),
  );
  if (buffer === undefined || told === undefined || next === undefined) return false;
  const inside = socket as unknown as Record<symbol, unknown>;
  const isUnset = [buffer, told, next].every((slot) => inside[slot] === null);
  if (typeof handle?.useUserBuffer !== 'function' || !isUnset) return false;
  const memory = Buffer.allocUnsafeSlow(RECORD_BYTES);
  inside[buffer] = memory;
  inside[told] = ((byteLength) => take(socket, memory.subarray(0, byteLength))) satisfies Told;
  handle.useUserBuffer(memory);
  return true;
}

/** False: to read no more for now. */
function take(socket: TLSSocket, chunk: Buffer): boolean {
  const isHeard = socket.readableFlowing === true && socket.listenerCount('data') > 0;
  if (!isHeard || socket.readableLength > 0) return socket.push(Buffer.from(chunk));
  socket.emit('data', chunk);
  return true;
}
