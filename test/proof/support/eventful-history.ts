/** One history with something of everything, for looking at what it does in detail. */
import fc from 'fast-check';
import { type History, histories, USER_WEIGHTS, type Weights } from './history-operations.js';
import { HistoryRun } from './history-run.js';

const WORLD_WEIGHTS: Weights = {
  ...{ cut: 2, heal: 3, disconnect: 1, delay: 1, scan: 2, wait: 2, stop: 1, start: 3, restart: 1 },
  ...{ kill: 1, failPower: 1, loseIndex: 1, pause: 1, resume: 1, addDevice: 1, jumpClock: 1 },
};

export function eventfulHistory(seed: number): History {
  const shape = {
    nodes: [3, 3],
    operations: [60, 60],
    weights: { ...USER_WEIGHTS, ...WORLD_WEIGHTS },
  } as const;
  const [history] = fc.sample(histories(shape), { numRuns: 1, seed });
  return { ...history!, slowShare: 0.3 };
}

/** Every disk call, message and commit, in order. */
export async function traceOf(history: History): Promise<readonly string[]> {
  const run = new HistoryRun(history, true);
  await run.run();
  return run.cluster.trace.lines;
}
