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
