/** The settings of the running node, for everybody. */
import { Inject, Injectable } from '@nestjs/common';
import { readLearnedIds, writeLearnedIds } from './learned-ids.js';
import { type Settings } from './settings.js';

/** The token under which the validated settings are provided. */
export const SETTINGS = Symbol('settings');

@Injectable()
export class SettingsService {
  private current: Settings;

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.current = settings;
  }

  get settings(): Settings {
    return this.current;
  }

  /** The device with this fingerprint of 2013 was seen to have this full ID: it is known by the ID from now on, and
   * after a restart. Throws the system's error when the home cannot be written. */
  rememberDeviceId(fingerprint: string, id: string): void {
    const { home, devices, folders } = this.current;
    writeLearnedIds(home, new Map([...readLearnedIds(home), [fingerprint, id]]));
    this.current = {
      ...this.current,
      devices: devices.map((device) =>
        device.id === '' && device.fingerprint === fingerprint ? { ...device, id } : device,
      ),
      folders: folders.map((folder) => ({
        ...folder,
        devices: folder.devices.map((device) => (device === fingerprint ? id : device)),
      })),
    };
  }
}
