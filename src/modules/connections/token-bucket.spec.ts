import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HandClock } from '../../../test/support/hand-clock.js';
import { type DeviceSettings, type NetworkLimits } from '../config/settings.js';
import { RateLimits } from './rate-limits.js';
import { BURST_BYTES_MAX, BURST_BYTES_MIN, TokenBucket } from './token-bucket.js';

const KIB = 1024;

/** Moves pieces of these sizes as the bucket allows; the time it took, ms. */
function timeFor(pieces: readonly number[], bytesPerS: number): number {
  const bucket = new TokenBucket();
  let nowMs = 0;
  bucket.setRate(bytesPerS, nowMs);
  for (const piece of pieces) nowMs += bucket.take(piece, nowMs);
  return nowMs;
}

describe('a limit on bytes per second', () => {
  it('is kept on average, whatever the sizes of the pieces, but for one burst', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1024 * KIB }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: KIB, max: 10_000 * KIB }),
        (pieces, bytesPerS) => {
          const total = pieces.reduce((sum, piece) => sum + piece, 0);
          const tookMs = timeFor(pieces, bytesPerS);
          const exactMs = (total / bytesPerS) * 1000;
          expect(tookMs).toBeLessThanOrEqual(exactMs + pieces.length);
          const burstMs = (BURST_BYTES_MAX / bytesPerS) * 1000;
          expect(tookMs).toBeGreaterThanOrEqual(exactMs - burstMs - 1);
        },
      ),
    );
  });

  it('lets no more than a burst go at once after a long pause', () => {
    const bucket = new TokenBucket();
    bucket.setRate(100 * KIB, 0);
    expect(bucket.take(50 * KIB, 3_600_000)).toBe(0);
    expect(bucket.take(100 * KIB, 3_600_000)).toBe(1000);
    expect(bucket.burstBytes).toBeGreaterThanOrEqual(BURST_BYTES_MIN);
  });

  it('makes nobody wait when there is none, and counts at once when it is set', () => {
    const bucket = new TokenBucket();
    expect(bucket.take(1e12, 0)).toBe(0);
    bucket.setRate(100 * KIB, 0);
    expect(bucket.take(150 * KIB, 0)).toBe(1000);
    bucket.setRate(0, 10);
    expect(bucket.take(1e12, 10)).toBe(0);
  });
});

describe('the rates of a node', () => {
  const limits: NetworkLimits = {
    maxSendKbps: 100,
    maxRecvKbps: 200,
    limitInLan: false,
    connectionsMax: 0,
    lanNetworks: [],
  };
  const device = (id: string, rates: Partial<DeviceSettings>) =>
    ({ id, ...rates }) as DeviceSettings;

  function rates(now: Partial<NetworkLimits>, devices: DeviceSettings[] = []) {
    const state = { limits: { ...limits, ...now }, devices };
    return { state, rates: new RateLimits(() => state, new HandClock()) };
  }

  it('are shared by its devices, each direction by itself', () => {
    const { rates: node } = rates({});
    const [a, b] = [node.throttle('A', false), node.throttle('B', false)];
    expect(a.sent(50 * KIB)).toBe(0);
    expect(b.sent(100 * KIB)).toBe(1000);
    expect(a.sent(100 * KIB)).toBe(2000);
    expect(b.received(300 * KIB)).toBe(1000);
  });

  it('do not hold in the LAN, unless wanted', () => {
    const { rates: node, state } = rates({}, [device('A', { maxSendKbps: 1 })]);
    const near = node.throttle('A', true);
    expect([near.sent(1e9), near.received(1e9), near.limitsSending()]).toEqual([0, 0, false]);
    state.limits = { ...state.limits, limitInLan: true };
    expect(near.limitsSending()).toBe(true);
    expect(near.sent(1e6)).toBeGreaterThan(900_000);
  });

  it('send little at once where they are low, so that nobody takes the peer for dead meanwhile', () => {
    const { rates: node, state } = rates({ maxSendKbps: 1 }, [device('A', { maxSendKbps: 10 })]);
    expect(node.throttle('A', false).pieceBytes?.()).toBe(512);
    state.limits = { ...state.limits, maxSendKbps: 0 };
    expect(node.throttle('A', false).pieceBytes?.()).toBe(2560);
    expect(node.throttle('B', false).pieceBytes?.()).toBe(16 * KIB);
  });

  it('of a device hold for that device alone, beside those of the node', () => {
    const { rates: node } = rates({ maxSendKbps: 0 }, [device('A', { maxSendKbps: 10 })]);
    expect(node.throttle('A', false).sent(26 * KIB)).toBe(1000);
    expect(node.throttle('B', false).sent(1e9)).toBe(0);
  });
});
