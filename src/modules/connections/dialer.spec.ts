import { describe, expect, it } from '@jest/globals';
import { HandClock } from '../../../test/support/hand-clock.js';
import { SystemRandomness } from '../../platform/randomness.js';
import { type DeviceSettings } from '../config/settings.js';
import { Dialer } from './dialer.js';
import { MemoryNetwork } from './memory-transport.js';

const INTERVAL_MS = 60_000;

function device(id: string): DeviceSettings {
  return {
    ...{ id, fingerprint: '', name: id, addresses: ['dynamic'], compression: 'metadata' },
    ...{ certName: '', paused: false, blockedBy: '', source: 'default' },
  } as DeviceSettings;
}

/** Devices by what is known of their connection. */
function dialerOf(states: Record<string, 'near' | 'far' | 'lost'>) {
  const clock = new HandClock();
  const asked: string[] = [];
  const dialer = new Dialer({
    transport: new MemoryNetwork(clock).transport('own', new Uint8Array(1)),
    discovery: {
      addresses: ({ id }) => {
        asked.push(id);
        return Promise.resolve([]);
      },
    },
    known: () => Object.keys(states).map(device),
    ...{ clock, randomness: new SystemRandomness(), isNear: () => true },
    log: { info: () => undefined, warn: () => undefined, debug: () => undefined },
    intervalMs: () => INTERVAL_MS,
    isBusy: (key) => states[key] !== 'lost',
    isUpgradable: (key) => states[key] === 'far' && asked.length > 0,
    isFar: (key) => states[key] === 'far',
    ...{ room: () => Infinity, receive: () => Promise.resolve(false) },
  });
  return { dialer, clock, asked };
}

describe('who dials', () => {
  it('wakes for nothing while every device is connected over a near address', async () => {
    const states: Record<string, 'near' | 'lost'> = { A: 'near', B: 'near' };
    const { dialer, clock, asked } = dialerOf(states);
    dialer.wake();
    expect(clock.timerCount).toBe(0);
    states.B = 'lost';
    dialer.ended('B', INTERVAL_MS);
    await clock.pass(1);
    expect(asked).toEqual(['B']);
    expect(clock.timerCount).toBe(1);
    await dialer.stop();
  });

  it('looks again for a near address of a device that came in over a far one', async () => {
    const { dialer, clock, asked } = dialerOf({ A: 'far' });
    dialer.wake();
    asked.push('since');
    await clock.pass(INTERVAL_MS);
    expect(asked).toEqual(['since', 'A']);
    await dialer.stop();
  });
});
