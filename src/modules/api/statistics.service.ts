/**
 * When devices were last seen, since when connections last, and what happened last in folders: noted from events.
 * When a device was last seen outlives the process.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { NEVER } from './folder-summary.js';

const MS_PER_S = 1000;
const SEEN_FACT = 'lastSeen ';

export interface DeviceStatistics {
  readonly lastSeen: string;
  readonly lastConnectionDurationS: number;
}

export interface FolderStatistics {
  readonly lastFile: { readonly at: string; readonly filename: string; readonly deleted: boolean };
  readonly lastScan: string;
}

interface Seen {
  readonly atMs: number;
  readonly durationS: number;
}

@Injectable()
export class StatisticsService {
  private readonly logger = new Logger('api');
  private readonly connectedSinceMs = new Map<string, number>();
  private readonly found = new Map<string, readonly string[]>();
  private readonly folders = new Map<string, FolderStatistics>();

  constructor(
    private readonly settings: SettingsService,
    private readonly connected: ConnectedDevices,
    private readonly database: IndexDatabase,
    private readonly clock: Clock,
    events: EventsService,
  ) {
    events.on('DeviceConnected', ({ device }) =>
      this.connectedSinceMs.set(device, this.clock.nowMs()),
    );
    events.on('DeviceDiscovered', ({ device, addresses }) => {
      const ids = this.settings.settings.devices.map(({ id }) => id);
      if (ids.includes(device)) this.found.set(device, addresses);
      for (const id of this.found.keys()) if (!ids.includes(id)) this.found.delete(id);
    });
    events.on('DeviceDisconnected', ({ device }) => this.noteEnd(device));
    events.on('StateChanged', ({ folder, from, to }) => {
      if (from === 'scanning' && to !== 'error') this.note(folder, { lastScan: this.now() });
    });
    events.on('ItemFinished', ({ folder, item, action, error }) => {
      if (error !== null) return;
      const lastFile = { at: this.now(), filename: item, deleted: action === 'delete' };
      this.note(folder, { lastFile });
    });
  }

  /** The addresses that discovery found last, by device. */
  discovered(): Record<string, { addresses: readonly string[] }> {
    const found = [...this.found].map(([id, addresses]) => [id, { addresses }] as const);
    return Object.fromEntries(found);
  }

  async device(id: string): Promise<DeviceStatistics> {
    const sinceMs = this.connectedSinceMs.get(id);
    if (sinceMs !== undefined && this.connected.get(id) !== undefined) {
      const nowMs = this.clock.nowMs();
      return statistics({ atMs: nowMs, durationS: (nowMs - sinceMs) / MS_PER_S });
    }
    const kept = await this.database.fact(SEEN_FACT + id);
    return statistics(kept === undefined ? undefined : (JSON.parse(kept) as Seen));
  }

  folder(id: string): FolderStatistics {
    return this.folders.get(id) ?? NOTHING_HAPPENED;
  }

  private noteEnd(device: string): void {
    const nowMs = this.clock.nowMs();
    const sinceMs = this.connectedSinceMs.get(device) ?? nowMs;
    this.connectedSinceMs.delete(device);
    const seen: Seen = { atMs: nowMs, durationS: (nowMs - sinceMs) / MS_PER_S };
    this.database.setFact(SEEN_FACT + device, JSON.stringify(seen)).catch((error: unknown) => {
      // The index closes while the last connections end.
      this.logger.debug(`When ${device} was seen is not kept: ${messageOf(error)}`);
    });
  }

  private note(folder: string, news: Partial<FolderStatistics>): void {
    this.folders.set(folder, { ...this.folder(folder), ...news });
    const known = new Set(this.settings.settings.folders.map(({ id }) => id));
    for (const id of this.folders.keys()) if (!known.has(id)) this.folders.delete(id);
  }

  private now(): string {
    return new Date(this.clock.nowMs()).toISOString();
  }
}

const NOTHING_HAPPENED: FolderStatistics = {
  lastFile: { at: NEVER, filename: '', deleted: false },
  lastScan: NEVER,
};

/** Syncthing's word for a device that was never seen is the first second of 1970. */
function statistics(seen: Seen | undefined): DeviceStatistics {
  return {
    lastSeen: seen === undefined ? '1970-01-01T00:00:00Z' : new Date(seen.atMs).toISOString(),
    lastConnectionDurationS: seen?.durationS ?? 0,
  };
}
