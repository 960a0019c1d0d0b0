/** Devices that know the same versions choose the same one, and no device needs what it has. */
import fc from 'fast-check';
import { isInvalid } from './file-info-rules.js';
import {
  isBetter,
  isInConflict,
  isNeeded,
  pickGlobal,
  winsConflict,
  type Candidate,
  type VersionFacts,
} from './global-version.js';
import { compareVectors, mergeVectors, vectorOf, type VersionVector } from './version-vector.js';

const vectors = fc
  .array(fc.record({ id: fc.bigInt(1n, 3n), value: fc.bigInt(0n, 3n) }), { maxLength: 3 })
  .map((counters) => vectorOf(counters));
const facts: fc.Arbitrary<VersionFacts> = fc.record({
  version: vectors,
  deleted: fc.boolean(),
  invalid: fc.boolean(),
  localFlags: fc.constantFrom(0, 0, 0, 2, 8),
  modifiedS: fc.integer({ min: 0, max: 2 }),
  modifiedNs: fc.integer({ min: 0, max: 1 }),
});
const candidates = fc
  .uniqueArray(fc.constantFrom('A', 'B', 'C', 'D', 'E'), { minLength: 1 })
  .chain((devices) =>
    fc.tuple(...devices.map((device) => facts.map((file): Candidate => ({ device, file })))),
  );

function v(counters: Record<number, number>): VersionVector {
  return vectorOf(
    Object.entries(counters).map(([id, value]) => ({ id: BigInt(id), value: BigInt(value) })),
  );
}

function fact(version: VersionVector, rest: Partial<VersionFacts> = {}): VersionFacts {
  return {
    version,
    deleted: false,
    invalid: false,
    localFlags: 0,
    modifiedS: 100,
    modifiedNs: 0,
    ...rest,
  };
}

describe('the winner of a conflict', () => {
  it.each<[string, VersionFacts, VersionFacts]>([
    ['is the valid one', fact(v({ 1: 1 })), fact(v({ 2: 1 }), { invalid: true, modifiedS: 999 })],
    [
      'is the edit, not the later delete',
      fact(v({ 1: 1 })),
      fact(v({ 2: 1 }), { deleted: true, modifiedS: 999 }),
    ],
    ['is the one modified later', fact(v({ 2: 1 }), { modifiedS: 101 }), fact(v({ 1: 1 }))],
    [
      'is the one modified a nanosecond later',
      fact(v({ 2: 1 }), { modifiedNs: 1 }),
      fact(v({ 1: 1 })),
    ],
    ['is the one with the larger counter at the lowest id', fact(v({ 1: 1 })), fact(v({ 2: 9 }))],
  ])('%s', (_, winner, loser) => {
    expect(winsConflict(winner, loser)).toBe(true);
    expect(winsConflict(loser, winner)).toBe(false);
  });

  it('is one of two concurrent versions, never both and never none', () => {
    fc.assert(
      fc.property(facts, facts, (a, b) => {
        fc.pre(compareVectors(a.version, b.version).startsWith('concurrent'));
        expect(winsConflict(a, b)).not.toBe(winsConflict(b, a));
      }),
    );
  });
});

