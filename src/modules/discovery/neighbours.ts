/**
 * Who was heard on the LAN, and where. Owns the cache of announcements of one beacon: an entry holds for three
 * intervals, and strangers, whom anybody can invent, have a bounded number of places that they cannot take from
 * configured devices.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Announcement } from './announcement.js';

export const ANNOUNCE_INTERVAL_MS = 30_000;
export const NEIGHBOUR_LIFE_MS = 3 * ANNOUNCE_INTERVAL_MS;
/** Devices that are not configured and yet remembered, for people who want to add one. */
export const STRANGERS_MAX = 256;
/** Of one device: a machine with several interfaces in a network is heard from each, one packet after the other. */
export const PLACES_MAX = 8;

/** 'newcomer': not heard of lately, or started anew. 'moved': has other addresses than before. */
export type Heard = 'newcomer' | 'moved' | 'known';

interface Place {
  readonly addresses: readonly string[];
  readonly heardMs: number;
}

interface Neighbour {
  /** By the sender's address, the one heard last at the end. */
  readonly places: ReadonlyMap<string, Place>;
  readonly instanceId: bigint;
  readonly heardMs: number;
}

export class Neighbours {
  /** In the order in which they were last heard. */
  private readonly strangers = new Map<DeviceId, Neighbour>();
  private readonly configured = new Map<DeviceId, Neighbour>();

  /** `addresses`: those of the announcement with the sender, `source`, filled in. */
  hear(
    { id, instanceId }: Announcement,
    addresses: readonly string[],
    source: string,
    isConfigured: boolean,
    nowMs: number,
  ): Heard {
    const before = this.find(id, nowMs);
    this.strangers.delete(id);
    this.configured.delete(id);
    const kept = isConfigured ? this.configured : this.strangers;
    const isSame = before?.instanceId === instanceId;
    const places = new Map(isSame ? freshPlaces(before, nowMs) : []);
    places.delete(source);
    places.set(source, { addresses, heardMs: nowMs });
    if (places.size > PLACES_MAX) {
      const [oldest] = places.keys();
      places.delete(oldest);
    }
    kept.set(id, { places, instanceId, heardMs: nowMs });
    if (this.strangers.size > STRANGERS_MAX) {
      const [oldest] = this.strangers.keys();
      this.strangers.delete(oldest);
    }
    if (!isSame) return 'newcomer';
    const known = new Set(addressesOf(before, nowMs));
    return addresses.every((address) => known.has(address)) ? 'known' : 'moved';
  }

  /** Empty when the device was not heard lately. */
  addresses(id: DeviceId, nowMs: number): readonly string[] {
    return addressesOf(this.find(id, nowMs), nowMs);
  }

  /** Everybody heard lately. What is out of date is dropped. */
  all(nowMs: number): ReadonlyMap<DeviceId, readonly string[]> {
    for (const kept of [this.strangers, this.configured]) {
      for (const [id, { heardMs }] of kept) {
        if (nowMs - heardMs >= NEIGHBOUR_LIFE_MS) kept.delete(id);
      }
    }
    return new Map(
      [...this.configured, ...this.strangers].map(([id, neighbour]) => [
        id,
        addressesOf(neighbour, nowMs),
      ]),
    );
  }

  private find(id: DeviceId, nowMs: number): Neighbour | undefined {
    const neighbour = this.configured.get(id) ?? this.strangers.get(id);
    const isFresh = neighbour !== undefined && nowMs - neighbour.heardMs < NEIGHBOUR_LIFE_MS;
    return isFresh ? neighbour : undefined;
  }
}

function freshPlaces(neighbour: Neighbour, nowMs: number): [string, Place][] {
  return [...neighbour.places].filter(([, { heardMs }]) => nowMs - heardMs < NEIGHBOUR_LIFE_MS);
}

/** Each once, those of the place heard last first. */
function addressesOf(neighbour: Neighbour | undefined, nowMs: number): string[] {
  if (neighbour === undefined) return [];
  const places = freshPlaces(neighbour, nowMs).reverse();
  return [...new Set(places.flatMap(([, { addresses }]) => addresses))];
}
