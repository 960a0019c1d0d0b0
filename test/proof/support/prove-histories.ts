/** Tries random histories of one shape; what fails is shrunk and printed with all that repeats it. */
import { it } from '@jest/globals';
import fc from 'fast-check';
import { AGAIN, effortMs, NAMED_SEED } from '../../support/effort.js';
import { type History, type HistoryShape, histories } from './history-operations.js';
import { HistoryRun } from './history-run.js';

const LIMIT_MS = effortMs(600_000, 24 * 3_600_000);
/** Shrinking runs so many more histories at most. */
const SHRINK_MS = 60_000;

export interface Proof {
  readonly shape: HistoryShape;
  readonly runs: number;
  /** From the project's root: for the command that repeats a failure. */
  readonly file: string;
}

/** Registers the test. */
export function proveHistories(name: string, proof: Proof): void {
  it(name, () => prove(proof), LIMIT_MS);
}

/** Throws with seed, path, the shrunk history and what was wrong. */
async function prove({ shape, runs, file }: Proof): Promise<void> {
  const { SYNCNEST_PATH: path = '' } = process.env;
  let firstFailureMs: number | undefined;
  const property = fc.asyncProperty(histories(shape), async (history) => {
    // Whatever is shrunk by then is good enough.
    if (firstFailureMs !== undefined && performance.now() - firstFailureMs > SHRINK_MS) return;
    const problem = await problemOf(history);
    if (problem === '') return;
    firstFailureMs ??= performance.now();
    throw new Error(problem);
  });
  const result = await fc.check(property, {
    numRuns: runs,
    ...(NAMED_SEED === undefined ? {} : { seed: NAMED_SEED }),
    ...(path === '' ? {} : { path }),
  });
  if (!result.failed) return;
  const [history] = result.counterexample ?? [];
  const again = `SYNCNEST_SEED=${result.seed} SYNCNEST_PATH=${result.counterexamplePath} ${AGAIN} ${file}`;
  const error = result.errorInstance instanceof Error ? result.errorInstance.message : '';
  throw new Error(
    [
      `history ${result.numRuns} broke a law (seed ${result.seed}, shrunk ${result.numShrinks} times)`,
      `again: ${again}`,
      JSON.stringify(history),
      error,
    ].join('\n'),
  );
}

/** '' when all laws hold. */
async function problemOf(history: History): Promise<string> {
  const run = new HistoryRun(history);
  try {
    const wrong = await run.run();
    return wrong.length === 0 ? '' : `${wrong.join('\n')}\n--- history\n${run.story()}`;
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${text}\n--- history\n${run.story()}`;
  }
}
