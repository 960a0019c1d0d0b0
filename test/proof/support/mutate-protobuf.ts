/**
 * Changes of protobuf messages that keep the lengths around the change right, so that it reaches the place where its
 * meaning is looked at: fields left out, repeated, exchanged, of other types, with extreme numbers, nested too deep.
 */
import { type SeededRandom } from '../../support/random.js';
import { mutatedBytes, tellingVarint, varint } from './mutate-bytes.js';

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** What follows the tag, without the length of bytes. */
  readonly body: Buffer;
}

/** The tests' runner makes each use of a global slow. */
const OwnBuffer = Buffer;
const { floor } = Math;

const BYTES = 2;
const EMPTY = OwnBuffer.alloc(0);
const NESTED_MAX = 400;
const INVALID_UTF8 = [
  OwnBuffer.from([0xff]),
  OwnBuffer.from([0xc0, 0x80]),
  OwnBuffer.from([0xed, 0xa0, 0x80]),
  OwnBuffer.from([0xf5, 0x80, 0x80, 0x80]),
  OwnBuffer.from([0x61, 0xe2, 0x82]),
];

export function field(number: number, wireType: number, body: Uint8Array): Buffer {
  const tag = varint(number * 8 + wireType);
  const length = wireType === BYTES ? varint(body.length) : EMPTY;
  return OwnBuffer.concat([tag, length, body]);
}

/** Undefined where the bytes are no message. */
function fieldsOf(message: Uint8Array): Field[] | undefined {
  const bytes = OwnBuffer.from(message.buffer, message.byteOffset, message.length);
  const fields: Field[] = [];
  let at = 0;
  const number = (): number | undefined => {
    let value = 0;
    for (let i = 0, factor = 1; i < 10 && at < bytes.length; i += 1, factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = number();
    if (tag === undefined || tag < 8 || tag > 0xffff_ffff) return undefined;
    const wireType = tag % 8;
    let start = at;
    let length: number | undefined;
    if (wireType === 0) {
      if (number() === undefined) return undefined;
      length = at - start;
    } else if (wireType === BYTES) {
      length = number();
      start = at;
    } else if (wireType === 1 || wireType === 5) length = wireType === 1 ? 8 : 4;
    if (length === undefined || start + length > bytes.length) return undefined;
    at = start + length;
    fields.push({ number: floor(tag / 8), wireType, body: bytes.subarray(start, at) });
  }
  return fields;
}

function encoded({ number, wireType, body }: Field): Buffer {
  return field(number, wireType, body);
}

/** One to three changes. */
export function mutatedMessage(message: Uint8Array, random: SeededRandom): Buffer {
  let changed: Buffer = OwnBuffer.from(message);
  for (let left = 1 + random.below(3); left > 0; left -= 1)
    changed = changedOnce(changed, random, 0);
  return changed;
}

function changedOnce(message: Buffer, random: SeededRandom, depth: number): Buffer {
  const fields = fieldsOf(message);
  if (fields === undefined || fields.length === 0 || random.below(20) === 0) {
    return mutatedBytes(message, random, message);
  }
  const at = random.below(fields.length);
  const chosen = fields[at]!;
  const inner = chosen.wireType === BYTES && depth < 6 ? fieldsOf(chosen.body) : undefined;
  const goesIn = inner !== undefined && inner.length > 0 && random.below(5) > 0;
  const change = goesIn
    ? [encoded({ ...chosen, body: changedOnce(chosen.body, random, depth + 1) })]
    : changedField(chosen, fields, random);
  const parts = fields.map(encoded);
  return OwnBuffer.concat([...parts.slice(0, at), ...change, ...parts.slice(at + 1)]);
}

/** What stands in the place of the field then. */
function changedField(chosen: Field, all: readonly Field[], random: SeededRandom): Buffer[] {
  const same = encoded(chosen);
  switch (random.below(13)) {
    case 0:
      return [];
    case 1:
      return Array.from({ length: 2 + random.below(60) }, () => same);
    case 2:
      return [encoded(random.pick(all)), same];
    case 3:
      return [encoded({ ...chosen, number: 1 + random.below(22) })];
    case 4:
      return [field(chosen.number, random.below(8), chosen.body)];
    case 5:
      return [field(chosen.number, 0, tellingVarint(random))];
    case 6:
      return [field(chosen.number, BYTES, random.pick(INVALID_UTF8))];
    case 7:
      return [field(chosen.number, BYTES, changedLength(chosen.body, random))];
    case 8: {
      const tag = varint(chosen.number * 8 + BYTES);
      return [tag, tellingVarint(random), chosen.body];
    }
    case 9:
      return [nestedInItself(chosen, 1 + random.below(NESTED_MAX))];
    case 10: {
      const levels = 1 + random.below(NESTED_MAX);
      const [start, end] = [chosen.number * 8 + 3, chosen.number * 8 + 4].map((tag) => varint(tag));
      const ends = random.below(2) === 0 ? [] : Array.from({ length: levels }, () => end!);
      return [...Array.from({ length: levels }, () => start!), same, ...ends];
    }
    case 11:
      return [
        same,
        field(random.pick([0, 15, 21, 1000, 2 ** 29 - 1]), random.below(6), random.bytes(4)),
      ];
    default:
      return [
        field(
          chosen.number,
          BYTES,
          OwnBuffer.concat(
            Array.from({ length: 1 + random.below(8) }, () => tellingVarint(random)),
          ),
        ),
      ];
  }
}

function changedLength(body: Buffer, random: SeededRandom): Buffer {
  const more = random.pick([1, 31, 33, 255, 256, 4096]);
  return random.below(2) === 0
    ? body.subarray(0, random.below(body.length + 1))
    : OwnBuffer.concat([
        body,
        random.below(2) === 0 ? OwnBuffer.alloc(more, 'a') : random.bytes(more),
      ]);
}

function nestedInItself({ number, body }: Field, levels: number): Buffer {
  let nested: Buffer = body;
  for (let level = 0; level < levels; level += 1) nested = field(number, BYTES, nested);
  return nested;
}
