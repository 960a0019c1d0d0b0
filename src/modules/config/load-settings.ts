/** Reads every source of settings, names every bad one at once, and gives the settings of the node. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { deviceIdFromCertificate } from '../../domain/device-id.js';
import { messageOf } from '../../domain/errors.js';
import { systemCodeOf } from '../../platform/system-errors.js';
import { type ConfigXml, readConfigXml } from './config-xml.js';
import { FIRST_FOLDER } from './config-xml-new.js';
import { type Environment, readEnvironment } from './environment.js';
import { readLearnedIds } from './learned-ids.js';
import { mergeSettings, type ValueSources } from './merge-settings.js';
import { type PathBase, type SourceSettings, statedFolder } from './partial-settings.js';
import { BadSettings, type SettingProblem } from './setting-problem.js';
import { absolutePath } from './setting-values.js';
import { type Settings, type SettingsSource } from './settings.js';
import { readSyncthingIni } from './syncthing-ini.js';
import { settingsProblems } from './validate-settings.js';
import { type XmlDocument } from './xml-document.js';

/** Of each file of settings, before it is looked at. */
const FILE_BYTES_MAX = 16 * 1024 * 1024;
const SECRET_BYTES_MAX = 64 * 1024;

export interface LoadContext extends PathBase {
  readonly home: string;
  readonly environment: Environment;
  readonly commandLine: SourceSettings;
  readonly hostName: string;
  readonly isTerminal: boolean;
  /** DER of the certificate in the home, where there is one that can be read. */
  readonly certificateOf: (home: string) => Uint8Array | undefined;
}

export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** The home has no config.xml and no syncthing.ini, and no other source names a folder or device. */
  readonly isUnconfigured: boolean;
  /** Absent where there is no config.xml. */
  readonly configXml?: XmlDocument;
  readonly valueSources: ValueSources;
}

/**
 * Throws BadSettings with all problems of all sources. Writes nothing. `configXmlText` is taken in place of what the
 * home has, to see what a changed file would lead to.
 */
export function loadSettings(context: LoadContext, configXmlText?: string): LoadedSettings {
  const { home } = context;
  const problems: SettingProblem[] = [];
  const certificate = context.certificateOf(home);
  const ownId = certificate === undefined ? '' : deviceIdFromCertificate(certificate);
  const environment = readEnvironment(context.environment, {
    ...context,
    readSecret: (path) => readBounded(absolutePath(path, context), SECRET_BYTES_MAX) ?? '',
  });
  const xmlText = configXmlText ?? readSource(home, 'config.xml', problems);
  const iniText = readSource(home, 'syncthing.ini', problems);
  const ini =
    iniText === undefined
      ? undefined
      : readSyncthingIni(iniText, { ...context, ownCertificate: certificate });
  const elsewhere = [...(ini?.devices ?? []), ...environment.devices].map(({ id }) => id);
  const configXml: ConfigXml | undefined =
    xmlText === undefined ? undefined : readConfigXml(xmlText, { ...context, ownId, elsewhere });
  const stated = [configXml?.settings, ini, environment, context.commandLine].filter(
    (source) => source !== undefined,
  );
  const isUnconfigured =
    xmlText === undefined &&
    iniText === undefined &&
    environment.folders.length === 0 &&
    environment.devices.length === 0;
  const sources = isUnconfigured ? [firstFolder(context), ...stated] : stated;
  const { hostName, isTerminal } = context;
  const learnedIds = readLearnedIds(home);
  const merged = mergeSettings(sources, { home, hostName, ownId, isTerminal, learnedIds });
  problems.push(...sources.flatMap((source) => source.problems));
  problems.push(...settingsProblems(merged.settings, merged.valueSources));
  if (problems.length > 0) throw new BadSettings(problems);
  const warnings = [...sources.flatMap((source) => source.warnings), ...merged.warnings];
  const document = configXml?.document;
  return {
    settings: merged.settings,
    warnings,
    isUnconfigured,
    valueSources: merged.valueSources,
    ...(document === undefined ? {} : { configXml: document }),
  };
}

function firstFolder(base: PathBase): SourceSettings {
  const folder = statedFolder({
    id: FIRST_FOLDER.id,
    label: FIRST_FOLDER.label,
    path: absolutePath(FIRST_FOLDER.path, base),
    isNamedByUser: false,
    source: 'default',
  });
  return {
    source: 'default',
    values: {},
    folders: [folder],
    devices: [],
    problems: [],
    warnings: [],
  };
}

/** undefined where there is no such file; one that cannot be read is a problem. */
function readSource(
  home: string,
  source: Extract<SettingsSource, 'config.xml' | 'syncthing.ini'>,
  problems: SettingProblem[],
): string | undefined {
  const path = join(home, source);
  try {
    return readBounded(path, FILE_BYTES_MAX);
  } catch (error) {
    const expected = `a readable UTF-8 file (${messageOf(error)})`;
    problems.push({ source, item: 'file', value: path, expected });
    return undefined;
  }
}

function readBounded(path: string, bytesMax: number): string | undefined {
  try {
    if (statSync(path).size > bytesMax) throw new Error(`it has more than ${bytesMax} bytes`);
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
