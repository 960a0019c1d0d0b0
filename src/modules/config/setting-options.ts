/** Every setting that an option or a variable can give, in one table: the command line, the environment and the help
 * text are read from it. */
import { parseGuiAddress, parseListenAddress } from './addresses.js';
import { parseLogLevels } from './log-levels.js';
import { type NodeValues } from './partial-settings.js';
import { Refusal, type ValueParser } from './setting-problem.js';
import {
  oneOf,
  parseDiscoveryServer,
  parseDurationS,
  parseInteger,
  parsePort,
} from './setting-values.js';

type Key = keyof NodeValues;

interface Common {
  readonly key: Key;
  /** Option without the dashes; absent: only a variable gives this. */
  readonly long?: string;
  readonly short?: string;
  readonly variable?: string;
  readonly meaning: string;
}

/** One value. */
export interface ValueOption extends Common {
  readonly kind: 'value';
  readonly argument: string;
  readonly parse: ValueParser<unknown>;
  readonly isSecret?: boolean;
}

/** Several values: a repeatable option, or several in one variable. Each text may stand for more than one. */
export interface ListOption extends Common {
  readonly kind: 'list';
  readonly argument: string;
  readonly parse: ValueParser<readonly unknown[]>;
}

/** A switch; `sets` is what the setting becomes when it is given. */
export interface FlagOption extends Common {
  readonly kind: 'flag';
  readonly sets: boolean;
}

/** A switch that adds one word to a list. */
export interface MemberOption extends Common {
  readonly kind: 'member';
  readonly adds: string;
}

export type SettingOption = ValueOption | ListOption | FlagOption | MemberOption;

type Shape<T extends Common> = Omit<T, 'kind' | 'key'>;
const value = (key: Key, shape: Shape<ValueOption>): ValueOption => ({
  kind: 'value',
  key,
  ...shape,
});
const list = (key: Key, shape: Shape<ListOption>): ListOption => ({ kind: 'list', key, ...shape });
const flag = (key: Key, sets: boolean, shape: Omit<Shape<FlagOption>, 'sets'>): FlagOption => ({
  kind: 'flag',
  key,
  sets,
  ...shape,
});
const member = (
  key: Key,
  adds: string,
  shape: Omit<Shape<MemberOption>, 'adds'>,
): MemberOption => ({
  kind: 'member',
  key,
  adds,
  ...shape,
});

const TRACE_WORDS = ['net', 'file', 'idx'] as const;

function parseTrace(text: string): readonly string[] | Refusal {
  const words = text.split(',').filter((word) => word !== '');
  const isKnown = words.every((word) => TRACE_WORDS.some((known) => known === word));
  return isKnown ? words : new Refusal(`words of ${TRACE_WORDS.join(',')}`);
}

/** Anything but nothing; `what` is what was expected. */
function nonEmpty(what: string): ValueParser<string> {
  return (text) => (text === '' ? new Refusal(what) : text);
}

function one<T>(parse: ValueParser<T>): ValueParser<readonly T[]> {
  return (text) => {
    const parsed = parse(text);
    return parsed instanceof Refusal ? parsed : [parsed];
  };
}

