/** A LAN in memory, so that whole nodes find each other without a socket. Packets arrive in a later turn. */
import { Beacon, type BeaconPlace, type OnPacket, type OpenBeacon } from './beacon.js';

interface Ear {
  readonly owner: MemoryBeacon;
  readonly place: BeaconPlace;
  readonly onPacket: OnPacket;
}

export class MemoryLan {
  private readonly ears = new Set<Ear>();
  /** Packets sent so far. */
  sent = 0;

  /** Beacons that are open now. */
  get listeners(): number {
    return this.ears.size;
  }

  /** The beacon of a machine with this IPv4 address. */
  beacon(address: string): MemoryBeacon {
    return new MemoryBeacon(this, address);
  }

  add(ear: Ear): () => void {
    this.ears.add(ear);
    return () => void this.ears.delete(ear);
  }

  send(packet: Uint8Array, place: BeaconPlace, source: string): void {
    this.sent += 1;
    const copy = new Uint8Array(packet);
    queueMicrotask(() => {
      for (const ear of this.ears) {
        const isSame = ear.place.kind === place.kind && ear.place.port === place.port;
        if (isSame) ear.onPacket(copy, source);
      }
    });
  }
}

export class MemoryBeacon extends Beacon {
  constructor(
    private readonly lan: MemoryLan,
    /** May change at any time, as a machine's does. '' = off the network. */
    public address: string,
  ) {
    super();
  }

  open(place: BeaconPlace, onPacket: OnPacket): Promise<OpenBeacon> {
    const leave = this.lan.add({
      owner: this,
      place,
      onPacket: (packet, source) => {
        if (this.address !== '') onPacket(packet, source);
      },
    });
    return Promise.resolve({
      send: (packet: Uint8Array) => {
        if (this.address !== '') this.lan.send(packet, place, this.address);
        return Promise.resolve([]);
      },
      close: () => {
        leave();
        return Promise.resolve();
      },
    });
  }

  localAddresses(): readonly string[] {
    return this.address === '' ? [] : [this.address];
  }
}
