/** No name a peer sends leads out of the folder or onto what belongs to the folder itself. */
import fc from 'fast-check';
import { normalize } from 'node:path/posix';
import {
  baseOf,
  COMPONENT_BYTES_MAX,
  conflictNameFor,
  isConflictName,
  isInternalName,
  isTempName,
  localNameProblem,
  NAME_BYTES_MAX,
  originalNameOf,
  parentOf,
  tempNameFor,
  toNfc,
  wireNameProblem,
} from './file-name.js';

const pieces = fc.constantFrom('', '.', '..', '...', 'a', '\\', '..\\', 'é', ' ', '\n', '😀');
const anyNames = fc.oneof(
  fc.array(pieces, { maxLength: 6 }).map((parts) => parts.join('/')),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const components = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
  .map((text) => toNfc(text.replace(/[/\0]/g, '_')))
  .filter((text) => text !== '.' && text !== '..');
const goodNames = fc
  .array(components, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join('/'))
  .filter((name) => localNameProblem(name) === undefined);

describe('a name from the wire', () => {
  it('is allowed exactly when it is relative, in its one form and inside the folder', () => {
    fc.assert(
      fc.property(anyNames, (name) => {
        const isInside =
          name !== '' &&
          !name.startsWith('/') &&
          !name.endsWith('/') &&
          normalize(name) === name &&
          name !== '.' &&
          name.split('/')[0] !== '..';
        expect(wireNameProblem(name) === undefined).toBe(isInside);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', 'a/', './a', '..', '.', ''])(
    'breaks the protocol as %j',
    (name) => {
      expect(wireNameProblem(name)).toMatch(/^the name/);
      expect(localNameProblem(name)).toMatch(/^the name/);
    },
  );
});

describe('a name that the wire allows', () => {
  it.each([
    ['a\0b', /NUL/],
    ['e\u0301', /normal form C/],
    ['ok/\u212b', /normal form C/],
    ['\ud800', /Unicode/],
    ['.stfolder', /reserved/],
    ['.stignore', /reserved/],
    ['.stversions/a', /reserved/],
    ['.syncthing.a.tmp', /temporary/],
    ['a/~syncthing~b.tmp', /temporary/],
    ['.syncthing.dir/file', /temporary/],
    [`a/${'é'.repeat(128)}`, /component .* 255 bytes/],
    ['abcdefg/'.repeat(NAME_BYTES_MAX / 8) + 'a', /longer/],
  ])('is not applied here as %j', (name, why) => {
    expect(wireNameProblem(name)).toBeUndefined();
    expect(localNameProblem(name)).toMatch(why);
  });

  it.each([
    'a\\b',
    '..\\..\\x',
    'C:/x',
    'con',
    'a\nb',
    ' ',
    '-rf',
    'sub/.stfolder',
    '.stfolderx',
    'x.syncthing.tmp',
    'a.sync-conflict-20200101-000000-I6KAH76.txt',
    'é'.repeat(127),
    '\ufffd',
  ])('is an ordinary one as %j', (name) => {
    expect(localNameProblem(name)).toBeUndefined();
  });

  it('is never internal when it is applied', () => {
    fc.assert(
      fc.property(goodNames, (name) => {
        expect(isInternalName(name)).toBe(false);
        expect(isTempName(name)).toBe(false);
      }),
    );
  });
});

describe('a temp name', () => {
  it('lies in the directory of the item, fits every file system and is no item itself', () => {
    fc.assert(
      fc.property(goodNames, goodNames, (name, other) => {
        const temp = tempNameFor(name);
        expect(parentOf(temp)).toBe(parentOf(name));
        expect(isTempName(temp)).toBe(true);
        expect(Buffer.byteLength(baseOf(temp))).toBeLessThanOrEqual(160);
        expect(localNameProblem(temp)).toMatch(/temporary/);
        if (name !== other) expect(tempNameFor(other)).not.toBe(temp);
      }),
    );
  });

  it('shows the name while that is short, and its hash when it is long', () => {
    expect(tempNameFor('dir/a.txt')).toBe('dir/.syncthing.a.txt.tmp');
    expect(baseOf(tempNameFor('x'.repeat(146)))).toMatch(/^\.syncthing\.[0-9a-f]{64}\.tmp$/);
  });
});

describe('a conflict name', () => {
  const dateMs = new Date(2024, 0, 2, 3, 4, 5).getTime();

  it('carries local time and the device before the extension', () => {
    expect(conflictNameFor('d.x/a.tar.gz', dateMs, 'I6KAH76')).toBe(
      'd.x/a.tar.sync-conflict-20240102-030405-I6KAH76.gz',
    );
    expect(conflictNameFor('d.x/a', dateMs, 'I6KAH76')).toBe(
      'd.x/a.sync-conflict-20240102-030405-I6KAH76',
    );
  });

  it.each(['d.x/a.tar.gz', 'd.x/a', '.profile', 'a'])('leads back to the original: %s', (name) => {
    expect(originalNameOf(conflictNameFor(name, dateMs, 'I6KAH76'))).toBe(name);
    expect(originalNameOf(name)).toBe(name);
  });

  it('is an ordinary name in the same directory, however long the first one was', () => {
    fc.assert(
      fc.property(goodNames, (name) => {
        const copy = conflictNameFor(name, dateMs, 'I6KAH76');
        expect(isConflictName(copy)).toBe(true);
        expect(parentOf(copy)).toBe(parentOf(name));
        expect(Buffer.byteLength(baseOf(copy))).toBeLessThanOrEqual(COMPONENT_BYTES_MAX);
        expect(wireNameProblem(copy)).toBeUndefined();
      }),
    );
  });

  it.each([`${'é'.repeat(125)}.txt`, `a.${'é'.repeat(126)}`])(
    'keeps whole characters when it has to be cut: %s',
    (name) => {
      const copy = conflictNameFor(name, dateMs, 'I6KAH76');
      expect(Buffer.byteLength(copy)).toBeGreaterThan(250);
      expect(localNameProblem(copy)).toBeUndefined();
      expect(copy).not.toContain('\ufffd');
    },
  );
});
