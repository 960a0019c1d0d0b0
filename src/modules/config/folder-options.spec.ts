import { describe, expect, it } from '@jest/globals';
import { FOLDER } from './config-schema.js';
import { configFromXml } from './config-from-xml.js';
import { readConfigXml } from './config-xml.js';
import { defaultsOf } from './config-field.js';
import { folderOptions, jsonOfOptions, sizeLimit } from './folder-options.js';
import { type FolderSettings } from './settings.js';
import { parseXml } from './xml-document.js';

const base = { ownId: '', userHome: '/home/u', workingDirectory: '/work' };

function folderOf(attributes: string, elements = ''): FolderSettings {
  const text = `<configuration version="37"><folder id="f" path="/f" ${attributes}>${elements}</folder></configuration>`;
  const { settings } = readConfigXml(text, base);
  expect(settings.problems).toEqual([]);
  expect(configFromXml(parseXml(text)).folders).toHaveLength(1);
  return settings.folders[0] as FolderSettings;
}

describe('the options of a folder in config.xml', () => {
  it.each([
    ['a delay that is stated', 'fsWatcherDelayS="10"', '', { watchDelayS: 10 }],
    ['none', '', '', { watchDelayS: undefined, watch: undefined, pullOrder: undefined }],
    ['watching switched off', 'fsWatcherEnabled="false"', '', { watch: false }],
    ['an order', '', '<order>newestFirst</order>', { pullOrder: 'newestFirst' }],
    [
      'room in bytes',
      '',
      '<minDiskFree unit="GB">1.5</minDiskFree>',
      { minDiskFree: { value: 1.5, unit: 'GB' } },
    ],
    [
      'no room',
      '',
      '<minDiskFree unit="">0</minDiskFree>',
      { minDiskFree: { value: 0, unit: 'B' } },
    ],
    [
      'room in percent as old versions have it',
      '',
      '<minDiskFreePct>5</minDiskFreePct>',
      { minDiskFree: { value: 5, unit: '%' } },
    ],
    [
      'versions',
      '',
      '<versioning type="simple"><param key="keep" val="3"/><fsPath>/v</fsPath><cleanupIntervalS>60</cleanupIntervalS></versioning>',
      {
        versioning: { type: 'simple', params: { keep: '3' }, path: '/v', cleanupIntervalS: 60 },
      },
    ],
    [
      'a guard',
      '',
      '<guard mode="hold" percent="12.5"></guard>',
      { guard: { mode: 'hold', percent: 12.5, filesMin: 20 } },
    ],
    ['no versions', '', '<versioning></versioning>', { versioning: undefined }],
    [
      'what is on',
      '',
      '<followSymlinks>true</followSymlinks><caseSensitiveFS>true</caseSensitiveFS><syncOwnership>false</syncOwnership>',
      { followSymlinks: true, caseSensitiveFs: true, syncOwnership: undefined },
    ],
  ])('are read: %s', (_what, attributes, elements, expected) => {
    const folder = folderOf(attributes, elements);
    for (const [key, value] of Object.entries(expected)) {
      const found = folder[key as keyof FolderSettings];
      expect([key, found === false && value === undefined ? undefined : found]).toEqual([
        key,
        value,
      ]);
    }
  });
});

it('a guard in config.xml that cannot be used is named', () => {
  const text =
    '<configuration version="37"><folder id="f" path="/f"><guard mode="hold" percent="lots" filesMin="-1"/></folder></configuration>';
  const { problems } = readConfigXml(text, base).settings;
  expect(problems.map(({ expected }) => expected)).toEqual([
    'percent from 0 to 100',
    'a number of files',
  ]);
});

it('an option that is stated reads back as it was stated', () => {
  const options = {
    watch: false,
    watchDelayS: 2,
    watchTimeoutS: 90,
    versioning: { type: 'trashcan', params: { cleanoutDays: '7' }, path: '', cleanupIntervalS: 0 },
    minDiskFree: { value: 3, unit: 'MB' },
    pullOrder: 'largestFirst',
    modifiedWindowS: 2,
    guard: { mode: 'off', percent: 1, filesMin: 0 },
    syncOwnership: true,
  } as const;
  expect(folderOptions({ ...defaultsOf(FOLDER), ...jsonOfOptions(options) })).toEqual(options);
});

it.each([
  [
    { value: 1, unit: '%' },
    { value: 1, unit: '%' },
  ],
  [
    { value: 2, unit: 'kB' },
    { value: 2, unit: 'kB' },
  ],
  [
    { value: 2, unit: 'KiB' },
    { value: 2, unit: 'kB' },
  ],
  [
    { value: 2, unit: 'T' },
    { value: 2, unit: 'TB' },
  ],
  [
    { value: -2, unit: '' },
    { value: 0, unit: 'B' },
  ],
])('a size %j is %j', (json, expected) => {
  expect(sizeLimit(json)).toEqual(expected);
});
