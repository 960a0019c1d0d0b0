/** Names sort so that a tree is one range: the walker, the index and the puller all rely on it. */
import fc from 'fast-check';
import { parentOf } from './file-name.js';
import {
  canonicalName,
  compareTreeOrder,
  isBelow,
  treeKey,
  treeKeyRange,
  unifySubtrees,
} from './tree-order.js';

// Around the separator, at both ends of the bytes, and where UTF-16 and UTF-8 disagree about the order.
const characters = fc.constantFrom(
  'a',
  'b',
  '-',
  '.',
  '!',
  '0',
  '\0',
  '\u0001',
  '\u0002',
  'é',
  '\ud7ff',
  '\ue000',
  '\uffff',
  '😀',
  '𝄞',
  '\u{10ffff}',
);
const components = fc
  .array(characters, { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''))
  .filter((component) => component !== '.' && component !== '..');
const names = fc.array(components, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

function keyOrder(a: string, b: string): number {
  return Buffer.compare(treeKey(a), treeKey(b));
}

describe('tree order', () => {
  it('puts a directory before what is in it and nothing else between', () => {
    const sorted = ['a', 'a/b', 'a/b/c', 'a/é', 'a!', 'a!/x', 'a-b', 'a.txt', 'ab'];
    expect([...sorted].reverse().sort(compareTreeOrder)).toEqual(sorted);
  });

  it('is the order of the keys, byte by byte', () => {
    fc.assert(
      fc.property(names, names, (a, b) => {
        expect(Math.sign(compareTreeOrder(a, b))).toBe(keyOrder(a, b));
        expect(Math.sign(compareTreeOrder(b, a))).toBe(-keyOrder(a, b) + 0);
        if (keyOrder(a, b) === 0) expect(a).toBe(b);
      }),
      { numRuns: 1000 },
    );
  });

  it('sorts characters outside the basic plane as UTF-8 does, after all others', () => {
    expect(['😀', '\uffff', 'z'].sort(compareTreeOrder)).toEqual(['z', '\uffff', '😀']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareTreeOrder(a, b))).toBe(keyOrder(a, b));
      }),
    );
  });

  it('puts every parent before its children', () => {
    fc.assert(
      fc.property(names, (name) => {
        for (let at = name; at !== ''; at = parentOf(at)) {
          expect(compareTreeOrder(parentOf(at), at)).toBeLessThan(0);
        }
      }),
    );
  });
});

describe('a tree', () => {
  it('is exactly the range of its keys', () => {
    fc.assert(
      fc.property(names, names, (name, tree) => {
        const { from, to } = treeKeyRange(tree);
        const key = treeKey(name);
        const isInRange =
          Buffer.compare(key, from) >= 0 && (to === undefined || Buffer.compare(key, to) < 0);
        expect(isInRange).toBe(isBelow(name, tree));
      }),
      { numRuns: 1000 },
    );
  });

  it('holds itself and what is inside, not what only begins alike', () => {
    expect(isBelow('a/b', 'a')).toBe(true);
    expect(isBelow('a', 'a')).toBe(true);
    expect(isBelow('a', 'a/b')).toBe(false);
    expect(isBelow('ab', 'a')).toBe(false);
    expect(isBelow('anything', '')).toBe(true);
    expect(treeKeyRange('').to).toBeUndefined();
  });
});

describe('the trees of a scan request', () => {
  it('cover every name once, in tree order', () => {
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 8 }), (asked) => {
        const trees = unifySubtrees(asked);
        for (const name of asked) {
          expect(trees.filter((tree) => isBelow(name, tree))).toHaveLength(1);
        }
        expect([...trees].sort(compareTreeOrder)).toEqual(trees);
        expect(asked).toEqual(expect.arrayContaining(trees));
      }),
    );
  });

  it('start at the topmost directory that is not known yet', () => {
    const known = new Set(['a']);
    const isKnown = (name: string): boolean => known.has(name);
    expect(unifySubtrees(['a/b/c/d', 'a/b/x', 'a/y', 'n/m'], isKnown)).toEqual(['a/b', 'a/y', 'n']);
  });

  it('are not thrown off by a sibling that sorts between a directory and its content', () => {
    expect(unifySubtrees(['a/c', 'a-b', 'a'])).toEqual(['a', 'a-b']);
  });

  it('are the whole folder when nothing or the root is named, and nothing when all lead out', () => {
    expect(unifySubtrees([])).toEqual(['']);
    expect(unifySubtrees(['x', '/'])).toEqual(['']);
    expect(unifySubtrees(['../x', '..'])).toEqual([]);
  });
});

describe('a canonical name', () => {
  it('never leads out of the folder', () => {
    const wild = fc
      .array(fc.constantFrom('..', '.', '', 'a', 'b'), { maxLength: 8 })
      .map((parts) => parts.join('/'));
    fc.assert(
      fc.property(wild, (text) => {
        const name = canonicalName(text);
        if (name === undefined) return;
        expect(name.split('/')).not.toContain('..');
        expect(name.startsWith('/')).toBe(false);
        expect(canonicalName(name)).toBe(name);
      }),
    );
  });
});
