/**
 * When devices were last seen, since when connections last, and what happened last in folders: noted from events.
 * It outlives the process; of folders it is written a little later, many changes at once.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { Clock, type Timer } from '../../platform/clock.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { NEVER } from './folder-summary.js';

const MS_PER_S = 1000;
const SEEN_FACT = 'lastSeen ';
const FOLDER_FACT = 'lastInFolder ';
/** What happens in folders within this time is written together. */
const WRITE_AFTER_MS = 10_000;

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
  /** Since the start. */
  private readonly news = new Map<string, Partial<FolderStatistics>>();
  private readonly unwritten = new Set<string>();
  private timer: Timer | undefined;

  constructor(
    settings: SettingsService,
    private readonly connected: ConnectedDevices,
    private readonly database: IndexDatabase,
    private readonly clock: Clock,
    events: EventsService,
  ) {
    events.on('DeviceConnected', ({ device }) => {
      this.connectedSinceMs.set(device, this.clock.nowMs());
      // A process that is killed was connected none the less.
      void this.writeSeen(device);
    });
    settings.onChange(({ folders }) => this.keepOnly(new Set(folders.map(({ id }) => id))));
    events.on('DeviceDisconnected', ({ device }) => {
      void this.writeSeen(device);
      this.connectedSinceMs.delete(device);
    });
    events.on('StateChanged', ({ folder, from, to }) => {
      if (from === 'scanning' && to !== 'error') this.note(folder, { lastScan: this.now() });
    });
    events.on('ItemFinished', ({ folder, item, action, error }) => {
      if (error !== null) return;
      const lastFile = { at: this.now(), filename: item, deleted: action === 'delete' };
      this.note(folder, { lastFile });
    });
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

  async folder(id: string): Promise<FolderStatistics> {
    const kept = (await this.database.fact(FOLDER_FACT + id)) || '{}';
    return {
      ...NOTHING_HAPPENED,
      ...(JSON.parse(kept) as Partial<FolderStatistics>),
      ...this.news.get(id),
    };
  }

  /** Writes what is not written yet; to be called while the index is still open. */
  async stop(): Promise<void> {
    this.timer?.cancel();
    const connected = [...this.connectedSinceMs.keys()];
    await Promise.all([this.write(), ...connected.map((device) => this.writeSeen(device))]);
  }

  private async writeSeen(device: string): Promise<void> {
    const nowMs = this.clock.nowMs();
    const sinceMs = this.connectedSinceMs.get(device) ?? nowMs;
    const seen: Seen = { atMs: nowMs, durationS: (nowMs - sinceMs) / MS_PER_S };
    await this.keep(SEEN_FACT + device, () => JSON.stringify(seen));
  }

  private note(folder: string, news: Partial<FolderStatistics>): void {
    this.news.set(folder, { ...this.news.get(folder), ...news });
    this.unwritten.add(folder);
    this.timer ??= this.clock.setTimer(WRITE_AFTER_MS, () => {
      this.timer = undefined;
      void this.write();
    });
  }

  /** Never rejects: statistics stop neither the node nor its end. */
  private async write(): Promise<void> {
    const folders = [...this.unwritten];
    this.unwritten.clear();
    for (const id of folders) {
      await this.keep(FOLDER_FACT + id, async () => JSON.stringify(await this.folder(id)));
    }
  }

  /** A folder that goes takes its past along. */
  private keepOnly(known: ReadonlySet<string>): void {
    for (const id of this.news.keys()) {
      if (known.has(id)) continue;
      this.news.delete(id);
      this.unwritten.delete(id);
      void this.keep(FOLDER_FACT + id, () => '');
    }
  }

  private async keep(fact: string, value: () => string | Promise<string>): Promise<void> {
    try {
      await this.database.setFact(fact, await value());
    } catch (error) {
      // The index closes while the last connections end.
      this.logger.debug(`${fact} is not kept: ${messageOf(error)}`);
    }
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