describe('the global version', () => {
  it('is the same in whichever order the devices announced theirs', () => {
    const shuffled = candidates.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(pickGlobal(other)).toBe(pickGlobal(list));
      }),
      { numRuns: 1000 },
    );
  });

  it('is valid if any is, and no valid one includes it', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const global = pickGlobal(list)!;
        const hasValid = list.some(({ file }) => !isInvalid(file));
        expect(isInvalid(global.file)).toBe(!hasValid);
        for (const { file } of list) {
          if (hasValid && isInvalid(file)) continue;
          const order = compareVectors(file.version, global.file.version);
          expect(order).not.toBe('newer');
          if (order.startsWith('concurrent')) {
            const isDominated = list.some(
              (other) =>
                isInvalid(other.file) === isInvalid(file) &&
                compareVectors(other.file.version, file.version) === 'newer',
            );
            if (!isDominated) expect(winsConflict(file, global.file)).toBe(false);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps its content when a device takes it over and merges its own version into it', () => {
    fc.assert(
      fc.property(candidates, fc.nat(4), (list, at) => {
        const global = pickGlobal(list)!;
        fc.pre(!isInvalid(global.file));
        const follower = list[at % list.length];
        const version = mergeVectors(global.file.version, follower.file.version);
        const merged = { device: follower.device, file: { ...global.file, version } };
        const after = list.map((one) => (one === follower ? merged : one));
        const again = pickGlobal(after)!;
        expect(again.file).toMatchObject({ ...global.file, version: expect.anything() as unknown });
        expect(['equal', 'newer']).toContain(
          compareVectors(again.file.version, global.file.version),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it('is found among three of which each beats the next', () => {
    // c includes a, a is later than b, b is later than c; only c and b are not included by another.
    const a = { device: 'A', file: fact(v({ 1: 1 }), { modifiedS: 103 }) };
    const b = { device: 'B', file: fact(v({ 2: 1 }), { modifiedS: 102 }) };
    const c = { device: 'C', file: fact(v({ 1: 2 }), { modifiedS: 101 }) };
    expect(isBetter(a.file, b.file) && isBetter(b.file, c.file)).toBe(true);
    expect(isBetter(c.file, a.file)).toBe(true);
    expect(pickGlobal([a, b, c])).toBe(b);
    expect(pickGlobal([c, b, a])).toBe(b);
  });

  it('is an older valid one rather than a newer that no one can give', () => {
    const old = { device: 'A', file: fact(v({ 1: 1 })) };
    const ignored = { device: 'B', file: fact(v({ 1: 2 }), { localFlags: 2 }) };
    expect(pickGlobal([ignored, old])).toBe(old);
    expect(pickGlobal([ignored])).toBe(ignored);
    expect(pickGlobal([])).toBeUndefined();
  });
});

describe('the global version is needed', () => {
  const global = fact(v({ 1: 2 }));
  const deleted = fact(v({ 1: 2 }), { deleted: true });
  it.each<[string, boolean, VersionFacts, VersionVector | undefined]>([
    ['when we have nothing', true, global, undefined],
    ['when ours is older', true, global, v({ 1: 1 })],
    ['when ours is concurrent', true, global, v({ 2: 1 })],
    ['when ours is equal', false, global, v({ 1: 2 })],
    ['when ours is newer', false, global, v({ 1: 2, 2: 1 })],
    ['when it is a delete of what we have', true, deleted, v({ 1: 1 })],
    ['when it is a delete of what we never had', false, deleted, undefined],
    ['when it is a delete that we know', false, deleted, v({ 1: 2 })],
    ['when it is invalid', false, fact(v({ 1: 2 }), { invalid: true }), undefined],
    ['when it has no version', false, fact(v({})), undefined],
  ])('%s: %s', (_, expected, needed, local) => {
    expect(isNeeded(needed, local && { version: local })).toBe(expected);
  });

  it('no more once it was taken over', () => {
    fc.assert(
      fc.property(facts, (any) => {
        expect(isNeeded(any, any)).toBe(false);
      }),
    );
  });
});

describe('a replacement is in conflict', () => {
  it.each<[string, boolean, VersionVector, VersionVector]>([
    ['when neither includes the other', true, v({ 1: 1 }), v({ 2: 1 })],
    ['when it counts changes of ours that we do not know', true, v({ 1: 1 }), v({ 1: 2 })],
    ['when it holds changes of others only', false, v({ 1: 1 }), v({ 1: 1, 2: 5 })],
    ['when it is the same', false, v({ 1: 1 }), v({ 1: 1 })],
  ])('%s: %s', (_, expected, current, replacement) => {
    expect(isInConflict(current, replacement, 1n)).toBe(expected);
  });
});
