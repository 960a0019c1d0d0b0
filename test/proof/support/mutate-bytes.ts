/** Changes of bytes that know nothing of their meaning: flips, cuts, repeats, splices, numbers at their extremes. */
import { type SeededRandom } from '../../support/random.js';

const TELLING_BYTES = [0, 1, 2, 0x7f, 0x80, 0xff, 0x0a, 0x12, 0x82];

/** Varints where implementations differ or overflow. */
export const TELLING_NUMBERS: readonly bigint[] = [
  0n,
  1n,
  127n,
  128n,
  2n ** 15n,
  2n ** 17n,
  2n ** 24n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  // -1, -2, and the least of 32 bits
  2n ** 64n - 1n,
  2n ** 64n - 2n,
  2n ** 64n - 2n ** 31n,
];

/** The tests' runner makes each use of a global slow. */
const OwnBuffer = Buffer;
const toBigInt = BigInt;
const toNumber = Number;
const bytesFrom = (bytes: readonly number[]): Buffer => OwnBuffer.from(bytes);
const { floor, min } = Math;
const MASK_64 = 2n ** 64n - 1n;

export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  if (typeof value === 'number' && value >= 0) {
    let small = value;
    for (; small >= 128; small = floor(small / 128)) bytes.push((small % 128) | 0x80);
    bytes.push(small);
    return bytesFrom(bytes);
  }
  for (let rest = toBigInt(value) & MASK_64; ; rest >>= 7n) {
    if (rest < 0x80n) return bytesFrom([...bytes, toNumber(rest)]);
    bytes.push(toNumber(rest & 0x7fn) | 0x80);
  }
}

/** One number of telling size, now and then in a form that is longer than it needs to be or has no end. */
export function tellingVarint(random: SeededRandom): Buffer {
  const form = random.below(12);
  if (form === 0) return OwnBuffer.alloc(11, 0xff);
  if (form === 1) return OwnBuffer.from([0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]);
  if (form === 2) return varint(random.below(300));
  return varint(random.pick(TELLING_NUMBERS));
}

/** One to four changes. `other`: another good input, to splice with. */
export function mutatedBytes(bytes: Uint8Array, random: SeededRandom, other: Uint8Array): Buffer {
  let changed: Buffer = OwnBuffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left -= 1)
    changed = changedOnce(changed, random, other);
  return changed;
}

function changedOnce(bytes: Buffer, random: SeededRandom, other: Uint8Array): Buffer {
  const at = random.below(bytes.length + 1);
  const end = min(bytes.length, at + 1 + random.below(random.pick([1, 4, 16, 64])));
  const [head, middle, tail] = [
    bytes.subarray(0, at),
    bytes.subarray(at, end),
    bytes.subarray(end),
  ];
  switch (random.below(10)) {
    case 0: {
      const flipped = OwnBuffer.from(bytes);
      if (at < bytes.length) flipped[at]! ^= 1 << random.below(8);
      return flipped;
    }
    case 1: {
      const set = OwnBuffer.from(bytes);
      if (at < bytes.length) set[at] = random.pick(TELLING_BYTES);
      return set;
    }
    case 2:
      return OwnBuffer.concat([head, tail]);
    case 3:
      return head;
    case 4:
      return OwnBuffer.concat([head, random.bytes(1 + random.below(16)), bytes.subarray(at)]);
    case 5:
      return OwnBuffer.concat([
        head,
        ...Array.from({ length: 1 + random.below(40) }, () => middle),
        tail,
      ]);
    case 6:
      return OwnBuffer.concat([head, tellingVarint(random), tail]);
    case 7:
      return OwnBuffer.concat([head, tellingVarint(random), bytes.subarray(at)]);
    case 8: {
      const from = random.below(other.length + 1);
      return OwnBuffer.concat([head, other.subarray(from, from + random.below(200))]);
    }
    default:
      return OwnBuffer.concat([tail, middle, head]);
  }
}
