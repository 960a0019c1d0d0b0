/**
 * Device IDs: the SHA-256 of a certificate as 52 base32 digits with a check digit after every 13, in 8 dashed
 * groups of 7. The short ID is the first 64 bits. The ID of only zero bits stands for no device and prints as ''.
 * Source: BEP v1, "Device IDs".
 */
import { createHash } from 'node:crypto';
import { checkDigit, decodeBase32, encodeBase32 } from './base32.js';
import { SyncError } from './errors.js';
import { type DeviceId } from './wire-terms.js';

export const DEVICE_ID_BYTES = 32;
const DIGITS = 52;
const DIGITS_CHECKED = 56;
const DIGITS_PER_CHECK = 13;
const DIGITS_PER_GROUP = 7;
/** Characters of an ID that are shown in messages about it. */
const SHOWN_MAX = 100;

/** @param der the certificate's DER bytes */
export function deviceIdFromCertificate(der: Uint8Array): DeviceId {
  return deviceIdFromBytes(createHash('sha256').update(der).digest());
}

/** Canonical text of 32 bytes; '' when all are zero. Throws RangeError for another length. */
export function deviceIdFromBytes(bytes: Uint8Array): DeviceId {
  if (bytes.length !== DEVICE_ID_BYTES) {
    throw new RangeError(`a device ID has ${DEVICE_ID_BYTES} bytes, not ${bytes.length}`);
  }
  if (bytes.every((byte) => byte === 0)) return '';
  const digits = encodeBase32(bytes);
  let checked = '';
  for (let i = 0; i < DIGITS; i += DIGITS_PER_CHECK) {
    const part = digits.slice(i, i + DIGITS_PER_CHECK);
    checked += part + checkDigit(part);
  }
  const groups: string[] = [];
  for (let i = 0; i < DIGITS_CHECKED; i += DIGITS_PER_GROUP) {
    groups.push(checked.slice(i, i + DIGITS_PER_GROUP));
  }
  return groups.join('-');
}

/**
 * The 32 bytes of an ID in any form the network tolerates: lower case, dashes, spaces, 0 1 8 typed for O I B, with
 * check digits or without. Zero bytes for ''. Throws SyncError 'config' naming what is wrong.
 */
export function deviceIdBytes(text: string): Uint8Array {
  const digits = text
    .replace(/^=+|=+$/g, '')
    .toUpperCase()
    .replace(/0/g, 'O')
    .replace(/1/g, 'I')
    .replace(/8/g, 'B')
    .replace(/[- ]/g, '');
  if (digits.length === 0) return new Uint8Array(DEVICE_ID_BYTES);
  if (digits.length !== DIGITS && digits.length !== DIGITS_CHECKED) {
    throw invalid(text, `expected ${DIGITS_CHECKED} digits, found ${digits.length}`);
  }
  if (!/^[A-Z2-7]*$/.test(digits)) throw invalid(text, 'expected only letters and 2 to 7');
  const plain = digits.length === DIGITS ? digits : withoutCheckDigits(text, digits);
  const bytes = decodeBase32(plain);
  if (bytes === undefined) throw invalid(text, 'expected base32');
  return bytes;
}

/** The canonical form of an ID as a person types it. Throws SyncError 'config', also for '' and the zero ID. */
export function parseDeviceId(text: string): DeviceId {
  const id = deviceIdFromBytes(deviceIdBytes(text));
  if (id === '') throw invalid(text, 'it stands for no device');
  return id;
}

/** First 64 bits of the ID: unsigned 64-bit. */
export function shortId(id: DeviceId): bigint {
  const bytes = deviceIdBytes(id);
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0);
}

/** A short ID as the first 7 digits of the ID; '' for 0. */
export function shortIdText(id: bigint): string {
  if (id === 0n) return '';
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, id);
  return encodeBase32(bytes).slice(0, DIGITS_PER_GROUP);
}

/** The identity of 2013: base32 of the SHA-1 of the certificate's DER bytes, 32 characters. */
export function fingerprint2013(der: Uint8Array): string {
  return encodeBase32(createHash('sha1').update(der).digest());
}

export function isFingerprint2013(text: string): boolean {
  return /^[A-Z2-7]{32}$/.test(text);
}

function withoutCheckDigits(text: string, digits: string): string {
  let plain = '';
  for (let i = 0; i < DIGITS_CHECKED; i += DIGITS_PER_CHECK + 1) {
    const part = digits.slice(i, i + DIGITS_PER_CHECK);
    if (checkDigit(part) !== digits[i + DIGITS_PER_CHECK]) {
      throw invalid(text, 'a check digit does not match: it was mistyped');
    }
    plain += part;
  }
  return plain;
}

function invalid(text: string, why: string): SyncError {
  const shown = text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
  return new SyncError('config', `device ID ${JSON.stringify(shown)} is not valid: ${why}`);
}
