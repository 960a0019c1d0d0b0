/** What is told about an established connection, for people and programs. */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type LiveEntry } from './connection-register.js';

export interface ConnectionStatus {
  readonly device: DeviceId;
  /** `host:port` of the peer. */
  readonly address: string;
  /** When this was read, wall clock, ms. */
  readonly atMs: number;
  readonly startedMs: number;
  /** In the LAN. */
  readonly isLocal: boolean;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly clientName: string;
  readonly clientVersion: string;
  /** Who dialed: `tcp-client` when we did. */
  readonly type: 'tcp-client' | 'tcp-server';
  /** For instance `TLS1.3-TLS_AES_128_GCM_SHA256`. */
  readonly crypto: string;
}

export function connectionStatus(entry: LiveEntry, nowMs: number): ConnectionStatus {
  const { candidate, connection, startedMs } = entry;
  const { bytesIn, bytesOut } = connection.statistics;
  return {
    device: connection.deviceId,
    address: connection.remoteAddress,
    atMs: nowMs,
    startedMs,
    isLocal: connection.isLan,
    ...{ bytesIn, bytesOut },
    clientName: connection.clientName,
    clientVersion: connection.clientVersion,
    type: candidate.isOurs ? 'tcp-client' : 'tcp-server',
    crypto: candidate.channel.crypto,
  };
}
