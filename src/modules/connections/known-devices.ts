/**
 * The configured devices with what was learned about them: a device that was configured by its fingerprint of 2013
 * gets its full ID when its certificate is first seen, and keeps it in the index database.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type DeviceSettings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';

/** The key of the fact that holds the full ID. */
export function fingerprintFact(fingerprint: string): string {
  return `fingerprint:${fingerprint}`;
}

export class KnownDevices {
  private learned = new Map<string, DeviceId>();

  constructor(
    private readonly configured: () => readonly DeviceSettings[],
    private readonly database: Pick<IndexDatabase, 'fact' | 'setFact'>,
  ) {}

  /** Reads what was learned in earlier runs. */
  async load(): Promise<void> {
    for (const { fingerprint } of this.configured()) {
      if (fingerprint === '') continue;
      const id = await this.database.fact(fingerprintFact(fingerprint));
      if (id !== undefined) this.learned.set(fingerprint, id);
    }
  }

  /** Every device once; `id` is '' where only a fingerprint is known. */
  all(): DeviceSettings[] {
    const devices = new Map<string, DeviceSettings>();
    for (const device of this.configured()) {
      const id = device.id || (this.learned.get(device.fingerprint) ?? '');
      const key = keyOf({ ...device, id });
      // An entry that names the full ID says more than one that was resolved.
      if (device.id !== '' || !devices.has(key)) devices.set(key, { ...device, id });
    }
    return [...devices.values()];
  }

  async learn(fingerprint: string, id: DeviceId): Promise<void> {
    this.learned.set(fingerprint, id);
    await this.database.setFact(fingerprintFact(fingerprint), id);
  }
}

/** What a device is known by: its ID, or its fingerprint until the ID is seen. */
export function keyOf(device: Pick<DeviceSettings, 'id' | 'fingerprint'>): string {
  return device.id || device.fingerprint;
}
