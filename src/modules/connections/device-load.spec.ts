import { describe, expect, it } from '@jest/globals';
import { DeviceLoads, LOAD_LIMITS } from './device-load.js';

const MIB = 1024 * 1024;

/** What a device may owe that answered an idle request of 1 MiB after `latencyMs`, and delivers so much. */
function windowAfter(latencyMs: number, bytesPerMs: number, blockBytes = MIB): number {
  const loads = new DeviceLoads();
  loads.answered('A', [MIB, MIB], latencyMs, 0);
  for (let i = 0; i < 100; i++) loads.answered('A', [2 * MIB, MIB], (2 * MIB) / bytesPerMs, i);
  let owed = 0;
  for (; loads.hasRoom('A', blockBytes); owed += blockBytes) loads.reserve('A', blockBytes);
  return owed;
}

describe('what a device may owe', () => {
  it('is little where it answers at once, however fast it is', () => {
    expect(windowAfter(2, MIB / 2)).toBe(LOAD_LIMITS.deviceBytesBusy);
  });

  it('is twice what is on the way where that is long, up to a bound', () => {
    expect(windowAfter(102, MIB / 10)).toBe(20 * MIB);
    expect(windowAfter(1000, MIB)).toBe(LOAD_LIMITS.deviceBytesMax);
  });

  it('is what it delivers in a second where it is slow', () => {
    expect(windowAfter(50, MIB / 250)).toBe(4 * MIB);
    expect(windowAfter(50, MIB / 10_000)).toBe(LOAD_LIMITS.deviceBytesMin);
  });

  it('is more than one block, however large they are', () => {
    expect(windowAfter(2, MIB / 2, 16 * MIB)).toBe(LOAD_LIMITS.deviceBytesMax);
  });
});
