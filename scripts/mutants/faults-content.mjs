/** Mutants of how content is checked: no name may ever hold bytes that nobody wrote. */
import { edit, mutant } from './mutant.mjs';

const PULLER = 'src/modules/puller';
const SERVICE = `${PULLER}/puller.service.spec.ts`;
const CRASH = `${PULLER}/puller-crash.spec.ts`;

export const content = [
  mutant(
    'block-not-verified',
    'A file holds what a peer sent, whatever that is.',
    [
      edit(
        `${PULLER}/file-puller.ts`,
        '  if (data.length === size && hasHash(data, hash)) return;\n',
        '  return;\n',
      ),
    ],
    [SERVICE],
  ),
  mutant(
    'lying-device-believed',
    'A device that sends wrong bytes is asked again and again, and others that have the right ones never.',
    [
      edit(
        'src/modules/connections/remote-block-source.ts',
        'if (bytes.length === block.size && (await takenOnce(task, bytes))) return;',
        'return void (await takenOnce(task, bytes));',
      ),
    ],
    ['src/modules/connections/remote-block-source.spec.ts'],
  ),
  mutant(
    'large-block-not-verified',
    'A large file holds what a peer sent, whatever that is.',
    [
      edit(
        'src/platform/block-tasks.ts',
        "  if (!hash('sha256', data, 'buffer').equals(sha256)) return false;\n",
        '',
      ),
    ],
    ['src/platform/real-folder-fs.spec.ts'],
  ),
  mutant(
    'copied-block-not-verified',
    'A file that changed since it was hashed is copied into another as if it had not.',
    [
      edit(
        'src/platform/block-tasks.ts',
        'return isThere && writeIfRight(block, data, direct);',
        "return isThere && writeIfRight({ ...block, sha256: hash('sha256', data, 'buffer') }, data, direct);",
      ),
      edit(
        'src/platform/stepwise-files.ts',
        'return writeBlockStepwise(target, positions, data, sha256);',
        "return writeBlockStepwise(target, positions, data, hash('sha256', data, 'buffer'));",
      ),
    ],
    [SERVICE],
  ),
  mutant(
    'copied-small-file-not-verified',
    'A small file is made of another that changed since it was hashed.',
    [
      edit(
        `${PULLER}/small-file.ts`,
        'fs?.readBlock(name, place.offset, size, hash)',
        'fs?.readBlock(name, place.offset, size, new Uint8Array(0))',
      ),
    ],
    [SERVICE],
  ),
  mutant(
    'temp-file-not-verified',
    'What an interrupted attempt left counts as right: files of mixed content after a crash.',
    [
      edit(
        `${PULLER}/temp-file.ts`,
        '    if (await handle.hasBlock(range, blockHash(wanted, index))) valid.add(index);',
        '    valid.add(index);',
      ),
    ],
    [CRASH, SERVICE],
  ),
  mutant(
    'temp-file-with-a-second-name-written',
    'A crash between giving a file its name and taking the temporary one: the next pull writes into the file itself.',
    [
      edit(
        `${PULLER}/temp-file.ts`,
        'if (handle !== undefined && (await handle.stat()).links === 1) return handle;',
        'if (handle !== undefined) return handle;',
      ),
    ],
    [CRASH, SERVICE],
  ),
  mutant(
    'same-size-is-same-content',
    'An edit that others made without changing the size never comes.',
    [
      edit(
        `${PULLER}/pull-plan.ts`,
        '        Buffer.compare(a.blockHashes, b.blockHashes) === 0\n',
        '        a.blockHashes.length === b.blockHashes.length\n',
      ),
    ],
    [`${PULLER}/pull-plan.spec.ts`],
  ),
  mutant(
    'time-not-compared-before-a-pull',
    'An edit of the user that keeps the size, and that no scan has seen, is overwritten.',
    [
      edit(
        `${PULLER}/disk-state.ts`,
        'const isSame = stat.size === local.size && timesEqual(stat, left, modTimeWindowNs);',
        'const isSame = stat.size === local.size;',
      ),
    ],
    [`${PULLER}/user-edits.spec.ts`],
  ),
  mutant(
    'changed-file-answered-unhashed',
    'A peer that asks for a large block of a file that has changed gets what is there now.',
    [
      edit(
        'src/platform/block-tasks.ts',
        'const isHashed = before !== undefined && isAsHashed(before, hashed!);',
        'const isHashed = before !== undefined;',
      ),
    ],
    ['src/platform/real-folder-fs.spec.ts'],
  ),
  mutant(
    'earlier-version-asked-for-gets-the-new-one',
    'A peer that asks for a block of the version before gets the bytes of the present one, unhashed.',
    [
      edit(
        'src/modules/model/asked-lists.ts',
        ' && Buffer.compare(blockHash(file, index), hash) === 0;',
        ';',
      ),
    ],
    ['src/modules/model/asked-lists.spec.ts'],
  ),
  mutant(
    'file-of-a-group-not-verified',
    'What a device sends for one of many small files is put in place unseen, whatever it is.',
    [edit('src/platform/put-files.ts', '  requireContent(file);\n', '')],
    ['src/platform/real-folder-fs.spec.ts', 'src/modules/puller/small-group.spec.ts'],
  ),
  mutant(
    'request-answered-with-other-bytes',
    'A peer that asks for a block gets what is there now, though its hash is another.',
    [
      edit(
        'src/platform/disk-tasks.ts',
        "task.sha256.length === 0 || hash('sha256', target, 'buffer').equals(task.sha256)",
        'true',
      ),
    ],
    ['src/platform/real-folder-fs.spec.ts'],
  ),
];
