import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceIdFromCertificate } from '../../domain/device-id.js';
import { type ConfigJson, type JsonObject } from './config-json.js';
import { ProgramOrigin } from './config-origin.js';
import { ConfigurationService } from './configuration.service.js';
import { parseCommandLine } from './command-line.js';
import { type LoadContext, loadSettings } from './load-settings.js';
import { BadSettings, PinnedSetting } from './setting-problem.js';
import { settingsFor } from './settings-for.js';
import { SettingsService } from './settings.service.js';

// The ID is the hash of any bytes; these give one that sorts where that of the file does.
const certificate = new Uint8Array([3]);
const OWN = deviceIdFromCertificate(certificate);
const IN_FILES = 'IPOTMAO-75YEFXZ-B5RNFF4-C43MRHB-7LRXAD6-ZLVS5EN-VVVVSN4-QNCDVAY';
const THERE = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';
const fileOf = (name: string): string =>
  readFileSync(`testdata/config/${name}`, 'utf8').replaceAll(IN_FILES, OWN);
const stockXml = fileOf('syncthing-1.19.xml');
const stockJson = JSON.parse(fileOf('syncthing-1.19.json')) as ConfigJson;

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'configuration-'));
});
afterEach(() => rmSync(home, { recursive: true }));

interface Node {
  readonly settings: SettingsService;
  readonly configuration: ConfigurationService;
}

function startWith(xml: string, environment = {}, args: string[] = [], ini?: string): Node {
  writeFileSync(join(home, 'config.xml'), xml);
  if (ini !== undefined) writeFileSync(join(home, 'syncthing.ini'), ini);
  return start(environment, args);
}

function contextOf(environment = {}, args: string[] = []): LoadContext {
  return {
    home,
    environment,
    commandLine: parseCommandLine(args).settings,
    hostName: 'host',
    isTerminal: false,
    userHome: '/home/u',
    workingDirectory: '/work',
    certificateOf: () => certificate,
  };
}

function start(environment = {}, args: string[] = []): Node {
  const context = contextOf(environment, args);
  const settings = new SettingsService(loadSettings(context).settings);
  const configuration = new ConfigurationService(settings, new ProgramOrigin(context));
  configuration.start(OWN);
  return { settings, configuration };
}

const written = (): string => readFileSync(join(home, 'config.xml'), 'utf8');
const folderOf = (config: ConfigJson, id: string): JsonObject =>
  config.folders.find((folder) => folder['id'] === id)!;

async function refusal(done: Promise<void>): Promise<string[]> {
  const error: unknown = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(BadSettings);
  return (error as BadSettings).problems.map(({ item }) => item);
}

