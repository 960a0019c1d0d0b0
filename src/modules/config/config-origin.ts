/** From where the settings of a node came, and how they would be with another config.xml. */
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { writeFileAtomically } from '../../platform/atomic-file.js';
import { PRIVATE_FILE_MODE } from '../../platform/private-files.js';
import { systemCodeOf } from '../../platform/system-errors.js';
import { type ConfigXmlContext, readConfigXml } from './config-xml.js';
import { type LoadContext, loadSettings } from './load-settings.js';
import { mergeSettings, type ValueSources } from './merge-settings.js';
import { BadSettings } from './setting-problem.js';
import { type FolderSettings, type Settings } from './settings.js';
import { settingsProblems } from './validate-settings.js';

export interface LoadedWith {
  readonly settings: Settings;
  readonly valueSources: ValueSources;
  /** For people: what is strange and no error. */
  readonly warnings: readonly string[];
}

export abstract class ConfigOrigin {
  /** The text of config.xml; undefined where there is none. */
  abstract read(): string | undefined;
  /** Durable when it resolves; rejects with the system's error. */
  abstract write(text: string): Promise<void>;
  /** The settings with that text as config.xml. Throws BadSettings with all problems. */
  abstract settingsWith(text: string): LoadedWith;
}

/** The program: files in the home, environment and command line. */
export class ProgramOrigin extends ConfigOrigin {
  private readonly path: string;

  constructor(private readonly context: LoadContext) {
    super();
    this.path = join(context.home, 'config.xml');
  }

  read(): string | undefined {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async write(text: string): Promise<void> {
    await writeConfigXml(this.path, text);
  }

  settingsWith(text: string): LoadedWith {
    return loadSettings(this.context, text);
  }
}

/** Where the path is a link, the file that it leads to is replaced, and the link stays. Throws the system's error. */
export async function writeConfigXml(path: string, text: string): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await writeFileAtomically(target, text, PRIVATE_FILE_MODE);
}

/** An application that embeds the node states the settings; changes last until the node stops. */
export class EmbeddedOrigin extends ConfigOrigin {
  constructor(
    private readonly stated: Settings,
    private readonly ownId: string,
  ) {
    super();
  }

  read(): undefined {
    return undefined;
  }

  async write(): Promise<void> {
    // The embedder states the settings anew at the next start.
  }

  settingsWith(text: string): LoadedWith {
    const { stated, ownId } = this;
    const base: ConfigXmlContext = { ownId, userHome: stated.home, workingDirectory: stated.home };
    const { settings: source } = readConfigXml(text, base);
    const context = {
      home: stated.home,
      hostName: stated.deviceName,
      ownId,
      isTerminal: false,
      learnedIds: new Map<string, string>(),
    };
    const { settings, valueSources } = mergeSettings([source], context);
    const next = keptOf(stated, settings);
    const problems = [...source.problems, ...settingsProblems(next, valueSources)];
    if (problems.length > 0) throw new BadSettings(problems);
    return { settings: next, valueSources, warnings: source.warnings };
  }
}

/** What a config.xml says; the rest as the embedder stated it. */
function keptOf(stated: Settings, read: Settings): Settings {
  const { gui, discovery } = read;
  return {
    ...stated,
    deviceName: read.deviceName,
    listenAddresses: read.listenAddresses,
    reconnectIntervalS: read.reconnectIntervalS,
    localAnnounce: read.localAnnounce,
    globalAnnounce: read.globalAnnounce,
    limits: read.limits,
    ...(stated.discovery === undefined
      ? {}
      : { discovery: { ...stated.discovery, servers: discovery?.servers ?? [] } }),
    ...(stated.gui === undefined && gui?.enabled !== true
      ? {}
      : { gui: { ...stated.gui, ...gui! } }),
    folders: read.folders.map((folder) => folderKept(stated, folder)),
    devices: read.devices,
  };
}

function folderKept(stated: Settings, folder: FolderSettings): FolderSettings {
  const same = stated.folders.find(({ id, path }) => id === folder.id && path === folder.path);
  if (same === undefined) return folder;
  const { followSymlinks, isNamedByUser, blockedBy } = same;
  return {
    ...folder,
    isNamedByUser,
    ...(followSymlinks === undefined ? {} : { followSymlinks }),
    blockedBy: folder.blockedBy || blockedBy,
  };
}
