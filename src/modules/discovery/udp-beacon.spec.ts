/** Real sockets on loopback. What goes to whole networks is shown between machines of a test's own, in test/interop. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { type BeaconPlace, type OpenBeacon } from './beacon.js';
import { type Interfaces } from './network-interfaces.js';
import { UdpBeacon } from './udp-beacon.js';

const hasV6 = networkInterfaces().lo?.some(({ family }) => family === 'IPv6') ?? false;
const places = [
  { kind: 'broadcast', group: '', type: 'udp4', loopback: '127.0.0.1' } as const,
  ...(hasV6
    ? [{ kind: 'multicast', group: 'ff12::8384', type: 'udp6', loopback: '::1' } as const]
    : []),
];

describe('a beacon of real sockets', () => {
  const open: OpenBeacon[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((beacon) => beacon.close()));
  });

  it.each(places)(
    'receives for $kind, and says from whom',
    async ({ type, loopback, ...place }) => {
      const port = await freePort(type, loopback);
      const heard = new Promise<[string, string]>((resolve) => {
        void listen({ ...place, port }, (packet, source) =>
          resolve([Buffer.from(packet).toString(), source]),
        ).then(() => tell(type, loopback, port));
      });
      expect(await heard).toEqual(['hello', loopback]);
    },
  );

  it.each(places)('leaves the port of $kind to others when it is closed', async (each) => {
    const { type, loopback, kind, group } = each;
    const port = await freePort(type, loopback);
    const beacon = await listen({ kind, group, port }, () => undefined);
    await beacon.close();
    const alone = createSocket(type);
    await new Promise<void>((resolve) => alone.bind(port, loopback, resolve));
    await new Promise<void>((resolve) => alone.close(resolve));
    expect(await beacon.send(new Uint8Array(1))).toEqual([]);
  });

  it('goes on without a port that another program has for itself, and takes it once it is free', async () => {
    const holder = createSocket('udp4');
    await new Promise<void>((resolve) => holder.bind(0, resolve));
    const { port } = holder.address();
    let hear: (text: string) => void = () => undefined;
    const heard = new Promise<string>((resolve) => (hear = resolve));
    // In no network of anybody's: nothing is sent by it.
    const beacon = await new OffNetwork().open({ kind: 'broadcast', group: '', port }, (packet) =>
      hear(Buffer.from(packet).toString()),
    );
    open.push(beacon);
    expect(await beacon.send(new Uint8Array(1))).toEqual([
      expect.stringMatching(`port ${port}: .*EADDRINUSE`),
    ]);
    await new Promise<void>((resolve) => holder.close(resolve));
    expect(await beacon.send(new Uint8Array(1))).toEqual([]);
    tell('udp4', '127.0.0.1', port);
    expect(await heard).toBe('hello');
  });

  async function listen(
    place: BeaconPlace,
    onPacket: (packet: Uint8Array, source: string) => void,
  ): Promise<OpenBeacon> {
    const beacon = await new UdpBeacon().open(place, onPacket);
    open.push(beacon);
    return beacon;
  }
});

/** A machine without interfaces. */
class OffNetwork extends UdpBeacon {
  protected override interfaces(): Interfaces {
    return {};
  }
}

async function freePort(type: 'udp4' | 'udp6', address: string): Promise<number> {
  const socket = createSocket(type);
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

function tell(type: 'udp4' | 'udp6', address: string, port: number): void {
  const socket = createSocket(type);
  socket.send('hello', port, address, () => socket.close());
}
