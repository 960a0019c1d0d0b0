/**
 * The strangers who have not yet shown who they are. The room holds so many and no more: when it is full, the
 * oldest of the address that takes most places makes room, so that one who floods us throws out himself first.
 */
export class WaitingRoom {
  private readonly guests = new Set<Guest>();

  /** `placesMax`: guests at once. */
  constructor(private readonly placesMax: number) {}

  get size(): number {
    return this.guests.size;
  }

  /** `from` is what counts as one origin (an IP). Returns the call that leaves; leaving twice is harmless. */
  enter(from: string, evict: () => void): () => void {
    const guest = { from, evict };
    this.guests.add(guest);
    if (this.guests.size > this.placesMax) {
      const victim = this.oldestOfBusiest();
      this.guests.delete(victim);
      victim.evict();
    }
    return () => {
      this.guests.delete(guest);
    };
  }

  /** Evicts everybody. */
  clear(): void {
    for (const guest of [...this.guests]) {
      this.guests.delete(guest);
      guest.evict();
    }
  }

  private oldestOfBusiest(): Guest {
    const places = new Map<string, Guest[]>();
    for (const guest of this.guests) {
      places.set(guest.from, [...(places.get(guest.from) ?? []), guest]);
    }
    let busiest: Guest[] = [];
    for (const guests of places.values()) if (guests.length > busiest.length) busiest = guests;
    return busiest[0] as Guest;
  }
}

interface Guest {
  readonly from: string;
  readonly evict: () => void;
}
