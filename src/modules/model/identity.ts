/** Who we are in the index. */
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
