import { describe, expect, it } from '@jest/globals';
import {
  deletedInfo,
  directoryInfo,
  fileInfo,
  local,
} from '../../../test/support/file-info.factory.js';
import { type FileInfo, LocalFlag } from '../../domain/file-info.js';
import { type NeededItem } from '../database/index-database.js';
import { phaseOf, planItem, type PlanSettings } from './pull-plan.js';

const SETTINGS: PlanSettings = { ignorePerms: false, ignoreDelete: false };
const NEWER = { version: [{ id: 1n, value: 2n }] };

function item(global: FileInfo, ours?: FileInfo): NeededItem {
  return { global, local: ours === undefined ? undefined : local(ours), devices: ['PEER'] };
}

const symlink = (target: string, rest: Partial<FileInfo> = {}): FileInfo =>
  directoryInfo('x', { type: 'symlink', symlinkTarget: target, ...rest });

const file = fileInfo('x', 'content', NEWER);
const directory = directoryInfo('x', NEWER);
const gone = deletedInfo('x', NEWER);

const CASES: [string, NeededItem, Partial<PlanSettings>, string, string][] = [
  ['a new file', item(file), {}, 'file', 'build'],
  ['a new directory', item(directory), {}, 'directory', 'build'],
  ['a new link', item(symlink('t')), {}, 'symlink', 'build'],
  ['a link without a target', item(symlink('')), {}, 'refuse', 'build'],
  ['a file with other content', item(file, fileInfo('x', 'before')), {}, 'file', 'build'],
  ['other content of the same size', item(file, fileInfo('x', 'CONTENT')), {}, 'file', 'build'],
  [
    'a file of which only the version differs',
    item(file, fileInfo('x', 'content')),
    {},
    'record',
    'build',
  ],
  [
    'a file with another time',
    item(file, fileInfo('x', 'content', { modifiedNs: 1 })),
    {},
    'metadata',
    'build',
  ],
  [
    'a file with other permissions',
    item(file, fileInfo('x', 'content', { permissions: 0o600 })),
    {},
    'metadata',
    'build',
  ],
  [
    'other permissions that do not count',
    item(file, fileInfo('x', 'content', { permissions: 0o600 })),
    { ignorePerms: true },
    'record',
    'build',
  ],
  [
    'a file cut into other blocks',
    item({ ...file, blockSize: 262_144 }, fileInfo('x', 'content')),
    {},
    'file',
    'build',
  ],
  [
    'a directory with other permissions',
    item(directory, directoryInfo('x', { permissions: 0o700 })),
    {},
    'directory',
    'build',
  ],
  ['a directory that is right', item(directory, directoryInfo('x')), {}, 'record', 'build'],
  ['a link that is right', item(symlink('t', NEWER), symlink('t')), {}, 'record', 'build'],
  ['a directory in place of a file', item(directory, fileInfo('x', 'f')), {}, 'directory', 'build'],
  ['a file in place of a directory', item(file, directoryInfo('x')), {}, 'file', 'clear'],
  [
    'a link in place of a directory',
    item(symlink('t', NEWER), directoryInfo('x')),
    {},
    'symlink',
    'clear',
  ],
  ['a file where ours was deleted', item(file, deletedInfo('x')), {}, 'file', 'build'],
  ['a delete of a file', item(gone, fileInfo('x', 'f')), {}, 'delete', 'clear'],
  ['a delete of a directory', item(gone, directoryInfo('x')), {}, 'delete-directory', 'clear'],
  [
    'a delete of a directory that is a file here',
    item({ ...gone, type: 'directory' }, fileInfo('x', 'f')),
    {},
    'delete',
    'clear',
  ],
  ['a delete of what is deleted here', item(gone, deletedInfo('x')), {}, 'record', 'build'],
  [
    'a delete where deletes are ignored',
    item(gone, fileInfo('x', 'f')),
    { ignoreDelete: true },
    'nothing',
    'build',
  ],
  [
    'an item that is to be scanned first',
    item(file, fileInfo('x', 'f', { localFlags: LocalFlag.mustRescan })),
    {},
    'rescan',
    'build',
  ],
  [
    'an item that is ignored here',
    item(gone, fileInfo('x', 'f', { localFlags: LocalFlag.ignored })),
    {},
    'nothing',
    'build',
  ],
  ['a reserved name', item({ ...file, name: '.stversions/x' }), {}, 'refuse', 'build'],
  [
    'a name that is not in the normal form',
    item({ ...file, name: 'e\u0301' }),
    {},
    'refuse',
    'build',
  ],
];

describe('planItem', () => {
  it.each(CASES)('for %s', (_, needed, settings, kind, phase) => {
    const action = planItem(needed, { ...SETTINGS, ...settings });
    expect(action.kind).toBe(kind);
    expect(phaseOf(action, needed)).toBe(phase);
  });

  it('tells which name it refuses and why', () => {
    expect(planItem(item({ ...file, name: '.stignore' }), SETTINGS)).toMatchObject({
      problem: { name: '.stignore', code: 'refused', message: expect.stringContaining('reserved') },
    });
  });
});
