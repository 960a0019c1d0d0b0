import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lstatSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  ConfigHome,
  folderOf,
  OWN,
  stockJson,
  stockXml,
  THERE,
} from '../../../test/support/configuration-home.js';
import { type ConfigJson, type JsonObject } from './config-json.js';
import { loadSettings } from './load-settings.js';
import { BadSettings } from './setting-problem.js';

let home: ConfigHome;

beforeEach(() => {
  home = new ConfigHome();
});
afterEach(() => home.remove());

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
    expect(home.startWith(stockXml).configuration.get()).toEqual(stockJson);
  });

  it('put back as it came leaves the file as it is, byte by byte', async () => {
    const { configuration, settings } = home.startWith(stockXml);
    let changes = 0;
    settings.onChange(() => void changes++);
    await configuration.replace(configuration.get());
    expect(home.written).toBe(stockXml);
    expect(changes).toBe(0);
  });

  it('changed and changed back leaves the file as it was', async () => {
    const { configuration } = home.startWith(stockXml);
    const config = configuration.get();
    const changed = structuredClone(config);
    folderOf(changed, 'ff')['label'] = 'Other';
    changed.options['maxSendKbps'] = 12;
    changed.devices[1]['paused'] = true;
    changed.folders.push({ id: 'new', path: '/data/new' });
    await configuration.replace(changed);
    expect(home.written).toContain('label="Other"');
    await configuration.replace(config);
    expect(home.written).toBe(stockXml);
  });

  it('keeps every value through file and restart, whatever it is', async () => {
    const { configuration } = home.startWith(stockXml);
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
        expect(home.start().configuration.get()).toEqual(next);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps what neither we nor stock 1.19 know, and what only 2.x has', async () => {
    const xml = stockXml
      .replace('</options>', '    <fromLater a="1">x</fromLater><!-- mine -->\n    </options>')
      .replace('</gui>', '<sessionCookiePath>/x</sessionCookiePath></gui>');
    const { configuration } = home.startWith(xml);
    const config = configuration.get();
    expect(config.gui['sessionCookiePath']).toBe('/x');
    config.options['maxSendKbps'] = 5;
    config.options['connectionPriorityTcpLan'] = 11;
    await configuration.replace(config);
    expect(home.written).toContain('<fromLater a="1">x</fromLater><!-- mine -->');
    expect(home.written).toContain('<connectionPriorityTcpLan>11<');
    expect(configuration.get()).toEqual(config);
  });
});

describe('a replaced configuration', () => {
  it('is applied at once: settings, folders with ourselves, devices in any spelling', async () => {
    const { configuration, settings } = home.startWith(stockXml);
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
    expect(home.start().settings.settings.folders).toEqual(settings.settings.folders);
  });

  it('takes a removed device out of the folders', async () => {
    const { configuration, settings } = home.startWith(stockXml);
    const config = configuration.get();
    config.devices = config.devices.filter(({ deviceID }) => deviceID === OWN);
    await configuration.replace(config);
    expect(settings.settings.folders[0].devices).toEqual([]);
    expect(home.written).not.toContain(THERE);
  });

  it('names all that is wrong and changes nothing', async () => {
    const { configuration } = home.startWith(stockXml);
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
    expect(home.written).toBe(stockXml);
    expect(configuration.get()).toEqual(stockJson);
  });

  it('never keeps a password as it was typed', async () => {
    const { configuration } = home.startWith(stockXml);
    const config = configuration.get();
    config.gui['password'] = 'secret';
    expect(await refusal(configuration.replace(config))).toEqual(['gui.password']);
  });

  it('is told to nobody who stopped listening while another one was told', async () => {
    const { configuration, settings } = home.startWith(stockXml);
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
    const { configuration } = home.startWith(stockXml);
    const add = (id: string): Promise<void> =>
      configuration.update((now) => {
        now.folders.push({ id, path: `/data/${id}` });
        return now;
      });
    await Promise.all(['a', 'b', 'c'].map(add));
    expect(configuration.get().folders.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'ff']);
  });

  it('says what waits for a restart, until it is changed back', async () => {
    const { configuration } = home.startWith(stockXml);
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
    const { configuration } = home.startWith(old);
    const config = configuration.get();
    expect(config.folders[0]).toMatchObject({
      path: '/data/r',
      type: 'sendonly',
      maxConflicts: -1,
    });
    config.devices[1]['name'] = 'There';
    await configuration.replace(config);
    expect(home.written).toContain('version="7"');
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
    const elsewhere = join(home.path, 'elsewhere.xml');
    writeFileSync(elsewhere, stockXml);
    symlinkSync(elsewhere, join(home.path, 'config.xml'));
    const { configuration } = home.start();
    await configuration.update(pause);
    expect(readFileSync(elsewhere, 'utf8')).toContain('<paused>true</paused>');
    expect(lstatSync(join(home.path, 'config.xml')).isSymbolicLink()).toBe(true);
  });

  it('is not overwritten when somebody edited it while the node runs', async () => {
    const { configuration, settings } = home.startWith(stockXml);
    const edited = stockXml.replace('label="', 'label="by hand ');
    writeFileSync(join(home.path, 'config.xml'), edited);
    expect(await refusal(configuration.update(pause))).toEqual(['file']);
    expect(home.written).toBe(edited);
    expect(settings.settings.devices.some(({ paused }) => paused)).toBe(false);
    writeFileSync(join(home.path, 'config.xml'), stockXml);
    await configuration.update(pause);
    expect(home.written).toContain('<paused>true</paused>');
  });

  it('that cannot be written leaves the settings as they were, and says why', async () => {
    const { configuration, settings } = home.startWith(stockXml);
    const before = settings.settings;
    mkdirSync(join(home.path, '.config.xml.tmp'));
    await expect(configuration.update(pause)).rejects.toThrow('.config.xml.tmp');
    expect(settings.settings).toBe(before);
    expect(configuration.get()).toEqual(stockJson);
    rmSync(join(home.path, '.config.xml.tmp'), { recursive: true });
    await configuration.update(pause);
    expect(home.start().configuration.get()).toEqual(configuration.get());
  });

  it('is told of when it has settings on which somebody relies and that have no effect', () => {
    const xml = `<configuration version="37">
      <device id="${THERE}" introducer="true"><autoAcceptFolders>true</autoAcceptFolders></device>
      </configuration>`;
    writeFileSync(join(home.path, 'config.xml'), xml);
    const { warnings } = loadSettings(home.contextOf());
    expect(warnings).toEqual([
      'Device MFZWI3D: without effect in this version: introducer, autoAcceptFolders',
    ]);
  });
});
