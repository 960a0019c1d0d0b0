/**
 * Walks over the fields of an encoded protobuf message without decoding them: to count before anything is allocated,
 * and to read block lists. It makes no objects. Source: the protobuf encoding, wire types 0, 1, 2 and 5.
 */
import { SyncError } from '../../domain/errors.js';

export const WIRE_VARINT = 0;
export const WIRE_BYTES = 2;
const WIRE_FIXED64 = 1;
const WIRE_FIXED32 = 5;
/** Bytes of the longest varint: 64 bits, seven at a time. */
const VARINT_BYTES_MAX = 10;

export class WireCursor {
  constructor(
    readonly bytes: Uint8Array,
    public position = 0,
    readonly end = bytes.length,
  ) {}

  get isAtEnd(): boolean {
    return this.position >= this.end;
  }

  /** Field number times 8 plus wire type. */
  tag(): number {
    const tag = this.varint();
    if (tag < 8 || tag > 0xffffffff) throw malformed('a field number that is out of range');
    return tag;
  }

  /** An unsigned number; one that a double cannot hold exactly is refused. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < VARINT_BYTES_MAX && this.position < this.end; count++) {
      const byte = this.bytes[this.position++]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) throw malformed('a number beyond 2^53');
        return value;
      }
      factor *= 128;
    }
    throw malformed('an unfinished number');
  }

  /** The length of a length-delimited field, which lies wholly within this message. */
  length(): number {
    const length = this.varint();
    if (length > this.end - this.position) throw malformed('a field longer than its message');
    return length;
  }

  /** A cursor over the message in the length-delimited field at this position; this one moves behind it. */
  nested(): WireCursor {
    const length = this.length();
    const start = this.position;
    this.position += length;
    return new WireCursor(this.bytes, start, this.position);
  }

  skip(wireType: number): void {
    if (wireType === WIRE_BYTES) {
      const length = this.length();
      this.position += length;
    } else if (wireType === WIRE_VARINT) {
      this.#skipVarint();
    } else if (wireType === WIRE_FIXED64 || wireType === WIRE_FIXED32) {
      this.position += wireType === WIRE_FIXED64 ? 8 : 4;
      if (this.position > this.end) throw malformed('a field longer than its message');
    } else {
      throw malformed(`wire type ${wireType}`);
    }
  }

  #skipVarint(): void {
    for (let count = 0; count < VARINT_BYTES_MAX && this.position < this.end; count++) {
      if (this.bytes[this.position++]! < 0x80) return;
    }
    throw malformed('an unfinished number');
  }
}

/** What to count: field number → bound, shared by all messages of that kind, and what is in each. */
export interface CountRule {
  readonly name: string;
  readonly max: number;
  /** A list of numbers, which may come packed into one field: then its bytes are counted, one or more a number. */
  readonly isNumbers?: boolean;
  readonly nested?: Readonly<Record<number, CountRule>>;
}

/** Throws SyncError 'protocol' when a repeated field occurs more often than its rule says. */
export function checkCounts(payload: Uint8Array, rules: Readonly<Record<number, CountRule>>): void {
  countFields(new WireCursor(payload), rules, new Map());
}

function countFields(
  cursor: WireCursor,
  rules: Readonly<Record<number, CountRule>>,
  counts: Map<CountRule, number>,
): void {
  while (!cursor.isAtEnd) {
    const tag = cursor.tag();
    const rule = rules[tag >>> 3];
    if (rule === undefined) {
      cursor.skip(tag & 7);
      continue;
    }
    const start = cursor.position;
    const isBytes = (tag & 7) === WIRE_BYTES;
    if (rule.nested !== undefined && isBytes) countFields(cursor.nested(), rule.nested, counts);
    else cursor.skip(tag & 7);
    const weight = rule.isNumbers === true && isBytes ? cursor.position - start : 1;
    const count = (counts.get(rule) ?? 0) + weight;
    if (count > rule.max) {
      throw new SyncError('protocol', `more than ${rule.max} ${rule.name} in one message`);
    }
    counts.set(rule, count);
  }
}

function malformed(what: string): SyncError {
  return new SyncError('protocol', `malformed message: ${what}`);
}
