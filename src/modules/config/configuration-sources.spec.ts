/** What the file says beside what others say: environment, syncthing.ini, or a program that embeds the node. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ConfigHome,
  folderOf,
  OWN,
  stockXml,
  THERE,
} from '../../../test/support/configuration-home.js';
import { type ConfigJson, type JsonObject } from './config-json.js';
import { ConfigurationService } from './configuration.service.js';
import { PinnedSetting } from './setting-problem.js';
import { settingsFor } from './settings-for.js';
import { SettingsService } from './settings.service.js';

let home: ConfigHome;

beforeEach(() => {
  home = new ConfigHome();
});
afterEach(() => home.remove());

describe('a value that another source sets', () => {
  const pinned = {
    SYNCNEST_LISTEN: '127.0.0.1:7',
    SYNCNEST_FOLDERS: `env=/data/env`,
    SYNCNEST_SCAN_INTV: '90',
  };

  it('is shown, may be repeated, and stays out of the file', async () => {
    const { configuration } = home.startWith(stockXml, pinned);
    const config = configuration.get();
    expect(config.options['listenAddresses']).toEqual(['tcp://127.0.0.1:7']);
    expect(config.folders.map(({ id, rescanIntervalS }) => [id, rescanIntervalS])).toEqual([
      ['env', 90],
      ['ff', 90],
    ]);
    config.options['maxSendKbps'] = 1;
    await configuration.replace(config);
    expect(home.written).toBe(
      stockXml.replace(
        '<maxSendKbps>0</maxSendKbps>\n        <maxRecvKbps>0</maxRecvKbps>\n        <reconn',
        '<maxSendKbps>1</maxSendKbps>\n        <maxRecvKbps>0</maxRecvKbps>\n        <reconn',
      ),
    );
  });

  it.each<[string, (config: ConfigJson) => void, string]>([
    ['an option', (c) => (c.options['listenAddresses'] = ['default']), 'options.listenAddresses'],
    ['a folder', (c) => (folderOf(c, 'env')['paused'] = true), 'folder env'],
    ['a folder that goes', (c) => (c.folders = [folderOf(c, 'ff')]), 'folder env'],
    [
      'a value of every folder',
      (c) => (folderOf(c, 'ff')['rescanIntervalS'] = 5),
      'folder ff rescanIntervalS',
    ],
  ])('is refused when a request changes it: %s', async (_, change, key) => {
    const { configuration } = home.startWith(stockXml, pinned);
    const config = configuration.get();
    change(config);
    const error: unknown = await configuration.replace(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PinnedSetting);
    expect(error).toMatchObject({ key, source: 'environment' });
    expect(home.written).toBe(stockXml);
  });

  it('is one of a device in syncthing.ini, with which a folder of the file may be shared', async () => {
    const ini = `[nodes]\n${THERE} = 192.0.2.9:1\n`;
    const withoutThere = stockXml.replace(
      new RegExp(`    <device id="${THERE}"[^]*?</device>\n`, 'g'),
      '',
    );
    const { configuration, settings } = home.startWith(withoutThere, {}, ini);
    const config = configuration.get();
    (folderOf(config, 'ff')['devices'] as JsonObject[]).push({ deviceID: THERE });
    await configuration.replace(config);
    expect(settings.settings.folders[0].devices).toEqual([THERE]);
    expect(home.written.match(new RegExp(THERE, 'g'))).toHaveLength(1);
    config.devices = config.devices.filter(({ deviceID }) => deviceID !== THERE);
    await expect(configuration.replace(config)).rejects.toBeInstanceOf(PinnedSetting);
  });
});

describe('a node that is embedded', () => {
  it('shows what its program states and takes changes until it stops', async () => {
    const settings = new SettingsService(
      settingsFor({
        home: home.path,
        requestBytesMax: 1 << 20,
        folders: [{ id: 'f', path: '/data/f', rescanIntervalS: 0, followSymlinks: true }],
        devices: [{ id: THERE, addresses: ['tcp://192.0.2.1:22000'] }],
      }),
    );
    const before = settings.settings;
    const configuration = new ConfigurationService(settings, null);
    configuration.start(OWN);
    const config = configuration.get();
    expect(folderOf(config, 'f')).toMatchObject({ path: '/data/f', rescanIntervalS: 0 });
    await configuration.replace(config);
    expect(settings.settings).toBe(before);
    config.folders.push({ id: 'g', path: '/data/g', devices: [{ deviceID: THERE }] });
    await configuration.replace(config);
    expect(settings.settings).toMatchObject({ requestBytesMax: 1 << 20, globalAnnounce: false });
    expect(settings.settings.folders[0]).toEqual({
      ...before.folders[0],
      watchDelayS: 0.3,
      minDiskFree: { value: 1, unit: '%' },
    });
    expect(settings.settings.folders[1]).toMatchObject({ id: 'g', devices: [THERE] });
    expect(() => home.written).toThrow();
  });
});
