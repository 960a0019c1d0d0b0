/** Writes and reads the small binary forms of the index: variable-length numbers, fixed 64-bit ones, byte strings. */
import { SyncError } from '../../domain/errors.js';

const FIRST_BYTES = 256;

export class ByteWriter {
  private bytes = new Uint8Array(FIRST_BYTES);
  private view = new DataView(this.bytes.buffer);
  private used = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.used] = value;
    this.used += 1;
  }

  /** 0 … 2^53 - 1, seven bits a byte, low ones first. */
  number(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.used] = (rest % 0x80) | 0x80;
      this.used += 1;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.used] = rest;
    this.used += 1;
  }

  uint64(value: bigint): void {
    this.reserve(8);
    this.view.setBigUint64(this.used, value);
    this.used += 8;
  }

  /** As they are, without their length. */
  raw(value: Uint8Array): void {
    this.reserve(value.length);
    this.bytes.set(value, this.used);
    this.used += value.length;
  }

  /** With their length before them. */
  string(value: Uint8Array): void {
    this.number(value.length);
    this.raw(value);
  }

  text(value: string): void {
    this.string(Buffer.from(value));
  }

  /** A copy with a buffer of its own, so that it can be transferred between threads. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.used);
  }

  clear(): void {
    this.used = 0;
  }

  private reserve(length: number): void {
    const needed = this.used + length;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
    this.view = new DataView(grown.buffer);
  }
}

/** Reads what ByteWriter wrote; throws SyncError 'corrupt' where the bytes end too early. */
export class ByteReader {
  private position = 0;
  /** Few readers need it. */
  private view: DataView | undefined;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.advance(1)] as number;
  }

  number(): number {
    let byte = this.byte();
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let factor = 0x80;
    for (;;) {
      byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
      factor *= 0x80;
    }
  }

  skipNumbers(count: number): void {
    for (let left = count; left > 0; left -= 1) {
      while (this.byte() >= 0x80);
    }
  }

  uint64(): bigint {
    const start = this.advance(8);
    this.view ??= new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return this.view.getBigUint64(start);
  }

  /** A view of the bytes read from. */
  raw(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  string(): Uint8Array {
    return this.raw(this.number());
  }

  text(): string {
    return Buffer.from(this.string()).toString('utf8');
  }

  private advance(length: number): number {
    const start = this.position;
    if (start + length > this.bytes.length) {
      throw new SyncError('corrupt', 'an entry of the index ends too early');
    }
    this.position = start + length;
    return start;
  }
}
