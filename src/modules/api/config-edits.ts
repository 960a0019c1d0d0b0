/** Changes of parts of the configuration, each making a whole new one. Pure. */
import { type ConfigJson, type JsonObject } from '../config/config-json.js';

export type ListName = 'folders' | 'devices';
export type PartName = 'options' | 'gui' | 'ldap';

const KEYS: Record<ListName, string> = { folders: 'id', devices: 'deviceID' };

export function entryOf(config: ConfigJson, list: ListName, id: string): JsonObject | undefined {
  return config[list].find((entry) => entry[KEYS[list]] === id);
}

/** In the place of the entry with the same ID, or as a further one. */
export function withEntry(config: ConfigJson, list: ListName, entry: JsonObject): ConfigJson {
  const key = KEYS[list];
  const isKnown = config[list].some((each) => each[key] === entry[key]);
  const entries = isKnown
    ? config[list].map((each) => (each[key] === entry[key] ? entry : each))
    : [...config[list], entry];
  return { ...config, [list]: entries };
}

/** undefined when there is no such entry. A device that goes is shared with no more. */
export function withoutEntry(
  config: ConfigJson,
  list: ListName,
  id: string,
): ConfigJson | undefined {
  if (entryOf(config, list, id) === undefined) return undefined;
  const entries = config[list].filter((each) => each[KEYS[list]] !== id);
  const next = { ...config, [list]: entries };
  if (list === 'folders') return next;
  return { ...next, folders: next.folders.map((folder) => withoutDevice(folder, id)) };
}

function withoutDevice(folder: JsonObject, id: string): JsonObject {
  const { devices } = folder;
  if (!Array.isArray(devices)) return folder;
  const left = devices.filter((each) => (each as JsonObject | null)?.['deviceID'] !== id);
  return { ...folder, devices: left };
}

/** device: '' for all; undefined when there is no such device. */
export function setPaused(
  config: ConfigJson,
  device: string,
  paused: boolean,
): ConfigJson | undefined {
  if (device !== '' && entryOf(config, 'devices', device) === undefined) return undefined;
  const devices = config.devices.map((entry) =>
    device === '' || entry['deviceID'] === device ? { ...entry, paused } : entry,
  );
  return { ...config, devices };
}

/** What is stated over what is there: objects by their keys, everything else as a whole. null empties a list only. */
export function merged(base: JsonObject, stated: JsonObject): JsonObject {
  const result: JsonObject = { ...base };
  for (const [key, value] of Object.entries(stated)) {
    if (key === '__proto__') continue;
    const old = result[key];
    if (value !== null) result[key] = isObject(old) && isObject(value) ? merged(old, value) : value;
    else if (Array.isArray(old)) result[key] = [];
  }
  return result;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
