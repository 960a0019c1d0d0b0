/**
 * When devices are told what was recorded here: at once; of a scan, when it is over, because what has a new name comes
 * before what is gone, and a device that knows both moves files where it would copy them else. Not much later, though.
 */
import { type Clock } from '../../platform/clock.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { type EventsService } from '../events/events.service.js';

/** Of a scan that found nothing gone so far … */
export const SCAN_HOLD_MS = 1_000;
/** … and of one that did. */
export const MOVE_HOLD_MS = 10_000;

export class SendTiming {
  private readonly timers: NamedTimers<string>;
  /** Folders of which it waits for deletes. */
  private readonly moving = new Set<string>();

  constructor(
    events: Pick<EventsService, 'on'>,
    clock: Clock,
    private readonly send: (folder: string) => void,
  ) {
    this.timers = new NamedTimers(clock);
    events.on('LocalIndexUpdated', ({ folder, scan }) => {
      if (scan === undefined) return this.release(folder);
      const release = (): void => this.release(folder);
      if (scan === 'new names') this.timers.setUnlessSet(folder, SCAN_HOLD_MS, release);
      else if (!this.moving.has(folder)) this.timers.set(folder, MOVE_HOLD_MS, release);
      if (scan === 'deletes follow') this.moving.add(folder);
    });
    events.on('ScanEnded', ({ folder }) => this.release(folder));
  }

  /** Nobody is told any more but at once. */
  stop(): void {
    this.timers.stop();
  }

  private release(folder: string): void {
    this.timers.cancel(folder);
    this.moving.delete(folder);
    this.send(folder);
  }
}
