/**
 * Whatever stands in the files and variables that a node is configured by: it is read, or refused with each problem's
 * source, item and what was expected; what is read and written again says the same.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { deviceIdFromBytes, fingerprint2013 } from '../../src/domain/device-id.js';
import { readIdentity } from '../../src/modules/cert/identity.js';
import { configFromXml } from '../../src/modules/config/config-from-xml.js';
import { sameJson } from '../../src/modules/config/config-json.js';
import { readConfigXml } from '../../src/modules/config/config-xml.js';
import { readEnvironment } from '../../src/modules/config/environment.js';
import { type LoadContext, loadSettings } from '../../src/modules/config/load-settings.js';
import { type SourceSettings } from '../../src/modules/config/partial-settings.js';
import { SETTING_OPTIONS } from '../../src/modules/config/setting-options.js';
import { BadSettings, type SettingProblem } from '../../src/modules/config/setting-problem.js';
import { readSyncthingIni } from '../../src/modules/config/syncthing-ini.js';
import { parseXml, serializeXml } from '../../src/modules/config/xml-document.js';
import { type SeededRandom } from '../support/random.js';
import { fuzz, isSaid, isWellSaid, type Outcome } from './support/fuzz.js';
import { mutatedBytes } from './support/mutate-bytes.js';
import { anyText, INI_TOKENS, iniFile, JSON_TOKENS, jsonValue } from './support/text-seeds.js';
import { mutatedText, XML_TOKENS, xmlElement } from './support/text-seeds.js';

const DATA = join(import.meta.dirname, '../../testdata');
const dataText = (path: string): string => readFileSync(join(DATA, path), 'utf8');
const GOLDEN_XML = ['config/syncthing-1.19.xml', 'config/with-unknown-parts.xml'].map(dataText);
const home = mkdtempSync(join(tmpdir(), 'syncnest-fuzz-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const ids = Array.from({ length: 3 }, (_, i) => deviceIdFromBytes(Buffer.alloc(32, i + 1)));
const base = { userHome: '/home/user', workingDirectory: '/work' };
const nothing: SourceSettings = {
  source: 'command line',
  values: {},
  folders: [],
  devices: [],
  problems: [],
  warnings: [],
};
const context: LoadContext = {
  ...base,
  home,
  environment: {},
  commandLine: nothing,
  hostName: 'host',
  isTerminal: false,
  certificateOf: () => undefined,
};

function requireNamed(
  problems: readonly SettingProblem[],
  source: SettingProblem['source'],
): Outcome {
  for (const problem of problems) {
    const isNamed =
      problem.source === source && problem.item !== '' && isSaid(problem.expected.padEnd(12));
    if (!isNamed) throw new Error(`a problem that says too little: ${JSON.stringify(problem)}`);
  }
  return problems.length === 0 ? 'taken' : 'refused';
}

/** Texts that are long in one respect. */
function longText(random: SeededRandom, tokens: readonly string[]): string {
  const token = random.pick(tokens);
  return random.pick(['', '<configuration>', '[nodes]\n', '[']) + token.repeat(20_000);
}

fuzz<string>({
  name: 'config.xml is read or refused by name, and says the same when it is written again',
  make: (random) => {
    const kind = random.below(10);
    if (random.below(500) === 0) return longText(random, XML_TOKENS);
    if (kind === 0) return anyText(random, XML_TOKENS, 40);
    if (kind < 9 || random.below(25) > 0) {
      const good = `<configuration version="${random.pick([0, 10, 28, 37, 52, 99])}">${xmlElement(random, 3)}${xmlElement(random, 2)}</configuration>`;
      return kind < 5 ? good : mutatedText(good, random, XML_TOKENS, good);
    }
    const golden = random.pick(GOLDEN_XML);
    return random.below(3) === 0
      ? golden
      : mutatedText(golden, random, XML_TOKENS, random.pick(GOLDEN_XML));
  },
  take: (text, random) => {
    const { settings: stated } = readConfigXml(text, { ...base, ownId: ids[0]! });
    if (requireNamed(stated.problems, 'config.xml') === 'refused') return 'refused';
    try {
      // All sources together, and the rules over all settings: that takes ten times longer.
      if (random.below(10) === 0) loadSettings(context, text);
    } catch (error) {
      if (!(error instanceof BadSettings)) throw error;
      return requireNamed(error.problems, 'config.xml');
    }
    const document = parseXml(text);
    const config = configFromXml(document);
    const again = configFromXml(parseXml(serializeXml(document)));
    if (!sameJson(again, config)) throw new Error('written again, it says something else');
  },
});

fuzz<string>({
  name: 'syncthing.ini is read or refused by line',
  make: (random) => {
    const good = iniFile(random, [...ids, fingerprint2013(Buffer.from('x')), 'no-id']);
    const kind = random.below(5);
    if (random.below(500) === 0) return longText(random, INI_TOKENS);
    if (kind === 0) return anyText(random, INI_TOKENS, 30);
    return kind < 3 ? good : mutatedText(good, random, INI_TOKENS, good);
  },
  take: (text) => requireNamed(readSyncthingIni(text, base).problems, 'syncthing.ini'),
  least: { taken: 0.005 },
});

