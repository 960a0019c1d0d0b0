/**
 * The packet of local discovery as bytes: a magic number and the protobuf message Announce {1: id, 2: addresses,
 * 3: instance_id}. Source: Local Discovery Protocol v4. Anybody on the network can send one, so reading is bounded by
 * the packet's size, and what does not fit is no packet at all.
 */
import { DEVICE_ID_BYTES, deviceIdBytes, deviceIdFromBytes } from '../../domain/device-id.js';
import { type DeviceId } from '../../domain/wire-terms.js';

export const ANNOUNCEMENT_MAGIC = 0x2ea7d90b;
/** More than any node announces; an Ethernet packet holds 1,500. */
export const PACKET_BYTES_MAX = 8192;
/** Addresses taken from one packet; those beyond are passed over. */
export const PACKET_ADDRESSES_MAX = 64;
/** A relay's address with its token has some 300. */
export const ADDRESS_BYTES_MAX = 1024;

const MAGIC_BYTES = 4;
const VARINT_BYTES_MAX = 10;
const FIELD_ID = 1;
const FIELD_ADDRESS = 2;
const FIELD_INSTANCE = 3;
const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

export interface Announcement {
  readonly id: DeviceId;
  /** URLs; an unspecified host stands for the sender's. */
  readonly addresses: readonly string[];
  /** Chosen anew at each start of the announcing node; signed, 64 bits. */
  readonly instanceId: bigint;
}

export function encodeAnnouncement({ id, addresses, instanceId }: Announcement): Uint8Array {
  const magic = Buffer.alloc(MAGIC_BYTES);
  magic.writeUInt32BE(ANNOUNCEMENT_MAGIC);
  const parts = [magic, bytesField(FIELD_ID, deviceIdBytes(id))];
  for (const address of addresses) parts.push(bytesField(FIELD_ADDRESS, Buffer.from(address)));
  if (instanceId !== 0n) {
    parts.push(varint(tag(FIELD_INSTANCE, WIRE_VARINT)), varint(BigInt.asUintN(64, instanceId)));
  }
  return Buffer.concat(parts);
}

/** Undefined for whatever is not such a packet: too long, another magic, cut off, without a device ID. */
export function decodeAnnouncement(packet: Uint8Array): Announcement | undefined {
  if (packet.length < MAGIC_BYTES || packet.length > PACKET_BYTES_MAX) return undefined;
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
  if (bytes.readUInt32BE() !== ANNOUNCEMENT_MAGIC) return undefined;
  const reader = new FieldReader(bytes.subarray(MAGIC_BYTES));
  let id: Uint8Array | undefined;
  let instanceId = 0n;
  const addresses: string[] = [];
  for (let field = reader.next(); field !== 'end'; field = reader.next()) {
    if (field === undefined) return undefined;
    if (field.number === FIELD_ID && typeof field.value === 'object') id = field.value;
    if (field.number === FIELD_INSTANCE && typeof field.value === 'bigint') {
      instanceId = BigInt.asIntN(64, field.value);
    }
    const isAddress = field.number === FIELD_ADDRESS && typeof field.value === 'object';
    if (isAddress && addresses.length < PACKET_ADDRESSES_MAX) {
      const text = field.value as Uint8Array;
      if (text.length <= ADDRESS_BYTES_MAX) addresses.push(Buffer.from(text).toString('utf8'));
    }
  }
  if (id?.length !== DEVICE_ID_BYTES) return undefined;
  return { id: deviceIdFromBytes(new Uint8Array(id)), addresses, instanceId };
}

interface Field {
  readonly number: number;
  /** Undefined for fixed-size values, which this message has none of. */
  readonly value: bigint | Uint8Array | undefined;
}

/** Reads protobuf fields one by one; undefined where the bytes are none. */
class FieldReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  next(): Field | 'end' | undefined {
    if (this.at === this.bytes.length) return 'end';
    const key = this.varint();
    if (key === undefined || key > 0xffff_ffffn || key >> 3n === 0n) return undefined;
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case WIRE_VARINT: {
        const value = this.varint();
        return value === undefined ? undefined : { number, value };
      }
      case WIRE_BYTES: {
        const length = this.varint();
        const value = length === undefined ? undefined : this.take(length);
        return value === undefined ? undefined : { number, value };
      }
      case WIRE_FIXED64:
        return this.take(8n) === undefined ? undefined : { number, value: undefined };
      case WIRE_FIXED32:
        return this.take(4n) === undefined ? undefined : { number, value: undefined };
      default:
        return undefined;
    }
  }

  private take(length: bigint): Uint8Array | undefined {
    if (length > BigInt(this.bytes.length - this.at)) return undefined;
    const taken = this.bytes.subarray(this.at, this.at + Number(length));
    this.at += Number(length);
    return taken;
  }

  private varint(): bigint | undefined {
    let value = 0n;
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      const byte = this.bytes[this.at];
      if (byte === undefined) return undefined;
      this.at += 1;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return undefined;
  }
}

function tag(field: number, wire: number): bigint {
  return BigInt(field * 8 + wire);
}

function bytesField(field: number, value: Uint8Array): Buffer {
  return Buffer.concat([varint(tag(field, WIRE_BYTES)), varint(BigInt(value.length)), value]);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 0x80n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
}
