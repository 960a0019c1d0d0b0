/**
 * The end of a stream: our Close gets out, the peer gets a chance to act on it, then the stream is ended and destroyed, all
 * within bounds. Ending at once would be simpler, but a stock peer that finds the end of the stream right behind a Close
 * may take the end for the reason. What the peer still sends is read and dropped meanwhile, because a socket closed
 * with unread data resets the connection, and the reset would overtake our Close.
 */
import { type Duplex } from 'node:stream';
import { type Clock } from '../../platform/clock.js';

/** For our last bytes to leave. */
export const CLOSE_FLUSH_MAX_MS = 5_000;
/** For the peer to end its side, and again for our own end to leave. */
export const CLOSE_LINGER_MAX_MS = 1_000;

export interface Farewell {
  /** Our Close has left; undefined when none is sent. */
  readonly sent: Promise<void> | undefined;
  /** The peer has sent a Close of its own. */
  readonly answered: Promise<void>;
}

/** Resolves when the stream is destroyed; never rejects. The stream's errors must have a listener. */
export async function endStream(stream: Duplex, clock: Clock, farewell: Farewell): Promise<void> {
  if (!stream.destroyed) {
    stream.resume();
    const stop = new AbortController();
    const bounded = (delayMs: number): Promise<void> =>
      clock.sleep(delayMs, stop.signal).catch(() => undefined);
    const over = new Promise<void>((resolve) => stream.once('close', resolve));
    if (farewell.sent !== undefined) {
      const ended = stream.readableEnded
        ? Promise.resolve()
        : new Promise<void>((resolve) => stream.once('end', resolve));
      await Promise.race([over, farewell.sent, bounded(CLOSE_FLUSH_MAX_MS)]);
      await Promise.race([over, ended, farewell.answered, bounded(CLOSE_LINGER_MAX_MS)]);
    }
    const finished = new Promise<void>((resolve) => stream.end(() => resolve()));
    await Promise.race([over, finished, bounded(CLOSE_LINGER_MAX_MS)]);
    stop.abort();
  }
  stream.destroy();
}
