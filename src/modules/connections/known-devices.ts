/**
 * The configured devices, each once. Two entries may turn out to be one device when the full ID of a fingerprint of
 * 2013 is learned.
 */
import { type DeviceSettings } from '../config/settings.js';

export function knownDevices(configured: readonly DeviceSettings[]): DeviceSettings[] {
  const devices = new Map<string, DeviceSettings>();
  for (const device of configured) {
    const key = keyOf(device);
    // An entry that was written with the full ID says more than one that was resolved to it.
    if (device.fingerprint === '' || !devices.has(key)) devices.set(key, device);
  }
  return [...devices.values()];
}

/** What a device is known by: its ID, or its fingerprint until the ID is seen. */
export function keyOf(device: Pick<DeviceSettings, 'id' | 'fingerprint'>): string {
  return device.id || device.fingerprint;
}
