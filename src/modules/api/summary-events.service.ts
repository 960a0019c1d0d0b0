/**
 * FolderSummary and FolderCompletion: after whatever changed an index, a state or who is connected, the new figures
 * follow as events. What changes while figures are read is read once more, so the last event always tells the last
 * state, and nobody waits for ever. Only while somebody reads events.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { Clock, type Timer } from '../../platform/clock.js';
import { WakeLoop } from '../../platform/wake-loop.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { EventsService } from '../events/events.service.js';
import { EventLogService } from './event-log.service.js';
import { FolderStatusService } from './folder-status.service.js';

/** Changes of this time are told together. */
const PAUSE_MS = 250;
/** Of the time, no more than a third goes into reading figures. */
const PAUSE_PER_WORK = 2;
/** Whoever read events comes back for more within this time. */
const WATCHED_MS = 90_000;

@Injectable()
export class SummaryEventsService {
  private readonly logger = new Logger('api');
  private readonly changed = new Set<string>();
  private timer: Timer | undefined;
  private lastWorkMs = 0;
  private readers = 0;
  private lastReadMs: number | undefined;
  private readonly loop = new WakeLoop(
    (signal) => this.tell(signal),
    (error) => this.logger.warn(`Folder summaries: ${messageOf(error)}`),
  );

  constructor(
    private readonly settings: SettingsService,
    private readonly connected: ConnectedDevices,
    private readonly log: EventLogService,
    private readonly status: FolderStatusService,
    private readonly clock: Clock,
    events: EventsService,
  ) {
    events.on('LocalIndexUpdated', ({ folder }) => this.mark(folder));
    events.on('RemoteIndexUpdated', ({ folder }) => this.mark(folder));
    events.on('FolderInSync', ({ folder }) => this.mark(folder));
    events.on('StateChanged', ({ folder }) => this.mark(folder));
    events.on('DeviceConnected', ({ device }) => {
      for (const { id, devices } of settings.settings.folders) {
        if (devices.includes(device)) this.mark(id);
      }
    });
  }

  /** Somebody reads events, until the call that is returned. Whoever begins to is told how everything stands. */
  watch(): () => void {
    const begins = !this.isWatched;
    this.readers += 1;
    if (begins) for (const { id } of this.settings.settings.folders) this.changed.add(id);
    this.schedule();
    return () => {
      this.readers -= 1;
      this.lastReadMs = this.clock.monotonicMs();
    };
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    this.changed.clear();
    await this.loop.stop();
  }

  private get isWatched(): boolean {
    const { lastReadMs } = this;
    if (this.readers > 0) return true;
    return lastReadMs !== undefined && this.clock.monotonicMs() - lastReadMs <= WATCHED_MS;
  }

  private mark(folder: string): void {
    this.changed.add(folder);
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.changed.size === 0) return;
    if (!this.isWatched) return;
    const pauseMs = Math.max(PAUSE_MS, PAUSE_PER_WORK * this.lastWorkMs);
    this.timer = this.clock.setTimer(pauseMs, () => {
      this.timer = undefined;
      this.loop.wake();
    });
  }

  private async tell(signal: AbortSignal): Promise<void> {
    const beganMs = this.clock.monotonicMs();
    const folders = [...this.changed];
    this.changed.clear();
    try {
      for (const folder of folders) {
        if (signal.aborted) return;
        await this.tellFolder(folder);
      }
    } finally {
      this.lastWorkMs = this.clock.monotonicMs() - beganMs;
      if (!signal.aborted) this.schedule();
    }
  }

  private async tellFolder(folder: string): Promise<void> {
    const settings = this.settings.settings.folders.find(({ id }) => id === folder);
    if (settings === undefined) return;
    const summary = await this.status.summary(folder);
    this.log.add({ type: 'FolderSummary', data: { folder, summary } });
    if (settings.paused) return;
    for (const device of settings.devices) {
      if (this.connected.get(device) === undefined) continue;
      const completion = await this.status.completion(device, folder);
      this.log.add({ type: 'FolderCompletion', data: { folder, device, ...completion } });
    }
  }
}
