/** All sources become one: values, folders and devices of a later source win, entry by entry. Pure. */
import { sep } from 'node:path';
import {
  BYTES_PER_REQUEST,
  DEFAULT_VALUES,
  RESCAN_INTERVAL_S,
  RESCAN_INTERVAL_WATCHED_S,
} from './defaults.js';
import { logLevels } from './log-levels.js';
import { type NodeValues, type SourceSettings, type StatedFolder } from './partial-settings.js';
import {
  type DeviceSettings,
  type FolderSettings,
  type Settings,
  type SettingsSource,
} from './settings.js';

export interface MergeContext {
  readonly home: string;
  readonly hostName: string;
  readonly ownId: string;
  readonly isTerminal: boolean;
  /** Full IDs seen for 2013 fingerprints. */
  readonly learnedIds: ReadonlyMap<string, string>;
}

/** Which source gave each value, for messages about it. */
export type ValueSources = ReadonlyMap<keyof NodeValues, SettingsSource>;

export interface MergedSettings {
  readonly settings: Settings;
  readonly valueSources: ValueSources;
  readonly warnings: readonly string[];
}

const SOURCES: readonly SettingsSource[] = [
  'default',
  'config.xml',
  'syncthing.ini',
  'environment',
  'command line',
];

/** The sources from lowest to highest. */
export function mergeSettings(
  sources: readonly SourceSettings[],
  context: MergeContext,
): MergedSettings {
  const { values, valueSources } = mergeValues(sources);
  const devices = mergeDevices(sources, context);
  const warnings: string[] = [];
  const folders = mergeFolders(sources).map((folder) =>
    finishFolder(withKnownDevices(folder, devices, context, warnings), values, valueSources),
  );
  warnings.push(...pathWarnings(folders, context.home));
  const all = { ...DEFAULT_VALUES, ...values };
  const settings: Settings = {
    home: context.home,
    deviceName: values.deviceName ?? context.hostName,
    listenAddresses: all.listenAddresses,
    readOnly: all.readOnly,
    reconnectIntervalS: all.reconnectIntervalS,
    requestBytesMax: all.requestsInFlight * BYTES_PER_REQUEST,
    filesInFlight: all.filesInFlight,
    transferStatistics: all.transferStatistics,
    localAnnounce: all.localAnnounce,
    globalAnnounce: all.globalAnnounce,
    discovery: {
      servers: all.discoveryServers,
      announcedPort: all.announcedPort,
      localPort: all.localDiscoveryPort,
      multicastAddress: all.multicastAddress,
    },
    limits: {
      maxSendKbps: all.maxSendKbps,
      maxRecvKbps: all.maxRecvKbps,
      limitInLan: all.limitInLan,
      connectionsMax: all.connectionsMax,
      connectionsEnough: all.connectionsEnough,
      lanNetworks: all.lanNetworks,
    },
    gui: {
      enabled: all.guiEnabled,
      address: all.guiAddress,
      apiKey: all.guiApiKey,
      blockedBy: all.guiBlockedBy,
    },
    ...(all.minHomeDiskFree === undefined ? {} : { minHomeDiskFree: all.minHomeDiskFree }),
    trace: all.trace,
    logFormat: all.logFormat ?? (context.isTerminal ? 'pretty' : 'json'),
    ...logLevels(all.logLevel),
    folders,
    devices,
  };
  return { settings, valueSources, warnings };
}

function mergeValues(sources: readonly SourceSettings[]): {
  values: NodeValues;
  valueSources: ValueSources;
} {
  const values: NodeValues = {};
  const valueSources = new Map<keyof NodeValues, SettingsSource>();
  for (const each of sources) {
    Object.assign(values, each.values);
    for (const key of Object.keys(each.values)) {
      valueSources.set(key as keyof NodeValues, each.source);
    }
  }
  return { values, valueSources };
}

function mergeFolders(sources: readonly SourceSettings[]): StatedFolder[] {
  const folders = new Map<string, StatedFolder>();
  for (const folder of sources.flatMap((each) => each.folders)) folders.set(folder.id, folder);
  return [...folders.values()];
}

function mergeDevices(
  sources: readonly SourceSettings[],
  { ownId, learnedIds }: MergeContext,
): DeviceSettings[] {
  const devices = new Map<string, DeviceSettings>();
  for (const stated of sources.flatMap((each) => each.devices)) {
    const learned = stated.id === '' ? learnedIds.get(stated.fingerprint) : undefined;
    const device = learned === undefined ? stated : { ...stated, id: learned };
    if (device.id === '' || device.id !== ownId) {
      devices.set(device.id || device.fingerprint, device);
    }
  }
  return [...devices.values()];
}

/** Only devices that are configured: a folder cannot be shared with one of which nothing is known. */
function withKnownDevices(
  folder: StatedFolder,
  devices: readonly DeviceSettings[],
  { ownId, learnedIds }: MergeContext,
  warnings: string[],
): StatedFolder {
  const known = new Set(devices.map((device) => device.id || device.fingerprint));
  const named = folder.devices.map((id) => learnedIds.get(id) ?? id).filter((id) => id !== ownId);
  for (const id of named.filter((each) => !known.has(each))) {
    warnings.push(
      `Folder ${folder.id} (${folder.source}) names the device ${id}, which is not configured: ` +
        'it is not shared with it.',
    );
  }
  return { ...folder, devices: [...new Set(named.filter((id) => known.has(id)))] };
}

function isLater(source: SettingsSource | undefined, than: SettingsSource): boolean {
  return source !== undefined && SOURCES.indexOf(source) > SOURCES.indexOf(than);
}

/** Values for the whole node apply to a folder unless its own entry is as late and states its own. */
function finishFolder(
  folder: StatedFolder,
  values: NodeValues,
  valueSources: ValueSources,
): FolderSettings {
  const isOwnInterval =
    folder.rescanIntervalS !== undefined &&
    !isLater(valueSources.get('rescanIntervalS'), folder.source);
  const statedS = isOwnInterval ? folder.rescanIntervalS : values.rescanIntervalS;
  const isDeleteForced = isLater(valueSources.get('applyDeletes'), folder.source);
  const applyDeletes = values.applyDeletes ?? true;
  return {
    ...folder,
    rescanIntervalS: statedS ?? defaultRescanS(folder),
    isRescanIntervalStated: statedS !== undefined,
    ignoreDelete: isDeleteForced ? !applyDeletes : folder.ignoreDelete || !applyDeletes,
    followSymlinks: folder.followSymlinks === true && values.followSymlinks !== false,
    type: values.readOnly && folder.type === 'sendreceive' ? 'sendonly' : folder.type,
  };
}

function defaultRescanS({ watch }: StatedFolder): number {
  return watch === false ? RESCAN_INTERVAL_S : RESCAN_INTERVAL_WATCHED_S;
}

/** Of absolute paths without `.` and `..`: the same directory, or one in it. */
export function isInside(path: string, directory: string): boolean {
  return (
    path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
  );
}

function pathWarnings(folders: readonly FolderSettings[], home: string): string[] {
  const warnings: string[] = [];
  for (const [index, folder] of folders.entries()) {
    if (isInside(home, folder.path)) {
      warnings.push(`Folder ${folder.id} contains the home ${home}, and with it the private key.`);
    }
    for (const other of folders.slice(index + 1)) {
      if (isInside(other.path, folder.path) || isInside(folder.path, other.path)) {
        warnings.push(`The folders ${folder.id} and ${other.id} overlap: ${folder.path}.`);
      }
    }
  }
  return warnings;
}
