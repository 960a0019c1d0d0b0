/**
 * Whatever comes as the body or the query of a request: the layers that read it take it, or refuse it with 400 and
 * words for people; and a whole node that is asked over HTTP answers each request, and still works.
 */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deviceIdFromBytes } from '../../src/domain/device-id.js';
import { merged, withEntry } from '../../src/modules/api/config-edits.js';
import { jsonBody, jsonObject } from '../../src/modules/api/json-body.js';
import { configFromXml } from '../../src/modules/config/config-from-xml.js';
import {
  type ConfigJson,
  type JsonObject,
  sameJson,
} from '../../src/modules/config/config-json.js';
import { normalized } from '../../src/modules/config/config-normal.js';
import { configFromRequest } from '../../src/modules/config/config-request.js';
import { CONFIGURATION } from '../../src/modules/config/config-schema.js';
import { writeChanges } from '../../src/modules/config/config-to-xml.js';
import { readConfigXml } from '../../src/modules/config/config-xml.js';
import { newConfigXml } from '../../src/modules/config/config-xml-new.js';
import { SettingsService } from '../../src/modules/config/settings.service.js';
import { BadSettings } from '../../src/modules/config/setting-problem.js';
import { parseXml, serializeXml } from '../../src/modules/config/xml-document.js';
import { type SeededRandom } from '../support/random.js';
import { TestNode } from '../support/test-node.js';
import { fuzz, isSaid } from './support/fuzz.js';
import { anyText, GLOB_TOKENS, JSON_TOKENS, jsonValue, mutatedText } from './support/text-seeds.js';

const OWN = deviceIdFromBytes(Buffer.alloc(32, 5));
const OTHER = deviceIdFromBytes(Buffer.alloc(32, 6));
const XML = serializeXml(
  newConfigXml({ ownId: OWN, deviceName: 'own', guiApiKey: 'key', hasFirstFolder: true }),
);
const CONFIG = normalized(configFromXml(parseXml(XML)), { id: OWN, name: 'own' });
const KEYS = [...keysIn(CONFIG), 'x', 'apiKey', 'encryptionPassword'];

function keysIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [key, ...keysIn(each)]);
}

/** The configuration with some values in it exchanged. */
function changedConfig(random: SeededRandom): ConfigJson {
  const config = structuredClone(CONFIG);
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const section = random.pick([
      'folders',
      'devices',
      'options',
      'gui',
      'ldap',
      'defaults',
    ] as const);
    const value = config[section] as unknown as JsonObject;
    const target = Array.isArray(value) ? (random.pick(value) as JsonObject) : value;
    change(target, random);
  }
  return config;
}

function change(target: JsonObject, random: SeededRandom): void {
  const key = random.pick(Object.keys(target));
  const value = target[key];
  const isInner = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (isInner && random.below(3) > 0) change(value as JsonObject, random);
  else target[key] = jsonValue(random, 2, KEYS) as JsonObject;
}

function bodyText(random: SeededRandom): string {
  const kind = random.below(10);
  if (kind === 0) return anyText(random, JSON_TOKENS, 30);
  if (kind === 1)
    return random
      .pick(['[', '{"a":', '"', '[[],', '{"folders":['])
      .repeat(random.below(random.below(100) === 0 ? 200_000 : 50));
  if (kind === 2) return JSON.stringify(jsonValue(random, 4, KEYS)) ?? '';
  const good = JSON.stringify(changedConfig(random));
  return kind < 8 ? good : mutatedText(good, random, JSON_TOKENS, good);
}

/** Of HTTP: status and words. */
function isAnswered(error: unknown): boolean {
  const { status, message } = error as { status?: number; message: string };
  return (status === 400 || error instanceof BadSettings) && isSaid(message);
}

fuzz<string>({
  name: 'bodies are configurations, which a file then says as they are, or refused with every problem named',
  make: bodyText,
  take: (text, random) => {
    const body = jsonBody(text);
    const config = normalized(
      { ...configFromRequest(body), version: 37 },
      { id: OWN, name: 'own' },
    );
    if (({} as Record<string, unknown>)['x'] !== undefined)
      throw new Error('objects inherit of a body');
    // To write the file and to read it again takes twenty times longer than all before.
    if (random.below(20) > 0) return;
    const document = parseXml(XML);
    writeChanges(CONFIGURATION, document.root, { ...CONFIG }, { ...config }, 0);
    const written = serializeXml(document);
    const said = normalized(configFromXml(parseXml(written)), { id: OWN, name: 'own' });
    // The service refuses what a file cannot hold.
    const isKept = sameJson(said, config) || !canBeHeld(config);
    if (!isKept) throw new Error('the file says something else');
    readConfigXml(written, { userHome: '/h', workingDirectory: '/w', ownId: OWN });
  },
  isRefusal: isAnswered,
});

/** A file holds no blanks at the ends of texts, and no empty texts in lists. */
function canBeHeld(value: unknown): boolean {
  if (typeof value === 'string') return value === value.trim();
  if (Array.isArray(value)) return value.every((each) => each !== '' && canBeHeld(each));
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, each]) => canBeHeld(key) && canBeHeld(each));
}

fuzz<string>({
  name: 'parts of a configuration are merged without touching what objects inherit',
  make: (random) => JSON.stringify(jsonValue(random, 4, KEYS)) ?? '',
  take: (text) => {
    const stated = jsonObject(text);
    const folder = merged(CONFIG.defaults.folder, stated);
    const config = withEntry(CONFIG, 'folders', { ...folder, id: 'x' });
    if (Object.getPrototypeOf(folder) !== Object.prototype) throw new Error('another prototype');
    for (const name of ['x', 'id', 'polluted']) {
      if (name in {}) throw new Error('objects inherit of a body');
    }
    configFromRequest(config);
  },
  isRefusal: isAnswered,
});

