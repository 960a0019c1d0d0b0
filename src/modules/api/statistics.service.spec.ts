import { Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { HandClock, turns } from '../../../test/support/hand-clock.js';
import { settingsFor } from '../config/settings-for.js';
import { SettingsService } from '../config/settings.service.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { type IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { StatisticsService } from './statistics.service.js';

const FINISHED = { folder: 'f', type: 'file', action: 'update', error: null } as const;

let facts: Map<string, string>;
let isBroken: boolean;
let clock: HandClock;
let events: EventsService;
let statistics: StatisticsService;

beforeAll(() => Logger.overrideLogger(false));

beforeEach(() => {
  facts = new Map();
  isBroken = false;
  clock = new HandClock();
  start();
});

/** As after a restart: with what was kept. */
function start(): void {
  const settings = settingsFor({
    home: '/h',
    folders: [{ id: 'f', path: '/f' }],
    devices: [],
    listenAddresses: [],
  });
  events = new EventsService(new EventEmitter2());
  const asked = <T>(answer: T): Promise<T> =>
    isBroken ? Promise.reject(new Error('no index')) : Promise.resolve(answer);
  const database = {
    fact: (key: string) => asked(facts.get(key)),
    setFact: (key: string, value: string) => asked(void (isBroken || facts.set(key, value))),
  };
  statistics = new StatisticsService(
    new SettingsService(settings),
    new ConnectedDevices(),
    database as unknown as IndexDatabase,
    clock,
    events,
  );
}

it('what happened last in a folder is there after a restart, and news do not hide the rest of it', async () => {
  events.emit('ItemFinished', { ...FINISHED, item: 'a' });
  await statistics.stop();
  start();
  events.emit('StateChanged', { folder: 'f', from: 'scanning', to: 'idle', error: '' });
  const { lastFile, lastScan } = await statistics.folder('f');
  expect(lastFile.filename).toBe('a');
  expect(lastScan).toBe(new Date(clock.nowMs()).toISOString());
});

it('many files of a folder are written together, without waiting for the end', async () => {
  for (let at = 0; at < 100; at += 1) events.emit('ItemFinished', { ...FINISHED, item: `${at}` });
  await turns();
  expect(facts.size).toBe(0);
  await clock.pass(20_000);
  expect([...facts.values()].join()).toContain('"99"');
});

it('a device was seen when it connected, though the process was killed', async () => {
  const device = { device: 'D', address: '', clientName: '', clientVersion: '' };
  events.emit('DeviceConnected', device);
  await turns();
  start();
  const { lastSeen } = await statistics.device('D');
  expect(lastSeen).toBe(new Date(clock.nowMs()).toISOString());
});

it('an index that fails stops neither the node nor its end', async () => {
  events.emit('ItemFinished', { ...FINISHED, item: 'a' });
  isBroken = true;
  await clock.pass(20_000);
  events.emit('DeviceDisconnected', { device: 'D', error: '' });
  events.emit('ItemFinished', { ...FINISHED, item: 'b' });
  await statistics.stop();
});
