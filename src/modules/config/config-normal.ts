/**
 * A configuration put in order as stock does: our own device is there, every folder is shared with it and with devices
 * that exist, once each; lists are sorted by ID. Pure.
 */
import { type ConfigJson, type JsonObject } from './config-json.js';
import { defaultsOf } from './config-field.js';
import { DEVICE } from './config-schema.js';

export interface OwnDevice {
  readonly id: string;
  readonly name: string;
}

export function normalized(config: ConfigJson, own: OwnDevice): ConfigJson {
  const devices = byId(withOwn(config.devices, own), 'deviceID');
  const known = new Set(devices.map(({ deviceID }) => deviceID));
  const folders = config.folders.map((folder) => ({
    ...folder,
    devices: sharing(folder['devices'] as JsonObject[], known, own.id),
  }));
  const { folder, device, ignores } = config.defaults;
  return {
    ...config,
    folders: folders.toSorted((a, b) => compare(idOf(a), idOf(b))),
    devices: devices.map((each) => withAddresses(withoutShared(each, folders))),
    remoteIgnoredDevices: config.remoteIgnoredDevices.filter(
      ({ deviceID }) => !known.has(deviceID),
    ),
    defaults: {
      folder: { ...folder, devices: sharing(folder['devices'] as JsonObject[], known, own.id) },
      device: withAddresses(device),
      ignores,
    },
  };
}

function idOf(folder: JsonObject): string {
  return String(folder['id']);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/** Sorted, the first of each ID, none without one. */
function byId(objects: readonly JsonObject[], key: string): JsonObject[] {
  const first = new Map<string, JsonObject>();
  for (const each of objects) {
    const id = String(each[key]);
    if (id !== '' && !first.has(id)) first.set(id, each);
  }
  return [...first].toSorted(([a], [b]) => compare(a, b)).map(([, each]) => each);
}

function withOwn(devices: readonly JsonObject[], own: OwnDevice): readonly JsonObject[] {
  if (devices.some(({ deviceID }) => deviceID === own.id)) return devices;
  return [...devices, { ...defaultsOf(DEVICE), deviceID: own.id, name: own.name }];
}

function sharing(
  devices: readonly JsonObject[],
  known: ReadonlySet<unknown>,
  ownId: string,
): JsonObject[] {
  const own = { deviceID: ownId, introducedBy: '', encryptionPassword: '' };
  return byId([...devices, own], 'deviceID').filter(({ deviceID }) => known.has(deviceID));
}

function withAddresses(device: JsonObject): JsonObject {
  const addresses = (device['addresses'] as string[]).filter((address) => address !== '');
  return { ...device, addresses: addresses.length > 0 ? addresses : ['dynamic'] };
}

/** A folder that is shared with the device is not one of those ignored of it. */
function withoutShared(device: JsonObject, folders: readonly JsonObject[]): JsonObject {
  const ignored = device['ignoredFolders'] as JsonObject[];
  const isShared = (id: unknown): boolean =>
    folders.some(
      (folder) =>
        folder['id'] === id &&
        (folder['devices'] as JsonObject[]).some(({ deviceID }) => deviceID === device['deviceID']),
    );
  return { ...device, ignoredFolders: ignored.filter(({ id }) => !isShared(id)) };
}
