/** Entry of a walker's worker thread: messages in, batches out (walk-sessions.ts). */
import { parentPort } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { batchBuffers } from './walk-batch.js';
import { WalkSessions, type WalkRequest } from './walk-sessions.js';

const sessions = new WalkSessions(new SystemClock());

parentPort?.on('message', (request: WalkRequest) => {
  const reply = sessions.handle(request);
  if (reply === undefined) return;
  parentPort?.postMessage(reply, reply.batch === undefined ? [] : batchBuffers(reply.batch));
});
