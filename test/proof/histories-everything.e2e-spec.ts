/** Random histories of two to four nodes in which everything happens, with and without kept versions. */
import { effort, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

describe('histories of all kinds', () => {
  proveHistories('end with all nodes the same and nothing lost but what was never flushed', {
    shape: {
      nodes: [2, 4],
      operations: [4, IS_LONG ? 28 : 12],
      weights: {
        ...USER_WEIGHTS,
        ...{
          cut: 3,
          heal: 4,
          disconnect: 2,
          delay: 2,
          scan: 2,
          wait: 3,
          stop: 1,
          start: 4,
          restart: 1,
        },
        ...{
          kill: 2,
          failPower: 2,
          loseIndex: 1,
          oldIndex: 2,
          pause: 1,
          resume: 2,
          addDevice: 1,
          jumpClock: 1,
        },
      },
      withVersions: true,
    },
    runs: effort(130, 3000),
    file: 'test/proof/histories-everything',
  });
});
