/** What every Transport keeps to. A network is made anew for each test; `address` is one that can be listened on. */
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type Channel,
  type Listener,
  type Transport,
} from '../../src/modules/connections/transport.js';

export interface TransportPair {
  readonly a: Transport;
  readonly b: Transport;
  readonly certificateA: Uint8Array;
  readonly certificateB: Uint8Array;
  /** To listen on, with a port of the transport's choice. */
  readonly address: string;
}

const FOREVER = new AbortController().signal;

export function transportContract(name: string, make: () => Promise<TransportPair>): void {
  describe(`${name} as a transport`, () => {
    const listeners: Listener[] = [];
    const channels: Channel[] = [];

    afterEach(async () => {
      for (const channel of channels.splice(0)) channel.stream.destroy();
      for (const listener of listeners.splice(0)) await listener.close();
    });

    async function listen(transport: Transport, address: string) {
      const accepted: Channel[] = [];
      let tell: () => void = () => undefined;
      const listener = await transport.listen(address, (channel) => {
        channels.push(channel);
        accepted.push(channel);
        tell();
      });
      listeners.push(listener);
      const next = async (count = 1): Promise<Channel> => {
        while (accepted.length < count) await new Promise<void>((resolve) => (tell = resolve));
        return accepted[count - 1] as Channel;
      };
      return { listener, next };
    }

    async function joined(pair: TransportPair) {
      const { listener, next } = await listen(pair.b, pair.address);
      const dialed = await pair.a.dial(listener.address, FOREVER);
      channels.push(dialed);
      return { dialed, accepted: await next(), listener, next };
    }

    it('gives each side the certificate of the other', async () => {
      const pair = await make();
      const { dialed, accepted } = await joined(pair);
      expect(Buffer.from(dialed.peerCertificate)).toEqual(Buffer.from(pair.certificateB));
      expect(Buffer.from(accepted.peerCertificate)).toEqual(Buffer.from(pair.certificateA));
    });

    it('gives each side the certificate again on every later connection', async () => {
      const pair = await make();
      const { listener, next } = await joined(pair);
      for (let count = 2; count <= 4; count++) {
        const dialed = await pair.a.dial(listener.address, FOREVER);
        channels.push(dialed);
        const accepted = await next(count);
        expect(Buffer.from(dialed.peerCertificate)).toEqual(Buffer.from(pair.certificateB));
        expect(Buffer.from(accepted.peerCertificate)).toEqual(Buffer.from(pair.certificateA));
        dialed.stream.write('hello');
        expect((await read(accepted, 5)).toString()).toBe('hello');
      }
    });

    it('carries megabytes both ways at once, in order and whole', async () => {
      const { dialed, accepted } = await joined(await make());
      const there = pattern(3_000_000, 1);
      const back = pattern(2_000_000, 7);
      dialed.stream.write(there);
      accepted.stream.write(back);
      const [gotThere, gotBack] = await Promise.all([
        read(accepted, there.length),
        read(dialed, back.length),
      ]);
      expect(gotThere.equals(there)).toBe(true);
      expect(gotBack.equals(back)).toBe(true);
    });

    it('lets a writer wait while nobody reads', async () => {
      const { dialed, accepted } = await joined(await make());
      const chunk = Buffer.alloc(1024 * 1024, 5);
      let written = 0;
      while (dialed.stream.write(chunk)) written += chunk.length;
      expect(written).toBeLessThan(64 * 1024 * 1024);
      const drained = new Promise((resolve) => dialed.stream.once('drain', resolve));
      accepted.stream.resume();
      await drained;
    });

    it('says the end after everything that was written before it', async () => {
      const { dialed, accepted } = await joined(await make());
      const bytes = pattern(500_000, 3);
      dialed.stream.end(bytes);
      const got: Buffer[] = [];
      for await (const chunk of accepted.stream) got.push(chunk as Buffer);
      expect(Buffer.concat(got).equals(bytes)).toBe(true);
    });

    it('closes the far end when one end is destroyed', async () => {
      const { dialed, accepted } = await joined(await make());
      const closed = new Promise((resolve) => accepted.stream.once('close', resolve));
      accepted.stream.resume();
      dialed.stream.destroy();
      await closed;
      expect(accepted.stream.destroyed).toBe(true);
    });

    it('refuses an address that nobody listens on', async () => {
      const pair = await make();
      const { listener } = await listen(pair.b, pair.address);
      await listener.close();
      await expect(pair.a.dial(listener.address, FOREVER)).rejects.toMatchObject({
        code: 'refused',
      });
    });

    it('refuses to listen twice on one address, and names it', async () => {
      const pair = await make();
      const { listener } = await listen(pair.b, pair.address);
      await expect(pair.b.listen(listener.address, () => undefined)).rejects.toMatchObject({
        code: 'io',
        message: expect.stringContaining(listener.address) as unknown as string,
      });
    });

    it('keeps established channels when the listener is closed', async () => {
      const { dialed, accepted, listener } = await joined(await make());
      await listener.close();
      dialed.stream.write('still here');
      expect((await read(accepted, 10)).toString()).toBe('still here');
    });

    it('rejects a dial with the reason it was given up for', async () => {
      const pair = await make();
      const { listener } = await listen(pair.b, pair.address);
      const reason = new Error('changed my mind');
      await expect(pair.a.dial(listener.address, AbortSignal.abort(reason))).rejects.toBe(reason);
      const scope = new AbortController();
      const dial = pair.a.dial(listener.address, scope.signal);
      scope.abort(reason);
      await expect(dial).rejects.toBe(reason);
    });

    it('does not take what is no address', async () => {
      const { a } = await make();
      await expect(a.dial('udp://127.0.0.1:1', FOREVER)).rejects.toMatchObject({ code: 'config' });
      await expect(a.listen('somewhere', () => undefined)).rejects.toMatchObject({
        code: 'config',
      });
    });
  });
}

/** Exactly so many bytes from the channel. */
export async function read(channel: Channel, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const part = channel.stream.read(
      Math.min(missing, channel.stream.readableLength || missing),
    ) as Buffer | null;
    if (part === null) {
      await new Promise<void>((resolve) => channel.stream.once('readable', resolve));
    } else {
      parts.push(part);
      missing -= part.length;
    }
  }
  return Buffer.concat(parts);
}

function pattern(length: number, step: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0, value = 0; i < length; i++, value = (value + step + (i >> 8)) & 255)
    bytes[i] = value;
  return bytes;
}
