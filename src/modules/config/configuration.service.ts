/**
 * The configuration as a whole: shown and replaced as Syncthing's JSON, kept in config.xml, applied while the node runs.
 * The one owner of config.xml once the node has started. Replacements follow each other.
 */
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { EffectiveConfig, jsonOfSettings } from './config-effective.js';
import { configFromXml, VERSION_WITH_TYPE } from './config-from-xml.js';
import { type ConfigJson, sameJson } from './config-json.js';
import { normalized } from './config-normal.js';
import { type ConfigOrigin, EmbeddedOrigin } from './config-origin.js';
import { configFromRequest } from './config-request.js';
import { CONFIGURATION } from './config-schema.js';
import { writeChanges } from './config-to-xml.js';
import { newConfigXml } from './config-xml-new.js';
import { type ValueSources } from './merge-settings.js';
import { restartKeys } from './restart-keys.js';
import { BadSettings } from './setting-problem.js';
import { type Settings } from './settings.js';
import { SettingsService } from './settings.service.js';
import { parseXml, serializeXml } from './xml-document.js';

/** The token under which the program says where the settings came from; null in a node that is embedded. */
export const CONFIG_ORIGIN = Symbol('config origin');

interface Held {
  readonly origin: ConfigOrigin;
  readonly ownId: string;
  readonly startedWith: Settings;
  /** Of config.xml, as written. */
  text: string;
  /** What it says. */
  file: ConfigJson;
  valueSources: ValueSources;
  /** What people were told of it. */
  warnings: readonly string[];
}

@Injectable()
export class ConfigurationService {
  private readonly logger = new Logger('config');
  private held: Held | undefined;
  private replaced: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: SettingsService,
    @Inject(CONFIG_ORIGIN) private readonly origin: ConfigOrigin | null,
  ) {}

  /** Once, before anybody asks for the configuration. Throws BadSettings when config.xml changed since it was read. */
  start(ownId: string): void {
    const { settings } = this.settings;
    const origin = this.origin ?? new EmbeddedOrigin(settings, ownId);
    const text = origin.read() ?? this.firstText(ownId);
    const { valueSources, warnings } = origin.settingsWith(text);
    const file = configFromXml(parseXml(text));
    this.held = { origin, ownId, startedWith: settings, text, file, valueSources, warnings };
  }

  /** The whole configuration as it is in effect: a copy. Throws SyncError 'closed' before the node has started. */
  get(): ConfigJson {
    return structuredClone(this.effective(this.started).whole);
  }

  /**
   * Takes the body of a request as the whole configuration; what it leaves out gets its default. Resolves when it is
   * saved and applied. Rejects with BadSettings (all problems), PinnedSetting, or the system's error when the file
   * cannot be written; then nothing has changed.
   */
  replace(next: unknown): Promise<void> {
    return this.update(() => next);
  }

  /** As replace, with a body made from the configuration of that moment, so that concurrent changes do not undo each other. */
  update(change: (now: ConfigJson) => unknown): Promise<void> {
    const done = this.replaced.then(() => this.apply(change(this.get())));
    this.replaced = done.catch(() => undefined);
    return done;
  }

  get requiresRestart(): boolean {
    return this.restartKeys.length > 0;
  }

  /** What was changed since the start and is not in effect before a restart. */
  get restartKeys(): string[] {
    return restartKeys(this.started.startedWith, this.settings.settings);
  }

  private async apply(body: unknown): Promise<void> {
    const held = this.started;
    const current = this.effective(held);
    const wanted = this.wanted(body, held, current.whole);
    current.requireUnpinned(wanted);
    const target = current.forFile(wanted);
    const stated = current.stated;
    if (sameJson(stated, target)) return;
    requireTypesFit(stated, target);
    const document = parseXml(held.text);
    writeChanges(CONFIGURATION, document.root, { ...stated }, { ...target }, 0);
    const text = serializeXml(document);
    const { settings, valueSources, warnings } = held.origin.settingsWith(text);
    const file = configFromXml(parseXml(text));
    const next = { ...held, text, file, valueSources, warnings };
    requireSaid(this.effective(next, settings).stated, target);
    requireUnedited(held);
    await held.origin.write(text);
    for (const warning of warnings) if (!held.warnings.includes(warning)) this.logger.warn(warning);
    Object.assign(held, next);
    await this.settings.change(settings);
  }

  private wanted(body: unknown, { ownId, file }: Held, now: ConfigJson): ConfigJson {
    const request = configFromRequest(body);
    const { gui } = request;
    gui['apiKey'] ||= now.gui['apiKey'];
    const { password } = gui;
    const isHash = /^(?:\$2[aby]\$\S*)?$/.test(String(password));
    if (password !== now.gui['password'] && !isHash) {
      const expected = 'a bcrypt hash: passwords are not kept as written';
      throw new BadSettings([{ source: 'request', item: 'gui.password', value: '', expected }]);
    }
    const own = { id: ownId, name: this.settings.settings.deviceName };
    return normalized({ ...request, version: file.version }, own);
  }

  private effective(held: Held, settings = this.settings.settings): EffectiveConfig {
    return new EffectiveConfig(held.file, settings, held.valueSources, held.ownId);
  }

  private get started(): Held {
    if (this.held === undefined) throw new SyncError('closed', 'the node is not started');
    return this.held;
  }

  /** Of a home that has none: with what the settings say where a program states them. */
  private firstText(ownId: string): string {
    const { settings } = this.settings;
    const { deviceName, gui, folders } = settings;
    const document = newConfigXml({
      ownId,
      deviceName,
      guiApiKey: gui?.apiKey ?? '',
      hasFirstFolder: folders.some(({ source }) => source === 'default'),
    });
    if (this.origin === null) {
      const base = configFromXml(document);
      const own = { id: ownId, name: deviceName };
      const stated = normalized(jsonOfSettings(settings, base), own);
      writeChanges(CONFIGURATION, document.root, { ...normalized(base, own) }, { ...stated }, 0);
    }
    return serializeXml(document);
  }
}

/** What somebody wrote into the file while the node runs must not be overwritten. */
function requireUnedited({ origin, text }: Held): void {
  const onDisk = origin.read();
  if (onDisk === undefined || onDisk === text) return;
  const expected =
    'what this node read or wrote last: the file was edited meanwhile; restart the node to take that up';
  throw new BadSettings([{ source: 'config.xml', item: 'file', value: '', expected }]);
}

/** Before version 14 a file can say of a folder only whether it is read-only. */
function requireTypesFit(now: ConfigJson, wanted: ConfigJson): void {
  if (now.version >= VERSION_WITH_TYPE) return;
  for (const { id, type } of wanted.folders) {
    if (type === (now.folders.find((folder) => folder['id'] === id)?.['type'] ?? 'sendreceive')) {
      continue;
    }
    const expected = `what a config.xml of version ${now.version} can say (newer ones have types)`;
    throw new BadSettings([
      { source: 'config.xml', item: `folder ${String(id)} type`, value: String(type), expected },
    ]);
  }
}

/** A file that does not say afterwards what was asked for must not replace the one that is there. */
function requireSaid(said: ConfigJson, wanted: ConfigJson): void {
  const sections = Object.keys(wanted) as (keyof ConfigJson)[];
  const differing = sections.filter((key) => !sameJson(said[key], wanted[key]));
  if (differing.length === 0) return;
  throw new BadSettings(
    differing.map((item) => ({
      source: 'config.xml',
      item,
      value: '',
      expected: 'values that the file can hold as they are (no blanks at the ends of texts)',
    })),
  );
}
