/**
 * Random histories in which one user at a time changes the folder, whatever befalls the nodes meanwhile: nothing is in
 * conflict, and all nodes must have exactly what that user left, by watching alone.
 */
import { effort, IS_LONG } from '../support/effort.js';
import { USER_WEIGHTS } from './support/history-operations.js';
import { proveHistories } from './support/prove-histories.js';

describe('histories of users who take turns', () => {
  proveHistories('end each turn with exactly what the user left, on all nodes', {
    shape: {
      nodes: [2, 4],
      operations: [3, IS_LONG ? 22 : 10],
      // A lost index brings back what was deleted meanwhile: with it, the end is another one.
      weights: {
        ...USER_WEIGHTS,
        ...{ cut: 2, heal: 2, disconnect: 1, delay: 1, wait: 1, stop: 1, start: 2, restart: 1 },
        ...{ kill: 2, failPower: 3, pause: 1, resume: 1, addDevice: 1, jumpClock: 1 },
      },
      inTurns: true,
    },
    runs: effort(150, 2500),
    file: 'test/proof/histories-turns',
  });
});
