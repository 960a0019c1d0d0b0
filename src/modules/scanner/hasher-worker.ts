/** Entry of a hasher's worker thread: groups of pieces in, their hashes out (hash-pieces.ts). */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { serveRequests } from '../../platform/thread-port.js';
import { PieceHasher, type HashRequest } from './hash-pieces.js';
import { columnBuffers } from './stat-columns.js';

const hasher = new PieceHasher(new SystemClock());

serveRequests((request: HashRequest) => {
  const reply = hasher.run(request);
  parentPort?.postMessage(reply, [...columnBuffers(reply.stats), reply.hashes.buffer]);
});
