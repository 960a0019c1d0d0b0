/**
 * The end of a stream: what was written last gets out and the peer gets a chance to read it, within bounds; then the
 * stream is destroyed. What the peer still sends is read and dropped meanwhile, because a socket closed with unread data
 * resets the connection, and the reset would overtake our Close.
 */
import { type Duplex } from 'node:stream';
import { type Clock } from '../../platform/clock.js';

/** For our last bytes to leave. */
export const CLOSE_FLUSH_MAX_MS = 5_000;
/** For the peer to end its side after ours has ended. */
export const CLOSE_LINGER_MAX_MS = 1_000;

/** Resolves when the stream is destroyed; never rejects. The stream's errors must have a listener. */
export async function endStream(stream: Duplex, clock: Clock): Promise<void> {
  if (!stream.destroyed) {
    stream.resume();
    const stop = new AbortController();
    const over = new Promise<void>((resolve) => stream.once('close', resolve));
    const ended = stream.readableEnded
      ? Promise.resolve()
      : new Promise<void>((resolve) => stream.once('end', resolve));
    const flushed = new Promise<void>((resolve) => stream.end(() => resolve()));
    await Promise.race([over, flushed, bounded(clock, CLOSE_FLUSH_MAX_MS, stop.signal)]);
    await Promise.race([over, ended, bounded(clock, CLOSE_LINGER_MAX_MS, stop.signal)]);
    stop.abort();
  }
  stream.destroy();
}

function bounded(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return clock.sleep(delayMs, signal).catch(() => undefined);
}
