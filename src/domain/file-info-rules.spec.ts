/** What counts as the same item, what a delete says, and what no peer may send. */
import { type FileInfo } from './file-info.js';
import {
  consistencyProblem,
  deletedFrom,
  isInvalid,
  itemsEqual,
  type EqualityOptions,
} from './file-info-rules.js';
import { compareVectors } from './version-vector.js';

const FILE: FileInfo = {
  name: 'dir/file',
  type: 'file',
  size: 10,
  modifiedS: 1_700_000_000,
  modifiedNs: 123_456_789,
  modifiedBy: 1n,
  version: [{ id: 1n, value: 5n }],
  sequence: 7,
  permissions: 0o644,
  noPermissions: false,
  deleted: false,
  invalid: false,
  blockSize: 131_072,
  blockHashes: new Uint8Array(32).fill(1),
  blocksHash: new Uint8Array(32).fill(2),
  symlinkTarget: '',
  platform: null,
  localFlags: 0,
};
const BARE = { size: 0, blockSize: 0, blockHashes: new Uint8Array(0) } as const;
const DIRECTORY: FileInfo = { ...FILE, ...BARE, type: 'directory' };
const SYMLINK: FileInfo = { ...FILE, ...BARE, type: 'symlink', symlinkTarget: '../x' };

describe('two items', () => {
  it.each<[string, boolean, FileInfo, Partial<FileInfo>, EqualityOptions?]>([
    ['with another version and sequence', true, FILE, { version: [], sequence: 1, modifiedBy: 9n }],
    ['with another content', false, FILE, { blockHashes: new Uint8Array(32) }],
    [
      'with another content that is not looked at',
      true,
      FILE,
      { blockHashes: new Uint8Array(32) },
      { ignoreBlocks: true },
    ],
    ['with another size', false, FILE, { size: 11 }, { ignoreBlocks: true }],
    ['a nanosecond apart', false, FILE, { modifiedNs: 123_456_790 }],
    [
      'a nanosecond apart within a microsecond',
      true,
      FILE,
      { modifiedNs: 123_456_790 },
      { modTimeWindowNs: 1000 },
    ],
    ['a microsecond apart', false, FILE, { modifiedNs: 123_455_789 }, { modTimeWindowNs: 1000 }],
    [
      'a nanosecond apart across a second',
      true,
      { ...FILE, modifiedNs: 999_999_999 },
      { modifiedS: 1_700_000_001, modifiedNs: 0 },
      { modTimeWindowNs: 2 },
    ],
    ['with other permissions', false, FILE, { permissions: 0o600 }],
    [
      'with other permissions that are ignored',
      true,
      FILE,
      { permissions: 0o600 },
      { ignorePerms: true },
    ],
    ['one without permissions', true, FILE, { permissions: 0, noPermissions: true }],
    ['one with the setuid bit', true, FILE, { permissions: 0o4644 }],
    ['of which one is deleted', false, FILE, { deleted: true }],
    ['of which one is ignored here', false, FILE, { localFlags: 2 }],
    [
      'of which one is changed in a receive-only folder, when that is masked',
      true,
      FILE,
      { localFlags: 8 },
      { ignoreFlags: 8 },
    ],
    [
      'both to be looked at again',
      false,
      { ...FILE, localFlags: 4 },
      { localFlags: 4 },
      { ignoreFlags: 4 },
    ],
    ['of another type', false, FILE, { type: 'directory' }],
    ['under another name', false, FILE, { name: 'dir/File' }],
    ['that are directories of another time', true, DIRECTORY, { modifiedS: 1 }],
    ['that are links of another time', true, SYMLINK, { modifiedS: 1 }],
    ['that are links to another place', false, SYMLINK, { symlinkTarget: 'y' }],
  ])('%s: equal is %s', (_, expected, a, change, options = {}) => {
    const b = { ...a, ...change };
    expect(itemsEqual(a, b, options)).toBe(expected);
    expect(itemsEqual(b, a, options)).toBe(expected);
    expect(itemsEqual(a, a, options)).toBe(a.localFlags === 0);
  });
});

describe('an item', () => {
  it('is invalid when its device says so or a local flag does', () => {
    expect(isInvalid(FILE)).toBe(false);
    expect(isInvalid({ ...FILE, invalid: true })).toBe(true);
    for (const localFlags of [1, 2, 4, 8]) expect(isInvalid({ ...FILE, localFlags })).toBe(true);
  });

  it.each<[string, FileInfo, boolean]>([
    ['a file with blocks', FILE, true],
    ['a file without blocks', { ...FILE, ...BARE }, false],
    ['an invalid file without blocks', { ...FILE, ...BARE, invalid: true }, true],
    ['a deleted file without blocks', { ...FILE, ...BARE, deleted: true }, true],
    ['a deleted file with blocks', { ...FILE, deleted: true }, false],
    ['a directory', DIRECTORY, true],
    ['a directory of the size that old releases announce', { ...DIRECTORY, size: 128 }, true],
    ['a directory of another size', { ...DIRECTORY, size: 4096 }, false],
    ['a directory with blocks', { ...DIRECTORY, blockHashes: FILE.blockHashes }, false],
    ['a link', SYMLINK, true],
    ['a link with a size', { ...SYMLINK, size: 4 }, false],
    ['a link with blocks', { ...SYMLINK, blockHashes: FILE.blockHashes }, false],
    ['a name that leads out', { ...FILE, name: '../x' }, false],
  ])('as %s may be sent: %#', (_, file, isAllowed) => {
    expect(consistencyProblem(file) === undefined).toBe(isAllowed);
  });
});

describe('a delete', () => {
  const deleted = deletedFrom(
    { ...FILE, localFlags: 4, diskModifiedS: 1, diskModifiedNs: 2 },
    { modifiedBy: 42n, replicaId: 77n, nowS: 1_800_000_000.5 },
  );

  it('is a newer version of the item, counted by the replica and signed by the device', () => {
    expect(compareVectors(deleted.version, FILE.version)).toBe('newer');
    expect(deleted.version).toContainEqual({ id: 77n, value: 1_800_000_000n });
    expect(deleted.modifiedBy).toBe(42n);
    expect(deleted.modifiedS).toBe(1_800_000_000);
  });

  it('has no content, is valid and may be sent', () => {
    expect(deleted).toMatchObject({ deleted: true, size: 0, localFlags: 0, invalid: false });
    expect(deleted.blockHashes).toHaveLength(0);
    expect(deleted.blocksHash).toHaveLength(0);
    expect(consistencyProblem(deleted)).toBeUndefined();
    for (const item of [DIRECTORY, SYMLINK]) {
      const gone = deletedFrom(item, { modifiedBy: 1n, replicaId: 1n, nowS: 1 });
      expect(consistencyProblem(gone)).toBeUndefined();
    }
  });

  it('leaves the item it was made from as it was', () => {
    expect(FILE.deleted).toBe(false);
    expect(FILE.blockHashes).toHaveLength(32);
  });
});
