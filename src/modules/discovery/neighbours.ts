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

/** 'newcomer': not heard of lately, or started anew. 'moved': has other addresses than before. */
export type Heard = 'newcomer' | 'moved' | 'known';

interface Neighbour {
  readonly addresses: readonly string[];
  readonly instanceId: bigint;
  readonly heardMs: number;
}

export class Neighbours {
  /** In the order in which they were last heard. */
  private readonly strangers = new Map<DeviceId, Neighbour>();
  private readonly configured = new Map<DeviceId, Neighbour>();

  /** `addresses`: those of the announcement with the sender filled in. */
  hear(
    { id, instanceId }: Announcement,
    addresses: readonly string[],
    isConfigured: boolean,
    nowMs: number,
  ): Heard {
    const before = this.find(id, nowMs);
    this.strangers.delete(id);
    this.configured.delete(id);
    const kept = isConfigured ? this.configured : this.strangers;
    kept.set(id, { addresses, instanceId, heardMs: nowMs });
    if (this.strangers.size > STRANGERS_MAX) {
      const [oldest] = this.strangers.keys();
      this.strangers.delete(oldest);
    }
    if (before?.instanceId !== instanceId) return 'newcomer';
    return before.addresses.join() === addresses.join() ? 'known' : 'moved';
  }

  /** Empty when the device was not heard lately. */
  addresses(id: DeviceId, nowMs: number): readonly string[] {
    return this.find(id, nowMs)?.addresses ?? [];
  }

  /** Everybody heard lately. What is out of date is dropped. */
  all(nowMs: number): ReadonlyMap<DeviceId, readonly string[]> {
    for (const kept of [this.strangers, this.configured]) {
      for (const [id, { heardMs }] of kept) {
        if (nowMs - heardMs >= NEIGHBOUR_LIFE_MS) kept.delete(id);
      }
    }
    return new Map(
      [...this.configured, ...this.strangers].map(([id, { addresses }]) => [id, addresses]),
    );
  }

  private find(id: DeviceId, nowMs: number): Neighbour | undefined {
    const neighbour = this.configured.get(id) ?? this.strangers.get(id);
    const isFresh = neighbour !== undefined && nowMs - neighbour.heardMs < NEIGHBOUR_LIFE_MS;
    return isFresh ? neighbour : undefined;
  }
}
