/**
 * Compressed messages that expand to far more than they are, written by hand: a compressor would need the whole
 * message in memory, where it would hide what the node makes of it. Source: the LZ4 block format.
 */

/** Longest unit: an offset has 16 bits. */
const UNIT_BYTES_MAX = 65_535;
/** The last match ends this long before the end, rounded up from what the format demands. */
const TAIL_BYTES = 16;
const MATCH_BYTES_MIN = 4;
const NIBBLE_MAX = 15;

/** What BEP has for a compressed message: `head`, then `unit` so many times. */
export function packedRepetition(head: Uint8Array, unit: Uint8Array, count: number): Buffer {
  if (unit.length > UNIT_BYTES_MAX || unit.length < TAIL_BYTES) throw new Error('unfit unit');
  const literals = Buffer.concat([head, unit]);
  const matchLength = unit.length * (count - 1) - TAIL_BYTES;
  const tail = unit.subarray(unit.length - TAIL_BYTES);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(head.length + unit.length * count);
  const offset = Buffer.alloc(2);
  offset.writeUInt16LE(unit.length);
  return Buffer.concat([
    size,
    Uint8Array.of((nibble(literals.length) << 4) | nibble(matchLength - MATCH_BYTES_MIN)),
    ...[rest(literals.length), literals, offset, rest(matchLength - MATCH_BYTES_MIN)],
    ...[Uint8Array.of(nibble(tail.length) << 4), rest(tail.length), tail],
  ]);
}

function nibble(length: number): number {
  return Math.min(length, NIBBLE_MAX);
}

/** What a length has beyond its nibble: bytes that are added up, the last one below 255. */
function rest(length: number): Buffer {
  if (length < NIBBLE_MAX) return Buffer.alloc(0);
  const over = length - NIBBLE_MAX;
  return Buffer.concat([Buffer.alloc(Math.floor(over / 255), 255), Uint8Array.of(over % 255)]);
}
