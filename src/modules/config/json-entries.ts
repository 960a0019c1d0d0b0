/** Folder and device objects as Syncthing's REST interface writes them. What we do not implement has no effect, except
 * where it limits access: that blocks the entry. A key that stock does not know is an error, most likely a typo. */
import { isForeignAddress, parseAllowedNetwork, parseDeviceAddress } from './addresses.js';
import { type Schema } from './config-field.js';
import { type JsonObject } from './config-json.js';
import { checkedBySchema } from './config-request.js';
import { FOLDER } from './config-schema.js';
import { FOLDER_OPTION_KEYS, folderOptions } from './folder-options.js';
import { deviceBlocks, folderBlocks, joinBlocks } from './access-limits.js';
import {
  type PathBase,
  statedDevice,
  statedFolder,
  type StatedFolder,
} from './partial-settings.js';
import { type DeviceSettings } from './settings.js';
import { Refusal, type SettingProblem } from './setting-problem.js';
import { absolutePath, parseFullId } from './setting-values.js';

const FOLDER_TYPES = ['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'] as const;
const COMPRESSIONS = ['metadata', 'never', 'always'] as const;
/** Keys of stock without effect here. */
const FOLDER_KEYS_WITHOUT_EFFECT = new Set(
  `group copiers pullerMaxPendingKiB hashers scanProgressIntervalS pullerPauseS pullerDelayS
  disableTempIndexes weakHashThresholdPct markerName maxConcurrentWrites disableFsync blockPullOrder
  copyRangeMethod junctionsAsDirs blockIndexing xattrFilter`.split(/\s+/),
);
const DEVICE_KEYS_WITHOUT_EFFECT = new Set(
  `group introducer skipIntroductionRemovals introducedBy autoAcceptFolders ignoredFolders maxRequestKiB remoteGUIPort numConnections`.split(
    /\s+/,
  ),
);

/** Reads the keys of one object; what was not read in the end is unknown. */
class ObjectReader {
  private readonly unread: Set<string>;

  constructor(
    private readonly object: Record<string, unknown>,
    private readonly item: string,
    private readonly problems: SettingProblem[],
  ) {
    this.unread = new Set(Object.keys(object));
  }

  refuse(key: string, expected: string): void {
    const value = key in this.object ? JSON.stringify(this.object[key]) : '';
    this.problems.push({ source: 'environment', item: `${this.item}.${key}`, value, expected });
  }

  /** undefined where absent or, with a problem noted, where isRight says no. */
  read<T>(key: string, expected: string, isRight: (value: unknown) => boolean): T | undefined {
    this.unread.delete(key);
    const value = this.object[key];
    if (value === undefined) return undefined;
    if (isRight(value)) return value as T;
    this.refuse(key, expected);
    return undefined;
  }

  text(key: string): string | undefined {
    return this.read(key, 'a text', (value) => typeof value === 'string');
  }

  /** Not empty. */
  required(key: string): string | undefined {
    const text = this.read<string>(
      key,
      'a text',
      (value) => typeof value === 'string' && value !== '',
    );
    if (!(key in this.object)) this.refuse(key, 'a text');
    return text;
  }

  boolean(key: string): boolean | undefined {
    return this.read(key, 'true or false', (value) => typeof value === 'boolean');
  }

  integer(key: string): number | undefined {
    return this.read(key, 'a whole number', Number.isSafeInteger);
  }

  word<T extends string>(key: string, words: readonly T[]): T | undefined {
    const isWord = (value: unknown): boolean => words.some((word) => word === value);
    return this.read(key, `one of ${words.join(', ')}`, isWord);
  }

  array(key: string, expected: string): unknown[] {
    return this.read(key, expected, Array.isArray) ?? [];
  }

  /** Those of the schema's keys that are stated, checked by its table. */
  schemaKeys(schema: Schema): JsonObject {
    const stated = schema.filter(({ key }) => this.unread.has(key));
    for (const { key } of stated) this.unread.delete(key);
    const given = Object.fromEntries(stated.map(({ key }) => [key, this.object[key]]));
    const { json, problems } = checkedBySchema(stated, given);
    for (const { item, ...problem } of problems) {
      const at = `${this.item}.${item}`;
      this.problems.push({ ...problem, source: 'environment', item: at });
    }
    return json;
  }

  /** Refuses keys that nobody knows, and names those of stock that have no effect here. */
  finish(withoutEffect: ReadonlySet<string>, warnings: string[]): void {
    const keys = [...this.unread];
    for (const key of keys) if (!withoutEffect.has(key)) this.refuse(key, 'a known key');
    const idle = keys.filter((key) => withoutEffect.has(key));
    if (idle.length === 0) return;
    warnings.push(`${this.item}: without effect in this version: ${idle.join(', ')}`);
  }
}

