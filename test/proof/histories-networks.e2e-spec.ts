/** Random histories with networks that break, folders that pause, nodes that stop, and devices that come later. */
import { effort, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

describe('histories with broken networks and nodes that come and go', () => {
  proveHistories('end with all nodes the same and nothing lost', {
    shape: {
      nodes: [2, 3],
      operations: [4, IS_LONG ? 24 : 11],
      weights: {
        ...USER_WEIGHTS,
        ...{
          cut: 4,
          heal: 5,
          disconnect: 2,
          delay: 2,
          scan: 2,
          wait: 2,
          stop: 2,
          start: 3,
          restart: 1,
        },
        ...{ pause: 2, resume: 2, addDevice: 1 },
      },
    },
    runs: effort(550, 5500),
    file: 'test/proof/histories-networks',
  });
});
