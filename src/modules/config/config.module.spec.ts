import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { ConfigModule } from './config.module.js';
import { readLearnedIds } from './learned-ids.js';
import { mergeSettings } from './merge-settings.js';
import { statedDevice, statedFolder } from './partial-settings.js';
import { BadSettings } from './setting-problem.js';
import { type Settings } from './settings.js';
import { SettingsService } from './settings.service.js';
import { readFileSync } from 'node:fs';

const OLD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'settings-'));
});

afterEach(() => rmSync(home, { recursive: true }));

function settingsOf(): Settings {
  const source = 'syncthing.ini';
  const ini = {
    source,
    values: {},
    folders: [statedFolder({ id: 'f', path: '/f', devices: [OLD], source })],
    devices: [statedDevice({ fingerprint: OLD, source })],
    problems: [],
    warnings: [],
  } as const;
  const context = { home, hostName: 'vm', ownId: '', isTerminal: false, learnedIds: new Map() };
  return mergeSettings([ini], context).settings;
}

async function serviceWith(settings: Settings): Promise<SettingsService> {
  const app = await Test.createTestingModule({
    imports: [ConfigModule.register(settings)],
  }).compile();
  return app.get(SettingsService);
}

it('gives the settings to whoever asks, whatever the environment holds', async () => {
  process.env['node'] = 'not the settings';
  try {
    const settings = settingsOf();
    expect((await serviceWith(settings)).settings).toEqual(settings);
  } finally {
    delete process.env['node'];
  }
});

it('does not start with settings that are not valid', async () => {
  const settings = settingsOf();
  const bad = {
    ...settings,
    filesInFlight: 0,
    folders: [{ ...settings.folders[0], maxConflicts: -2 }],
  };
  await expect(serviceWith(bad)).rejects.toThrow(BadSettings);
  await expect(serviceWith(bad)).rejects.toThrow(/filesInFlight[^]*folder "f" maxConflicts: "-2"/);
  const guard = { mode: 'hard', percent: 101, filesMin: 20 } as never;
  const badGuard = { ...settings, folders: [{ ...settings.folders[0], guard }] };
  await expect(serviceWith(badGuard)).rejects.toThrow(
    /guard\.mode: "hard"[^]*off, warn, hold[^]*guard\.percent: "101"/,
  );
});

it('remembers the full ID of a device that was configured by its fingerprint', async () => {
  const service = await serviceWith(settingsOf());
  await service.rememberDeviceId(OLD, ids['ed25519']);
  expect(service.settings).toMatchObject({
    devices: [{ id: ids['ed25519'], fingerprint: OLD }],
    folders: [{ devices: [ids['ed25519']] }],
  });
  expect(readLearnedIds(home)).toEqual(new Map([[OLD, ids['ed25519']]]));
});
