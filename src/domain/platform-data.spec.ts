import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Ownership,
  ownershipIn,
  platformProblem,
  sameOwnership,
  withOwnership,
} from './platform-data.js';

const bytes = (...parts: (number | string)[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'number' ? [part] : part))),
  );

/** As Syncthing 2 encodes owner "bob":"staff" with the numbers 1000 and 50. */
const UNIX = bytes(0x0a, 17, 0x0a, 3, 'bob', 0x12, 5, 'staff', 0x18, 0xe8, 7, 0x20, 50);
/** Of Linux: user.a = "x" with a byte that is no text. */
const LINUX = bytes(0x1a, 14, 0x0a, 12, 0x0a, 6, 'user.a', 0x12, 2, 'x', 0xff);
const BOB: Ownership = { ownerName: 'bob', groupName: 'staff', uid: 1000, gid: 50 };

describe('platform data', () => {
  it('tells owner and group, as Syncthing 2 encodes them', () => {
    expect(ownershipIn(UNIX)).toEqual(BOB);
    expect(ownershipIn(bytes(...UNIX, ...LINUX))).toEqual(BOB);
    expect(ownershipIn(LINUX)).toBeUndefined();
    expect(ownershipIn(null)).toBeUndefined();
    expect(ownershipIn(bytes(0x0a, 0))).toEqual({ ownerName: '', groupName: '', uid: 0, gid: 0 });
  });

  it('is encoded as Syncthing 2 does, and keeps everything else byte for byte', () => {
    expect(withOwnership(null, BOB)).toEqual(UNIX);
    expect(withOwnership(bytes(...LINUX, ...UNIX), { ...BOB, uid: 0 })).toEqual(
      bytes(0x0a, 14, 0x0a, 3, 'bob', 0x12, 5, 'staff', 0x20, 50, ...LINUX),
    );
  });

  it('comes back as it was for any owner', () => {
    const id = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const owners = fc.record({ ownerName: fc.string(), groupName: fc.string(), uid: id, gid: id });
    fc.assert(
      fc.property(owners, (owner) => {
        const platform = withOwnership(LINUX, owner);
        expect(ownershipIn(platform)).toEqual(owner);
        expect(platformProblem(platform)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['nothing at all', bytes(), undefined],
    ['owner and attributes', bytes(...UNIX, ...LINUX), undefined],
    ['fields of a later release', bytes(0x7a, 2, 'xy', 0x40, 1), undefined],
    ['a field longer than its message', bytes(0x0a, 9, 0x0a), /longer than its message/],
    ['an unfinished number', bytes(0x18, 0x80), /unfinished/],
    ['a name that is not UTF-8', bytes(0x0a, 3, 0x0a, 1, 0xff), /malformed platform data/],
    ['an attribute name that is not UTF-8', bytes(0x1a, 5, 0x0a, 3, 0x0a, 1, 0xff), /malformed/],
    ['an owner that is a number', bytes(0x08, 1), /of another form/],
    [
      'too many attributes',
      bytes(0x1a, 0x82, 0x40, ...new Array<number>(4097).fill(0).flatMap(() => [0x0a, 0])),
      /more than 4096/,
    ],
    ['too much', new Uint8Array(512 * 1024 + 1), /more than 524288 bytes/],
  ])('%s', (_, platform, expected) => {
    if (expected === undefined) expect(platformProblem(platform)).toBeUndefined();
    else expect(platformProblem(platform)).toMatch(expected);
  });

  it.each<[string, Partial<Ownership> | undefined, Partial<Ownership> | undefined, boolean]>([
    ['neither tells', undefined, undefined, true],
    ['one tells', {}, undefined, false],
    ['the numbers are the same', { ownerName: 'x' }, {}, true],
    ['the names are the same', { uid: 5, gid: 5 }, {}, true],
    ['the user by name, the group by number', { uid: 5, groupName: '' }, {}, true],
    ['neither is', { uid: 5, ownerName: 'x' }, {}, false],
    ['numbers without names', { uid: 5, ownerName: '' }, { ownerName: '' }, false],
  ])('same owner: %s', (_, a, b, expected) => {
    const of = (change: Partial<Ownership> | undefined) => change && { ...BOB, ...change };
    expect(sameOwnership(of(a), of(b))).toBe(expected);
  });
});
