/** The port for randomness: everything random in the node comes from here, keys excepted. */
import { randomBytes } from 'node:crypto';

export abstract class Randomness {
  abstract bytes(length: number): Uint8Array;

  /** Unsigned 64-bit, never 0. */
  uint64(): bigint {
    const value = Buffer.from(this.bytes(8)).readBigUInt64BE();
    return value === 0n ? 1n : value;
  }

  /** 0 ≤ x < 1. */
  fraction(): number {
    return Buffer.from(this.bytes(6)).readUIntBE(0, 6) / 2 ** 48;
  }
}

export class SystemRandomness extends Randomness {
  bytes(length: number): Uint8Array {
    return randomBytes(length);
  }
}
