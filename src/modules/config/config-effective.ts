/**
 * What the configuration says as a whole: the file's, with the values in their place that environment, syncthing.ini
 * and command line set. Those are pinned: a request may repeat them and not change them. Pure.
 */
import { type ConfigJson, type JsonObject, type JsonValue, sameJson } from './config-json.js';
import { normalized, type OwnDevice } from './config-normal.js';
import { defaultsOf } from './config-field.js';
import { jsonOfOptions, jsonOfSize } from './folder-options.js';
import { DEVICE, FOLDER } from './config-schema.js';
import { type ValueSources } from './merge-settings.js';
import { type NodeValues } from './partial-settings.js';
import { PinnedSetting } from './setting-problem.js';
import {
  type DeviceSettings,
  type FolderSettings,
  type Settings,
  type SettingsSource,
} from './settings.js';

interface NodeKey {
  readonly value: keyof NodeValues;
  readonly section: 'options' | 'gui';
  readonly key: string;
  readonly of: (settings: Settings) => JsonValue;
}

/** Settings of the whole node and the keys that say them. */
const NODE_KEYS: readonly NodeKey[] = [
  {
    value: 'listenAddresses',
    section: 'options',
    key: 'listenAddresses',
    of: (all) => [...all.listenAddresses],
  },
  {
    value: 'localAnnounce',
    section: 'options',
    key: 'localAnnounceEnabled',
    of: (all) => all.localAnnounce,
  },
  {
    value: 'globalAnnounce',
    section: 'options',
    key: 'globalAnnounceEnabled',
    of: (all) => all.globalAnnounce,
  },
  {
    value: 'discoveryServers',
    section: 'options',
    key: 'globalAnnounceServers',
    of: (all) => [...(all.discovery?.servers ?? ['default'])],
  },
  {
    value: 'reconnectIntervalS',
    section: 'options',
    key: 'reconnectionIntervalS',
    of: (all) => all.reconnectIntervalS,
  },
  {
    value: 'maxSendKbps',
    section: 'options',
    key: 'maxSendKbps',
    of: (all) => all.limits?.maxSendKbps ?? 0,
  },
  {
    value: 'maxRecvKbps',
    section: 'options',
    key: 'maxRecvKbps',
    of: (all) => all.limits?.maxRecvKbps ?? 0,
  },
  {
    value: 'limitInLan',
    section: 'options',
    key: 'limitBandwidthInLan',
    of: (all) => all.limits?.limitInLan ?? false,
  },
  {
    value: 'connectionsMax',
    section: 'options',
    key: 'connectionLimitMax',
    of: (all) => all.limits?.connectionsMax ?? 0,
  },
  {
    value: 'connectionsEnough',
    section: 'options',
    key: 'connectionLimitEnough',
    of: (all) => all.limits?.connectionsEnough ?? 0,
  },
  {
    value: 'lanNetworks',
    section: 'options',
    key: 'alwaysLocalNets',
    of: (all) => [...(all.limits?.lanNetworks ?? [])],
  },
  {
    value: 'minHomeDiskFree',
    section: 'options',
    key: 'minHomeDiskFree',
    of: (all) => jsonOfSize(all.minHomeDiskFree ?? { value: 1, unit: '%' }),
  },
  { value: 'guiEnabled', section: 'gui', key: 'enabled', of: (all) => all.gui?.enabled ?? false },
  { value: 'guiAddress', section: 'gui', key: 'address', of: (all) => all.gui?.address ?? '' },
  { value: 'guiApiKey', section: 'gui', key: 'apiKey', of: (all) => all.gui?.apiKey ?? '' },
];

/** Settings of the whole node that set a key of every folder. */
const FOLDER_KEYS = [
  { value: 'rescanIntervalS', key: 'rescanIntervalS' },
  { value: 'applyDeletes', key: 'ignoreDelete' },
  { value: 'readOnly', key: 'type' },
] as const;

