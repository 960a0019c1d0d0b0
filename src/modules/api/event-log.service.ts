/**
 * The events for programs that watch the node: hears what happens from the first moment on, keeps the last of it per
 * selection, and lets readers wait. Owns the numbers of events.
 */
import { HttpException, HttpStatus, Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { CertService } from '../cert/cert.service.js';
import { ConfigurationService } from '../config/configuration.service.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { EventsService, type NodeEvents } from '../events/events.service.js';
import { type ApiEvent, EventBuffer } from './event-buffer.js';
import {
  EVENT_TYPES,
  settingsEvents,
  type TranslatedEvent,
  TRANSLATIONS,
} from './event-translation.js';

/** Selections other than the usual ones that are kept at the same time; the one asked for longest ago goes. */
const SELECTIONS_MAX = 64;
/** Requests that wait for events at the same time. */
const WAITERS_MAX = 256;
const DISK_EVENTS = new Set(['LocalChangeDetected', 'RemoteChangeDetected']);
const MS_PER_S = 1000;

export interface EventQuery {
  /** Number of the last event that the reader has. */
  readonly since: number;
  /** Only the last ones; 0 = all. */
  readonly limit: number;
  readonly timeoutMs: number;
}

class SavedConfig {
  config: unknown;

  toJSON(): unknown {
    return this.config;
  }
}

/** Which events: `''` for the usual ones, `/disk`, or names separated by commas. */
export type Selection = string;

export const DISK: Selection = '/disk';

@Injectable()
export class EventLogService {
  private readonly usual = new EventBuffer((type) => !DISK_EVENTS.has(type));
  private readonly disk = new EventBuffer((type) => DISK_EVENTS.has(type));
  private readonly selections = new Map<string, EventBuffer>();
  private readonly stateSinceMs = new Map<string, number>();
  /** One per request that waits. */
  private readonly waits = new Set<AbortController>();
  /** Of every ConfigSaved event: the configuration as it is now, so that a thousand changes do not keep as many. */
  private readonly saved = new SavedConfig();
  private lastGlobalId = 0;
  private lastTime = { ms: NaN, text: '' };
  private isStopped = false;

  constructor(
    private readonly clock: Clock,
    private readonly cert: CertService,
    private readonly settings: SettingsService,
    private readonly configuration: ConfigurationService,
    private readonly connections: ConnectionsService,
    events: EventsService,
  ) {
    for (const name of Object.keys(TRANSLATIONS) as (keyof NodeEvents)[]) this.hear(events, name);
    settings.onChange((now, before) => {
      for (const event of settingsEvents(now, before)) this.add(event);
      const config = this.configuration.get();
      this.saved.config = config;
      this.add({ type: 'ConfigSaved', data: this.saved });
    });
  }

  add({ type, data }: TranslatedEvent): void {
    this.lastGlobalId += 1;
    const event = { globalID: this.lastGlobalId, time: this.time(), type, data };
    for (const buffer of [this.usual, this.disk, ...this.selections.values()]) buffer.add(event);
  }

  /** A scan tells of thousands of changes in the same millisecond. */
  private time(): string {
    const nowMs = this.clock.nowMs();
    if (this.lastTime.ms !== nowMs) {
      this.lastTime = { ms: nowMs, text: new Date(nowMs).toISOString() };
    }
    return this.lastTime.text;
  }

  /** When the folder last changed its state, milliseconds since 1970; undefined when it never did. */
  stateChangedMs(folder: string): number | undefined {
    return this.stateSinceMs.get(folder);
  }

  /** Waits until there is an event, up to the query's time. */
  async read(selection: Selection, query: EventQuery, signal: AbortSignal): Promise<ApiEvent[]> {
    const buffer = this.buffer(selection);
    this.requireRoom();
    if (query.timeoutMs > 0 && !this.isStopped) await this.wait(buffer, query, signal);
    const events = buffer.after(query.since);
    return query.limit > 0 ? events.slice(-query.limit) : events;
  }

  /** Throws HttpException 503 when as many wait as may. */
  requireRoom(): void {
    if (this.waits.size < WAITERS_MAX) return;
    throw new HttpException('too many requests wait for events', HttpStatus.SERVICE_UNAVAILABLE);
  }

  /** Requests that wait now. */
  get waiting(): number {
    return this.waits.size;
  }

  /** Ends every wait, and lets nobody wait any more. */
  stop(): void {
    this.isStopped = true;
    for (const wait of this.waits) wait.abort();
  }

  private async wait(buffer: EventBuffer, query: EventQuery, signal: AbortSignal): Promise<void> {
    const wait = new AbortController();
    const end = (): void => wait.abort();
    this.waits.add(wait);
    signal.addEventListener('abort', end, { once: true });
    const timer = this.clock.setTimer(query.timeoutMs, end);
    try {
      await buffer.until(query.since, wait.signal);
    } finally {
      timer.cancel();
      signal.removeEventListener('abort', end);
      this.waits.delete(wait);
    }
  }

  private hear<K extends keyof NodeEvents>(events: EventsService, name: K): void {
    const translate = TRANSLATIONS[name];
    const ownId = this.cert.deviceId;
    const stateSeconds = (folder: string): number | undefined => this.stateSeconds(folder);
    const connectionType = (device: string): string => this.connectionType(device);
    events.on(name, (payload) => {
      const { settings } = this.settings;
      const facts = { ownId, stateSeconds, connectionType, settings };
      for (const event of translate?.(payload, facts) ?? []) this.add(event);
      if (name === 'StateChanged') this.noteState((payload as NodeEvents['StateChanged']).folder);
    });
  }

  private noteState(folder: string): void {
    this.stateSinceMs.set(folder, this.clock.nowMs());
    const known = new Set(this.settings.settings.folders.map(({ id }) => id));
    for (const id of this.stateSinceMs.keys()) if (!known.has(id)) this.stateSinceMs.delete(id);
  }

  private stateSeconds(folder: string): number | undefined {
    const sinceMs = this.stateSinceMs.get(folder);
    return sinceMs === undefined ? undefined : (this.clock.nowMs() - sinceMs) / MS_PER_S;
  }

  private connectionType(device: string): string {
    return this.connections.status().find((each) => each.device === device)?.type ?? '';
  }

  private buffer(selection: Selection): EventBuffer {
    if (selection === '') return this.usual;
    if (selection === DISK) return this.disk;
    const named = new Set(selection.split(',').map((type) => type.trim()));
    const types = EVENT_TYPES.filter((type) => named.has(type));
    const key = types.join(',');
    const known = this.selections.get(key) ?? new EventBuffer((type) => types.includes(type));
    this.selections.delete(key);
    this.selections.set(key, known);
    if (this.selections.size > SELECTIONS_MAX) {
      const [oldest] = [...this.selections].find(([, { waiters }]) => waiters === 0) ?? [key];
      this.selections.delete(oldest);
    }
    return known;
  }
}
