/** Mutants of what a scan takes for changed or deleted, and of what is announced. */
import { edit, mutant } from './mutant.mjs';

const SCANNER = 'src/modules/scanner';
const MODEL = 'src/modules/model';
const PLAN = `${SCANNER}/scan-plan.spec.ts`;
const SCAN = `${SCANNER}/scanner.service.spec.ts`;
const CHANGES = `${MODEL}/local-changes.spec.ts`;

export const scan = [
  mutant(
    'time-not-compared-in-a-scan',
    'An edit of the user that keeps the size is never announced, and in the end overwritten.',
    [
      edit(
        `${SCANNER}/scan-plan.ts`,
        'return stat.size === row.size && timesEqual(stat, recorded, modTimeWindowNs);',
        'return stat.size === row.size;',
      ),
    ],
    [PLAN],
  ),
  mutant(
    'ignored-taken-for-deleted',
    'What a user leaves out by a pattern is deleted on all other devices.',
    [
      edit(
        `${SCANNER}/scan-plan.ts`,
        "  if (isIgnored(row.name)) return isMarked ? undefined : { kind: 'ignored', row };\n",
        '  if (isIgnored(row.name) && isMarked) return undefined;\n',
      ),
    ],
    [PLAN],
  ),
  mutant(
    'unreadable-taken-for-deleted',
    'A directory that cannot be read for a while is deleted on all other devices.',
    [
      edit(
        `${SCANNER}/scan-plan.ts`,
        '      passedOver = name;\n      continue;',
        '      continue;',
      ),
    ],
    [PLAN],
  ),
  mutant(
    'walker-passes-over-what-it-cannot-read',
    'A directory that cannot be read for a while is deleted on all other devices.',
    [
      edit(
        `${SCANNER}/walk-tree.ts`,
        "return systemCodeOf(error) === 'ENOENT' ? undefined : problemAt(name, error);",
        'return undefined;',
      ),
    ],
    [`${SCANNER}/walker.spec.ts`, `${SCANNER}/unreadable.spec.ts`],
  ),
  mutant(
    'missing-not-looked-for-again',
    'A tree that is moved while it is scanned is announced as deleted though it is there.',
    [
      edit(
        `${SCANNER}/scan-run.ts`,
        'const found = await this.findAgain(names);',
        'const found: string[] = [];',
      ),
    ],
    [SCAN],
  ),
  mutant(
    'missing-marker-taken-for-emptied',
    'A disk that is not mounted is announced as an emptied folder, and emptied everywhere.',
    [
      edit(
        `${MODEL}/folder-marker.ts`,
        '  if ((await fs.stat(MARKER_NAME)) === undefined) {\n    throw',
        '  if (false) {\n    throw',
      ),
    ],
    [`${MODEL}/folder-scan.spec.ts`, 'test/two-nodes.e2e-spec.ts'],
  ),
  mutant(
    'marker-not-looked-at-before-deletes',
    'A disk that goes away during a scan is announced as an emptied folder, and emptied everywhere.',
    [edit(`${MODEL}/folder-scan.ts`, '    await requireMarker(fs);\n', '')],
    [`${MODEL}/folder-scan.spec.ts`],
  ),
  mutant(
    'exchanged-root-taken-for-the-folder',
    'Another directory in the place of the root is taken for the folder, and what it lacks is deleted everywhere.',
    [
      edit(
        `${SCANNER}/walk-tree.ts`,
        'if (device === target.device && inode === target.inode) return root;',
        'if (device === target.device || inode === target.inode) return root;',
      ),
    ],
    [`${SCANNER}/walker.spec.ts`],
  ),
  mutant(
    'changed-while-hashed-recorded',
    'A file that is written while it is hashed is announced with hashes that no content has, old and new mixed.',
    [
      edit(
        `${SCANNER}/hash-pieces.ts`,
        '      if (!isSameState(before, after)) throw changed(piece.name);\n',
        '',
      ),
    ],
    [`${SCANNER}/hash-pieces.spec.ts`],
  ),
  mutant(
    'changed-while-hashed-recorded-in-thread',
    'A file that is written while it is hashed is announced with hashes that no content has, old and new mixed.',
    [
      edit(
        `${SCANNER}/in-thread-hasher.ts`,
        '      if (!isSameState(before, stat)) throw changed(name);\n',
        '',
      ),
    ],
    [`${SCANNER}/hasher.spec.ts`],
  ),
  mutant(
    'receive-only-change-unmarked',
    'What is changed in a receive-only folder goes to all others.',
    [
      edit(
        `${MODEL}/local-changes.ts`,
        '  return isReceiveOnly === true ? LocalFlag.receiveOnly : 0;',
        '  return 0;',
      ),
    ],
    [CHANGES],
  ),
  mutant(
    'receive-only-change-announced-as-valid',
    'What is changed in a receive-only folder is offered to all others.',
    [
      edit(
        'src/modules/protocol/file-wire.ts',
        '    invalid: isInvalid(file),\n    noPermissions',
        '    invalid: file.invalid,\n    noPermissions',
      ),
      edit(
        `${MODEL}/index-sender.ts`,
        'return (file.localFlags & INVALID_FLAGS) === 0 ? file : { ...file, invalid: true };',
        'return (file.localFlags & INVALID_FLAGS) === 0 ? file : { ...file, invalid: false };',
      ),
    ],
    ['src/modules/protocol/file-wire.spec.ts', 'test/folder-types.e2e-spec.ts'],
  ),
  mutant(
    'ignored-delete-outranks-others',
    'What was left out here and deleted while it was is deleted everywhere once the pattern goes.',
    [
      edit(
        `${MODEL}/local-changes.ts`,
        '  if (isIgnored) return { ...item, version: EMPTY_VECTOR };\n',
        '',
      ),
    ],
    [CHANGES],
  ),
];
