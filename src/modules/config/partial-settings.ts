/** What one source says: only what it states, so that a later source replaces exactly that. */
import {
  type DeviceSettings,
  type FolderSettings,
  type LogFormat,
  type SettingsSource,
  type SizeLimit,
  type TraceFacility,
} from './settings.js';
import { type SettingProblem } from './setting-problem.js';

/** The settings that are one value for the whole node. */
export interface NodeValues {
  home?: string;
  deviceName?: string;
  listenAddresses?: readonly string[];
  readOnly?: boolean;
  applyDeletes?: boolean;
  followSymlinks?: boolean;
  localAnnounce?: boolean;
  globalAnnounce?: boolean;
  discoveryServers?: readonly string[];
  announcedPort?: number;
  localDiscoveryPort?: number;
  multicastAddress?: string;
  rescanIntervalS?: number;
  minHomeDiskFree?: SizeLimit;
  reconnectIntervalS?: number;
  requestsInFlight?: number;
  filesInFlight?: number;
  transferStatistics?: boolean;
  trace?: readonly TraceFacility[];
  maxSendKbps?: number;
  maxRecvKbps?: number;
  limitInLan?: boolean;
  connectionsMax?: number;
  connectionsEnough?: number;
  lanNetworks?: readonly string[];
  guiEnabled?: boolean;
  guiAddress?: string;
  guiApiKey?: string;
  guiBlockedBy?: string;
  logFormat?: LogFormat;
  /** A level, or levels of parts beside it (see log-levels). */
  logLevel?: string;
}

/** A folder as a source states it; without an interval where the source says none. */
export interface StatedFolder extends Omit<FolderSettings, 'rescanIntervalS'> {
  readonly rescanIntervalS?: number;
}

export interface SourceSettings {
  readonly source: SettingsSource;
  readonly values: NodeValues;
  readonly folders: readonly StatedFolder[];
  readonly devices: readonly DeviceSettings[];
  readonly problems: readonly SettingProblem[];
  readonly warnings: readonly string[];
}

/** What relative paths and `~` stand for. */
export interface PathBase {
  readonly userHome: string;
  readonly workingDirectory: string;
}

/** A folder with the defaults of the Syncthing network for whatever a source leaves out. */
export function statedFolder(
  stated: Pick<StatedFolder, 'id' | 'path' | 'source'> & Partial<StatedFolder>,
): StatedFolder {
  return {
    label: '',
    type: 'sendreceive',
    devices: [],
    paused: false,
    ignorePerms: false,
    ignoreDelete: false,
    autoNormalize: true,
    maxConflicts: 10,
    followSymlinks: false,
    isNamedByUser: true,
    blockedBy: '',
    ...stated,
  };
}

/** A device with the defaults of the Syncthing network for whatever a source leaves out. */
export function statedDevice(
  stated: Pick<DeviceSettings, 'source'> & Partial<DeviceSettings>,
): DeviceSettings {
  return {
    id: '',
    fingerprint: '',
    name: '',
    addresses: ['dynamic'],
    compression: 'metadata',
    certName: '',
    paused: false,
    blockedBy: '',
    ...stated,
  };
}
