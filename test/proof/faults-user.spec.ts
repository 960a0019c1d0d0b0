/** Faults: a user changes a file at each moment of a pull of that very file. What they wrote is never lost. */
import { describe, it } from '@jest/globals';
import { OTHERS_OPERATIONS, UNAWARE_OPERATIONS } from '../support/crash-operations.js';
import { meetTroubles } from '../support/fault-enumeration.js';
import { type Trouble } from '../support/fault-runs.js';
import { SUDDEN_CHANGES, SuddenUser } from '../support/sudden-user.js';

const MINUTES_10_MS = 600_000;
const SECOND_MS = 1_000;

/** The items that the operations are about. */
const NAMES: readonly (readonly [name: string, operations: readonly string[]])[] = [
  ['a', ['replace', 'metadata', 'file to link', 'move file', 'unaware replace', 'unaware delete']],
  ['moved', ['move file']],
  ['big', ['replace large']],
  ['b', ['delete', 'file to directory']],
  ['d/x', ['delete tree', 'directory to file', 'move tree']],
  ['e/x', ['move tree']],
  ['l', ['change link', 'link to file']],
  ['n', ['new file']],
  ['large', ['new large file']],
];

const MOVED = { a: 'moved', moved: 'a', 'd/x': 'e/x', 'e/x': 'd/x' };

function troublesAt(name: string): Trouble[] {
  return Object.entries(SUDDEN_CHANGES).map(([what, change]) => ({
    name: `a user ${what} (${name})`,
    before: ({ parts, writings, clock }) => {
      clock.now += SECOND_MS;
      change(new SuddenUser(parts.disk, writings, MOVED), name, `what I wrote to ${name}`);
    },
    changesEnd: true,
  }));
}

describe('a file that a user changes at any call of its pull', () => {
  const all = [...OTHERS_OPERATIONS, ...UNAWARE_OPERATIONS];

  it.each(NAMES)(
    'keeps what the user wrote: %s',
    (name, operations) =>
      meetTroubles(`users at ${name}`, {
        operations: all.filter((operation) => operations.includes(operation.name)),
        troubles: troublesAt(name),
        ordinarily: 30,
      }),
    MINUTES_10_MS,
  );
});
