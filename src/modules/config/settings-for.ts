/** Settings for a node that is embedded: what is stated, and the built-in defaults for the rest. Pure. */
import {
  BYTES_PER_REQUEST,
  DEFAULT_VALUES,
  RESCAN_INTERVAL_S,
  RESCAN_INTERVAL_WATCHED_S,
} from './defaults.js';
import { type DeviceSettings, type FolderSettings, type Settings } from './settings.js';

export type StatedSettings = Partial<Omit<Settings, 'home' | 'folders' | 'devices'>> & {
  /** Absolute path of the directory for certificate, key and index. */
  readonly home: string;
  /** A folder is shared with every device stated, unless it names its own. */
  readonly folders: readonly (Pick<FolderSettings, 'id' | 'path'> & Partial<FolderSettings>)[];
  readonly devices: readonly (Pick<DeviceSettings, 'id'> & Partial<DeviceSettings>)[];
};

/** What `AppModule.register` takes; it validates the whole. */
export function settingsFor(stated: StatedSettings): Settings {
  const { listenAddresses, reconnectIntervalS, requestsInFlight, filesInFlight } = DEFAULT_VALUES;
  return {
    deviceName: 'syncnest',
    listenAddresses,
    readOnly: false,
    reconnectIntervalS,
    requestBytesMax: requestsInFlight * BYTES_PER_REQUEST,
    filesInFlight,
    transferStatistics: false,
    localAnnounce: false,
    globalAnnounce: false,
    trace: [],
    logFormat: 'json',
    logLevel: 'info',
    ...stated,
    folders: stated.folders.map((folder) => ({
      label: '',
      type: 'sendreceive',
      devices: stated.devices.map(({ id }) => id),
      paused: false,
      rescanIntervalS: folder.watch === false ? RESCAN_INTERVAL_S : RESCAN_INTERVAL_WATCHED_S,
      isRescanIntervalStated: folder.rescanIntervalS !== undefined,
      ignorePerms: false,
      ignoreDelete: false,
      autoNormalize: true,
      maxConflicts: -1,
      isNamedByUser: true,
      blockedBy: '',
      source: 'config.xml',
      ...folder,
    })),
    devices: stated.devices.map((device) => ({
      fingerprint: '',
      name: '',
      addresses: ['dynamic'],
      compression: 'metadata',
      certName: '',
      paused: false,
      blockedBy: '',
      source: 'config.xml',
      ...device,
    })),
  };
}
