/** Device IDs survive what people do to them when they copy them, and mistyped ones are caught. */
import fc from 'fast-check';
import { decodeBase32, encodeBase32, BASE32_ALPHABET } from './base32.js';
import {
  deviceIdBytes,
  deviceIdFromBytes,
  deviceIdFromCertificate,
  fingerprint2013,
  isFingerprint2013,
  parseDeviceId,
  shortId,
  shortIdText,
} from './device-id.js';
import { SyncError } from './errors.js';

const idBytes = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .filter((bytes) => bytes.some((byte) => byte !== 0));

describe('a device ID', () => {
  it('has eight dashed groups of seven and gives back its bytes', () => {
    fc.assert(
      fc.property(idBytes, (bytes) => {
        const id = deviceIdFromBytes(bytes);
        expect(id).toMatch(/^([A-Z2-7]{7}-){7}[A-Z2-7]{7}$/);
        expect(Buffer.from(deviceIdBytes(id)).equals(bytes)).toBe(true);
        expect(parseDeviceId(id)).toBe(id);
      }),
    );
  });

  it('is read in lower case, without dashes, with spaces and with 0, 1 and 8 for O, I and B', () => {
    fc.assert(
      fc.property(idBytes, (bytes) => {
        const id = deviceIdFromBytes(bytes);
        const typed = id.replace(/O/g, '0').replace(/I/g, '1').replace(/B/g, '8');
        for (const form of [id.toLowerCase(), id.replace(/-/g, ''), id.replace(/-/g, ' '), typed]) {
          expect(parseDeviceId(form)).toBe(id);
        }
      }),
    );
  });

  it('is refused with any one digit changed', () => {
    fc.assert(
      fc.property(idBytes, fc.nat(55), fc.integer({ min: 1, max: 31 }), (bytes, at, by) => {
        const digits = deviceIdFromBytes(bytes).replace(/-/g, '');
        const changed = BASE32_ALPHABET[(BASE32_ALPHABET.indexOf(digits[at]) + by) % 32];
        const mistyped = digits.slice(0, at) + changed + digits.slice(at + 1);
        expect(() => parseDeviceId(mistyped)).toThrow(/check digit/);
      }),
    );
  });

  it.each(['', 'abc', 'A'.repeat(52), 'A'.repeat(55), 'Ä'.repeat(56), '9'.repeat(56)])(
    'is refused as a setting with a message that repeats it: %j',
    (text) => {
      const parse = (): unknown => parseDeviceId(text);
      expect(parse).toThrow(SyncError);
      expect(parse).toThrow(expect.objectContaining({ code: 'config' }) as Error);
      expect(parse).toThrow(JSON.stringify(text));
    },
  );

  it('does not repeat a text of any length', () => {
    expect(() => parseDeviceId('x'.repeat(100_000))).toThrow(/^.{0,300}$/);
  });

  it('takes exactly 32 bytes', () => {
    expect(() => deviceIdFromBytes(new Uint8Array(31))).toThrow(RangeError);
  });

  it('begins with its short ID', () => {
    fc.assert(
      fc.property(idBytes, (bytes) => {
        const id = deviceIdFromBytes(bytes);
        expect(shortId(id)).toBe(Buffer.from(bytes).readBigUInt64BE());
        if (shortId(id) !== 0n) expect(shortIdText(shortId(id))).toBe(id.slice(0, 7));
      }),
    );
  });
});

describe('a certificate', () => {
  const der = Buffer.from('a certificate');

  it('gives another device ID with any other byte', () => {
    expect(deviceIdFromCertificate(der)).not.toBe(deviceIdFromCertificate(Buffer.from('b')));
  });

  it('has a fingerprint of 2013 that is told from a device ID', () => {
    // echo -n 'a certificate' | sha1sum | xxd -r -p | base32
    expect(fingerprint2013(der)).toBe('XOZLPMKPEJH7N2RYND4YAMSAIBTSNN34');
    expect(isFingerprint2013(fingerprint2013(der))).toBe(true);
    expect(isFingerprint2013(deviceIdFromCertificate(der))).toBe(false);
  });
});

describe('base32', () => {
  it('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        expect(decodeBase32(encodeBase32(bytes))).toEqual(bytes);
      }),
    );
  });

  it('knows no lower case and no padding', () => {
    expect(decodeBase32('mzxw6')).toBeUndefined();
    expect(decodeBase32('MZXW6===')).toBeUndefined();
  });
});
