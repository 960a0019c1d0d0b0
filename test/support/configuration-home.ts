/** A home with a configuration, for the tests of what reads and writes it; no node runs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceIdFromCertificate } from '../../src/domain/device-id.js';
import { parseCommandLine } from '../../src/modules/config/command-line.js';
import { type ConfigJson, type JsonObject } from '../../src/modules/config/config-json.js';
import { ProgramOrigin } from '../../src/modules/config/config-origin.js';
import { ConfigurationService } from '../../src/modules/config/configuration.service.js';
import { type LoadContext, loadSettings } from '../../src/modules/config/load-settings.js';
import { SettingsService } from '../../src/modules/config/settings.service.js';

// The ID is the hash of any bytes; these give one that sorts where that of the file does.
const certificate = new Uint8Array([3]);
export const OWN = deviceIdFromCertificate(certificate);
const IN_FILES = 'IPOTMAO-75YEFXZ-B5RNFF4-C43MRHB-7LRXAD6-ZLVS5EN-VVVVSN4-QNCDVAY';
/** A device of the files. */
export const THERE = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';
const fileOf = (name: string): string =>
  readFileSync(`testdata/config/${name}`, 'utf8').replaceAll(IN_FILES, OWN);
/** A file of stock 1.19, and what stock answers for it. */
export const stockXml = fileOf('syncthing-1.19.xml');
export const stockJson = JSON.parse(fileOf('syncthing-1.19.json')) as ConfigJson;

export interface ConfiguredNode {
  readonly settings: SettingsService;
  readonly configuration: ConfigurationService;
}

export const folderOf = (config: ConfigJson, id: string): JsonObject =>
  config.folders.find((folder) => folder['id'] === id)!;

export class ConfigHome {
  readonly path = mkdtempSync(join(tmpdir(), 'configuration-'));

  get written(): string {
    return readFileSync(join(this.path, 'config.xml'), 'utf8');
  }

  startWith(xml: string, environment = {}, ini?: string): ConfiguredNode {
    writeFileSync(join(this.path, 'config.xml'), xml);
    if (ini !== undefined) writeFileSync(join(this.path, 'syncthing.ini'), ini);
    return this.start(environment);
  }

  start(environment = {}): ConfiguredNode {
    const context = this.contextOf(environment);
    const settings = new SettingsService(loadSettings(context).settings);
    const configuration = new ConfigurationService(settings, new ProgramOrigin(context));
    configuration.start(OWN);
    return { settings, configuration };
  }

  contextOf(environment = {}): LoadContext {
    return {
      home: this.path,
      environment,
      commandLine: parseCommandLine([]).settings,
      hostName: 'host',
      isTerminal: false,
      userHome: '/home/u',
      workingDirectory: '/work',
      certificateOf: () => certificate,
    };
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
