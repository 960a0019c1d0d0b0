/**
 * The other messages of BEP v1 on the wire and as checked values (file infos: file-wire.ts).
 * Rule: what comes from a peer is checked here, once; a failed check is a SyncError 'protocol'.
 */
import { deviceIdBytes, deviceIdFromBytes } from '../../domain/device-id.js';
import { SyncError } from '../../domain/errors.js';
import { wireNameProblem } from '../../domain/file-name.js';
import { HASH_BYTES } from '../../domain/file-info.js';
import { type Compression, type DeviceId, type FolderType } from '../../domain/wire-terms.js';
import { bep } from './gen/bep.js';
import {
  type BlockRequest,
  type ClusterConfig,
  type ClusterDevice,
  type ClusterFolder,
  type DownloadProgress,
  type ProgressUpdate,
  type ResponseCode,
} from './messages.js';
import { vectorFromWire, vectorToWire } from './vector-wire.js';
import { checkCounts, type CountRule } from './wire-cursor.js';
import * as limits from './wire-limits.js';
import { bigintFromWire, bigintToWire, countFromWire, integerToWire } from './wire-numbers.js';

const FOLDER_TYPES: readonly FolderType[] = [
  'sendreceive',
  'sendonly',
  'receiveonly',
  'receiveencrypted',
];
const COMPRESSIONS: readonly Compression[] = ['metadata', 'never', 'always'];
const RESPONSE_CODES: readonly ResponseCode[] = ['ok', 'generic', 'no-such-file', 'invalid-file'];
const STOPPED_BECAUSE_PAUSED = 1;
const DEVICE_ID_BYTES = 32;
const CLUSTER_CONFIG_COUNTS: Readonly<Record<number, CountRule>> = {
  1: {
    name: 'folders',
    max: limits.FOLDERS_MAX,
    nested: {
      16: {
        name: 'devices',
        max: limits.FOLDER_DEVICES_MAX,
        nested: { 3: { name: 'addresses', max: limits.DEVICE_ADDRESSES_MAX } },
      },
    },
  },
};
const PROGRESS_COUNTS: Readonly<Record<number, CountRule>> = {
  2: {
    name: 'updates',
    max: limits.PROGRESS_UPDATES_MAX,
    nested: {
      3: {
        name: 'versions',
        max: limits.PROGRESS_UPDATES_MAX,
        nested: { 1: { name: 'version counters', max: limits.PROGRESS_COUNTERS_MAX } },
      },
      4: { name: 'block indexes', max: limits.PROGRESS_BLOCKS_MAX, isNumbers: true },
    },
  },
};

export function clusterConfigFromWire(payload: Uint8Array): ClusterConfig {
  checkCounts(payload, CLUSTER_CONFIG_COUNTS);
  const message = bep.ClusterConfig.decode(payload);
  const ids = new DeviceIds();
  const folders = (message.folders ?? []).map((folder) => folderFromWire(folder, ids));
  requireDifferent(folders.map(({ id }) => id));
  return { folders, secondary: message.secondary };
}

function requireDifferent(folders: readonly string[]): void {
  const seen = new Set<string>();
  for (const id of folders) {
    if (seen.has(id)) {
      throw new SyncError('protocol', `the folder ${JSON.stringify(id.slice(0, 200))} twice`);
    }
    seen.add(id);
  }
}

function folderFromWire(folder: bep.Folder.$Properties, ids: DeviceIds): ClusterFolder {
  return {
    id: folder.id ?? '',
    label: folder.label ?? '',
    type: FOLDER_TYPES[folder.type ?? 0] ?? 'sendreceive',
    paused: folder.stopReason === STOPPED_BECAUSE_PAUSED,
    devices: (folder.devices ?? []).map((device) => deviceFromWire(device as bep.Device, ids)),
  };
}

/** Device IDs of one message as text, each made once: every folder lists the same devices. */
class DeviceIds {
  readonly #texts = new Map<string, DeviceId>();

  textOf(bytes: Uint8Array): DeviceId {
    if (bytes.length !== DEVICE_ID_BYTES) {
      throw new SyncError('protocol', `a device ID of ${bytes.length} bytes`);
    }
    const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    if (this.#texts.size === limits.DEVICES_MAX) {
      throw new SyncError('protocol', `more than ${limits.DEVICES_MAX} different devices`);
    }
    const text = deviceIdFromBytes(bytes);
    this.#texts.set(key, text);
    return text;
  }
}

function deviceFromWire(device: bep.Device, ids: DeviceIds): ClusterDevice {
  return {
    id: ids.textOf(device.id),
    name: device.name,
    addresses: [...device.addresses],
    compression: COMPRESSIONS[device.compression] ?? 'metadata',
    maxSequence: countFromWire(device.maxSequence, 'max_sequence'),
    introducer: device.introducer,
    indexId: bigintFromWire(device.indexId),
    skipIntroductionRemovals: device.skipIntroductionRemovals,
    encryptionPasswordToken: new Uint8Array(device.encryptionPasswordToken),
  };
}

