/**
 * Ends this process when it looks at one input for too long, and says at which: a loop without an end leaves nothing
 * else to a program of one thread, and the run of the tests would hang without a word.
 */
import { Worker } from 'node:worker_threads';

const LOOK_INTERVAL_MS = 1_000;

/** Runs in a thread of its own; plain JavaScript, as it is not compiled. */
const WATCH = `
  const { workerData: { state, limitMs, message, intervalMs } } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  const seen = new Int32Array(state);
  let last = -1;
  let sinceMs = Date.now();
  setInterval(() => {
    const now = Atomics.load(seen, 0);
    if (now !== last) {
      last = now;
      sinceMs = Date.now();
    } else if (Date.now() - sinceMs > limitMs) {
      writeSync(2, message.replace('<seed>', String(Atomics.load(seen, 1))) + '\\n');
      process.kill(process.pid, 'SIGKILL');
    }
  }, intervalMs);
`;

export class Watchdog {
  /** How often something was seen, and the seed of the last. */
  private readonly state = new Int32Array(new SharedArrayBuffer(8));
  private readonly worker: Worker;

  /** `<seed>` in the message stands for the seed of the input. */
  constructor(limitMs: number, message: string) {
    const workerData = { state: this.state.buffer, limitMs, message, intervalMs: LOOK_INTERVAL_MS };
    this.worker = new Worker(WATCH, { eval: true, workerData });
    this.worker.unref();
  }

  /** The next input, made of this seed, is looked at. */
  seesSeed(seed: number): void {
    this.state[1] = seed;
    this.state[0]! += 1;
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}
