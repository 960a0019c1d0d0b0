/** Version vectors obey the laws of a partial order with least upper bounds, whatever their counters. */
import fc from 'fast-check';
import {
  compareVectors,
  counterOf,
  EMPTY_VECTOR,
  isConcurrent,
  mergeVectors,
  updateVector,
  vectorOf,
  type VectorOrder,
  type VersionVector,
} from './version-vector.js';

// Few ids and values, so that vectors meet; the ends of the range, so that nothing is cut to 32 or 63 bits.
const ids = fc.constantFrom(0n, 1n, 2n, 3n, 2n ** 63n, 2n ** 64n - 1n);
const values = fc.constantFrom(0n, 1n, 2n, 3n, 2n ** 63n, 2n ** 64n - 1n);
const vectors = fc
  .array(fc.record({ id: ids, value: values }), { maxLength: 6 })
  .map((counters) => vectorOf(counters));

const REVERSE: Record<VectorOrder, VectorOrder> = {
  equal: 'equal',
  newer: 'older',
  older: 'newer',
  'concurrent-newer': 'concurrent-older',
  'concurrent-older': 'concurrent-newer',
};

function v(counters: Record<number, number>): VersionVector {
  return vectorOf(
    Object.entries(counters).map(([id, value]) => ({ id: BigInt(id), value: BigInt(value) })),
  );
}

function includes(a: VersionVector, b: VersionVector): boolean {
  return ['equal', 'newer'].includes(compareVectors(a, b));
}

describe('a version vector', () => {
  it.each<[string, VersionVector, VersionVector, VectorOrder]>([
    ['is equal to itself', v({ 1: 2 }), v({ 1: 2 }), 'equal'],
    ['is equal when the other lacks a counter of 0', v({ 1: 2, 5: 0 }), v({ 1: 2 }), 'equal'],
    ['is newer with a higher counter', v({ 1: 3 }), v({ 1: 2 }), 'newer'],
    ['is newer with one more counter', v({ 1: 2, 2: 1 }), v({ 1: 2 }), 'newer'],
    ['is newer than the empty one', v({ 1: 1 }), EMPTY_VECTOR, 'newer'],
    [
      'is concurrent when each has a counter the other lacks',
      v({ 1: 1 }),
      v({ 2: 9 }),
      'concurrent-newer',
    ],
    [
      'is concurrent when each has a higher counter',
      v({ 1: 1, 2: 9 }),
      v({ 1: 2, 2: 8 }),
      'concurrent-older',
    ],
  ])('%s, in both directions', (_, a, b, order) => {
    expect(compareVectors(a, b)).toBe(order);
    expect(compareVectors(b, a)).toBe(REVERSE[order]);
  });

  it('stands to any other as that one to it, reversed', () => {
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        expect(compareVectors(b, a)).toBe(REVERSE[compareVectors(a, b)]);
      }),
    );
  });

  it('includes what is included in what it includes', () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        const upper = mergeVectors(mergeVectors(a, b), c);
        const middle = mergeVectors(a, b);
        expect(includes(upper, a)).toBe(true);
        if (includes(a, b) && includes(b, c)) expect(includes(a, c)).toBe(true);
        if (includes(middle, upper)) expect(compareVectors(middle, upper)).toBe('equal');
      }),
    );
  });

  it('agrees with comparing all counters one by one', () => {
    fc.assert(
      fc.property(vectors, vectors, (a, b) => {
        const all = [...a, ...b].map((counter) => counter.id);
        const isAbove = all.some((id) => counterOf(a, id) > counterOf(b, id));
        const isUnder = all.some((id) => counterOf(a, id) < counterOf(b, id));
        const order = compareVectors(a, b);
        expect(isConcurrent(order)).toBe(isAbove && isUnder);
        expect(order === 'newer').toBe(isAbove && !isUnder);
        expect(order === 'older').toBe(!isAbove && isUnder);
      }),
    );
  });

  it('decides a conflict by the lowest id with a difference, so that three never go in a circle', () => {
    const wins = (a: VersionVector, b: VersionVector): boolean =>
      ['newer', 'concurrent-newer'].includes(compareVectors(a, b));
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, c) => {
        const areConcurrent = [compareVectors(a, b), compareVectors(b, c), compareVectors(a, c)];
        fc.pre(areConcurrent.every(isConcurrent));
        if (wins(a, b) && wins(b, c)) expect(wins(a, c)).toBe(true);
      }),
    );
  });
});

describe('merging two vectors', () => {
  it('gives the smallest vector that includes both, whichever comes first', () => {
    fc.assert(
      fc.property(vectors, vectors, vectors, (a, b, other) => {
        const merged = mergeVectors(a, b);
        expect(includes(merged, a) && includes(merged, b)).toBe(true);
        if (includes(other, a) && includes(other, b)) expect(includes(other, merged)).toBe(true);
        expect(mergeVectors(b, a)).toEqual(merged);
        expect(mergeVectors(merged, a)).toEqual(merged);
      }),
    );
  });
});

describe('updating a vector', () => {
  it('makes it newer than before and keeps the counters sorted', () => {
    const smaller = vectors.map((vector) =>
      vector.map(({ id, value }) => ({ id, value: value > 3n ? 3n : value })),
    );
    fc.assert(
      fc.property(smaller, ids, fc.integer({ min: -5, max: 2 ** 33 }), (vector, id, nowS) => {
        const updated = updateVector(vector, id, nowS);
        expect(compareVectors(updated, vector)).toBe('newer');
        expect(counterOf(updated, id) >= BigInt(Math.max(0, nowS))).toBe(true);
        expect(vectorOf(updated)).toBe(updated);
      }),
    );
  });

  it('is newer also where a lie has brought the counter to the end of its range', () => {
    fc.assert(
      fc.property(vectors, ids, fc.integer({ min: 0, max: 2 ** 33 }), (vector, id, nowS) => {
        const updated = updateVector(vector, id, nowS);
        expect(compareVectors(updated, vector)).toBe('newer');
        expect(vectorOf(updated)).toBe(updated);
      }),
    );
    const atEnd = [{ id: 7n, value: 2n ** 64n - 1n }];
    expect(updateVector(atEnd, 7n, 50)).toEqual([...atEnd, { id: 8n, value: 50n }]);
  });

  it('takes the clock where that is ahead and one more where it is not', () => {
    expect(counterOf(updateVector(v({ 7: 100 }), 7n, 1_700_000_000.9), 7n)).toBe(1_700_000_000n);
    expect(counterOf(updateVector(v({ 7: 100 }), 7n, 100), 7n)).toBe(101n);
    expect(counterOf(updateVector(EMPTY_VECTOR, 7n, 0), 7n)).toBe(1n);
  });

  it('leaves the vector it was given as it was', () => {
    const before = v({ 1: 1, 3: 3 });
    updateVector(before, 2n, 9);
    mergeVectors(before, v({ 2: 2 }));
    expect(before).toEqual(v({ 1: 1, 3: 3 }));
  });
});

describe('a vector from counters in any order', () => {
  it('is sorted and holds the largest value of each id', () => {
    const counters = [
      { id: 9n, value: 1n },
      { id: 2n, value: 5n },
      { id: 9n, value: 4n },
      { id: 2n, value: 3n },
    ];
    expect(vectorOf(counters)).toEqual(v({ 2: 5, 9: 4 }));
  });
});
