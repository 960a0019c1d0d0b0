/** What changed settings mean for the folders that run, and for what devices are told of them. Pure. */
import { FOLDER_OPTION_DEFAULTS } from '../config/folder-options.js';
import { type FolderSettings, type Settings } from '../config/settings.js';

export interface FolderChanges {
  /** Running folders that end: no longer configured, paused or blocked. */
  readonly stop: readonly string[];
  /** Folders whose index goes: no longer configured, or led to another directory. */
  readonly drop: readonly string[];
  /** Folders that begin. */
  readonly start: readonly FolderSettings[];
  /** Running folders that end and begin again, because of settings of their own. */
  readonly restart: readonly FolderSettings[];
  /** Running folders that go on with another rescan interval. */
  readonly reschedule: readonly FolderSettings[];
  /** Running folders that go on, shared with other devices than before. */
  readonly reshare: readonly FolderSettings[];
}

/** Nothing from the cluster changes the disk. */
export function isSendOnly(folder: FolderSettings, { readOnly }: Settings): boolean {
  return readOnly || folder.type === 'sendonly';
}

export function mayRun(folder: FolderSettings): boolean {
  return !folder.paused && folder.blockedBy === '';
}

/** `elsewhere`: IDs of folders whose paths lead to other directories than their indexes were made from. */
export function planFolderChanges(
  now: Settings,
  before: Settings,
  elsewhere: ReadonlySet<string> = new Set(),
): FolderChanges {
  const former = new Map(before.folders.map((folder) => [folder.id, folder]));
  const current = new Map(now.folders.map((folder) => [folder.id, folder]));
  const ran = before.folders.filter(mayRun);
  const begins = now.folders.filter(mayRun);
  const goOn = begins.filter(({ id }) => ran.some((folder) => folder.id === id));
  const isOther = (folder: FolderSettings): boolean =>
    runText(folder, now) !== runText(former.get(folder.id)!, before);
  const same = goOn.filter((folder) => !isOther(folder));
  return {
    stop: ran.map(({ id }) => id).filter((id) => !goOn.some((folder) => folder.id === id)),
    drop: before.folders.map(({ id }) => id).filter((id) => !current.has(id) || elsewhere.has(id)),
    start: begins.filter(({ id }) => !ran.some((folder) => folder.id === id)),
    restart: goOn.filter(isOther),
    reschedule: same.filter(
      ({ id, rescanIntervalS }) => former.get(id)?.rescanIntervalS !== rescanIntervalS,
    ),
    reshare: same.filter(({ id, devices }) => !isSameList(devices, former.get(id)?.devices ?? [])),
  };
}

/** Folders that have another path than before, running or not. */
export function movedFolders(now: Settings, before: Settings): FolderSettings[] {
  const former = new Map(before.folders.map(({ id, path }) => [id, path]));
  return now.folders.filter(({ id, path }) => (former.get(id) ?? path) !== path);
}

/** What a runner is made with: all but what is changed while it runs, or only told to others. */
function runText(folder: FolderSettings, settings: Settings): string {
  const made: Partial<Record<keyof FolderSettings, unknown>> = {
    ...FOLDER_OPTION_DEFAULTS,
    ...folder,
  };
  for (const key of NOT_MADE_WITH) delete made[key];
  const keys = Object.entries(made).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([isSendOnly(folder, settings), folder.type === 'receiveonly', keys]);
}

const NOT_MADE_WITH = [
  'label',
  'type',
  'devices',
  'paused',
  'rescanIntervalS',
  'isRescanIntervalStated',
  'isNamedByUser',
  'blockedBy',
  'source',
] as const satisfies readonly (keyof FolderSettings)[];

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each));
}

/** Whether what a device is told in Cluster Config is other than before. */
export function areSharesChanged(device: string, now: Settings, before: Settings): boolean {
  return sharesText(device, now) !== sharesText(device, before);
}

function sharesText(device: string, { folders }: Settings): string {
  const shared = folders.filter(
    ({ devices, blockedBy }) => devices.includes(device) && blockedBy === '',
  );
  return JSON.stringify(
    shared.map(({ id, label, type, paused, devices, path }) => [
      ...[id, label, type, paused, devices],
      // Not told, but another directory has another index.
      path,
    ]),
  );
}
