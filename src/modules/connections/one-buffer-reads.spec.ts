/** Whatever a TLS socket receives arrives whole and in order, though it comes in one piece of memory that is used again. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Duplex } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testCertificate } from '../../../test/contracts/test-certificate.js';
import { until } from '../../../test/support/wait.js';
import { SystemClock } from '../../platform/clock.js';
import { TcpTransport } from './tcp-transport.js';
import { type Channel, type Listener } from './transport.js';

const MIB = 1024 * 1024;

describe('a TLS socket that reads into one buffer', () => {
  let listener: Listener;
  let dialed: Duplex;
  let accepted: Duplex;

  beforeEach(async () => {
    const [one, two] = await Promise.all([testCertificate(), testCertificate()]);
    const clock = new SystemClock();
    const accepting = new Promise<Channel>((resolve, reject) => {
      new TcpTransport(two, clock).listen('tcp://127.0.0.1:0', resolve).then((listening) => {
        listener = listening;
        const dial = new TcpTransport(one, clock).dial(
          listening.address,
          new AbortController().signal,
        );
        dial.then((channel) => (dialed = channel.stream)).catch(reject);
      }, reject);
    });
    accepted = (await accepting).stream;
    await until('both sides are open', () => dialed !== undefined);
  });

  afterEach(async () => {
    dialed.destroy();
    accepted.destroy();
    await listener.close();
  });

  const bothWays = (): [string, Duplex, Duplex][] => [
    ['the one that dialed', accepted, dialed],
    ['the one that was dialed', dialed, accepted],
  ];

  it('uses the same memory for all that it hands on, on either side', async () => {
    for (const [, sender, receiver] of bothWays()) {
      const memories = new Set<ArrayBufferLike>();
      let byteLength = 0;
      receiver.on('data', (chunk: Buffer) => {
        memories.add(chunk.buffer);
        byteLength += chunk.length;
      });
      sender.write(Buffer.alloc(4 * MIB));
      await until('all is there', () => byteLength === 4 * MIB);
      expect(memories.size).toBe(1);
    }
  });

  it('loses nothing and mixes nothing up while the stream pauses again and again', async () => {
    for (const [, sender, receiver] of bothWays()) {
      const content = randomBytes(6 * MIB);
      const parts: Buffer[] = [];
      let pauses = 0;
      receiver.on('data', (chunk: Buffer) => {
        parts.push(Buffer.from(chunk));
        if (parts.length % 7 !== 0) return;
        receiver.pause();
        pauses += 1;
        setImmediate(() => receiver.resume());
      });
      for (let at = 0; at < content.length; at += 100_000) {
        sender.write(content.subarray(at, at + 100_000));
      }
      const arrived = (): number => parts.reduce((sum, { length }) => sum + length, 0);
      await until('all is there', () => arrived() >= content.length);
      expect(Buffer.concat(parts).equals(content)).toBe(true);
      expect(pauses).toBeGreaterThan(10);
      receiver.removeAllListeners('data');
    }
  });

  it('keeps what comes before anybody listens, and stops reading when that is much', async () => {
    const content = randomBytes(8 * MIB);
    let isAllOut = false;
    accepted.write(content, () => (isAllOut = true));
    await until('something waits', () => dialed.readableLength > 0);
    const first = dialed.read(5) as Buffer;
    expect(first.equals(content.subarray(0, 5))).toBe(true);
    expect(isAllOut).toBe(false);
    expect(dialed.readableLength).toBeLessThan(MIB);
    const parts: Buffer[] = [first];
    let byteLength = first.length;
    dialed.on('data', (chunk: Buffer) => {
      parts.push(Buffer.from(chunk));
      byteLength += chunk.length;
    });
    dialed.resume();
    await until('all is there', () => byteLength === content.length);
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  it('tells of the end after all that came before it', async () => {
    let byteLength = 0;
    dialed.on('data', (chunk: Buffer) => (byteLength += chunk.length));
    const ended = once(dialed, 'end');
    accepted.end(Buffer.alloc(MIB));
    await ended;
    expect(byteLength).toBe(MIB);
  });
});
