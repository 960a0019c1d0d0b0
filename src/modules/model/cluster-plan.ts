/**
 * What we tell a device in Cluster Config, and what follows from what it tells us: pure.
 * Source: BEP v1, "Cluster Config" and "Delta Index Exchange".
 */
import { isFingerprint2013 } from '../../domain/device-id.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type DeviceSettings, type FolderSettings } from '../config/settings.js';
import {
  type ClusterConfig,
  type ClusterDevice,
  type ClusterFolder,
} from '../protocol/messages.js';

/** What the index holds of one device's announcements for a folder. */
export interface IndexPosition {
  readonly indexId: bigint;
  readonly sequence: number;
}

/** Our own, and the highest sequence that the device can know of it. */
export interface OwnPosition extends IndexPosition {
  readonly announced: number;
}

export interface SharedFolder {
  readonly settings: FolderSettings;
  /** Positions by device ID, our own included; empty for a paused folder. */
  readonly positions: ReadonlyMap<DeviceId, IndexPosition>;
}

const NO_POSITION: IndexPosition = { indexId: 0n, sequence: 0 };
const NO_BYTES = new Uint8Array(0);

function clusterDevice(
  id: DeviceId,
  settings: DeviceSettings | undefined,
  deviceName: string,
  position: IndexPosition,
): ClusterDevice {
  return {
    id,
    name: settings?.name ?? deviceName,
    addresses: [...(settings?.addresses ?? ['dynamic'])],
    compression: settings?.compression ?? 'metadata',
    maxSequence: position.sequence,
    introducer: false,
    indexId: position.indexId,
    skipIntroductionRemovals: false,
    encryptionPasswordToken: NO_BYTES,
  };
}

/** The Cluster Config for one device: the folders given are those shared with it. */
export function planClusterConfig(
  own: { id: DeviceId; name: string },
  folders: readonly SharedFolder[],
  devices: readonly DeviceSettings[],
): ClusterConfig {
  const byId = new Map(devices.map((device) => [device.id, device]));
  return {
    secondary: false,
    folders: folders.map(({ settings, positions }): ClusterFolder => ({
      id: settings.id,
      label: settings.label,
      type: settings.type,
      paused: settings.paused,
      // A device of which only a fingerprint is known cannot be named yet.
      devices: [own.id, ...settings.devices.filter((id) => !isFingerprint2013(id))].map((id) =>
        clusterDevice(id, byId.get(id), own.name, positions.get(id) ?? NO_POSITION),
      ),
    })),
  };
}

export type FolderAnswer =
  /** We do not share this folder with the device: an offer, shown as pending. */
  | { readonly kind: 'offered'; readonly folder: string; readonly label: string }
  /** Shared, but nothing is exchanged; `reason` for people. */
  | { readonly kind: 'idle'; readonly folder: string; readonly reason: string }
  | {
      readonly kind: 'exchange';
      readonly folder: string;
      /** The device has a part of our index, of this life of it. */
      readonly isDelta: boolean;
      /** Our items after this sequence are sent; 0 = all of them, as an Index. */
      readonly sendAfter: number;
      /** The device's index as we hold it is of another life: drop it and remember this ID. */
      readonly resetTo: bigint | undefined;
      /** We have nothing of the device's index, so that it sends all of it. */
      readonly hasNothing: boolean;
      /** The device claims more of our index than we have: ours was rolled back. */
      readonly isRolledBack: boolean;
    };

/** What one folder of a received Cluster Config asks of us. `own` and `known` are positions in our index database. */
export function planFolderExchange(
  message: ClusterFolder,
  shared: FolderSettings | undefined,
  peer: DeviceId,
  ownId: DeviceId,
  own: OwnPosition,
  known: IndexPosition,
): FolderAnswer {
  const folder = message.id;
  if (shared === undefined) return { kind: 'offered', folder, label: message.label };
  if (shared.paused) return { kind: 'idle', folder, reason: 'the folder is paused here' };
  if (message.paused) return { kind: 'idle', folder, reason: 'the device has paused the folder' };
  const aboutUs = message.devices.find((device) => device.id === ownId);
  if (aboutUs === undefined) {
    return { kind: 'idle', folder, reason: 'the device does not list us for the folder' };
  }
  const aboutThem = message.devices.find((device) => device.id === peer);
  if (
    aboutUs.encryptionPasswordToken.length > 0 ||
    (aboutThem?.encryptionPasswordToken.length ?? 0) > 0
  ) {
    return {
      kind: 'idle',
      folder,
      reason: 'the device encrypts the folder, which is not supported',
    };
  }
  const isDelta = aboutUs.indexId !== 0n && aboutUs.indexId === own.indexId;
  const isRolledBack = isDelta && aboutUs.maxSequence > own.announced;
  const theirs = aboutThem?.indexId ?? 0n;
  const isOther = theirs === 0n || theirs !== known.indexId;
  return {
    kind: 'exchange',
    folder,
    isDelta: isDelta && !isRolledBack,
    sendAfter: isDelta && !isRolledBack ? aboutUs.maxSequence : 0,
    resetTo: isOther ? theirs : undefined,
    hasNothing: isOther || known.sequence === 0,
    isRolledBack,
  };
}
