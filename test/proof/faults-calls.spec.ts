/** Faults: each call on the disk in each operation of scanner and puller fails once, or the ground moves under it. */
import { describe, expect, it } from '@jest/globals';
import {
  OTHERS_OPERATIONS,
  UNAWARE_OPERATIONS,
  USER_OPERATIONS,
} from '../support/crash-operations.js';
import { MemoryDisk } from '../../src/platform/memory-disk.js';
import { FolderLife } from '../support/folder-life.js';
import { meetTroubles } from '../support/fault-enumeration.js';
import { type Trouble, type TroubledRun } from '../support/fault-runs.js';

const OPERATIONS = [...OTHERS_OPERATIONS, ...UNAWARE_OPERATIONS, ...USER_OPERATIONS];
const MINUTES_10_MS = 600_000;
const DAY_MS = 24 * 3_600_000;

const CODES = ['ENOSPC', 'EACCES', 'EIO', 'ESTALE', 'EROFS', 'EMFILE'];

const FAILURES: readonly Trouble[] = CODES.flatMap((code) => [
  { name: code, failure: { code, when: 'before' as const } },
  { name: `${code} though it was done`, failure: { code, when: 'after' as const } },
]);

/** While another disk is there, nothing is recorded: the folder does not even open. */
async function openElsewhere({ parts }: TroubledRun): Promise<void> {
  const disk = new MemoryDisk(parts.clock);
  const before = parts.memory.save();
  await expect(FolderLife.begin({ ...parts, disk })).rejects.toMatchObject({ code: 'missing' });
  expect(parts.memory.save()).toEqual(before);
}

function moveAway(run: TroubledRun): void {
  run.place.isHere = false;
}

/** As when all of it, the marker too, is moved elsewhere for a while. */
function emptied(): Trouble {
  const entries = new Map();
  return {
    name: 'the root is empty',
    hidesDisk: true,
    before: ({ parts }) => {
      const { root } = parts.disk;
      for (const [key, entry] of root.entries) entries.set(key, entry);
      root.entries.clear();
    },
    after: async (run) => {
      await openElsewhere(run);
      const { root } = run.parts.disk;
      root.entries.clear();
      for (const [key, entry] of entries) root.entries.set(key, entry);
      entries.clear();
    },
  };
}

describe('a folder in trouble at any call', () => {
  it(
    'tells of the error, loses nothing and comes to the same end when one call fails',
    () =>
      meetTroubles('failing calls', {
        operations: OPERATIONS,
        troubles: FAILURES,
        ordinarily: 220,
      }),
    MINUTES_10_MS,
  );

  it(
    'records nothing of another disk, and goes on when its own is back',
    () =>
      meetTroubles('roots that go away', {
        operations: OPERATIONS,
        troubles: [
          { name: 'the root moves away', before: moveAway },
          { name: 'another root is there', before: moveAway, after: openElsewhere },
        ],
        ordinarily: 60,
      }),
    MINUTES_10_MS,
  );

  it(
    'takes nothing for deleted when the root is suddenly empty while it is scanned',
    () =>
      meetTroubles('roots that are empty', {
        operations: USER_OPERATIONS,
        troubles: [emptied()],
        ordinarily: 40,
      }),
    MINUTES_10_MS,
  );

  it(
    'heeds no step of the clock',
    () =>
      meetTroubles('clock steps', {
        operations: OPERATIONS,
        troubles: [-DAY_MS, DAY_MS].map((byMs) => ({
          name: `the clock steps by ${byMs} ms`,
          before: ({ clock }) => clock.step(byMs),
        })),
        ordinarily: 60,
      }),
    MINUTES_10_MS,
  );
});
