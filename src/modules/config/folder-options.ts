/** What a folder's entry says beside its name and its sharing: the same keys in a request, a file and the environment,
 * and the settings that they amount to. Pure. What cannot be used counts as absent, as stock reads it. */
import { type JsonObject } from './config-json.js';
import {
  type FolderSettings,
  type GuardSettings,
  type SizeLimit,
  type VersioningSettings,
} from './settings.js';

/** After a path was quiet for so long it is scanned; stock waits 10 s, and a file that states so is honoured. */
export const WATCH_DELAY_S = 0.3;
const WATCH_DELAY_S_MIN = 0.01;
const WATCH_TIMEOUT_S_MAX = 24 * 3600;
const MODIFIED_WINDOW_S_MAX = 24 * 3600;
const CLEANUP_INTERVAL_S_MAX = 365 * 24 * 3600;

const VERSIONINGS = ['trashcan', 'simple', 'staggered', 'external'] as const;
const ORDERS = [
  'random',
  'alphabetic',
  'smallestFirst',
  'largestFirst',
  'oldestFirst',
  'newestFirst',
] as const;
const UNIT_OF_LETTER = { k: 'kB', m: 'MB', g: 'GB', t: 'TB' } as const;

export type FolderOptions = Pick<
  FolderSettings,
  | 'watch'
  | 'watchDelayS'
  | 'watchTimeoutS'
  | 'versioning'
  | 'minDiskFree'
  | 'pullOrder'
  | 'modifiedWindowS'
  | 'disableSparseFiles'
  | 'copyOwnershipFromParent'
  | 'syncOwnership'
  | 'sendOwnership'
  | 'syncXattrs'
  | 'sendXattrs'
  | 'caseSensitiveFs'
  | 'followSymlinks'
  | 'guard'
>;

/** Keys that are either on or off, and are off where absent. */
const FLAGS = {
  disableSparseFiles: 'disableSparseFiles',
  copyOwnershipFromParent: 'copyOwnershipFromParent',
  syncOwnership: 'syncOwnership',
  sendOwnership: 'sendOwnership',
  syncXattrs: 'syncXattrs',
  sendXattrs: 'sendXattrs',
  caseSensitiveFs: 'caseSensitiveFS',
  followSymlinks: 'followSymlinks',
} as const satisfies Partial<Record<keyof FolderOptions, string>>;

/** What an option is where nothing states it. */
export const FOLDER_OPTION_DEFAULTS = {
  watch: true,
  watchDelayS: WATCH_DELAY_S,
  minDiskFree: { value: 1, unit: '%' },
  modifiedWindowS: 0,
  disableSparseFiles: false,
  copyOwnershipFromParent: false,
  syncOwnership: false,
  sendOwnership: false,
  syncXattrs: false,
  sendXattrs: false,
  caseSensitiveFs: false,
  followSymlinks: false,
  guard: { mode: 'warn', percent: 25, filesMin: 20 },
} as const satisfies FolderOptions;

/** The keys of the JSON that are read here. */
export const FOLDER_OPTION_KEYS = [
  'fsWatcherEnabled',
  'fsWatcherDelayS',
  'fsWatcherTimeoutS',
  'versioning',
  'minDiskFree',
  'order',
  'modTimeWindowS',
  'guard',
  ...Object.values(FLAGS),
] as const;

/** Only what the entry states. */
export function folderOptions(json: JsonObject): FolderOptions {
  const options: { -readonly [K in keyof FolderOptions]: FolderOptions[K] } = {};
  if (json['fsWatcherEnabled'] === false) options.watch = false;
  const delayS = numberIn(json['fsWatcherDelayS'], WATCH_DELAY_S_MIN, WATCH_TIMEOUT_S_MAX);
  if (delayS !== undefined) options.watchDelayS = delayS;
  const timeoutS = numberIn(json['fsWatcherTimeoutS'], WATCH_DELAY_S_MIN, WATCH_TIMEOUT_S_MAX);
  if (timeoutS !== undefined) options.watchTimeoutS = timeoutS;
  const versioning = versioningOf(json['versioning'] as JsonObject | undefined);
  if (versioning !== undefined) options.versioning = versioning;
  if (json['minDiskFree'] !== undefined) {
    options.minDiskFree = sizeLimit(json['minDiskFree'] as JsonObject);
  }
  const order = ORDERS.find((each) => each === json['order']);
  if (order !== undefined) options.pullOrder = order;
  const windowS = numberIn(json['modTimeWindowS'], 1, MODIFIED_WINDOW_S_MAX);
  if (windowS !== undefined) options.modifiedWindowS = windowS;
  if (json['guard'] !== undefined) options.guard = json['guard'] as unknown as GuardSettings;
  for (const [option, key] of Object.entries(FLAGS)) {
    if (json[key] === true) options[option as keyof typeof FLAGS] = true;
  }
  return options;
}

/** The keys that say these options; those that are only off are left out where stock 1.19 does not have them. */
export function jsonOfOptions(folder: FolderOptions): JsonObject {
  const json: JsonObject = {};
  if (folder.watch !== undefined) json['fsWatcherEnabled'] = folder.watch;
  if (folder.watchDelayS !== undefined) json['fsWatcherDelayS'] = folder.watchDelayS;
  if (folder.watchTimeoutS !== undefined) json['fsWatcherTimeoutS'] = folder.watchTimeoutS;
  if (folder.versioning !== undefined) {
    const { type, params, path, cleanupIntervalS } = folder.versioning;
    json['versioning'] = { type, params, cleanupIntervalS, fsPath: path, fsType: 'basic' };
  }
  if (folder.minDiskFree !== undefined) json['minDiskFree'] = jsonOfSize(folder.minDiskFree);
  if (folder.pullOrder !== undefined) json['order'] = folder.pullOrder;
  if (folder.modifiedWindowS !== undefined) json['modTimeWindowS'] = folder.modifiedWindowS;
  if (folder.guard !== undefined) json['guard'] = { ...folder.guard };
  for (const [option, key] of Object.entries(FLAGS)) {
    if (folder[option as keyof typeof FLAGS] === true) json[key] = true;
  }
  return json;
}

/** `{ value, unit }` of the JSON; a unit is told by its first letter, as stock does. */
export function sizeLimit(json: JsonObject): SizeLimit {
  const unit = typeof json['unit'] === 'string' ? json['unit'].trim() : '';
  const value = numberIn(json['value'], 0, Number.MAX_SAFE_INTEGER) ?? 0;
  if (unit.includes('%')) return { value, unit: '%' };
  const letter = unit.slice(0, 1).toLowerCase();
  return { value, unit: UNIT_OF_LETTER[letter as keyof typeof UNIT_OF_LETTER] ?? 'B' };
}

export function jsonOfSize({ value, unit }: SizeLimit): JsonObject {
  return { value, unit: unit === 'B' ? '' : unit };
}

function versioningOf(json: JsonObject | undefined): VersioningSettings | undefined {
  const type = VERSIONINGS.find((each) => each === json?.['type']);
  if (json === undefined || type === undefined) return undefined;
  return {
    type,
    params: (json['params'] ?? {}) as Record<string, string>,
    path: typeof json['fsPath'] === 'string' ? json['fsPath'] : '',
    cleanupIntervalS: numberIn(json['cleanupIntervalS'], 0, CLEANUP_INTERVAL_S_MAX) ?? 3600,
  };
}

/** Above the most: the most. Below the least: absent. */
function numberIn(value: unknown, least: number, most: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < least) return undefined;
  return Math.min(value, most);
}
