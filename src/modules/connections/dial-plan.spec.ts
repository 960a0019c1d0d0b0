import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  afterConnection,
  afterFailure,
  DIALS_MAX,
  type DialState,
  FIRST_PAUSE_MS,
  GOOD_CONNECTION_MS,
  JITTER_SHARE,
  NEVER_DIALED,
  planDials,
} from './dial-plan.js';

const INTERVAL_MS = 60_000;

function target(key: string, rest: { paused?: boolean; blocked?: boolean } = {}) {
  return { key, paused: false, blocked: false, ...rest };
}

function states(...entries: [string, number][]): Map<string, DialState> {
  return new Map(entries.map(([key, nextMs]) => [key, { failures: 1, nextMs }]));
}

describe('the dial plan', () => {
  it('dials what was never dialed, at once', () => {
    const plan = planDials([target('A'), target('B')], new Map(), new Set(), 0, 5, INTERVAL_MS);
    expect(plan).toEqual({ dial: ['A', 'B'], wakeInMs: INTERVAL_MS });
  });

  it('leaves out paused, blocked and busy devices', () => {
    const targets = [
      target('A', { paused: true }),
      target('B', { blocked: true }),
      target('C'),
      target('D'),
    ];
    expect(planDials(targets, new Map(), new Set(['C']), 0, 5, INTERVAL_MS).dial).toEqual(['D']);
  });

  it('wakes for nothing while every device is busy or not wanted', () => {
    const targets = [target('A', { paused: true }), target('B', { blocked: true }), target('C')];
    const plan = planDials(targets, states(['C', 900]), new Set(['C']), 0, 5, INTERVAL_MS);
    expect(plan).toEqual({ dial: [] });
  });

  it('waits for the device that is due first, and dials who has waited longest first', () => {
    const targets = ['A', 'B', 'C', 'D'].map((key) => target(key));
    const plan = planDials(
      targets,
      states(['A', 900], ['B', 1500], ['C', 800], ['D', 1200]),
      new Set(),
      0,
      1000,
      INTERVAL_MS,
    );
    expect(plan).toEqual({ dial: ['C', 'A'], wakeInMs: 200 });
  });

  it('dials a bounded number of devices at once', () => {
    const targets = Array.from({ length: DIALS_MAX + 10 }, (_, i) => target(`D${i}`));
    expect(planDials(targets, new Map(), new Set(), 0, 5, INTERVAL_MS).dial).toHaveLength(
      DIALS_MAX,
    );
    expect(
      planDials(targets, new Map(), new Set(), DIALS_MAX - 1, 5, INTERVAL_MS).dial,
    ).toHaveLength(1);
  });

  it('pauses longer after each failure, never beyond the interval, never without a pause', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 1000, max: 3_600_000 }),
        (failures, fraction, intervalMs) => {
          const pause = afterFailure({ failures, nextMs: 0 }, 0, intervalMs, fraction).nextMs;
          const next = afterFailure({ failures: failures + 1, nextMs: 0 }, 0, intervalMs, fraction);
          expect(pause).toBeLessThanOrEqual(intervalMs);
          expect(pause).toBeGreaterThanOrEqual(FIRST_PAUSE_MS * (1 - JITTER_SHARE));
          expect(next.nextMs).toBeGreaterThanOrEqual(pause);
        },
      ),
    );
  });

  it('dials at once after a good connection, but not after one that broke soon', () => {
    const soon = afterConnection(NEVER_DIALED, GOOD_CONNECTION_MS - 1, 1000, INTERVAL_MS, 0);
    expect(soon).toEqual({ failures: 1, nextMs: 1000 + FIRST_PAUSE_MS });
    const state = { failures: 7, nextMs: 99 };
    expect(afterConnection(state, GOOD_CONNECTION_MS, 1000, INTERVAL_MS, 0)).toEqual(NEVER_DIALED);
  });
});
