/** Turns an authenticated stream into a Connection: Hello first, whoever it is; a Connection only for those who are welcome. */
import { Injectable } from '@nestjs/common';
import { type Duplex } from 'node:stream';
import { SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { Connection, type ConnectionOptions } from './connection.js';
import { encodeHello, readHello } from './hello.js';
import { type Hello } from './messages.js';

/** For both Hellos to arrive. */
export const HELLO_TIMEOUT_MS = 20_000;

@Injectable()
export class ProtocolService {
  constructor(private readonly clock: Clock) {}

  /**
   * Sends our Hello and reads the peer's; nothing beyond that is read. Rejects with SyncError 'protocol', 'timeout',
   * 'closed', 'io' or the signal's reason; the stream is then of no use and the caller's to destroy.
   */
  async greet(stream: Duplex, ourHello: Hello, signal: AbortSignal): Promise<Hello> {
    const limit = new AbortController();
    const timer = this.clock.setTimer(HELLO_TIMEOUT_MS, () => {
      const shown = HELLO_TIMEOUT_MS / 1000;
      limit.abort(new SyncError('timeout', `no Hello within ${shown} s`, true));
    });
    // An error between Hello and the first listener of the Connection must not end the process.
    stream.on('error', () => undefined);
    try {
      stream.write(encodeHello(ourHello));
      return await readHello(stream, AbortSignal.any([signal, limit.signal]));
    } finally {
      timer.cancel();
    }
  }

  /** A Connection on a stream that was greeted. It receives nothing until `start()` is called on it. */
  connect(options: Omit<ConnectionOptions, 'clock'>): Connection {
    return new Connection({ ...options, clock: this.clock });
  }
}