const VARIABLES = [
  ...SETTING_OPTIONS.flatMap(({ variable }) => (variable === undefined ? [] : [variable])),
  'SYNCNEST_FOLDERS',
  'SYNCNEST_DEVICES',
  'SYNCNEST_GUI_APIKEY_FILE',
  'SYNCNEST_UNKNOWN',
];
const VALUE_TOKENS = [
  'true',
  '0',
  '1',
  '-1',
  '60s',
  '5m',
  '99999999999',
  'tcp://',
  'tcp4://',
  '[::1]',
  ':22000',
  ':0',
  ':65536',
  '192.0.2.1',
  'host',
  ',',
  ' ',
  '\n',
  '=',
  '/path',
  'dynamic',
  'https://server.example/',
  '?id=',
  'net,file',
  'debug',
  'config:debug',
  '\0',
  '%',
  ...ids,
];
const ENTRY_KEYS = [
  'id',
  'path',
  'label',
  'type',
  'devices',
  'deviceID',
  'paused',
  'rescanIntervalS',
  'versioning',
  'minDiskFree',
  'addresses',
  'allowedNetworks',
  'order',
  'untrusted',
  'name',
  'params',
  'fsWatcherDelayS',
  'maxConflicts',
  'encryptionPassword',
  'group',
];

function entryText(random: SeededRandom): string {
  const good = JSON.stringify(
    [
      { id: 'x', path: '/x', devices: [ids[0]], ...(jsonValue(random, 3, ENTRY_KEYS) as object) },
      { deviceID: ids[1], addresses: ['dynamic'], ...(jsonValue(random, 2, ENTRY_KEYS) as object) },
      jsonValue(random, 3, ENTRY_KEYS),
    ].slice(random.below(3)),
  );
  const kind = random.below(8);
  if (kind === 0)
    return `[${random.pick(['[', '{"id":', '{"id":[', '{"path":{"a":'])}`.repeat(
      1 + random.below(400),
    );
  const levels = random.below(100) === 0 ? 30_000 : random.below(40);
  if (kind === 1) return `[{"id":${'['.repeat(levels)}${']'.repeat(levels)}}]`;
  return kind < 4 ? good : mutatedText(good, random, JSON_TOKENS, good);
}

fuzz<string>({
  name: 'variables of the environment are read or refused by name',
  make: (random) => {
    const variable = random.pick(VARIABLES);
    const isList = /FOLDERS|DEVICES/.test(variable);
    const text =
      isList && random.below(3) > 0 ? entryText(random) : anyText(random, VALUE_TOKENS, 8);
    return `${variable}=${text}`;
  },
  take: (text) => {
    const at = text.indexOf('=');
    const reader = {
      ...base,
      readSecret: (path: string) => readFileSync(join(home, path), 'utf8'),
    };
    const { problems } = readEnvironment({ [text.slice(0, at)]: text.slice(at + 1) }, reader);
    return requireNamed(problems, 'environment');
  },
});

const PAIRS = ['ecdsa-pkcs8', 'ecdsa-sec1', 'ed25519'].map((kind) => ({
  cert: dataText(`certs/${kind}/cert.pem`),
  key: dataText(`certs/${kind}/key.pem`),
}));
const PEM_TOKENS = [
  '-----BEGIN CERTIFICATE-----',
  '-----END CERTIFICATE-----',
  '-----BEGIN PRIVATE KEY-----',
  '-',
  '\n',
  'A',
  '=',
];

fuzz<string>({
  name: 'certificates and keys are read or refused by file',
  make: (random) => {
    const { cert } = random.pick(PAIRS);
    const { key } =
      random.below(10) === 0 ? random.pick(PAIRS) : PAIRS.find((pair) => pair.cert === cert)!;
    const kind = random.below(20);
    if (random.below(500) === 0) return longText(random, PEM_TOKENS);
    if (kind === 0) return `${cert}\0${key}`;
    if (kind < 8) {
      const isCert = random.below(2) === 0;
      const changed = changedDer(isCert ? cert : key, random);
      return isCert ? `${changed}\0${key}` : `${cert}\0${changed}`;
    }
    return mutatedText(`${cert}\0${key}`, random, PEM_TOKENS, random.pick(PAIRS).key);
  },
  take: (text) => {
    const [cert, key] = text.split('\0');
    readIdentity(cert ?? '', key ?? '');
  },
  isRefusal: (error) => isWellSaid(error) && /cert\.pem|key\.pem/.test((error as Error).message),
  least: { taken: 0.01 },
});

/** The bytes behind the letters changed, in the same envelope. */
function changedDer(pem: string, random: SeededRandom): string {
  const [, head, body, tail] = /^(-----BEGIN [^-]+-----)\n([^-]+)(-----END[^]*)$/.exec(pem)!;
  const der = mutatedBytes(Buffer.from(body!, 'base64'), random, Buffer.from('300a'));
  return `${head}\n${der.toString('base64').replace(/.{1,64}/g, '$&\n')}${tail}`;
}
