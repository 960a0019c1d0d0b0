/**
 * The last events that fit one selection, numbered from 1 without gaps, and those who wait for the next one. Bounded:
 * of more than fit the oldest go, which a reader sees from their numbers.
 */
export const EVENTS_MAX = 1_000;

/** An event as it is answered. */
export interface ApiEvent {
  /** Counts the events of one selection. */
  readonly id: number;
  /** Counts all events. */
  readonly globalID: number;
  /** ISO 8601. */
  readonly time: string;
  readonly type: string;
  readonly data: unknown;
}

export class EventBuffer {
  private readonly events: ApiEvent[] = [];
  private lastId = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly fits: (type: string) => boolean) {}

  get waiters(): number {
    return this.waiting.size;
  }

  add(event: Omit<ApiEvent, 'id'>): void {
    if (!this.fits(event.type)) return;
    this.lastId += 1;
    const { globalID, time, type, data } = event;
    this.events.push({ id: this.lastId, globalID, time, type, data });
    // All that follow are moved: not for each single one.
    if (this.events.length >= 2 * EVENTS_MAX) this.events.splice(0, EVENTS_MAX);
    if (this.waiting.size > 0) this.wakeAll();
  }

  /** Those with a number above `id`, by ascending number. */
  after(id: number): ApiEvent[] {
    const first = this.events[0]?.id ?? this.lastId + 1;
    const firstKept = Math.max(0, this.events.length - EVENTS_MAX);
    return this.events.slice(Math.max(firstKept, id + 1 - first));
  }

  /** Resolves when there is an event with a number above `id`, or when the signal aborts. */
  async until(id: number, signal: AbortSignal): Promise<void> {
    while (this.lastId <= id && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.waiting.delete(done);
          signal.removeEventListener('abort', done);
          resolve();
        };
        this.waiting.add(done);
        signal.addEventListener('abort', done);
      });
    }
  }

  private wakeAll(): void {
    for (const done of [...this.waiting]) done();
  }
}
