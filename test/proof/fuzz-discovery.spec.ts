/**
 * Whatever anybody on the LAN sends as a discovery packet, and whatever a discovery server answers: addresses that can be
 * dialed and shown come of it, or nothing, and what is remembered of it is bounded. Local discovery is version 4, the only
 * one that Syncthing 1.x and 2.x speak.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { deviceIdFromBytes } from '../../src/domain/device-id.js';
import { parseTcpAddress } from '../../src/modules/connections/tcp-address.js';
import {
  dialableAddresses,
  resolveAddresses,
} from '../../src/modules/discovery/announced-addresses.js';
import {
  decodeAnnouncement,
  encodeAnnouncement,
} from '../../src/modules/discovery/announcement.js';
import {
  ADDRESS_BYTES_MAX,
  PACKET_ADDRESSES_MAX,
} from '../../src/modules/discovery/announcement.js';
import { PACKET_BYTES_MAX } from '../../src/modules/discovery/announcement.js';
import { type Beacon, type OpenBeacon } from '../../src/modules/discovery/beacon.js';
import {
  type DiscoveryHttp,
  type ServerAnswer,
} from '../../src/modules/discovery/discovery-http.js';
import { GlobalDiscovery } from '../../src/modules/discovery/global-discovery.js';
import { LocalDiscovery } from '../../src/modules/discovery/local-discovery.js';
import { STRANGERS_MAX } from '../../src/modules/discovery/neighbours.js';
import { HandClock } from '../support/hand-clock.js';
import { type SeededRandom } from '../support/random.js';
import { fuzz } from './support/fuzz.js';
import { mutatedBytes } from './support/mutate-bytes.js';
import { mutatedMessage } from './support/mutate-protobuf.js';
import { anyText, JSON_TOKENS, jsonValue, mutatedText } from './support/text-seeds.js';

const GOLDEN = Buffer.from(
  readFileSync(join(import.meta.dirname, '../../testdata/discovery/announce-1x.hex'), 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join(''),
  'hex',
);
const OWN = deviceIdFromBytes(Buffer.alloc(32, 9));
const KNOWN = deviceIdFromBytes(Buffer.alloc(32, 8));
const ADDRESS_TOKENS = [
  'tcp://',
  'tcp4://',
  'tcp6://',
  'quic://',
  'relay://',
  '0.0.0.0',
  '192.0.2.1',
  '[::]',
  '[::1]',
  '[fe80::1%25eth0]',
  '[ff02::1]',
  '255.255.255.255',
  'host.example',
  ':22000',
  ':0',
  ':65536',
  '/?id=x',
  '\u001b[31m',
  '\n',
  '%',
  '@',
  'user:pw@',
  '\u202e',
  ' ',
  '[',
  ']',
  ':',
  'ü',
  '\0',
];
const SOURCES = ['192.0.2.77', '::1', 'fe80::2%eth0', '10.0.0.1'];
/** Only what a terminal, a log and a dialer take. */
const PLAIN = /^[!-~]*$/;

function address(random: SeededRandom): string {
  if (random.below(3) > 0)
    return random.pick([
      'tcp://192.0.2.1:22000',
      'tcp://0.0.0.0:22000',
      'tcp://[2001:db8::1]:1',
      'quic://[::]:22000',
    ]);
  return anyText(random, ADDRESS_TOKENS, 8);
}

function announcement(random: SeededRandom): Buffer {
  const id = random.pick([KNOWN, OWN, deviceIdFromBytes(random.bytes(32))]);
  const addresses = Array.from({ length: random.below(5) }, () => address(random));
  const instanceId = BigInt(random.below(1000)) - 500n;
  return Buffer.from(encodeAnnouncement({ id, addresses, instanceId }));
}

function packet(random: SeededRandom): Uint8Array {
  const kind = random.below(12);
  if (kind === 0) return random.bytes(random.below(60));
  const good = random.below(5) === 0 ? GOLDEN : announcement(random);
  if (kind < 4) return good;
  if (kind < 7) return mutatedBytes(good, random, GOLDEN);
  return Buffer.concat([good.subarray(0, 4), mutatedMessage(good.subarray(4), random)]);
}

function requireDialable(addresses: readonly string[]): void {
  for (const each of addresses) {
    if (!PLAIN.test(each)) throw new Error(`${JSON.stringify(each)} is to be dialed`);
    parseTcpAddress(each);
  }
}

