import { EventEmitter2 } from '@nestjs/event-emitter';
import { HandClock } from '../../../test/support/hand-clock.js';
import { settingsFor } from '../config/settings-for.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { EventsService } from '../events/events.service.js';
import { type EventLogService } from './event-log.service.js';
import { type FolderStatusService } from './folder-status.service.js';
import { SummaryEventsService } from './summary-events.service.js';

const HOUR_MS = 3_600_000;

function setUp(): {
  clock: HandClock;
  events: EventsService;
  summaries: SummaryEventsService;
  told: string[];
} {
  const clock = new HandClock();
  const events = new EventsService(new EventEmitter2());
  const folder = { id: 'f', path: '/f' };
  const settings = new SettingsService(
    settingsFor({ home: '/h', folders: [folder], devices: [], listenAddresses: [] }),
  );
  const told: string[] = [];
  const log = { add: ({ type }: { type: string }) => told.push(type) };
  const status = { summary: () => Promise.resolve({}) };
  const summaries = new SummaryEventsService(
    settings,
    new ConnectedDevices(),
    log as unknown as EventLogService,
    status as unknown as FolderStatusService,
    clock,
    events,
  );
  return { clock, events, summaries, told };
}

describe('folder summaries', () => {
  it('go on for a reader whose one request waits for an hour', async () => {
    const { clock, events, summaries, told } = setUp();
    summaries.watch();
    await clock.pass(HOUR_MS - 1000);
    expect(told).toEqual(['FolderSummary']);
    events.emit('LocalIndexUpdated', { folder: 'f', items: 1, sequence: 1 });
    await clock.pass(1000);
    expect(told).toEqual(['FolderSummary', 'FolderSummary']);
    await summaries.stop();
  });

  it('are not made while nobody reads, and made again for whoever comes later', async () => {
    const { clock, events, summaries, told } = setUp();
    summaries.watch()();
    await clock.pass(HOUR_MS);
    told.length = 0;
    events.emit('LocalIndexUpdated', { folder: 'f', items: 1, sequence: 1 });
    await clock.pass(HOUR_MS);
    expect(told).toEqual([]);
    summaries.watch()();
    await clock.pass(1000);
    expect(told).toEqual(['FolderSummary']);
    await summaries.stop();
  });
});
