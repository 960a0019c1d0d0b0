/** The folders of a config.xml. */
import { type FolderType } from '../../domain/wire-terms.js';
import { folderBlocks, joinBlocks } from './access-limits.js';
import { idOf } from './config-xml-devices.js';
import { FOLDER } from './config-schema.js';
import { type ElementReader } from './config-xml-reader.js';
import { FIRST_FOLDER } from './config-xml-new.js';
import { type FolderOptions, folderOptions } from './folder-options.js';
import { type PathBase, statedFolder, type StatedFolder } from './partial-settings.js';
import { type DeviceSettings } from './settings.js';
import { Refusal } from './setting-problem.js';
import { absolutePath } from './setting-values.js';

/** Stock's bound, a year. */
const RESCAN_INTERVAL_S_MAX = 365 * 24 * 60 * 60;
/** From this schema version on a folder has a type; before, an attribute said read-only. */
const VERSION_WITH_TYPE = 14;
/** Before this schema version conflict copies were not limited. */
const VERSION_WITH_MAX_CONFLICTS = 12;

const TYPES: ReadonlyMap<string, FolderType> = new Map([
  ['', 'sendreceive'],
  ['readwrite', 'sendreceive'],
  ['readonly', 'sendonly'],
  ...(['sendreceive', 'sendonly', 'receiveonly', 'receiveencrypted'] as const).map(
    (type) => [type, type] as const,
  ),
]);

export interface FolderContext extends PathBase {
  readonly ownId: string;
  readonly elsewhere?: readonly string[];
}

export function readFolders(
  root: ElementReader,
  version: number,
  context: FolderContext,
  devices: readonly DeviceSettings[],
): StatedFolder[] {
  const folders = new Map<string, StatedFolder>();
  const knownIds = new Set([...devices.map(({ id }) => id), ...(context.elsewhere ?? [])]);
  for (const element of root.all('folder', 'repository')) {
    const id = element.attribute('id') ?? '';
    const path = element.attribute('path') ?? element.attribute('directory') ?? '';
    if (id === '') element.refuse('@id', '', 'the ID of the folder');
    if (path === '') element.refuse('@path', '', 'the path of the folder');
    if (folders.has(id)) element.refuse('@id', id, 'every folder ID once');
    const folder = readFolder(element, { id, path, version }, context, knownIds);
    if (id !== '' && path !== '' && !folders.has(id)) folders.set(id, folder);
  }
  return [...folders.values()];
}

interface FolderHead {
  readonly id: string;
  readonly path: string;
  readonly version: number;
}

function readFolder(
  element: ElementReader,
  { id, path, version }: FolderHead,
  context: FolderContext,
  knownIds: ReadonlySet<string>,
): StatedFolder {
  const type = readType(element, version);
  const { devices, withPassword } = readSharing(element, context.ownId, knownIds);
  const filesystemType = element.childText('filesystemType') ?? '';
  const rescanIntervalS = element.integer('@rescanIntervalS');
  const maxConflicts = element.integer('maxConflicts');
  const isFirstFolder =
    id === FIRST_FOLDER.id && path === FIRST_FOLDER.path && devices.length === 0;
  return statedFolder({
    id,
    path: absolutePath(path, context),
    label: element.attribute('label') ?? '',
    type,
    devices,
    paused: element.boolean('paused') ?? false,
    ...(rescanIntervalS === undefined
      ? {}
      : { rescanIntervalS: Math.min(Math.max(rescanIntervalS, 0), RESCAN_INTERVAL_S_MAX) }),
    ignorePerms: element.boolean('@ignorePerms') ?? false,
    ignoreDelete: element.boolean('ignoreDelete') ?? false,
    autoNormalize: element.boolean('@autoNormalize') ?? true,
    maxConflicts: version < VERSION_WITH_MAX_CONFLICTS ? -1 : (maxConflicts ?? 10),
    ...readOptions(element),
    isNamedByUser: !isFirstFolder,
    blockedBy: joinBlocks(
      folderBlocks({
        type,
        withPassword,
        filesystemType,
        versioningType: element.child('versioning')?.attribute('type') ?? '',
      }),
    ),
    source: 'config.xml',
  });
}

/** A delay counts only where the file states it. */
function readOptions(element: ElementReader): FolderOptions {
  const { fsWatcherDelayS, minDiskFree, order, ...json } = element.json(FOLDER);
  const formerPct = element.childText('minDiskFreePct');
  const guard = element.child('guard');
  // What is a number is checked with all other settings.
  guard?.value('@percent', numberText('percent from 0 to 100'));
  guard?.value('@filesMin', numberText('a number of files'));
  return folderOptions({
    ...json,
    ...(element.attribute('fsWatcherDelayS') === undefined ? {} : { fsWatcherDelayS }),
    ...(element.childText('order') === undefined ? {} : { order }),
    ...(element.childText('minDiskFree') !== undefined
      ? { minDiskFree }
      : formerPct === undefined
        ? {}
        : { minDiskFree: { value: Number(formerPct), unit: '%' } }),
  });
}

function numberText(expected: string): (text: string) => number | Refusal {
  return (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : new Refusal(expected));
}

function readType(element: ElementReader, version: number): FolderType {
  if (version < VERSION_WITH_TYPE) {
    return element.boolean('@ro') === true ? 'sendonly' : 'sendreceive';
  }
  const type = element.value(
    '@type',
    (word) =>
      TYPES.get(word) ?? new Refusal('one of sendreceive, sendonly, receiveonly, receiveencrypted'),
  );
  return type ?? 'sendreceive';
}

/** With whom the folder is shared: devices that the file knows, once each, without ourselves, as stock does. */
function readSharing(
  element: ElementReader,
  ownId: string,
  knownIds: ReadonlySet<string>,
): { devices: string[]; withPassword: string[] } {
  const devices = new Set<string>();
  const withPassword: string[] = [];
  for (const each of element.all('device', 'node')) {
    const id = idOf(each);
    if (id === undefined || id === ownId || !knownIds.has(id)) continue;
    devices.add(id);
    if (each.childText('encryptionPassword')) withPassword.push(id);
  }
  return { devices: [...devices], withPassword };
}
