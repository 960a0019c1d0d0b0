/** The packet of local discovery: as a stock peer sends it, and whatever else may come to an open port. */
import fc from 'fast-check';
import { wireData } from '../../../test/support/wire-data.js';
import { deviceIdFromBytes } from '../../domain/device-id.js';
import {
  ADDRESS_BYTES_MAX,
  type Announcement,
  decodeAnnouncement,
  encodeAnnouncement,
  PACKET_ADDRESSES_MAX,
  PACKET_BYTES_MAX,
} from './announcement.js';

const ID = deviceIdFromBytes(new Uint8Array(32).fill(7));

describe('an announcement', () => {
  it('of a stock peer is understood, and written with the same bytes', () => {
    const packet = wireData('../discovery/announce-1x');
    const announcement = decodeAnnouncement(packet)!;
    expect(announcement).toEqual({
      id: 'XROUZ3Q-GLJ7NBM-HAA6ZA7-2MK5GGA-5SJUUEP-JHV4L3Q-TVG7EFU-6PBVTQB',
      addresses: [
        'tcp://0.0.0.0:22000',
        'tcp://10.77.0.14:22000',
        'tcp://10.77.0.13:22000',
        'tcp://0.0.0.0:0',
        'quic://0.0.0.0:22000',
        'quic://10.77.0.14:22000',
        'quic://10.77.0.13:22000',
      ],
      instanceId: 5198320290555987915n,
    });
    expect(Buffer.from(encodeAnnouncement(announcement)).equals(packet)).toBe(true);
  });

  it('is the same after it was written and read', () => {
    const announcements = fc.record({
      id: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => deviceIdFromBytes(bytes)),
      addresses: fc.array(fc.string({ maxLength: 60 }), { maxLength: 20 }),
      instanceId: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    });
    fc.assert(
      fc.property(announcements, (announcement: Announcement) => {
        expect(decodeAnnouncement(encodeAnnouncement(announcement))).toEqual(announcement);
      }),
    );
  });

  it('is nothing when it is cut off within a field, and never an exception', () => {
    const packet = wireData('../discovery/announce-1x');
    for (let length = 0; length < packet.length; length += 1) {
      const whole = decodeAnnouncement(packet.subarray(0, length));
      if (whole !== undefined) expect(whole.addresses.length).toBeLessThanOrEqual(7);
    }
    const magic = packet.subarray(0, 4);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        decodeAnnouncement(noise);
        decodeAnnouncement(Buffer.concat([magic, noise]));
        decodeAnnouncement(Buffer.concat([packet, noise]));
      }),
    );
  });

  it('is nothing with another magic, a short ID, or more bytes than a packet may have', () => {
    const packet = wireData('../discovery/announce-1x');
    const old = Buffer.from(packet);
    old.writeUInt32BE(0x7d79bc40);
    expect(decodeAnnouncement(old)).toBeUndefined();
    const shortId = Buffer.concat([packet.subarray(0, 4), Buffer.from([0x0a, 2, 1, 2])]);
    expect(decodeAnnouncement(shortId)).toBeUndefined();
    expect(decodeAnnouncement(Buffer.alloc(PACKET_BYTES_MAX + 1, packet))).toBeUndefined();
  });

  it('gives a bounded number of addresses of bounded length', () => {
    const addresses = ['x'.repeat(ADDRESS_BYTES_MAX + 1), ...Array<string>(500).fill('tcp://:1')];
    const decoded = decodeAnnouncement(encodeAnnouncement({ id: ID, addresses, instanceId: 1n }));
    expect(decoded?.addresses).toEqual(Array<string>(PACKET_ADDRESSES_MAX).fill('tcp://:1'));
  });
});
