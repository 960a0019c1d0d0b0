/**
 * Version vectors: which change of a file includes which other.
 * A vector is a list of counters sorted by ascending id; an absent counter counts as 0.
 * Ids and values are unsigned 64-bit. Source: BEP v1, "Vector"; Parker et al. 1983.
 */
export interface Counter {
  /** Short ID of the device (or replica) that counts: unsigned 64-bit. */
  readonly id: bigint;
  /** Unsigned 64-bit; Unix seconds or the previous value plus one, whichever is larger. */
  readonly value: bigint;
}

export type VersionVector = readonly Counter[];

/**
 * Relation of the first vector to the second. The two kinds of concurrent differ in who has the
 * larger value at the lowest id where they differ: the last tie-break of a conflict.
 */
export type VectorOrder = 'equal' | 'newer' | 'older' | 'concurrent-newer' | 'concurrent-older';

const VALUE_MAX = 2n ** 64n - 1n;

/** The vector of something that was never changed. */
export const EMPTY_VECTOR: VersionVector = Object.freeze([]);

/** The value of each side for every id that occurs in either, by ascending id. */
function* pairs(a: VersionVector, b: VersionVector): Generator<[bigint, bigint, bigint]> {
  let ai = 0;
  let bi = 0;
  while (ai < a.length || bi < b.length) {
    const ac = a[ai];
    const bc = b[bi];
    if (bc === undefined || (ac !== undefined && ac.id < bc.id)) {
      yield [ac.id, ac.value, 0n];
      ai += 1;
    } else if (ac === undefined || bc.id < ac.id) {
      yield [bc.id, 0n, bc.value];
      bi += 1;
    } else {
      yield [ac.id, ac.value, bc.value];
      ai += 1;
      bi += 1;
    }
  }
}

/** How a relates to b: `newer` when a includes every change in b and at least one more. */
export function compareVectors(a: VersionVector, b: VersionVector): VectorOrder {
  let first: 'equal' | 'newer' | 'older' = 'equal';
  for (const [, av, bv] of pairs(a, b)) {
    if (av === bv) continue;
    const here = av > bv ? 'newer' : 'older';
    if (first === 'equal') first = here;
    else if (first !== here) return `concurrent-${first}`;
  }
  return first;
}

/** Neither side includes the other. */
export function isConcurrent(order: VectorOrder): boolean {
  return order === 'concurrent-newer' || order === 'concurrent-older';
}

/** The smallest vector that includes both. */
export function mergeVectors(a: VersionVector, b: VersionVector): VersionVector {
  const merged: Counter[] = [];
  for (const [id, av, bv] of pairs(a, b)) merged.push({ id, value: av > bv ? av : bv });
  return merged;
}

/** The value at id; 0 when absent. */
export function counterOf(vector: VersionVector, id: bigint): bigint {
  return vector.find((counter) => counter.id === id)?.value ?? 0n;
}

/**
 * The vector after a change by id at nowS (Unix seconds): its counter becomes the clock or one more than before,
 * whichever is larger. A counter that is at the end of its range, as only a lie brings it there, stays, and the change
 * counts under the next id that has room: others count on from 0, and what a user wrote is then older than the lie.
 */
export function updateVector(vector: VersionVector, id: bigint, nowS: number): VersionVector {
  let counting = id;
  while (counterOf(vector, counting) === VALUE_MAX) counting = BigInt.asUintN(64, counting + 1n);
  const next = counterOf(vector, counting) + 1n;
  const clock = BigInt(Math.max(0, Math.floor(nowS)));
  const changed: Counter = { id: counting, value: clock > next ? clock : next };
  const before = vector.filter((counter) => counter.id < counting);
  const after = vector.filter((counter) => counter.id > counting);
  return [...before, changed, ...after];
}

/**
 * A vector of counters in any order, as a peer may send them: sorted, of counters with one id the largest.
 * Every other function here relies on that order.
 */
export function vectorOf(counters: readonly Counter[]): VersionVector {
  const isSorted = counters.every((counter, i) => i === 0 || counters[i - 1].id < counter.id);
  if (isSorted) return counters;
  const largest = new Map<bigint, bigint>();
  for (const { id, value } of counters) {
    const known = largest.get(id);
    if (known === undefined || value > known) largest.set(id, value);
  }
  return [...largest].map(([id, value]) => ({ id, value })).sort((a, b) => (a.id < b.id ? -1 : 1));
}
