/**
 * The port for the network: authenticated byte streams between devices. An implementation does the whole
 * handshake (TCP and TLS 1.3 with both certificates, ALPN `bep/1.0`); no rule about who is welcome is applied here.
 */
import { type Duplex } from 'node:stream';

export interface Channel {
  /** A chunk that its 'data' brings holds only until the listeners return. */
  readonly stream: Duplex;
  /** DER of the certificate the peer proved to hold. */
  readonly peerCertificate: Uint8Array;
  /** The peer's address for people, `host:port`. */
  readonly remoteAddress: string;
  /** True when the peer is in a network of this machine. */
  readonly isLan: boolean;
  /** For instance `TLS1.3-TLS_AES_128_GCM_SHA256`. */
  readonly crypto: string;
}

export interface Listener {
  /** The address really listened on, as `tcp://host:port`. */
  readonly address: string;
  close(): Promise<void>;
}

export abstract class Transport {
  /** Address as `tcp://host:port`. Rejects with SyncError 'timeout', 'refused', 'io' or the signal's reason. */
  abstract dial(address: string, signal: AbortSignal): Promise<Channel>;
  abstract listen(address: string, onChannel: (channel: Channel) => void): Promise<Listener>;

  /**
   * This machine has these addresses now, loopback left out. Channels from another one are destroyed: nothing can come
   * over them any more, and it would take minutes to notice.
   */
  networkChanged(_addresses: readonly string[]): void {
    // A network without addresses loses none.
  }
}
