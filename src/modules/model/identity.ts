/** Who we are in the index. */
import { type Randomness } from '../../platform/randomness.js';

export interface LocalIdentity {
  readonly deviceId: string;
  readonly shortId: bigint;
  /**
   * The id of our counters in version vectors. The short ID, unless this index was made anew for a device that may
   * have announced versions in an earlier life: then a random one, so that nothing we announce can silently outrank
   * or equal what we announced before.
   */
  readonly replicaId: bigint;
}

/** The fact in the index database that keeps replicaId, as a decimal number. */
export const REPLICA_FACT = 'replicaId';

const RANDOM_BITS = 48n;
const HIGH_BITS = 0xfffen << RANDOM_BITS;

/**
 * A replica ID for an index made anew. Its highest bits make it larger than nearly every short ID, and of concurrent
 * versions of the same item, all else being equal, the one with the smallest id wins: what others announced before
 * stays the version for all, and nobody's disk is touched for our sake.
 */
export function newReplicaId(randomness: Randomness): bigint {
  return HIGH_BITS | BigInt.asUintN(Number(RANDOM_BITS), randomness.uint64());
}
