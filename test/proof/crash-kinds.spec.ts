/** Crash enumeration for folders that keep versions, that receive only, and on disks without second names. */
import { describe, it } from '@jest/globals';
import {
  type Operation,
  OTHERS_OPERATIONS,
  REVERT,
  UNAWARE_OPERATIONS,
  USER_OPERATIONS,
} from '../support/crash-operations.js';
import { type CrashSequences, enumerateCrashes } from '../support/crash-enumeration.js';
import { folderSettings } from '../support/pull-fixture.js';

const MINUTES_10_MS = 600_000;

function named(...names: readonly string[]): Operation[] {
  const all = [...OTHERS_OPERATIONS, ...UNAWARE_OPERATIONS, ...USER_OPERATIONS, REVERT];
  return names.map((name) => all.find((operation) => operation.name === name)!);
}

async function allUpTo3(title: string, sequences: CrashSequences): Promise<void> {
  await enumerateCrashes(`${title}: pairs`, { ...sequences, length: 2 });
  await enumerateCrashes(`${title}: triples`, { ...sequences, length: 3, ordinarily: 8 });
}

describe('a folder of another kind whose node is cut short at any moment', () => {
  it.each(['trashcan', 'simple'] as const)(
    'has kept a version of all that others replaced or deleted, with the kind %s',
    (versioning) =>
      allUpTo3(versioning, {
        kind: { settings: folderSettings(), versioning },
        operations: named(
          'replace',
          'replace large',
          'delete tree',
          'file to directory',
          'move file',
        ),
        length: 2,
      }),
    MINUTES_10_MS,
  );

  it(
    'has reverted each item or not, and keeps to itself what it keeps, when it only receives',
    () =>
      allUpTo3('receive only', {
        kind: { settings: folderSettings({ type: 'receiveonly' }) },
        operations: [
          ...named('replace', 'delete tree', 'new file', 'unaware delete', 'user edits'),
          ...named('user creates', 'user adds to tree', 'user deletes', 'revert'),
        ],
        length: 2,
      }),
    MINUTES_10_MS,
  );

  it(
    'loses nothing on a journaling disk that knows no second names',
    () =>
      allUpTo3('no second names', {
        kind: { settings: folderSettings(), hasNoSecondNames: true },
        operations: named(
          ...['new file', 'replace', 'move tree', 'unaware replace', 'user edits', 'user creates'],
        ),
        length: 2,
      }),
    MINUTES_10_MS,
  );
});
