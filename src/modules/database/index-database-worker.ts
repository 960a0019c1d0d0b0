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

/** Answers of one turn travel together: a message costs more than a small answer. */
class Answers {
  private leaving: WorkerReply[] = [];

  add(reply: WorkerReply): void {
    if (this.leaving.length === 0) queueMicrotask(() => this.send());
    this.leaving.push(reply);
  }

  send(): void {
    if (this.leaving.length === 0) return;
    const replies = this.leaving;
    this.leaving = [];
    const results = replies.map((reply) => ('result' in reply ? reply.result : undefined));
    port.postMessage(replies, transferables(results));
  }
}

const answers = new Answers();

function serve(): void {
  const { db, created } = openDatabaseFile(path, nowMs);
  const core = new IndexCore(db);
  const runner = new CallRunner(core, () => nextTurn());
  runner.finishRemovals();

  const answer = async ({ id, call }: WorkerRequest): Promise<void> => {
    try {
      if (call !== 'close') return answers.add({ id, result: await runner.run(call) });
      await runner.drain();
      core.close();
      answers.add({ id, result: undefined });
      answers.send();
      port.close();
    } catch (error) {
      answers.add({ id, error: carriedError(error) });
    }
  };
  port.on('message', (requests: WorkerRequest[]) => {
    for (const request of requests) void answer(request);
  });
  answers.add({ id: 0, result: { created, library: core.library } });
}

try {
  serve();
} catch (error) {
  answers.add({ id: 0, error: carriedError(error) });
}