function isPinned(source: SettingsSource | undefined): source is SettingsSource {
  return source !== undefined && source !== 'default' && source !== 'config.xml';
}

export class EffectiveConfig {
  constructor(
    private readonly file: ConfigJson,
    private readonly settings: Settings,
    private readonly valueSources: ValueSources,
    private readonly ownId: string,
  ) {}

  /** A device of which only the fingerprint of 2013 is known has no place here yet. */
  get whole(): ConfigJson {
    const config = structuredClone(this.file);
    for (const { section, key, of } of this.pinnedNodeKeys)
      config[section][key] = of(this.settings);
    config.devices = merged(config.devices, 'deviceID', this.pinnedDevices.map(jsonOfDevice));
    const stated = this.settings.folders.filter((folder) => isPinned(folder.source));
    config.folders = merged(
      config.folders,
      'id',
      stated.map((folder) => jsonOfFolder(folder)),
    );
    for (const folder of config.folders) this.setFolderKeys(folder);
    return normalized(config, this.own);
  }

  /** The file's own, in the same order and with the same devices known. */
  get stated(): ConfigJson {
    return this.inFile({ ...this.file });
  }

  /** Throws PinnedSetting where a wanted configuration differs in what is pinned. */
  requireUnpinned(wanted: ConfigJson): void {
    const { whole } = this;
    for (const { value, section, key } of this.pinnedNodeKeys) {
      if (!sameJson(wanted[section][key], whole[section][key])) {
        throw new PinnedSetting(`${section}.${key}`, this.valueSources.get(value)!);
      }
    }
    for (const device of this.pinnedDevices) {
      requireSame(whole.devices, wanted.devices, 'deviceID', device.id, device.source);
    }
    for (const { id, source } of this.settings.folders) {
      // A device that goes takes its share of the folder along.
      if (isPinned(source)) {
        const folders = withoutDevices(whole.folders, wanted.devices);
        requireSame(folders, wanted.folders, 'id', id, source);
      } else this.requireFolderKeys(whole, wanted, id);
    }
  }

  /** What is to stand in the file for a wanted configuration that changes nothing pinned. */
  forFile(wanted: ConfigJson): ConfigJson {
    const config = structuredClone(wanted);
    for (const { section, key } of this.pinnedNodeKeys) {
      config[section][key] = this.file[section][key];
    }
    const { folders } = this.settings;
    const pinnedFolders = folders.filter((each) => isPinned(each.source)).map(({ id }) => id);
    const unpinned = config.folders.filter(({ id }) => !pinnedFolders.includes(String(id)));
    for (const folder of unpinned) {
      const former = this.file.folders.find(({ id }) => id === folder['id']);
      for (const { key } of this.pinnedFolderKeys) if (former) folder[key] = former[key];
    }
    config.folders = [
      ...unpinned,
      ...this.file.folders.filter(({ id }) => pinnedFolders.includes(String(id))),
    ];
    const pinnedDevices = this.pinnedDevices.map(({ id }) => id);
    config.devices = [
      ...config.devices.filter(({ deviceID }) => !pinnedDevices.includes(String(deviceID))),
      ...this.file.devices.filter(({ deviceID }) => pinnedDevices.includes(String(deviceID))),
    ];
    return this.inFile(config);
  }

  private get own(): OwnDevice {
    return { id: this.ownId, name: this.settings.deviceName };
  }

  /** Folders of the file may be shared with devices that other sources name. */
  private inFile(config: ConfigJson): ConfigJson {
    const present = new Set(config.devices.map(({ deviceID }) => deviceID));
    const elsewhere = this.pinnedDevices.map(jsonOfDevice);
    const all = [...config.devices, ...elsewhere.filter((each) => !present.has(each['deviceID']))];
    const whole = normalized({ ...config, devices: all }, this.own);
    const isHere = ({ deviceID }: JsonObject): boolean =>
      present.has(deviceID) || deviceID === this.ownId;
    return { ...whole, devices: whole.devices.filter(isHere) };
  }

