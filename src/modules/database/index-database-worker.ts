/** Entry of the database's worker thread: opens the file, answers calls (worker-messages.ts), ends after close. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { CallRunner } from './call-runner.js';
import { openDatabaseFile } from './database-file.js';
import { IndexCore } from './index-core.js';
import { carriedError, transferables, type WorkerRequest } from './worker-messages.js';
import { type WorkerReply, type WorkerStart } from './worker-messages.js';

const port = parentPort as NonNullable<typeof parentPort>;
const { path, nowMs } = workerData as WorkerStart;

function reply(message: WorkerReply): void {
  port.postMessage(message, 'result' in message ? transferables([message.result]) : []);
}

function serve(): void {
  const { db, created } = openDatabaseFile(path, nowMs);
  const core = new IndexCore(db);
  const runner = new CallRunner(core, () => nextTurn());
  runner.finishRemovals();

  const answer = async ({ id, call }: WorkerRequest): Promise<void> => {
    try {
      if (call !== 'close') return reply({ id, result: await runner.run(call) });
      await runner.drain();
      core.close();
      reply({ id, result: undefined });
      port.close();
    } catch (error) {
      reply({ id, error: carriedError(error) });
    }
  };
  port.on('message', (request: WorkerRequest) => void answer(request));
  reply({ id: 0, result: { created } });
}

try {
  serve();
} catch (error) {
  reply({ id: 0, error: carriedError(error) });
}
