/**
 * What stock Syncthing makes of its own configuration files, compared with what we read from them. The answers are in
 * the folder that SYNCNEST_VECTORS names; the documents belong to stock and are read from the git repository of it
 * that SYNCNEST_STOCK_REPO names. Without the first nothing is compared, without the second only the fresh document.
 * The answers are those of 1.19.2, which reads what a folder leaves out as false or 0; 2.x gives it the defaults of a
 * new folder, and so do we: a file written by hand must not turn off conflict copies by saying nothing about them.
 */
import { execFileSync } from 'node:child_process';
import { expect, it } from '@jest/globals';
import { parseDeviceAddress } from '../src/modules/config/addresses.js';
import { readConfigXml } from '../src/modules/config/config-xml.js';
import { mergeSettings } from '../src/modules/config/merge-settings.js';
import { type SourceSettings } from '../src/modules/config/partial-settings.js';
import { absolutePath } from '../src/modules/config/setting-values.js';
import { type Settings } from '../src/modules/config/settings.js';
import { attributeOf, elementsNamed, parseXml } from '../src/modules/config/xml-document.js';
import { CaseCount, loadVectors, sayVectorsAbsent } from './support/vectors.js';

interface StockFolder {
  id: string;
  label: string;
  path: string;
  type: string;
  devices: { deviceID: string }[];
  rescanIntervalS: number;
  fsWatcherEnabled: boolean;
  ignorePerms: boolean;
  ignoreDelete: boolean;
  autoNormalize: boolean;
  paused: boolean;
  maxConflicts: number;
}

interface StockDevice {
  deviceID: string;
  name: string;
  addresses: string[];
  compression: string;
  certName: string;
  paused: boolean;
}

interface StockConfig {
  folders: StockFolder[];
  devices: StockDevice[];
  options: {
    listenAddresses: string[];
    reconnectionIntervalS: number;
    localAnnounceEnabled: boolean;
    globalAnnounceEnabled: boolean;
  };
}

interface ConfigVectors {
  ownID: string;
  fresh: StockConfig;
  freshXML: string;
  readXML: { file: string; ok: boolean; error?: string; json?: StockConfig }[];
}

const STOCK_TAG = 'v1.19.2';
const STOCK_RESCAN_INTERVAL_S = 3600;
const base = { userHome: '/home/user', workingDirectory: '/work' };

function stockDocument(repository: string, file: string): string {
  const path = file.startsWith('testdata/') ? `lib/config/${file}` : file;
  const args = ['-C', repository, 'show', `${STOCK_TAG}:${path}`];
  return execFileSync('git', args, { encoding: 'utf8' });
}

function merged(settings: SourceSettings, ownId: string): Settings {
  const context = { home: '/home/user/h', hostName: 'vm', ownId, isTerminal: false };
  return mergeSettings([settings], { ...context, learnedIds: new Map() }).settings;
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** Whether the document states the element or attribute for that folder. */
function isStated(text: string, folderId: string, name: string): boolean {
  const folder = elementsNamed(parseXml(text).root, 'folder').find(
    (element) => attributeOf(element, 'id') === folderId,
  )!;
  return attributeOf(folder, name) !== undefined || elementsNamed(folder, name).length > 0;
}

/** Stock's answer in our words. Its own device is left out; what is unstated has the defaults of a new folder. */
function expected(stock: StockConfig, ownId: string, text: string): unknown {
  const folders = stock.folders.map((folder) => ({
    id: folder.id,
    label: folder.label,
    path: absolutePath(folder.path, base),
    type: folder.type,
    devices: folder.devices
      .map(({ deviceID }) => deviceID)
      .filter((id) => id !== ownId)
      .sort(),
    rescanIntervalS: isStated(text, folder.id, 'rescanIntervalS')
      ? folder.rescanIntervalS
      : folder.fsWatcherEnabled
        ? 3600
        : 60,
    ignorePerms: folder.ignorePerms,
    ignoreDelete: folder.ignoreDelete,
    autoNormalize: folder.autoNormalize || !isStated(text, folder.id, 'autoNormalize'),
    paused: folder.paused,
    maxConflicts:
      folder.maxConflicts === -1 || isStated(text, folder.id, 'maxConflicts')
        ? folder.maxConflicts
        : 10,
  }));
  const devices = stock.devices
    .filter(({ deviceID }) => deviceID !== ownId)
    .map((device) => ({
      id: device.deviceID,
      name: device.name,
      addresses: device.addresses.map(parseDeviceAddress),
      compression: device.compression,
      certName: device.certName,
      paused: device.paused,
    }));
  const { options } = stock;
  return {
    folders: folders.sort(byId),
    devices: devices.sort(byId),
    reconnectIntervalS: options.reconnectionIntervalS,
    localAnnounce: options.localAnnounceEnabled,
    globalAnnounce: options.globalAnnounceEnabled,
  };
}

function ours(settings: Settings): unknown {
  const folders = settings.folders.map((folder) => ({
    id: folder.id,
    label: folder.label,
    path: folder.path,
    type: folder.type,
    devices: [...folder.devices].sort(),
    rescanIntervalS: folder.rescanIntervalS,
    ignorePerms: folder.ignorePerms,
    ignoreDelete: folder.ignoreDelete,
    autoNormalize: folder.autoNormalize,
    paused: folder.paused,
    maxConflicts: folder.maxConflicts,
  }));
  const devices = settings.devices.map((device) => ({
    id: device.id,
    name: device.name,
    addresses: device.addresses,
    compression: device.compression,
    certName: device.certName,
    paused: device.paused,
  }));
  const { reconnectIntervalS, localAnnounce, globalAnnounce } = settings;
  return {
    folders: folders.sort(byId),
    devices: devices.sort(byId),
    reconnectIntervalS,
    localAnnounce,
    globalAnnounce,
  };
}

function compare(text: string, stock: StockConfig, ownId: string): void {
  const { settings } = readConfigXml(text, { ...base, ownId });
  expect(settings.problems).toEqual([]);
  expect(ours(merged(settings, ownId))).toEqual(expected(stock, ownId, text));
}

const vectors = loadVectors<ConfigVectors>('config');
const repository = process.env.SYNCNEST_STOCK_REPO;

it('reads a configuration that stock has just made as stock reads it', () => {
  if (vectors === undefined) return sayVectorsAbsent();
  const count = new CaseCount('config (fresh)');
  count.check(vectors.ownID, () => compare(vectors.freshXML, vectors.fresh, vectors.ownID));
  count.check('rescan interval', () => {
    for (const folder of vectors.fresh.folders) {
      expect(folder.rescanIntervalS).toBe(STOCK_RESCAN_INTERVAL_S);
    }
  });
  count.report();
});

it('reads the configuration files of every age as stock reads them', () => {
  if (vectors === undefined) return sayVectorsAbsent();
  if (repository === undefined || repository === '') {
    process.stdout.write('SYNCNEST_STOCK_REPO names no repository: its files were not compared.\n');
    return;
  }
  const count = new CaseCount('config');
  for (const { file, ok, json, error } of vectors.readXML) {
    const text = stockDocument(repository, file);
    count.check(file, () => {
      if (ok && json !== undefined) return compare(text, json, vectors.ownID);
      const { settings } = readConfigXml(text, { ...base, ownId: vectors.ownID });
      expect({ error, problems: settings.problems.length }).toEqual({ error, problems: 1 });
    });
  }
  count.report();
});
