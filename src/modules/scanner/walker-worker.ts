/** Entry of a walker's worker thread: messages in, batches out (walk-sessions.ts). */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { serveRequests } from '../../platform/thread-port.js';
import { differenceBuffers } from './difference.js';
import { batchBuffers } from './walk-batch.js';
import { WalkSessions, type WalkRequest } from './walk-sessions.js';

const sessions = new WalkSessions(new SystemClock());

serveRequests((request: WalkRequest) => {
  for (const reply of sessions.handle(request)) {
    const { batch, differences } = reply;
    const buffers = batch === undefined ? [] : batchBuffers(batch);
    if (differences !== undefined) buffers.push(...differenceBuffers(differences));
    parentPort?.postMessage(reply, buffers);
  }
});
