/** Announcements and server addresses beside the answers of the stock functions. */
import { resolveAddresses } from '../src/modules/discovery/announced-addresses.js';
import { decodeAnnouncement, encodeAnnouncement } from '../src/modules/discovery/announcement.js';
import { parseServer } from '../src/modules/discovery/discovery-server.js';
import { CaseCount, loadVectors, sayVectorsAbsent } from './support/vectors.js';

interface Vectors {
  readonly packets: readonly {
    readonly addresses: readonly string[];
    readonly deviceID: string;
    readonly instanceID: number | string;
    readonly packetHex: string | null;
  }[];
  readonly reception: readonly {
    readonly announced: readonly string[];
    readonly source: string;
    readonly resolved: readonly string[];
  }[];
  readonly serverOptions: readonly {
    readonly in: string;
    readonly error?: string;
    readonly id: string;
    readonly insecure: boolean;
    readonly noAnnounce: boolean;
    readonly noLookup: boolean;
    readonly server: string;
  }[];
}

const vectors = loadVectors<Vectors>('discovery');

describe('like the stock functions', () => {
  it('packets have the same bytes', () => {
    if (vectors === undefined) return sayVectorsAbsent();
    const count = new CaseCount('packets');
    for (const each of vectors.packets.filter(({ packetHex }) => packetHex !== null)) {
      const { deviceID: id, addresses } = each;
      const announcement = { id, addresses, instanceId: BigInt(each.instanceID) };
      count.check(each, () => {
        const packet = encodeAnnouncement(announcement);
        expect(Buffer.from(packet).toString('hex')).toBe(each.packetHex);
        expect(decodeAnnouncement(packet)).toEqual(announcement);
      });
    }
    count.report();
  });

  it('addresses received mean the same', () => {
    if (vectors === undefined) return sayVectorsAbsent();
    const count = new CaseCount('reception');
    for (const { announced, resolved, source } of vectors.reception) {
      const ip = source.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
      // Stock keeps an address twice when two mean the same.
      count.check(announced, () => {
        expect(resolveAddresses(announced, ip)).toEqual([...new Set(resolved)]);
      });
    }
    count.report();
  });

  it('options of a server are read the same', () => {
    if (vectors === undefined) return sayVectorsAbsent();
    const count = new CaseCount('serverOptions');
    for (const each of vectors.serverOptions) {
      count.check(each, () => {
        // What is no device ID is refused here at once, and not only by the check of a certificate.
        if (each.error !== undefined || each.id !== '') {
          expect(() => parseServer(each.in)).toThrow();
          return;
        }
        expect(parseServer(each.in)).toEqual({
          ...{ url: each.server, id: each.id, insecure: each.insecure },
          ...{ announce: !each.noAnnounce, lookUp: !each.noLookup },
        });
      });
    }
    count.report();
  });
});
