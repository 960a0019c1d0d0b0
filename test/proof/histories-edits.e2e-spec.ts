/** Random histories of users who change files on two or three nodes that are connected all the time. */
import { effort, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

describe('histories of users at work', () => {
  proveHistories('end with all nodes the same and nothing lost', {
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
  });
});
