/** Entry of the watcher's thread: requests in, changes out (watch-sessions.ts). */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { serveRequests } from '../../platform/thread-port.js';
import { WatchSessions } from './watch-sessions.js';
import { type WatchRequest } from './watch-messages.js';

/** A wake for each event would cost more than what is done about it; the system's queue holds them meanwhile. */
const REST_MS = 10;

const resting = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
const sessions = new WatchSessions({
  tell: (reply) => parentPort?.postMessage(reply),
  clock: new SystemClock(),
  rest: () => void Atomics.wait(resting, 0, 0, REST_MS),
  isRecursive: ['darwin', 'win32'].includes(process.platform),
});

serveRequests((request: WatchRequest) => sessions.handle(request));
