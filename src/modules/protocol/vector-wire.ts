/** Version vectors on the wire. Source: BEP v1, "Vector". A peer may list counters in any order; ours are sorted. */
import { vectorOf, type VersionVector } from '../../domain/version-vector.js';
import { type bep } from './gen/bep.js';
import { bigintFromWire, bigintToWire } from './wire-numbers.js';

export function vectorFromWire(vector: bep.Vector.$Shape | null | undefined): VersionVector {
  const counters = vector?.counters ?? [];
  return vectorOf(
    counters.map((counter) => ({
      id: bigintFromWire(counter.id!),
      value: bigintFromWire(counter.value!),
    })),
  );
}

export function vectorToWire(vector: VersionVector): bep.Vector.$Properties {
  return {
    counters: vector.map((counter) => ({
      id: bigintToWire(counter.id),
      value: bigintToWire(counter.value),
    })),
  };
}
