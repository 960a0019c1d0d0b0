/** Random histories of users who change files on two or three nodes that are connected all the time. */
import { effort, effortMs, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

const LIMIT_MS = effortMs(600_000, 24 * 3_600_000);

describe('histories of users at work', () => {
  it(
    'end with all nodes the same and nothing lost',
    () =>
      proveHistories({
        shape: {
          nodes: [2, 3],
          operations: [3, IS_LONG ? 22 : 10],
          weights: {
            ...USER_WEIGHTS,
            ...{ scan: 3, wait: 1, delay: 1 },
          },
        },
        runs: effort(600, 6000),
        file: 'test/proof/histories-edits',
      }),
    LIMIT_MS,
  );
});