fuzz<Uint8Array>({
  name: 'local packets are announcements or nothing, and encode again',
  make: packet,
  take: (bytes, random) => {
    const found = decodeAnnouncement(bytes);
    if (found === undefined) return 'refused';
    const { addresses } = found;
    const isBounded =
      bytes.length <= PACKET_BYTES_MAX &&
      addresses.length <= PACKET_ADDRESSES_MAX &&
      addresses.every((each) => each.length <= ADDRESS_BYTES_MAX);
    if (!isBounded) throw new Error('more than a packet may have');
    const again = decodeAnnouncement(encodeAnnouncement(found));
    // Bytes that are no UTF-8 have grown.
    const isPlain = addresses.every((each) => !each.includes('\ufffd'));
    if (isPlain && !isDeepStrictEqual(again, found)) throw new Error('another one, encoded again');
    const resolved = resolveAddresses(addresses, random.pick(SOURCES));
    if (!resolved.every((each) => PLAIN.test(each))) throw new Error('it would be shown');
    requireDialable(dialableAddresses(resolved));
  },
});

interface Listening {
  hear(packet: Uint8Array, source: string): void;
  readonly lines: string[];
  readonly found: string[];
  readonly discovery: LocalDiscovery;
}

async function listening(clock: HandClock): Promise<Listening> {
  let hear: Listening['hear'] = () => undefined;
  const [lines, found]: string[][] = [[], []];
  const open = { send: () => Promise.resolve([]), close: () => Promise.resolve() };
  const beacon = {
    open: (_place: unknown, listener: Listening['hear']) => {
      hear = listener;
      return Promise.resolve(open as unknown as OpenBeacon);
    },
  } as unknown as Beacon;
  const note = (line: string): void => void lines.push(line);
  const discovery = new LocalDiscovery({
    ownId: OWN,
    beacon,
    place: { kind: 'broadcast', port: 21027, group: '' } as never,
    clock,
    instanceId: 1n,
    announced: () => [],
    isConfigured: (id) => id === KNOWN,
    found: (_id, addresses) => found.push(...addresses),
    log: { debug: note, info: note, warn: note },
  });
  await discovery.start();
  return { hear: (bytes, source) => hear(bytes, source), lines: lines!, found: found!, discovery };
}

/** Time goes on without timers. */
class SteppedClock extends HandClock {
  aheadMs = 0;

  override monotonicMs(): number {
    return super.monotonicMs() + this.aheadMs;
  }
}

const clock = new SteppedClock();
const lan = await listening(clock);

fuzz<Uint8Array>({
  name: 'what the LAN sends is remembered within bounds, dialed and shown as plain text',
  make: packet,
  take: (bytes, random) => {
    lan.hear(bytes, random.pick(SOURCES));
    if (random.below(20) === 0) clock.aheadMs += random.below(2_000);
    const count = lan.lines.length + lan.found.length;
    if (!lan.lines.every((line) => /^[ -~]*$/.test(line)))
      throw new Error(`shown: ${lan.lines[0]}`);
    requireDialable(lan.found);
    lan.lines.length = 0;
    lan.found.length = 0;
    const isLooked = random.below(100) === 0;
    if (isLooked && lan.discovery.known().size > STRANGERS_MAX + 1) throw new Error('too many');
    return count > 0 ? 'taken' : 'refused';
  },
});

function answerBody(random: SeededRandom): string {
  const addresses = Array.from({ length: random.below(5) }, () => address(random));
  const good = JSON.stringify({ addresses, seen: '2020-01-01' });
  const kind = random.below(8);
  if (kind === 0) return anyText(random, JSON_TOKENS, 30);
  if (kind === 1) return `{"addresses":${'['.repeat(random.below(30_000))}`;
  if (kind === 2) return JSON.stringify(jsonValue(random, 3, ['addresses', 'seen'])) ?? '';
  if (kind === 3)
    return JSON.stringify({
      addresses: Array.from({ length: 300 }, () => jsonValue(random, 1, [])),
    });
  return kind < 6 ? good : mutatedText(good, random, JSON_TOKENS, good);
}

fuzz<string>({
  name: 'answers of discovery servers give addresses that can be dialed, or none',
  make: answerBody,
  take: async (body, random) => {
    const answer: ServerAnswer = {
      status: random.pick([200, 200, 200, 404, 429, 0, 700]),
      retryAfterS: random.pick([undefined, 1, 999_999_999]),
      reannounceAfterS: undefined,
      body,
    };
    const http = { exchange: () => Promise.resolve(answer) } as unknown as DiscoveryHttp;
    const server = {
      url: 'https://server.example/v2/',
      id: '',
      insecure: false,
      announce: false,
      lookUp: true,
    };
    const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
    const discovery = new GlobalDiscovery({
      server: server as never,
      http,
      clock,
      announced: () => [],
      log,
    });
    const found = await discovery.addresses(KNOWN, new AbortController().signal);
    requireDialable(found);
    for (const [, known] of discovery.known()) {
      if (!known.every((each) => PLAIN.test(each))) throw new Error('it would be shown');
    }
    return found.length === 0 ? 'refused' : 'taken';
  },
});
