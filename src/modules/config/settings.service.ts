/** The settings of the running node, for everybody: always the current ones, and who is told when they change. */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { readLearnedIds, writeLearnedIds } from './learned-ids.js';
import { type Settings } from './settings.js';

/** The token under which the validated settings are provided. */
export const SETTINGS = Symbol('settings');

export type SettingsListener = (now: Settings, before: Settings) => void | Promise<void>;

@Injectable()
export class SettingsService {
  private readonly logger = new Logger('config');
  private readonly listeners = new Set<SettingsListener>();
  private current: Settings;
  /** Writes of the file follow each other. */
  private written: Promise<void> = Promise.resolve();
  /** Changes follow each other: the listeners of one are done before those of the next are called. */
  private applied: Promise<void> = Promise.resolve();

  constructor(@Inject(SETTINGS) settings: Settings) {
    this.current = settings;
  }

  get settings(): Settings {
    return this.current;
  }

  /**
   * The listener is called after each change of the settings, one listener after the other; what it throws is logged
   * and harms nobody else. Returns the call that stops listening.
   */
  onChange(listener: SettingsListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Makes validated settings the current ones; resolves when every listener is done with them. */
  async change(next: Settings): Promise<void> {
    const before = this.current;
    this.current = next;
    const told = this.applied.then(() => this.tell(next, before));
    this.applied = told;
    await told;
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

  private async tell(now: Settings, before: Settings): Promise<void> {
    for (const listener of [...this.listeners]) {
      // It may have stopped while another one was told: nothing may start again then.
      if (!this.listeners.has(listener)) continue;
      try {
        await listener(now, before);
      } catch (error) {
        this.logger.error(`Changed settings were not applied everywhere: ${messageOf(error)}`);
      }
    }
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
