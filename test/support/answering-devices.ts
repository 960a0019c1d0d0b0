/** Devices that answer requests for blocks when a test tells them to, and a block source that asks them. */
import { wantedBlock, type Answer } from '../contracts/block-source.contract.js';
import { type WantedBlock } from '../../src/modules/connections/block-source.js';
import { ConnectedDevices } from '../../src/modules/connections/connected-devices.js';
import {
  DeviceLoads,
  LOAD_LIMITS,
  type LoadLimits,
} from '../../src/modules/connections/device-load.js';
import { PartialOffers } from '../../src/modules/connections/partial-offers.js';
import { RemoteBlockSource } from '../../src/modules/connections/remote-block-source.js';
import { type PeerConnection } from '../../src/modules/protocol/connection-handler.js';
import { type BlockRequest } from '../../src/modules/protocol/messages.js';
import { HandClock } from './hand-clock.js';

export const KIB = 1024;
export const FOREVER = new AbortController().signal;

export function connection(deviceId: string, request: Answer): PeerConnection {
  const statistics = { bytesIn: 0, bytesOut: 0 };
  const requestAll: PeerConnection['requestAll'] = (messages, signal) =>
    Promise.all(messages.map((message) => request(message, signal).catch((error: Error) => error)));
  return { deviceId, request, requestAll, statistics } as unknown as PeerConnection;
}

/** A device that answers when told to. */
export class Device {
  readonly asked: {
    block: BlockRequest;
    answer: (bytes: Uint8Array) => void;
    fail: (error: Error) => void;
    gone: boolean;
  }[] = [];
  readonly connection: PeerConnection;

  constructor(readonly id: string) {
    this.connection = connection(id, (block, signal) => {
      const entry = {
        block: block as BlockRequest,
        answer: (_: Uint8Array) => {},
        fail: (_: Error) => {},
        gone: false,
      };
      this.asked.push(entry);
      return new Promise((resolve, reject) => {
        entry.answer = resolve;
        entry.fail = reject;
        signal.addEventListener('abort', () => {
          entry.gone = true;
          reject(signal.reason as Error);
        });
      });
    });
  }
}

export function setUp(names: string[], limits: LoadLimits = LOAD_LIMITS) {
  const clock = new HandClock();
  const connected = new ConnectedDevices();
  const loads = new DeviceLoads(limits);
  const offers = new PartialOffers();
  const devices = names.map((name) => new Device(name));
  for (const device of devices) connected.add(device.connection);
  return {
    clock,
    connected,
    loads,
    devices,
    offers,
    source: new RemoteBlockSource(connected, clock, loads, undefined, offers),
  };
}

export function contentOf(block: { blockNo: number; size: number }): Buffer {
  return Buffer.alloc(block.size, block.blockNo + 1);
}

export function blockOf(blockNo: number, size = 128 * KIB): WantedBlock {
  return wantedBlock(contentOf({ blockNo, size }), { blockNo, offset: blockNo * size });
}