export const SETTING_OPTIONS: readonly SettingOption[] = [
  value('home', {
    long: 'home',
    argument: 'DIR',
    variable: 'SYNCNEST_HOME',
    parse: nonEmpty('a directory'),
    meaning: 'certificate, configuration, index database (~/.syncnest)',
  }),
  list('listenAddresses', {
    long: 'listen',
    short: 'l',
    argument: 'ADDR',
    variable: 'SYNCNEST_LISTEN',
    parse: parseListenAddress,
    meaning: 'listen on :22000, host:port or a tcp:// URL; repeatable',
  }),
  flag('readOnly', true, {
    long: 'ro',
    short: 'r',
    variable: 'SYNCNEST_READ_ONLY',
    meaning: 'every folder send-only: nothing from the cluster changes the disk',
  }),
  flag('applyDeletes', true, {
    long: 'delete',
    short: 'd',
    variable: 'SYNCNEST_DELETE',
    meaning: 'apply deletes from the cluster (the default)',
  }),
  flag('applyDeletes', false, {
    long: 'no-delete',
    meaning: 'ignore deletes from the cluster on this node',
  }),
  flag('followSymlinks', false, {
    long: 'no-symlinks',
    variable: 'SYNCNEST_NO_SYMLINKS',
    meaning: 'do not follow the links directly below the folder root',
  }),
  flag('localAnnounce', false, {
    long: 'no-local-announce',
    short: 'N',
    variable: 'SYNCNEST_NO_LOCAL_ANNOUNCE',
    meaning: 'no discovery on the LAN',
  }),
  flag('globalAnnounce', false, {
    long: 'no-ext-announce',
    short: 'n',
    variable: 'SYNCNEST_NO_EXT_ANNOUNCE',
    meaning: 'no global discovery',
  }),
  list('discoveryServers', {
    long: 'ext-server',
    argument: 'URL',
    variable: 'SYNCNEST_EXT_SERVER',
    parse: one(parseDiscoveryServer),
    meaning: 'global discovery server; ?id= pins its certificate; repeatable',
  }),
  value('announcedPort', {
    long: 'ext-port',
    short: 'e',
    argument: 'PORT',
    variable: 'SYNCNEST_EXT_PORT',
    parse: parsePort,
    meaning: 'port to announce (the listen port)',
  }),
  value('rescanIntervalS', {
    long: 'scan-intv',
    argument: 'T',
    variable: 'SYNCNEST_SCAN_INTV',
    parse: parseDurationS,
    meaning:
      'rescan interval of every folder: 90, 90s, 5m, 1h; 0 = never (1h, or 60s without watching)',
  }),
  value('reconnectIntervalS', {
    long: 'conn-intv',
    argument: 'T',
    variable: 'SYNCNEST_CONN_INTV',
    parse: parseDurationS,
    meaning: 'reconnect interval (60s)',
  }),
  value('requestsInFlight', {
    long: 'reqs-in-flight',
    argument: 'N',
    variable: 'SYNCNEST_REQS_IN_FLIGHT',
    parse: parseInteger,
    meaning: 'requested, unanswered data of a folder, in blocks of 128 KiB',
  }),
  value('filesInFlight', {
    long: 'files-in-flight',
    argument: 'N',
    variable: 'SYNCNEST_FILES_IN_FLIGHT',
    parse: parseInteger,
    meaning: 'files pulled at once',
  }),
  flag('transferStatistics', false, {
    long: 'no-stats',
    variable: 'SYNCNEST_NO_STATS',
    meaning: 'no transfer-rate lines',
  }),
  ...TRACE_WORDS.map((word) =>
    member('trace', word, { long: `trace-${word}`, meaning: `trace facility ${word}` }),
  ),
  list('trace', {
    argument: 'WORDS',
    variable: 'SYNCNEST_TRACE',
    parse: parseTrace,
    meaning: `trace facilities: ${TRACE_WORDS.join(',')}`,
  }),
  value('guiAddress', {
    long: 'gui-address',
    argument: 'ADDR',
    variable: 'SYNCNEST_GUI_ADDRESS',
    parse: parseGuiAddress,
    meaning: 'address of the HTTP side (127.0.0.1:8384)',
  }),
  value('guiApiKey', {
    long: 'gui-apikey',
    argument: 'KEY',
    variable: 'SYNCNEST_GUI_APIKEY',
    parse: nonEmpty('a key'),
    isSecret: true,
    meaning: 'key of the HTTP side (made at first start)',
  }),
  flag('guiEnabled', false, {
    long: 'no-gui',
    variable: 'SYNCNEST_NO_GUI',
    meaning: 'no HTTP side',
  }),
  value('logFormat', {
    long: 'log-format',
    argument: 'FORMAT',
    variable: 'SYNCNEST_LOG_FORMAT',
    parse: oneOf('pretty', 'json'),
    meaning: 'pretty or json (pretty on a terminal, json otherwise)',
  }),
  value('logLevel', {
    long: 'log-level',
    argument: 'LEVEL',
    variable: 'SYNCNEST_LOG_LEVEL',
    parse: parseLogLevels,
    meaning: 'debug, info, warn or error (info); for parts: info,net=debug',
  }),
];

/** Sets one setting. The table's parsers give each key its type. */
export function setValue(values: NodeValues, key: Key, parsed: unknown): void {
  (values as Record<Key, unknown>)[key] = parsed;
}

/** Adds to a setting that is a list, once each. */
export function addValues(values: NodeValues, key: Key, parsed: readonly unknown[]): void {
  const before = (values[key] ?? []) as readonly unknown[];
  setValue(values, key, [...new Set([...before, ...parsed])]);
}
