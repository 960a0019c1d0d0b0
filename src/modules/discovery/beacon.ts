/**
 * The port for packets to everybody on the LAN: UDP broadcast for IPv4, multicast for IPv6. It knows nothing of what
 * is in a packet.
 */
export interface BeaconPlace {
  readonly kind: 'broadcast' | 'multicast';
  readonly port: number;
  /** The IPv6 group, without brackets; '' for broadcast. */
  readonly group: string;
}

/** `source`: the sender's IP, of a link-local address with its zone (`fe80::1%eth0`). */
export type OnPacket = (packet: Uint8Array, source: string) => void;

export interface OpenBeacon {
  /**
   * To every network this machine is in now; never rejects. What was lost or could not be had before is tried anew.
   * Resolves with what went wrong, one text each; empty when all is well.
   */
  send(packet: Uint8Array): Promise<readonly string[]>;
  /** No packet is handed over after this call. */
  close(): Promise<void>;
}

export abstract class Beacon {
  /** Never rejects: what cannot be had yet is tried again at each send. */
  abstract open(place: BeaconPlace, onPacket: OnPacket): Promise<OpenBeacon>;
  /** The addresses of this machine now, loopback left out. */
  abstract localAddresses(): readonly string[];
}
