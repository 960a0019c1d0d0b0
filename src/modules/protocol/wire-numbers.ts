/**
 * 64-bit numbers of the wire in our types: ids and counters are bigint, sizes, offsets, times and sequences are safe
 * integers; one that is not safe breaks the protocol.
 */
import $protobuf from 'protobufjs/minimal.js';
import { SyncError } from '../../domain/errors.js';
import { type bep } from './gen/bep.js';

/** What protobufjs makes of a 64-bit value and takes for one. */
type WireLong = bep.FileHead['size'];

export function bigintFromWire(value: WireLong): bigint {
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}

export function bigintToWire(value: bigint): WireLong {
  const low = Number(value & 0xffffffffn);
  const high = Number((value >> 32n) & 0xffffffffn);
  return long(low, high, true);
}

/** A signed number within ±2^53, or SyncError 'protocol' that names it. */
export function integerFromWire(value: WireLong, what: string): number {
  const number = (value.high | 0) * 2 ** 32 + (value.low >>> 0);
  if (!Number.isSafeInteger(number)) {
    throw new SyncError('protocol', `${what} is beyond ±2^53`);
  }
  return number;
}

/** As integerFromWire, and not negative. */
export function countFromWire(value: WireLong, what: string): number {
  const number = integerFromWire(value, what);
  if (number < 0) throw new SyncError('protocol', `${what} is negative: ${number}`);
  return number;
}

export function integerToWire(value: number): WireLong {
  const high = Math.floor(value / 2 ** 32);
  return long(value - high * 2 ** 32, high, false);
}

/** The library's class; its generated types describe the same class under another name. */
function long(low: number, high: number, unsigned: boolean): WireLong {
  return new $protobuf.util.Long(low | 0, high | 0, unsigned) as unknown as WireLong;
}
