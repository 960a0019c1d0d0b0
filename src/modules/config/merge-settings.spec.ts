import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_VALUES } from './defaults.js';
import { mergeSettings } from './merge-settings.js';
import {
  type SourceSettings,
  statedDevice,
  statedFolder,
  type StatedFolder,
} from './partial-settings.js';
import { type SettingsSource } from './settings.js';

const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;
const [own, a, b] = [ids['ecdsa-sec1'], ids['ed25519'], ids['rsa-pkcs8']];
const OLD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const context = {
  home: '/home/u/.syncnest',
  hostName: 'vm',
  ownId: own,
  isTerminal: false,
  learnedIds: new Map<string, string>(),
};

function from(source: SettingsSource, stated: Partial<SourceSettings>): SourceSettings {
  return { source, values: {}, folders: [], devices: [], problems: [], warnings: [], ...stated };
}

function folder(source: SettingsSource, stated: Partial<StatedFolder> = {}): StatedFolder {
  return statedFolder({ id: 'f', path: '/f', source, ...stated });
}

describe('merged settings', () => {
  it('are the defaults where no source says anything', () => {
    const { settings, warnings } = mergeSettings([], context);
    expect(warnings).toEqual([]);
    expect(settings).toMatchObject({
      home: context.home,
      deviceName: 'vm',
      listenAddresses: DEFAULT_VALUES.listenAddresses,
      requestBytesMax: 256 * 128 * 1024,
      logFormat: 'json',
      folders: [],
      devices: [],
    });
    expect(mergeSettings([], { ...context, isTerminal: true }).settings.logFormat).toBe('pretty');
  });

  it('take each value from the latest source that states it', () => {
    const { settings, valueSources } = mergeSettings(
      [
        from('config.xml', { values: { reconnectIntervalS: 20, localAnnounce: false } }),
        from('environment', { values: { reconnectIntervalS: 30, readOnly: true } }),
        from('command line', { values: { localAnnounce: true } }),
      ],
      context,
    );
    expect(settings).toMatchObject({ reconnectIntervalS: 30, localAnnounce: true, readOnly: true });
    expect(valueSources.get('reconnectIntervalS')).toBe('environment');
  });

  it('replace whole entries of folders and devices by ID', () => {
    const { settings } = mergeSettings(
      [
        from('config.xml', {
          folders: [
            folder('config.xml', { label: 'old', devices: [a] }),
            folder('config.xml', { id: 'g', path: '/g' }),
          ],
          devices: [statedDevice({ id: a, name: 'old', paused: true, source: 'config.xml' })],
        }),
        from('syncthing.ini', {
          folders: [folder('syncthing.ini', { path: '/new', devices: [b] })],
          devices: [
            statedDevice({ id: a, source: 'syncthing.ini' }),
            statedDevice({ id: b, source: 'syncthing.ini' }),
            statedDevice({ id: own, source: 'syncthing.ini' }),
          ],
        }),
      ],
      context,
    );
    expect(settings.folders).toMatchObject([
      { id: 'f', label: '', path: '/new', devices: [b], source: 'syncthing.ini' },
      { id: 'g', source: 'config.xml' },
    ]);
    expect(settings.devices).toMatchObject([
      { id: a, name: '', paused: false, source: 'syncthing.ini' },
      { id: b },
    ]);
  });

  it.each([
    [undefined, undefined, 3600],
    [600, undefined, 600],
    [undefined, ['config.xml', 90], 90],
    [600, ['config.xml', 90], 600],
    [600, ['command line', 90], 90],
    [600, ['environment', 0], 0],
  ] as const)(
    'scan a folder of config.xml that states %j, with %j said later, every %j s',
    (stated, said, expected) => {
      const sources = [
        from('config.xml', {
          folders: [folder('config.xml', stated === undefined ? {} : { rescanIntervalS: stated })],
        }),
        ...(said === undefined ? [] : [from(said[0], { values: { rescanIntervalS: said[1] } })]),
      ];
      expect(mergeSettings(sources, context).settings.folders[0].rescanIntervalS).toBe(expected);
    },
  );

  it.each([
    [false, undefined, false],
    [true, undefined, true],
    [true, true, false],
    [false, false, true],
  ])(
    'ignore deletes where the folder says %j and the command line %j',
    (stated, said, expected) => {
      const sources = [
        from('config.xml', { folders: [folder('config.xml', { ignoreDelete: stated })] }),
        from('command line', { values: said === undefined ? {} : { applyDeletes: said } }),
      ];
      expect(mergeSettings(sources, context).settings.folders[0].ignoreDelete).toBe(expected);
    },
  );

  it('make every folder send-only with --ro, and follow no links with --no-symlinks', () => {
    const { settings } = mergeSettings(
      [
        from('syncthing.ini', { folders: [folder('syncthing.ini', { followSymlinks: true })] }),
        from('command line', { values: { readOnly: true, followSymlinks: false } }),
      ],
      context,
    );
    expect(settings.folders).toMatchObject([{ type: 'sendonly', followSymlinks: false }]);
  });

  it('use the full ID that was seen for a fingerprint of 2013', () => {
    const ini = from('syncthing.ini', {
      folders: [folder('syncthing.ini', { devices: [OLD] })],
      devices: [statedDevice({ fingerprint: OLD, source: 'syncthing.ini' })],
    });
    expect(mergeSettings([ini], context).settings).toMatchObject({
      folders: [{ devices: [OLD] }],
      devices: [{ id: '', fingerprint: OLD }],
    });
    const learnedIds = new Map([[OLD, a]]);
    expect(mergeSettings([ini], { ...context, learnedIds }).settings).toMatchObject({
      folders: [{ devices: [a] }],
      devices: [{ id: a, fingerprint: OLD }],
    });
  });

  it('warn of what is no error but surely no intention', () => {
    const { settings, warnings } = mergeSettings(
      [
        from('config.xml', {
          folders: [
            folder('config.xml', { path: '/home/u', devices: [a] }),
            folder('config.xml', { id: 'g', path: '/home/u/g' }),
          ],
        }),
      ],
      context,
    );
    expect(settings.folders[0].devices).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining(`names the device ${a}, which is not configured`),
      expect.stringContaining('contains the home'),
      expect.stringContaining('The folders f and g overlap'),
    ]);
  });
});

it('config/default.json shows the built-in defaults', () => {
  const shown = JSON.parse(readFileSync('config/default.json', 'utf8')) as Record<string, unknown>;
  const { home, applyDeletes, folder: folderShown, device: deviceShown, ...values } = shown;
  expect(values).toEqual(DEFAULT_VALUES);
  expect({ home, applyDeletes }).toEqual({ home: '~/.syncnest', applyDeletes: true });
  expect(statedFolder({ id: 'f', path: '/f', source: 'default' })).toMatchObject(
    folderShown as object,
  );
  expect(statedDevice({ source: 'default' })).toMatchObject(deviceShown as object);
});
