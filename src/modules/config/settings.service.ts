/** The settings of the running node, for everybody. */
import { Inject, Injectable } from '@nestjs/common';
import { readLearnedIds, writeLearnedIds } from './learned-ids.js';
import { type Settings } from './settings.js';

/** The token under which the validated settings are provided. */
export const SETTINGS = Symbol('settings');

@Injectable()
export class SettingsService {
  private current: Settings;
  /** Writes of the file follow each other. */
  private written: Promise<void> = Promise.resolve();

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.current = settings;
  }

  get settings(): Settings {
    return this.current;
  }

  /**
   * The device with this fingerprint of 2013 was seen to have this full ID: it is known by the ID at once, and after a
   * restart. Rejects with the system's error when the home cannot be written.
   */
  async rememberDeviceId(fingerprint: string, id: string): Promise<void> {
    this.current = withDeviceId(this.current, fingerprint, id);
    const { home } = this.current;
    const write = this.written.then(() =>
      writeLearnedIds(home, new Map([...readLearnedIds(home), [fingerprint, id]])),
    );
    this.written = write.catch(() => undefined);
    await write;
  }
}

function withDeviceId(settings: Settings, fingerprint: string, id: string): Settings {
  return {
    ...settings,
    devices: settings.devices.map((device) =>
      device.id === '' && device.fingerprint === fingerprint ? { ...device, id } : device,
    ),
    folders: settings.folders.map((folder) => ({
      ...folder,
      devices: folder.devices.map((device) => (device === fingerprint ? id : device)),
    })),
  };
}