  private get pinnedNodeKeys(): NodeKey[] {
    return NODE_KEYS.filter(({ value }) => isPinned(this.valueSources.get(value)));
  }

  private get pinnedFolderKeys(): (typeof FOLDER_KEYS)[number][] {
    return FOLDER_KEYS.filter(({ value }) => isPinned(this.valueSources.get(value)));
  }

  private get pinnedDevices(): DeviceSettings[] {
    return this.settings.devices.filter(({ id, source }) => id !== '' && isPinned(source));
  }

  private setFolderKeys(folder: JsonObject): void {
    const settings = this.settings.folders.find(({ id }) => id === folder['id']);
    if (settings === undefined) return;
    for (const { key } of this.pinnedFolderKeys) folder[key] = settings[key];
  }

  private requireFolderKeys(whole: ConfigJson, wanted: ConfigJson, id: string): void {
    const now = whole.folders.find((folder) => folder['id'] === id);
    const then = wanted.folders.find((folder) => folder['id'] === id);
    if (now === undefined || then === undefined) return;
    for (const { value, key } of this.pinnedFolderKeys) {
      if (now[key] === then[key]) continue;
      throw new PinnedSetting(`folder ${id} ${key}`, this.valueSources.get(value)!);
    }
  }
}

/** The given entries in the place of those of the same ID. */
function merged(
  objects: readonly JsonObject[],
  key: string,
  given: readonly JsonObject[],
): JsonObject[] {
  const ids = new Set(given.map((each) => each[key]));
  return [...objects.filter((each) => !ids.has(each[key])), ...given];
}

function withoutDevices(folders: readonly JsonObject[], left: readonly JsonObject[]): JsonObject[] {
  const ids = new Set(left.map(({ deviceID }) => deviceID));
  return folders.map((folder) => ({
    ...folder,
    devices: (folder['devices'] as JsonObject[]).filter(({ deviceID }) => ids.has(deviceID)),
  }));
}

function requireSame(
  now: readonly JsonObject[],
  wanted: readonly JsonObject[],
  key: string,
  id: string,
  source: SettingsSource,
): void {
  const find = (objects: readonly JsonObject[]): JsonObject | undefined =>
    objects.find((each) => each[key] === id);
  if (sameJson(find(now), find(wanted))) return;
  throw new PinnedSetting(`${key === 'id' ? 'folder' : 'device'} ${id}`, source);
}

export function jsonOfFolder(folder: FolderSettings): JsonObject {
  return {
    ...defaultsOf(FOLDER),
    ...jsonOfOptions(folder),
    id: folder.id,
    label: folder.label,
    path: folder.path,
    type: folder.type,
    devices: folder.devices.map((deviceID) => ({
      deviceID,
      introducedBy: '',
      encryptionPassword: '',
    })),
    rescanIntervalS: folder.rescanIntervalS,
    ignorePerms: folder.ignorePerms,
    autoNormalize: folder.autoNormalize,
    ignoreDelete: folder.ignoreDelete,
    maxConflicts: folder.maxConflicts,
    paused: folder.paused,
  };
}

export function jsonOfDevice(device: DeviceSettings): JsonObject {
  return {
    ...defaultsOf(DEVICE),
    deviceID: device.id,
    name: device.name,
    addresses: [...device.addresses],
    compression: device.compression,
    certName: device.certName,
    paused: device.paused,
    allowedNetworks: [...(device.allowedNetworks ?? [])],
    maxSendKbps: device.maxSendKbps ?? 0,
    maxRecvKbps: device.maxRecvKbps ?? 0,
  };
}

/** The configuration that settings given by a program amount to. */
export function jsonOfSettings(settings: Settings, base: ConfigJson): ConfigJson {
  const config = structuredClone(base);
  for (const { section, key, of } of NODE_KEYS) config[section][key] = of(settings);
  config.folders = settings.folders.map(jsonOfFolder);
  config.devices = settings.devices.filter(({ id }) => id !== '').map(jsonOfDevice);
  return config;
}
