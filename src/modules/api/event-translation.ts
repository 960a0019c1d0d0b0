/** The node's events as Syncthing names them and their fields. Pure. */
import { shortIdText } from '../../domain/device-id.js';
import { isInvalid } from '../../domain/file-info-rules.js';
import { type NodeEvents } from '../events/events.service.js';
import { type Settings } from '../config/settings.js';

/** Names in one event; a larger batch says how many there were. */
const FILENAMES_MAX = 100;

export interface TranslatedEvent {
  readonly type: string;
  readonly data: unknown;
}

/** What the events do not say themselves. */
export interface TranslationFacts {
  readonly settings: Settings;
  readonly ownId: string;
  /** Seconds the folder was in its last state; undefined when that is not known. */
  stateSeconds(folder: string): number | undefined;
  /** `tcp-client` when we dialed the device, else `tcp-server`. */
  connectionType(device: string): string;
}

type Translations = {
  [K in keyof NodeEvents]?: (event: NodeEvents[K], facts: TranslationFacts) => TranslatedEvent[];
};

/** Those whose type is the node's own name; events that are missing here are of no interest outside. */
export const TRANSLATIONS: Translations = {
  Starting: ({ home }, { ownId }) => one('Starting', { home, myID: ownId }),
  StartupComplete: ({ deviceId }) => one('StartupComplete', { myID: deviceId }),
  DeviceConnected: (event, { settings, connectionType }) =>
    one('DeviceConnected', {
      id: event.device,
      deviceName: settings.devices.find(({ id }) => id === event.device)?.name ?? '',
      clientName: event.clientName,
      clientVersion: event.clientVersion,
      type: connectionType(event.device),
      addr: event.address,
    }),
  DeviceDisconnected: ({ device, error }) => one('DeviceDisconnected', { id: device, error }),
  DeviceDiscovered: ({ device, addresses }) =>
    one('DeviceDiscovered', { device, addrs: addresses }),
  PendingDevicesChanged: ({ device, name, address }) =>
    one('PendingDevicesChanged', { added: [{ deviceID: device, name, address }] }),
  PendingDeviceCleared: ({ device }) =>
    one('PendingDevicesChanged', { removed: [{ deviceID: device }] }),
  PendingFolderCleared: ({ folder, device }) =>
    one('PendingFoldersChanged', { removed: [{ deviceID: device, folderID: folder }] }),
  PendingFoldersChanged: ({ device, folder, label }) =>
    one('PendingFoldersChanged', {
      added: [
        {
          deviceID: device,
          folderID: folder,
          folderLabel: label,
          receiveEncrypted: false,
          remoteEncrypted: false,
        },
      ],
    }),
  StateChanged: ({ folder, from, to, error }, facts) => {
    const duration = facts.stateSeconds(folder);
    return one('StateChanged', {
      folder,
      from,
      to,
      ...(duration === undefined ? {} : { duration }),
      ...(error === '' ? {} : { error }),
    });
  },
  LocalIndexUpdated: (event, { settings }) => {
    const { folder, items, sequence, changes } = event;
    const files = changes?.files ?? [];
    const filenames = files.slice(0, FILENAMES_MAX).map(({ name }) => name);
    return [
      ...one('LocalIndexUpdated', { folder, items, filenames, sequence, version: sequence }),
      ...diskChanges(event, settings),
    ];
  },
  RemoteIndexUpdated: ({ folder, device, items, sequence }) =>
    one('RemoteIndexUpdated', { folder, device, items, sequence, version: sequence }),
  ItemStarted: (event) => one('ItemStarted', event),
  ItemFinished: (event) => one('ItemFinished', event),
  FolderWatchStateChanged: ({ folder, from, to }) =>
    one('FolderWatchStateChanged', {
      folder,
      ...(from === '' ? {} : { from }),
      ...(to === '' ? {} : { to }),
    }),
  FolderGuardActed: (event) => one('FolderGuardActed', event),
  FolderErrors: ({ folder, errors }) =>
    one('FolderErrors', {
      folder,
      errors: errors.map(({ name, message }) => ({ path: name, error: message })),
    }),
};

/** All types that are ever sent. */
export const EVENT_TYPES: readonly string[] = [
  ...Object.keys(TRANSLATIONS).filter((name) => !/^Pending.*Cleared$/.test(name)),
  ...['LocalChangeDetected', 'RemoteChangeDetected', 'FolderSummary', 'FolderCompletion'],
  ...['DevicePaused', 'DeviceResumed', 'FolderPaused', 'FolderResumed', 'ConfigSaved'],
  'LoginAttempt',
].sort();

function one(type: string, data: unknown): TranslatedEvent[] {
  return [{ type, data }];
}

const DISK_TYPES = { file: 'file', directory: 'dir', symlink: 'symlink' } as const;

function diskChanges(
  event: NodeEvents['LocalIndexUpdated'],
  settings: Settings,
): TranslatedEvent[] {
  const { folder, changes } = event;
  if (changes === undefined) return [];
  const type = changes.from === 'here' ? 'LocalChangeDetected' : 'RemoteChangeDetected';
  const label = settings.folders.find(({ id }) => id === folder)?.label ?? '';
  const shortIds = new Map<bigint, string>();
  const textOf = (id: bigint): string => {
    const text = shortIds.get(id) ?? shortIdText(id);
    shortIds.set(id, text);
    return text;
  };
  return changes.files
    .filter((file) => !isInvalid(file))
    .map((file) => ({
      type,
      data: {
        folder,
        folderID: folder,
        label,
        path: file.name,
        type: DISK_TYPES[file.type],
        action: file.deleted ? 'deleted' : 'modified',
        modifiedBy: textOf(file.modifiedBy),
      },
    }));
}

/** What a change of the settings means to those who watch the node. */
export function settingsEvents(now: Settings, before: Settings): TranslatedEvent[] {
  const devices = now.devices.flatMap((device) => {
    const old = before.devices.find(({ id }) => id === device.id);
    if (old === undefined || old.paused === device.paused) return [];
    return one(device.paused ? 'DevicePaused' : 'DeviceResumed', { device: device.id });
  });
  const folders = now.folders.flatMap((folder) => {
    const old = before.folders.find(({ id }) => id === folder.id);
    if (old === undefined || old.paused === folder.paused) return [];
    const data = { id: folder.id, label: folder.label };
    return one(folder.paused ? 'FolderPaused' : 'FolderResumed', data);
  });
  return [...devices, ...folders];
}
