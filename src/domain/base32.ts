/** Base32 of RFC 4648 without padding, and the check digit that device IDs carry. */

export const BASE32_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Digits for bytes, without padding: the last digit is filled with zero bits. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32_ALPHABET[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  if (bits > 0) text += BASE32_ALPHABET[(value << (5 - bits)) & 31];
  return text;
}

/** Bytes of upper-case digits without padding; bits left over at the end are dropped. Undefined for a foreign digit. */
export function decodeBase32(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const digit of text) {
    const code = BASE32_ALPHABET.indexOf(digit);
    if (code < 0) return undefined;
    value = (value << 5) | code;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = value >>> bits;
      at += 1;
      value &= (1 << bits) - 1;
    }
  }
  return bytes;
}

/**
 * The check digit of the Syncthing network: like Luhn's modulo 32, but doubling every second digit from the left,
 * starting with the second. Undefined for a digit outside the alphabet.
 */
export function checkDigit(text: string): string | undefined {
  let sum = 0;
  let factor = 1;
  for (const digit of text) {
    const code = BASE32_ALPHABET.indexOf(digit);
    if (code < 0) return undefined;
    const addend = factor * code;
    sum += Math.floor(addend / 32) + (addend % 32);
    factor = 3 - factor;
  }
  return BASE32_ALPHABET[(32 - (sum % 32)) % 32];
}
