/** Repeatable random numbers (mulberry32): one seed, one history. */
import { Randomness } from '../platform/randomness.js';

/** Test runners that keep each file's globals apart make their use slow, and this is used a lot. */
const { floor, imul } = Math;

export class SeededRandom {
  constructor(private state: number) {}

  /** 0 ≤ x < 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** 0 ≤ n < limit. */
  below(limit: number): number {
    return floor(this.fraction() * limit);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  /** Incompressible bytes that differ from call to call. */
  bytes(length: number): Buffer {
    const bytes = Buffer.allocUnsafe(length);
    let i = 0;
    for (; i + 4 <= length; i += 4) bytes.writeUInt32LE((this.fraction() * 2 ** 32) >>> 0, i);
    for (; i < length; i += 1) bytes[i] = this.below(256);
    return bytes;
  }

  /** Another source of numbers, of its own from here on. */
  fork(): SeededRandom {
    return new SeededRandom(floor(this.fraction() * 2 ** 32));
  }
}

/** Randomness from a seed: the same run gives the same ids and jitter. */
export class SeededRandomness extends Randomness {
  constructor(private readonly random: SeededRandom) {
    super();
  }

  bytes(length: number): Uint8Array {
    return this.random.bytes(length);
  }
}