export function clusterConfigToWire(message: ClusterConfig): Uint8Array {
  return bep.ClusterConfig.encode({
    secondary: message.secondary,
    folders: message.folders.map((folder) => ({
      id: folder.id,
      label: folder.label,
      type: FOLDER_TYPES.indexOf(folder.type),
      stopReason: folder.paused ? STOPPED_BECAUSE_PAUSED : 0,
      devices: folder.devices.map((device) => ({
        id: deviceIdBytes(device.id),
        name: device.name,
        addresses: device.addresses,
        compression: COMPRESSIONS.indexOf(device.compression),
        maxSequence: integerToWire(device.maxSequence),
        introducer: device.introducer,
        indexId: bigintToWire(device.indexId),
        skipIntroductionRemovals: device.skipIntroductionRemovals,
        encryptionPasswordToken: device.encryptionPasswordToken,
      })),
    })),
  }).finish();
}

export interface WireRequest {
  readonly id: number;
  readonly request: BlockRequest;
}

export function requestFromWire(payload: Uint8Array): WireRequest {
  const message = bep.Request.decode(payload);
  const problem = wireNameProblem(message.name) ?? requestProblem(message);
  if (problem !== undefined) {
    const name = JSON.stringify(message.name.slice(0, 200));
    throw new SyncError('protocol', `request for ${name}: ${problem}`);
  }
  return {
    id: message.id,
    request: {
      folder: message.folder,
      name: message.name,
      offset: countFromWire(message.offset, 'the offset of a request'),
      size: message.size,
      hash: new Uint8Array(message.hash),
      fromTemporary: message.fromTemporary,
      blockNo: Math.max(0, message.blockNo),
    },
  };
}

function requestProblem(message: bep.Request): string | undefined {
  if (message.size < 0) return `the size ${message.size} is negative`;
  if (message.size > limits.REQUEST_SIZE_BYTES_MAX) {
    return `the size ${message.size} is more than ${limits.REQUEST_SIZE_BYTES_MAX}`;
  }
  // 1.x peers may leave the hash out.
  if (message.hash.length !== 0 && message.hash.length !== HASH_BYTES) {
    return `a hash of ${message.hash.length} bytes`;
  }
  return undefined;
}

export function requestToWire(id: number, request: BlockRequest): Uint8Array {
  return bep.Request.encode({
    id,
    folder: request.folder,
    name: request.name,
    offset: integerToWire(request.offset),
    size: request.size,
    hash: request.hash,
    fromTemporary: request.fromTemporary,
    blockNo: request.blockNo,
  }).finish();
}

export interface WireResponse {
  readonly id: number;
  readonly code: ResponseCode;
  /** A view into the message. */
  readonly data: Uint8Array;
}

export function responseFromWire(payload: Uint8Array): WireResponse {
  const message = bep.Response.decode(payload);
  return { id: message.id, code: RESPONSE_CODES[message.code] ?? 'generic', data: message.data };
}

/** In parts, so that the data is not copied. */
export function responseToWire(id: number, code: ResponseCode, data: Uint8Array): Uint8Array[] {
  const writer = bep.Response.encode({ id, code: RESPONSE_CODES.indexOf(code) });
  if (data.length === 0) return [writer.finish()];
  const DATA_TAG = 0x12;
  return [writer.uint32(DATA_TAG).uint32(data.length).finish(), data];
}

export function downloadProgressFromWire(payload: Uint8Array): DownloadProgress {
  checkCounts(payload, PROGRESS_COUNTS);
  const message = bep.DownloadProgress.decode(payload);
  return {
    folder: message.folder,
    updates: (message.updates ?? []).map((update): ProgressUpdate => ({
      type: update.updateType === 1 ? 'forget' : 'append',
      name: update.name ?? '',
      version: vectorFromWire(update.version as bep.Vector | null),
      blockIndexes: [...(update.blockIndexes ?? [])],
      blockSize: update.blockSize ?? 0,
    })),
  };
}

export function downloadProgressToWire(message: DownloadProgress): Uint8Array {
  return bep.DownloadProgress.encode({
    folder: message.folder,
    updates: message.updates.map((update) => ({
      updateType: update.type === 'forget' ? 1 : 0,
      name: update.name,
      version: vectorToWire(update.version),
      blockIndexes: update.blockIndexes,
      blockSize: update.blockSize,
    })),
  }).finish();
}

/** The reason, cut to a length for logs. */
export function closeFromWire(payload: Uint8Array): string {
  return bep.Close.decode(payload).reason.slice(0, limits.REASON_CHARACTERS_MAX);
}

export function closeToWire(reason: string): Uint8Array {
  return bep.Close.encode({ reason: reason.slice(0, limits.REASON_CHARACTERS_MAX) }).finish();
}