let base: string;
let node: TestNode;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'syncnest-fuzz-'));
  node = await TestNode.create(base, 'node');
  await node.start({ http: true, devices: [{ id: OTHER }] });
}, 60_000);

afterAll(async () => {
  agent.destroy();
  await node.stop();
  rmSync(base, { recursive: true, force: true });
});

const ROUTES: readonly (readonly [method: string, path: string])[] = [
  ...[
    'status',
    'completion',
    'browse',
    'file',
    'need',
    'remoteneed',
    'localchanged',
    'ignores',
  ].map((path) => ['GET', `db/${path}`] as const),
  ...['scan', 'override', 'revert', 'prio', 'ignores'].map(
    (path) => ['POST', `db/${path}`] as const,
  ),
  ...[
    'folder/errors',
    'folder/pullerrors',
    'folder/versions',
    'stats/folder',
    'system/log',
    'svc/deviceid',
    'svc/lang',
    'svc/random/string',
  ].map((path) => ['GET', path] as const),
  ...[
    'system/error',
    'folder/versions',
    'system/pause',
    'system/resume',
    'config/folders',
    'config/devices',
  ].map((path) => ['POST', path] as const),
  ...[
    'config/folders',
    'config/devices',
    'config/options',
    'config/gui',
    'config/ldap',
    'config/defaults/folder',
    'config/defaults/ignores',
    'config',
  ].map((path) => ['PUT', path] as const),
  ...[
    'config/options',
    'config/folders/default',
    'config/defaults/device',
    `config/devices/${OTHER}`,
    'config/folders/__proto__',
  ].map((path) => ['PATCH', path] as const),
  ['DELETE', 'cluster/pending/devices'],
  ['DELETE', 'cluster/pending/folders'],
  ['GET', 'cluster/pending/folders'],
  ['GET', 'system/browse'],
  ['TRACE', 'system/ping'],
];
const PARAMETERS = [
  'folder',
  'device',
  'prefix',
  'levels',
  'page',
  'perpage',
  'file',
  'sub',
  'next',
  'since',
  'limit',
  'length',
  'id',
  'below',
  'dirsonly',
  '__proto__',
  'folder[x]',
  'folder[]',
];
const VALUES = [
  'default',
  '',
  '..',
  '/',
  '%00',
  '%ff',
  '%',
  '-1',
  '1e9',
  '9999999999999999999999',
  'constructor',
  '%F0%9F%98%80',
  '%0d%0aX: y',
  OTHER,
  'a'.repeat(2_000),
  '0',
  '*',
];

/** `METHOD path?query`, a line feed, and the body. */
function requestText(random: SeededRandom): string {
  const [method, path] = random.pick(ROUTES);
  const parameters = Array.from(
    { length: random.below(4) },
    () => `${random.pick(PARAMETERS)}=${random.pick(VALUES)}`,
  );
  const folder = random.below(2) === 0 ? ['folder=default'] : [];
  const query = [...folder, ...parameters].join('&');
  return `${method} ${path}?${query}\n${method === 'GET' ? '' : body(path, random)}`;
}

function body(path: string, random: SeededRandom): string {
  const kind = random.below(4);
  if (kind === 0) return bodyText(random).slice(0, 20_000);
  if (path.endsWith('ignores'))
    return JSON.stringify({ ignore: [anyText(random, GLOB_TOKENS, 8)] });
  if (kind === 1)
    return JSON.stringify({
      [random.pick(['a', '../b', '__proto__'])]: random.pick([
        '2020-01-01T00:00:00Z',
        '+275760-09-13',
        '',
      ]),
    });
  return JSON.stringify(jsonValue(random, 3, KEYS)) ?? '';
}

/** While a key changes. */
const REFUSED_AT_THE_DOOR_MAX = 100;
let refusedAtTheDoor = 0;

function ask(text: string): Promise<{ status: number; text: string }> {
  const end = text.indexOf('\n');
  const [method, path] = text.slice(0, end).split(' ');
  const [host, port] = node.httpAddress.split(':');
  // A request may have given the node another one; with an old one all that follows would be refused at the door.
  const { apiKey = '' } = node.get(SettingsService).settings.gui ?? {};
  const headers = { 'X-API-Key': apiKey, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host, port, agent, method, path: `/rest/${path}`, headers },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() }),
        );
        answer.on('error', reject);
      },
    );
    sent.on('error', reject);
    sent.end(text.slice(end + 1));
  });
}

fuzz<string>({
  name: 'a node that is asked over HTTP answers every request, in words for people where it refuses',
  make: requestText,
  take: async (text) => {
    const answer = await ask(text);
    if (answer.status >= 200 && answer.status < 300) return 'taken';
    if (answer.status === 403) refusedAtTheDoor += 1;
    const isOfClient = answer.status >= 400 && answer.status < 600;
    if (!isOfClient || !isSaid(answer.text.padEnd(12))) {
      throw new Error(`answered ${answer.status}: ${answer.text.slice(0, 300)}`);
    }
    return 'refused';
  },
});

it('still works after all of that', async () => {
  expect((await ask('GET system/ping\n')).status).toBe(200);
  expect((await ask('GET config\n')).status).toBe(200);
  expect(refusedAtTheDoor).toBeLessThan(REFUSED_AT_THE_DOOR_MAX);
});
