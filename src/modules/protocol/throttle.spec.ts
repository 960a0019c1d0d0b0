import { describe, expect, it } from '@jest/globals';
import {
  batch,
  block,
  connectionOver,
  NO_FOLDERS,
  never,
  RecordingHandler,
} from '../../../test/support/connection-setup.js';
import { duplexPair } from '../../../test/support/duplex-pair.js';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { type Connection } from './connection.js';
import { type Throttle } from './throttle.js';

const KIB = 1024;

/** Bytes per ms, each direction by itself, without any burst. */
class Rate implements Throttle {
  private readonly freeMs = { received: 0, sent: 0 };

  constructor(
    private readonly clock: HandClock,
    private readonly bytesPerMs: { received: number; sent: number },
  ) {}

  received = (bytes: number): number => this.take('received', bytes);
  sent = (bytes: number): number => this.take('sent', bytes);
  limitsSending = (): boolean => this.bytesPerMs.sent < Infinity;

  private take(way: 'received' | 'sent', bytes: number): number {
    const nowMs = this.clock.monotonicMs();
    this.freeMs[way] = Math.max(this.freeMs[way], nowMs) + bytes / this.bytesPerMs[way];
    return Math.ceil(this.freeMs[way] - nowMs);
  }
}

async function pair(limit: { received: number; sent: number }, highWaterMark = 64 * KIB) {
  const clock = new HandClock();
  const [near, far] = duplexPair({ highWaterMark, pieceBytes: 16 * KIB });
  const [nearHandler, farHandler] = [new RecordingHandler(), new RecordingHandler()];
  const throttle = new Rate(clock, limit);
  const a = connectionOver(near, nearHandler, clock, 'never', [], throttle);
  const b = connectionOver(far, farHandler, clock, 'never');
  for (const each of [a, b]) {
    each.start();
    await each.clusterConfig(NO_FOLDERS);
  }
  await clock.pass(100);
  return { clock, a, b, nearHandler, farHandler };
}

/** How long the answer takes, ms. */
async function timed(clock: HandClock, asking: Connection, size: number): Promise<number> {
  const startMs = clock.monotonicMs();
  let answer: Uint8Array | undefined;
  void asking.request(block('file', size), never).then((bytes) => (answer = bytes));
  for (let i = 0; answer === undefined && i < 1000; i++) await clock.pass(10);
  expect(answer?.length).toBe(size);
  return clock.monotonicMs() - startMs;
}

describe('a connection with a limit', () => {
  it('sends as fast as that, in pieces that the peer puts together', async () => {
    const { clock, b, nearHandler } = await pair({ received: Infinity, sent: 100 });
    nearHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    expect(await timed(clock, b, 300 * KIB)).toBeGreaterThan(2500);
    expect(await timed(clock, b, 300 * KIB)).toBeLessThan(4000);
  });

  it('receives as fast as that, and the sender has to wait', async () => {
    const { clock, a, farHandler } = await pair({ received: 100, sent: Infinity });
    farHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    const tookMs = await timed(clock, a, 300 * KIB);
    expect(tookMs).toBeGreaterThan(2500);
    expect(tookMs).toBeLessThan(4000);
  });

  it('of one KiB per second brings a large answer all the same, long as that takes', async () => {
    const { clock, a, b, farHandler } = await pair({ received: 1.024, sent: Infinity });
    farHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    let answer: Uint8Array | undefined;
    void a.request(block('file', 1024 * KIB), never).then((bytes) => (answer = bytes));
    for (let i = 0; answer === undefined && i < 1100; i++) await clock.pass(1000);
    expect(answer?.length).toBe(1024 * KIB);
    expect([a.isClosed, b.isClosed]).toEqual([false, false]);
  });

  it('sends pings and requests between the frames of a slow answer, none of them mixed up', async () => {
    const { clock, a, b, nearHandler, farHandler } = await pair({ received: Infinity, sent: 100 });
    nearHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    farHandler.answer = ({ size }) => Buffer.alloc(size, 2);
    const answers = [1, 2, 3, 4].map((n) => b.request(block(`${n}`, 50 * KIB), never));
    const asked = a.request(block('asked', KIB), never);
    for (let i = 0; i < 400; i++) await clock.pass(10);
    for (const answer of await Promise.all(answers))
      expect(answer.every((x) => x === 1)).toBe(true);
    expect((await asked).every((byte) => byte === 2)).toBe(true);
    expect([a.isClosed, b.isClosed]).toEqual([false, false]);
  });

  it('sends an index between the answers of a long transfer, not after the last of them', async () => {
    const { clock, a, b, nearHandler, farHandler } = await pair({ received: Infinity, sent: 100 });
    nearHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    let answered = 0;
    for (let n = 0; n < 20; n++) {
      void b.request(block(`${n}`, 50 * KIB), never).then(() => answered++);
    }
    await clock.pass(100);
    await turns();
    void a.index(batch(['new']));
    for (let i = 0; !farHandler.calls.includes('index new') && i < 1500; i++) await clock.pass(10);
    expect(answered).toBeLessThan(6);
    for (let i = 0; answered < 20 && i < 1500; i++) await clock.pass(10);
    expect(answered).toBe(20);
  });

  it('tells the peer why it ends, in the middle of a frame too', async () => {
    const { clock, a, b, nearHandler, farHandler } = await pair({ received: Infinity, sent: 1 });
    nearHandler.answer = ({ size }) => Buffer.alloc(size, 1);
    const answer = b.request(block('file', 100 * KIB), never).catch(() => undefined);
    await clock.pass(1000);
    const closing = a.close('enough');
    await turns();
    await clock.pass(10_000);
    await Promise.all([closing, answer]);
    expect(farHandler.closings[0]?.message).toBe('closed by the peer: enough');
  });
});
