/**
 * Crash enumeration: every sequence of operations of scanner and puller, cut short at each call on the disk and each
 * commit of the index, with what was not flushed kept, lost or torn.
 */
import { describe, it } from '@jest/globals';
import {
  OTHERS_OPERATIONS,
  UNAWARE_OPERATIONS,
  USER_OPERATIONS,
} from '../support/crash-operations.js';
import { enumerateCrashes } from '../support/crash-enumeration.js';
import { folderSettings } from '../support/pull-fixture.js';

const KIND = { settings: folderSettings() };
const OPERATIONS = [...OTHERS_OPERATIONS, ...UNAWARE_OPERATIONS, ...USER_OPERATIONS];
const MINUTES_10_MS = 600_000;

describe('a folder whose node is cut short at any moment', () => {
  it(
    'comes to the same end, loses nothing and tells of no false delete, in all pairs of operations',
    () => enumerateCrashes('pairs', { kind: KIND, operations: OPERATIONS, length: 2 }),
    MINUTES_10_MS,
  );

  it(
    'does so where several changes of another device come at once',
    () =>
      enumerateCrashes('pairs at once', {
        kind: KIND,
        operations: OTHERS_OPERATIONS,
        length: 2,
        together: true,
        ordinarily: 30,
      }),
    MINUTES_10_MS,
  );

  it(
    'does so in sequences of three operations',
    async () => {
      const three = { kind: KIND, operations: OPERATIONS, length: 3, ordinarily: 15 };
      await enumerateCrashes('triples', three);
      const together = { ...three, operations: OTHERS_OPERATIONS, together: true };
      await enumerateCrashes('triples at once', together);
    },
    MINUTES_10_MS,
  );
});
