/** What a Connection needs from its owner, and what it offers. Declared here so that nothing below knows who calls. */
import {
  type BlockRequest,
  type ClusterConfig,
  type DownloadProgress,
  type IndexBatch,
} from './messages.js';

/** Thrown by a handler's `request` to answer with a code other than generic. */
export class RequestRefused extends Error {
  constructor(
    readonly code: 'generic' | 'no-such-file' | 'invalid-file',
    message: string,
  ) {
    super(message);
    this.name = 'RequestRefused';
  }
}

/**
 * Calls come one at a time in the order of the messages and are awaited before the next message is handled (that is the
 * back-pressure), `request` excepted, which runs side by side up to a limit. A rejection closes the connection with its message.
 */
export interface ConnectionHandler {
  clusterConfig(connection: PeerConnection, message: ClusterConfig): Promise<void>;
  index(connection: PeerConnection, message: IndexBatch): Promise<void>;
  indexUpdate(connection: PeerConnection, message: IndexBatch): Promise<void>;
  request(connection: PeerConnection, message: BlockRequest): Promise<Uint8Array>;
  downloadProgress(connection: PeerConnection, message: DownloadProgress): Promise<void>;
  /** Once, last. */
  closed(connection: PeerConnection, reason: Error): void;
}

export interface ConnectionStatistics {
  bytesIn: number;
  bytesOut: number;
  /** File infos in Index and Index Update messages. */
  fileInfosIn: number;
  fileInfosOut: number;
  requestsIn: number;
  requestsOut: number;
}

/** An established, authenticated connection to one device. Sending resolves when the message was handed to the socket. */
export interface PeerConnection {
  readonly deviceId: string;
  readonly remoteAddress: string;
  readonly isLan: boolean;
  /** From the peer's Hello. */
  readonly clientName: string;
  readonly clientVersion: string;
  readonly statistics: Readonly<ConnectionStatistics>;
  readonly isClosed: boolean;
  /** False while we take nothing from the peer, because of a limit or for want of room. Absent: unknown. */
  readonly isReading?: boolean;
  /** Aborts, with the reason, when the connection is closed. */
  readonly signal: AbortSignal;

  clusterConfig(message: ClusterConfig): Promise<void>;
  index(message: IndexBatch): Promise<void>;
  indexUpdate(message: IndexBatch): Promise<void>;
  /** The block's bytes, exactly `size` of them. Rejects with SyncError 'missing', 'refused', 'timeout', 'closed'. */
  request(message: BlockRequest, signal: AbortSignal): Promise<Uint8Array>;
  /**
   * As `request` for several small blocks, sent together: what each brought, in the same order, when the last is answered.
   * What was not answered before the signal, or the end of the connection, has that as its error.
   */
  requestAll(
    messages: readonly BlockRequest[],
    signal: AbortSignal,
  ): Promise<(Uint8Array | Error)[]>;
  downloadProgress(message: DownloadProgress): Promise<void>;
  /** Sends Close with the reason (the first one counts), then ends the stream. */
  close(reason: string): Promise<void>;
}