describe('the configuration as JSON', () => {
  it('is what a stock Syncthing gives for the same file', () => {
    expect(startWith(stockXml).configuration.get()).toEqual(stockJson);
  });

  it('put back as it came leaves the file as it is, byte by byte', async () => {
    const { configuration, settings } = startWith(stockXml);
    let changes = 0;
    settings.onChange(() => void changes++);
    await configuration.replace(configuration.get());
    expect(written()).toBe(stockXml);
    expect(changes).toBe(0);
  });

  it('changed and changed back leaves the file as it was', async () => {
    const { configuration } = startWith(stockXml);
    const config = configuration.get();
    const changed = structuredClone(config);
    folderOf(changed, 'ff')['label'] = 'Other';
    changed.options['maxSendKbps'] = 12;
    changed.devices[1]['paused'] = true;
    changed.folders.push({ id: 'new', path: '/data/new' });
    await configuration.replace(changed);
    expect(written()).toContain('label="Other"');
    await configuration.replace(config);
    expect(written()).toBe(stockXml);
  });

  it('keeps every value through file and restart, whatever it is', async () => {
    const { configuration } = startWith(stockXml);
    const config = configuration.get();
    const name = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.trim());
    const isXml = (text: string): boolean =>
      // eslint-disable-next-line no-control-regex
      !/[\0-\x1f\ufffe\uffff]/.test(text);
    const text = name.filter(isXml);
    const change = fc.record({
      label: text,
      theme: text,
      kbps: fc.nat(1e6),
      paused: fc.boolean(),
      type: fc.constantFrom('sendreceive', 'sendonly'),
      keep: text,
      nets: fc.uniqueArray(fc.constantFrom('10.0.0.0/8', '!10.1.0.0/16', 'fd00::/8')),
    });
    await fc.assert(
      fc.asyncProperty(change, async (values) => {
        const next = structuredClone(config);
        const folder = folderOf(next, 'ff');
        Object.assign(folder, { label: values.label, paused: values.paused, type: values.type });
        folder['versioning'] = {
          ...(folder['versioning'] as object),
          params: { keep: values.keep },
        };
        next.gui['theme'] = values.theme;
        next.options['maxRecvKbps'] = values.kbps;
        next.devices.find(({ deviceID }) => deviceID === THERE)!['allowedNetworks'] = values.nets;
        await configuration.replace(next);
        expect(configuration.get()).toEqual(next);
        expect(start().configuration.get()).toEqual(next);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps what neither we nor stock 1.19 know, and what only 2.x has', async () => {
    const xml = stockXml
      .replace('</options>', '    <fromLater a="1">x</fromLater><!-- mine -->\n    </options>')
      .replace('</gui>', '<sessionCookiePath>/x</sessionCookiePath></gui>');
    const { configuration } = startWith(xml);
    const config = configuration.get();
    expect(config.gui['sessionCookiePath']).toBe('/x');
    config.options['maxSendKbps'] = 5;
    config.options['connectionPriorityTcpLan'] = 11;
    await configuration.replace(config);
    expect(written()).toContain('<fromLater a="1">x</fromLater><!-- mine -->');
    expect(written()).toContain('<connectionPriorityTcpLan>11<');
    expect(configuration.get()).toEqual(config);
  });
});

describe('a replaced configuration', () => {
  it('is applied at once: settings, folders with ourselves, devices in any spelling', async () => {
    const { configuration, settings } = startWith(stockXml);
    const told: number[] = [];
    settings.onChange((now, before) => void told.push(before.folders.length, now.folders.length));
    const config = configuration.get();
    const spelled = THERE.toLowerCase().replaceAll('-', ' ');
    config.folders.push({ id: 'b', path: '/data/b', devices: [{ deviceID: spelled }] });
    config.options['connectionLimitMax'] = 3;
    await configuration.replace(config);
    expect(told).toEqual([1, 2]);
    const added = folderOf(configuration.get(), 'b')['devices'] as JsonObject[];
    expect(added.map(({ deviceID }) => deviceID)).toEqual([OWN, THERE]);
    expect(settings.settings.folders.map(({ id, devices }) => [id, devices])).toEqual([
      ['ff', [THERE]],
      ['b', [THERE]],
    ]);
    expect(settings.settings.limits?.connectionsMax).toBe(3);
    expect(start().settings.settings.folders).toEqual(settings.settings.folders);
  });

  it('takes a removed device out of the folders', async () => {
    const { configuration, settings } = startWith(stockXml);
    const config = configuration.get();
    config.devices = config.devices.filter(({ deviceID }) => deviceID === OWN);
    await configuration.replace(config);
    expect(settings.settings.folders[0].devices).toEqual([]);
    expect(written()).not.toContain(THERE);
  });

  it('names all that is wrong and changes nothing', async () => {
    const { configuration } = startWith(stockXml);
    const config = configuration.get();
    config.folders.push({ id: 'x', path: '/x', paussed: true, type: 'sendnothing' });
    config.folders.push({ id: 'ff', path: '/y', devices: [{ deviceID: 'QQQ' }] });
    config.options['maxSendKbps'] = '7';
    config.gui['password'] = 7;
    const items = await refusal(configuration.replace(config));
    expect(items).toEqual([
      'folders["x"].paussed',
      'folders["x"].type',
      'folders["ff"].devices["QQQ"].deviceID',
      'gui.password',
      'options.maxSendKbps',
      'folders.id',
    ]);
    expect(await refusal(configuration.replace('text'))).toEqual(['body']);
    const relative = configuration.get();
    relative.devices[1]['addresses'] = ['not an address'];
    expect(await refusal(configuration.replace(relative))).toHaveLength(1);
    expect(written()).toBe(stockXml);
    expect(configuration.get()).toEqual(stockJson);
  });

  it('never keeps a password as it was typed', async () => {
    const { configuration } = startWith(stockXml);
    const config = configuration.get();
    config.gui['password'] = 'secret';
    expect(await refusal(configuration.replace(config))).toEqual(['gui.password']);
  });

  it('is told to nobody who stopped listening while another one was told', async () => {
    const { configuration, settings } = startWith(stockXml);
    const told: string[] = [];
    let stopSecond = (): void => undefined;
    settings.onChange(async () => {
      told.push('first');
      await Promise.resolve();
      stopSecond();
    });
    stopSecond = settings.onChange(() => void told.push('second'));
    const config = configuration.get();
    config.options['maxSendKbps'] = 9;
    await configuration.replace(config);
    expect(told).toEqual(['first']);
  });

  it('follows the one before, so that none undoes another', async () => {
    const { configuration } = startWith(stockXml);
    const add = (id: string): Promise<void> =>
      configuration.update((now) => {
        now.folders.push({ id, path: `/data/${id}` });
        return now;
      });
    await Promise.all(['a', 'b', 'c'].map(add));
    expect(configuration.get().folders.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'ff']);
  });

  it('says what waits for a restart, until it is changed back', async () => {
    const { configuration } = startWith(stockXml);
    const config = configuration.get();
    expect(configuration.requiresRestart).toBe(false);
    await configuration.replace({
      ...config,
      gui: { ...config.gui, address: '127.0.0.1:9' },
    });
    expect(configuration.restartKeys).toEqual(['gui.address']);
    await configuration.replace(config);
    expect(configuration.requiresRestart).toBe(false);
  });

  it('keeps the version of its file, which old forms may limit', async () => {
    const old = `<configuration version="7"><repository id="r" directory="/data/r" ro="true"/>
      <node id="${THERE}" compression="false"/></configuration>`;
    const { configuration } = startWith(old);
    const config = configuration.get();
    expect(config.folders[0]).toMatchObject({
      path: '/data/r',
      type: 'sendonly',
      maxConflicts: -1,
    });
    config.devices[1]['name'] = 'There';
    await configuration.replace(config);
    expect(written()).toContain('version="7"');
    config.folders[0]['type'] = 'sendreceive';
    expect(await refusal(configuration.replace(config))).toEqual(['folder r type']);
  });
});

describe('the file of the configuration', () => {
  const pause = (config: ConfigJson): ConfigJson => {
    config.devices[1]['paused'] = true;
    return config;
  };

  it('is replaced where a link leads to it, and the link stays', async () => {
    const elsewhere = join(home, 'elsewhere.xml');
    writeFileSync(elsewhere, stockXml);
    symlinkSync(elsewhere, join(home, 'config.xml'));
    const { configuration } = start();
    await configuration.update(pause);
    expect(readFileSync(elsewhere, 'utf8')).toContain('<paused>true</paused>');
    expect(lstatSync(join(home, 'config.xml')).isSymbolicLink()).toBe(true);
  });

  it('is not overwritten when somebody edited it while the node runs', async () => {
    const { configuration, settings } = startWith(stockXml);
    const edited = stockXml.replace('label="', 'label="by hand ');
    writeFileSync(join(home, 'config.xml'), edited);
    expect(await refusal(configuration.update(pause))).toEqual(['file']);
    expect(written()).toBe(edited);
    expect(settings.settings.devices.some(({ paused }) => paused)).toBe(false);
    writeFileSync(join(home, 'config.xml'), stockXml);
    await configuration.update(pause);
    expect(written()).toContain('<paused>true</paused>');
  });

  it('that cannot be written leaves the settings as they were, and says why', async () => {
    const { configuration, settings } = startWith(stockXml);
    const before = settings.settings;
    mkdirSync(join(home, '.config.xml.tmp'));
    await expect(configuration.update(pause)).rejects.toThrow('.config.xml.tmp');
    expect(settings.settings).toBe(before);
    expect(configuration.get()).toEqual(stockJson);
    rmSync(join(home, '.config.xml.tmp'), { recursive: true });
    await configuration.update(pause);
    expect(start().configuration.get()).toEqual(configuration.get());
  });

  it('is told of when it has settings on which somebody relies and that have no effect', () => {
    const xml = `<configuration version="37">
      <folder id="f" path="/data/f"><versioning type="simple"/></folder>
      <folder id="g" path="/data/g"><versioning/></folder>
      <device id="${THERE}" introducer="true"><autoAcceptFolders>true</autoAcceptFolders></device>
      </configuration>`;
    writeFileSync(join(home, 'config.xml'), xml);
    const { warnings } = loadSettings(contextOf());
    expect(warnings).toEqual([
      'Folder f: without effect in this version: versioning (replaced and deleted files are not kept)',
      'Device MFZWI3D: without effect in this version: introducer, autoAcceptFolders',
    ]);
  });
});

describe('a value that another source sets', () => {
  const pinned = {
    SYNCNEST_LISTEN: '127.0.0.1:7',
    SYNCNEST_FOLDERS: `env=/data/env`,
    SYNCNEST_SCAN_INTV: '90',
  };

  it('is shown, may be repeated, and stays out of the file', async () => {
    const { configuration } = startWith(stockXml, pinned);
    const config = configuration.get();
    expect(config.options['listenAddresses']).toEqual(['tcp://127.0.0.1:7']);
    expect(config.folders.map(({ id, rescanIntervalS }) => [id, rescanIntervalS])).toEqual([
      ['env', 90],
      ['ff', 90],
    ]);
    config.options['maxSendKbps'] = 1;
    await configuration.replace(config);
    expect(written()).toBe(
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
    const { configuration } = startWith(stockXml, pinned);
    const config = configuration.get();
    change(config);
    const error: unknown = await configuration.replace(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PinnedSetting);
    expect(error).toMatchObject({ key, source: 'environment' });
    expect(written()).toBe(stockXml);
  });

  it('is one of a device in syncthing.ini, with which a folder of the file may be shared', async () => {
    const ini = `[nodes]\n${THERE} = 192.0.2.9:1\n`;
    const withoutThere = stockXml.replace(
      new RegExp(`    <device id="${THERE}"[^]*?</device>\n`, 'g'),
      '',
    );
    const { configuration, settings } = startWith(withoutThere, {}, [], ini);
    const config = configuration.get();
    (folderOf(config, 'ff')['devices'] as JsonObject[]).push({ deviceID: THERE });
    await configuration.replace(config);
    expect(settings.settings.folders[0].devices).toEqual([THERE]);
    expect(written().match(new RegExp(THERE, 'g'))).toHaveLength(1);
    config.devices = config.devices.filter(({ deviceID }) => deviceID !== THERE);
    await expect(configuration.replace(config)).rejects.toBeInstanceOf(PinnedSetting);
  });
});

describe('a node that is embedded', () => {
  it('shows what its program states and takes changes until it stops', async () => {
    const settings = new SettingsService(
      settingsFor({
        home,
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
    expect(() => written()).toThrow();
  });
});
