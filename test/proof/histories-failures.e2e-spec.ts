/** Random histories with killed processes, power failures, lost indexes and clocks that jump. */
import { effort, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

describe('histories with crashes', () => {
  proveHistories('end with all nodes the same and nothing lost but what was never flushed', {
    shape: {
      nodes: [2, 3],
      operations: [4, IS_LONG ? 22 : 10],
      weights: {
        ...USER_WEIGHTS,
        ...{
          cut: 2,
          heal: 3,
          scan: 2,
          wait: 2,
          start: 3,
          kill: 3,
          failPower: 4,
          loseIndex: 2,
          jumpClock: 2,
        },
      },
    },
    runs: effort(600, 6000),
    file: 'test/proof/histories-failures',
  });
});
