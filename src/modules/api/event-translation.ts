/** The node's events as Syncthing names them and their fields. Pure. */
import { type NodeEvents } from '../events/events.service.js';
import { type Settings } from '../config/settings.js';

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
}

type Translations = {
  [K in keyof NodeEvents]?: (event: NodeEvents[K], facts: TranslationFacts) => TranslatedEvent[];
};

/** Those whose type is the node's own name; events that are missing here are of no interest outside. */
export const TRANSLATIONS: Translations = {
  Starting: ({ home }, { ownId }) => one('Starting', { home, myID: ownId }),
  StartupComplete: ({ deviceId }) => one('StartupComplete', { myID: deviceId }),
  DeviceConnected: (event, { settings }) =>
    one('DeviceConnected', {
      id: event.device,
      deviceName: settings.devices.find(({ id }) => id === event.device)?.name ?? '',
      clientName: event.clientName,
      clientVersion: event.clientVersion,
      type: 'tcp',
      addr: event.address,
    }),
  DeviceDisconnected: ({ device, error }) => one('DeviceDisconnected', { id: device, error }),
  DeviceDiscovered: ({ device, addresses }) =>
    one('DeviceDiscovered', { device, addrs: addresses }),
  PendingDevicesChanged: ({ device, name, address }) =>
    one('PendingDevicesChanged', { added: [{ deviceID: device, name, address }] }),
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
  LocalIndexUpdated: ({ folder, items, sequence }) =>
    one('LocalIndexUpdated', { folder, items, filenames: [], sequence, version: sequence }),
  RemoteIndexUpdated: ({ folder, device, items, sequence }) =>
    one('RemoteIndexUpdated', { folder, device, items, sequence, version: sequence }),
  ItemStarted: (event) => one('ItemStarted', event),
  ItemFinished: (event, { settings }) => [
    ...one('ItemFinished', event),
    ...(event.error === null ? [remoteChange(event, settings)] : []),
  ],
  FolderErrors: ({ folder, errors }) =>
    one('FolderErrors', {
      folder,
      errors: errors.map(({ name, message }) => ({ path: name, error: message })),
    }),
};

function one(type: string, data: unknown): TranslatedEvent[] {
  return [{ type, data }];
}

function remoteChange(event: NodeEvents['ItemFinished'], settings: Settings): TranslatedEvent {
  const { folder, item, type, action } = event;
  const label = settings.folders.find(({ id }) => id === folder)?.label ?? '';
  return {
    type: 'RemoteChangeDetected',
    data: {
      folder,
      folderID: folder,
      label,
      path: item,
      type,
      action: action === 'delete' ? 'deleted' : 'modified',
      modifiedBy: '',
    },
  };
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
