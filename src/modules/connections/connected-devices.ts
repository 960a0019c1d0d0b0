/**
 * Who is connected: the one owner of that fact. At most one connection per device is registered; a connection is
 * taken out when it is closed, by whoever registered it. Counts what connections moved, ended ones included.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type PeerConnection } from '../protocol/connection-handler.js';

export interface Transferred {
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export class ConnectedDevices {
  private readonly connections = new Map<DeviceId, PeerConnection>();
  private readonly listeners = new Set<() => void>();
  private endedBytesIn = 0;
  private endedBytesOut = 0;

  get(device: DeviceId): PeerConnection | undefined {
    return this.connections.get(device);
  }

  get count(): number {
    return this.connections.size;
  }

  all(): PeerConnection[] {
    return [...this.connections.values()];
  }

  /** The device must not be registered. */
  add(connection: PeerConnection): void {
    if (this.connections.has(connection.deviceId)) {
      throw new Error(`device ${connection.deviceId} is already registered`);
    }
    this.connections.set(connection.deviceId, connection);
    this.changed();
  }

  /** The connection takes the place of the device's other one, if there is one: the device is connected all along. */
  replace(connection: PeerConnection): void {
    const before = this.connections.get(connection.deviceId);
    if (before !== undefined) this.countEnded(before);
    this.connections.set(connection.deviceId, connection);
    this.changed();
  }

  /** False when the connection is not the registered one. */
  remove(connection: PeerConnection): boolean {
    if (this.connections.get(connection.deviceId) !== connection) return false;
    this.connections.delete(connection.deviceId);
    this.countEnded(connection);
    this.changed();
    return true;
  }

  /** Bytes of all connections since the start of this process. */
  transferred(): Transferred {
    let bytesIn = this.endedBytesIn;
    let bytesOut = this.endedBytesOut;
    for (const { statistics } of this.connections.values()) {
      bytesIn += statistics.bytesIn;
      bytesOut += statistics.bytesOut;
    }
    return { bytesIn, bytesOut };
  }

  /** Called after each change. Returns the call that stops listening. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private countEnded({ statistics }: PeerConnection): void {
    this.endedBytesIn += statistics.bytesIn;
    this.endedBytesOut += statistics.bytesOut;
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