/** Leaves out what is absent, so that the defaults stay. */
function present<T extends object>(values: T): T {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as unknown as T;
}

export function readJsonFolder(
  object: Record<string, unknown>,
  item: string,
  base: PathBase,
  problems: SettingProblem[],
  warnings: string[],
): StatedFolder | undefined {
  const reader = new ObjectReader(object, item, problems);
  const [id, path] = [reader.required('id'), reader.required('path')];
  const type = reader.word('type', FOLDER_TYPES);
  const { devices, withPassword } = readSharing(reader);
  const stated = present({
    label: reader.text('label'),
    type,
    paused: reader.boolean('paused'),
    rescanIntervalS: reader.integer('rescanIntervalS'),
    ignorePerms: reader.boolean('ignorePerms'),
    ignoreDelete: reader.boolean('ignoreDelete'),
    autoNormalize: reader.boolean('autoNormalize'),
    maxConflicts: reader.integer('maxConflicts'),
  });
  const keys = reader.schemaKeys(
    FOLDER.filter(({ key }) => FOLDER_OPTION_KEYS.some((each) => each === key)),
  );
  const options = folderOptions(keys);
  const versioning = keys['versioning'] as { type?: string } | undefined;
  const filesystemType = reader.text('filesystemType') ?? 'basic';
  const blockedBy = joinBlocks(
    folderBlocks({ type, withPassword, filesystemType, versioningType: versioning?.type ?? '' }),
  );
  reader.finish(FOLDER_KEYS_WITHOUT_EFFECT, warnings);
  if (id === undefined || path === undefined) return undefined;
  const where = { id, path: absolutePath(path, base), source: 'environment' } as const;
  return statedFolder({ ...where, ...stated, ...options, devices, blockedBy });
}

function readSharing(reader: ObjectReader): { devices: string[]; withPassword: string[] } {
  const devices: string[] = [];
  const withPassword: string[] = [];
  for (const entry of reader.array('devices', 'an array of device IDs or {"deviceID": …}')) {
    const { deviceID, encryptionPassword } =
      typeof entry === 'object' && entry !== null
        ? (entry as { deviceID?: unknown; encryptionPassword?: unknown })
        : { deviceID: entry };
    const id = typeof deviceID === 'string' ? parseFullId(deviceID) : new Refusal('device IDs');
    if (id instanceof Refusal) {
      reader.refuse('devices', `${id.expected} for each device`);
      continue;
    }
    devices.push(id);
    if (encryptionPassword) withPassword.push(id);
  }
  return { devices, withPassword };
}

export function readJsonDevice(
  object: Record<string, unknown>,
  item: string,
  problems: SettingProblem[],
  warnings: string[],
): DeviceSettings | undefined {
  const reader = new ObjectReader(object, item, problems);
  const written = reader.text('deviceID') ?? reader.text('id');
  const id = written === undefined ? undefined : parseFullId(written);
  if (id === undefined) reader.refuse('deviceID', 'the ID of the device');
  else if (id instanceof Refusal) reader.refuse('deviceID', id.expected);
  const addresses = readAddresses(reader);
  const allowedNetworks = readNetworks(reader);
  const stated = present({
    name: reader.text('name'),
    compression: reader.word('compression', COMPRESSIONS),
    certName: reader.text('certName'),
    paused: reader.boolean('paused'),
    maxSendKbps: reader.integer('maxSendKbps'),
    maxRecvKbps: reader.integer('maxRecvKbps'),
    allowedNetworks,
    addresses,
  });
  const isUntrusted = reader.boolean('untrusted') ?? false;
  const blockedBy = joinBlocks(deviceBlocks({ isUntrusted }));
  reader.finish(DEVICE_KEYS_WITHOUT_EFFECT, warnings);
  if (id === undefined || id instanceof Refusal) return undefined;
  return statedDevice({ id, ...stated, blockedBy, source: 'environment' });
}

function readNetworks(reader: ObjectReader): string[] {
  const networks: string[] = [];
  for (const entry of reader.array('allowedNetworks', 'an array of networks')) {
    const network = typeof entry === 'string' ? parseAllowedNetwork(entry) : new Refusal('texts');
    if (network instanceof Refusal) reader.refuse('allowedNetworks', network.expected);
    else networks.push(network);
  }
  return networks;
}

function readAddresses(reader: ObjectReader): string[] | undefined {
  const entries = reader.array('addresses', 'an array of addresses');
  const addresses: string[] = [];
  for (const entry of entries) {
    if (typeof entry === 'string' && isForeignAddress(entry)) continue;
    const address = typeof entry === 'string' ? parseDeviceAddress(entry) : new Refusal('texts');
    if (address instanceof Refusal) reader.refuse('addresses', address.expected);
    else addresses.push(address);
  }
  return entries.length === 0 ? undefined : addresses;
}
