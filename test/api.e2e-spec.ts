/** The HTTP side of a real node over real HTTP: who is let in, what is answered, and what changes while it runs. */
import { EventEmitter2 } from '@nestjs/event-emitter';
import { hashSync } from 'bcryptjs';
import * as fs from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../src/app.module.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { Test } from '@nestjs/testing';
import { EventsService } from '../src/modules/events/events.service.js';
import { type ApiEvent, EVENTS_MAX } from '../src/modules/api/event-buffer.js';
import { EventLogService } from '../src/modules/api/event-log.service.js';
import { DiscoveryService } from '../src/modules/discovery/discovery.service.js';
import { settingsFor } from '../src/modules/config/settings-for.js';
import { SeededRandom } from './support/random.js';
import { API_KEY, type HttpAnswer, TestNode } from './support/test-node.js';
import { SyncWatch } from './support/sync-watch.js';
import { makeTree } from './support/tree.js';
import { until } from './support/wait.js';

const STRANGER = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';

let base: string;
let node: TestNode;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-api-'));
  node = await TestNode.create(base, 'a');
});

afterEach(async () => {
  await node.stop();
  fs.rmSync(base, { recursive: true });
});

/** As fetch does not let a test do it: with any Host header. */
function raw(path: string, headers: Record<string, string>, method = 'GET'): Promise<HttpAnswer> {
  const [host, port] = node.httpAddress.split(':');
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path, headers, method }, (response) => {
      let text = '';
      response.on('data', (data: Buffer) => (text += data.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', reject).end();
  });
}

const basic = (login: string): Record<string, string> => ({
  Authorization: `Basic ${Buffer.from(login).toString('base64')}`,
});

describe('who is let in', () => {
  beforeEach(() => node.start({ http: true }));

  it('is whoever has the key, in its header or as a bearer token', async () => {
    const bearer = `Bearer ${API_KEY}`;
    for (const [name, value] of [
      ['X-API-Key', API_KEY],
      ['authorization', bearer],
    ] as const) {
      const headers = { [name]: value };
      expect(await raw('/rest/system/ping', headers)).toMatchObject({ status: 200 });
    }
  });

  it('is no page of another name that leads here', async () => {
    const host = { 'X-API-Key': API_KEY, Host: 'rebound.example.com' };
    expect(await raw('/rest/system/ping', host)).toEqual({
      status: 403,
      text: 'Host check error\n',
    });
    for (const name of ['localhost:1234', '127.0.0.1', '[::1]:8384', 'x.localhost']) {
      expect(await raw('/rest/noauth/health', { Host: name })).toMatchObject({ status: 200 });
    }
  });

  it('is the user with the password, once there is one, and not from the page of another site', async () => {
    const stated = { user: 'jb', password: hashSync('secret', 4) };
    expect((await node.ask('PATCH', 'config/gui', stated)).status).toBe(200);
    const ping = '/rest/system/ping';
    expect((await raw(ping, {})).status).toBe(401);
    expect((await raw(ping, basic('jb:wrong'))).status).toBe(401);
    expect((await raw(ping, basic('bj:secret'))).status).toBe(401);
    expect((await raw(ping, basic('jb:secret'))).status).toBe(200);
    const foreign = { ...basic('jb:secret'), Origin: 'http://elsewhere.example.com' };
    expect((await raw(ping, foreign)).status).toBe(403);
  });

  it('reads a password only as its hash', async () => {
    await node.ask('PATCH', 'config/gui', { user: 'jb', password: 'secret' });
    const { password } = await node.rest<{ password: string }>('config/gui');
    expect(password).toMatch(/^\$2/);
    expect((await raw('/rest/system/ping', basic('jb:secret'))).status).toBe(200);
  });
});

it('has no routes in the application of an embedder', async () => {
  const settings = settingsFor({ home: node.home, folders: [], devices: [], listenAddresses: [] });
  const builder = Test.createTestingModule({ imports: [AppModule.register({ settings })] });
  const app = (await builder.compile()).createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  try {
    const response = await fetch(`${await app.getUrl()}/rest/noauth/health`);
    expect(response.status).toBe(404);
  } finally {
    await app.close();
  }
});

describe('folders', () => {
  beforeEach(() => node.start({ http: true, devices: [{ id: STRANGER }] }));

  it('are scanned when the answer comes, the named part only', async () => {
    await node.scan();
    fs.mkdirSync(join(node.root, 'd'));
    fs.writeFileSync(join(node.root, 'd/x'), 'x');
    fs.writeFileSync(join(node.root, 'y'), 'yy');
    const file = (name: string): Promise<HttpAnswer> =>
      node.ask('GET', `db/file?folder=default&file=${name}`);
    expect((await node.ask('POST', 'db/scan?folder=default&sub=d&sub=z')).status).toBe(200);
    expect((await file('d/x')).status).toBe(200);
    expect((await file('y')).status).toBe(404);
    expect((await node.ask('POST', 'db/scan')).status).toBe(200);
    expect(JSON.parse((await file('y')).text)).toMatchObject({
      global: { name: 'y', size: 2, type: 'FILE_INFO_TYPE_FILE', numBlocks: 1 },
      availability: null,
    });
  });

  it('that fail or are not there are an error of the scan', async () => {
    await node.scan();
    fs.rmSync(join(node.root, '.stfolder'), { recursive: true });
    const failed = await node.ask('POST', 'db/scan?folder=default');
    expect(failed).toMatchObject({ status: 500 });
    expect(failed.text).toContain('.stfolder');
    expect(await node.rest('db/status?folder=default')).toMatchObject({ state: 'error' });
    expect(await node.ask('POST', 'db/scan?folder=none')).toMatchObject({ status: 500 });
    expect(await node.ask('GET', 'db/status?folder=none')).toMatchObject({ status: 404 });
  });

  it('are shown as a tree, by prefix and depth', async () => {
    fs.mkdirSync(join(node.root, 'a/b/c'), { recursive: true });
    fs.writeFileSync(join(node.root, 'a/b/f'), 'x');
    fs.writeFileSync(join(node.root, 'a.txt'), 'x');
    await node.scan();
    const browse = async (query: string): Promise<unknown> => {
      const shown = await node.rest<object[]>(`db/browse?folder=default${query}`);
      return JSON.parse(JSON.stringify(shown, ['name', 'children']));
    };
    const inB = [{ name: 'c' }, { name: 'f' }];
    expect(await browse('')).toEqual([
      { name: 'a', children: [{ name: 'b', children: inB }] },
      { name: 'a.txt' },
    ]);
    expect(await browse('&levels=0')).toEqual([{ name: 'a' }, { name: 'a.txt' }]);
    expect(await browse('&prefix=a&levels=0')).toEqual([{ name: 'b' }]);
    expect(await browse('&prefix=a/b/')).toEqual(inB);
    expect(await browse('&prefix=a/b&dirsonly=1')).toEqual([{ name: 'c' }]);
  });

  it('tell page by page what another device lacks', async () => {
    makeTree(node.root, 30, new SeededRandom(5));
    await node.scan();
    const { globalTotalItems } = await node.rest('db/status?folder=default');
    const names = new Set<string>();
    for (let page = 1; ; page += 1) {
      const query = `folder=default&device=${STRANGER}&page=${page}&perpage=7`;
      const { files } = await node.rest<{ files: { name: string }[] }>(`db/remoteneed?${query}`);
      for (const { name } of files) names.add(name);
      if (files.length < 7) break;
    }
    expect(names.size).toBe(globalTotalItems);
    const completion = await node.rest(`db/completion?folder=default&device=${STRANGER}`);
    expect(completion).toMatchObject({ completion: 0, needItems: globalTotalItems, sequence: 0 });
    expect(await node.rest('db/completion')).toMatchObject({ completion: 100, needItems: 0 });
  });
});

it('the system tells where it listens and whom discovery knows, from whatever source', async () => {
  await node.start({ http: true });
  expect(await node.rest('system/status')).toMatchObject({ guiAddressUsed: node.httpAddress });
  const addresses = ['tcp://192.0.2.1:22000'];
  node.get(DiscoveryService).cache = () => new Map([[STRANGER, addresses]]);
  expect(await node.rest('system/discovery')).toEqual({ [STRANGER]: { addresses } });
});

describe('events', () => {
  const events = (query = 'timeout=0'): Promise<ApiEvent[]> =>
    node.rest<ApiEvent[]>(`events?${query}`);

  it('are numbered from 1 without gaps, the start first, for each selection', async () => {
    await node.start({ http: true });
    await node.scan();
    const all = await events();
    expect(all[0]).toMatchObject({ type: 'Starting', data: { home: node.home, myID: node.id } });
    expect(all.map(({ id }) => id)).toEqual(all.map((_, at) => at + 1));
    await events('events=StateChanged&timeout=0');
    fs.writeFileSync(join(node.root, 'x'), 'x');
    await node.scan();
    const states = await events('events=StateChanged&timeout=0');
    expect(states.map(({ id }) => id)).toEqual(states.map((_, at) => at + 1));
    expect(new Set(states.map(({ type }) => type))).toEqual(new Set(['StateChanged']));
  });

  it('are waited for, and a wait ends with its time, its reader or the node', async () => {
    await node.start({ http: true });
    await node.scan();
    const lastOf = async (): Promise<number> => (await events()).at(-1)?.id ?? 0;
    const next = events(`since=${await lastOf()}&timeout=20&events=`);
    fs.writeFileSync(join(node.root, 'x'), 'x');
    await node.scan();
    expect((await next).length).toBeGreaterThan(0);
    expect(await events('since=999999&timeout=1')).toEqual([]);
    const gone = new AbortController();
    const headers = { 'X-API-Key': API_KEY };
    const url = `http://${node.httpAddress}/rest/events?since=999999&timeout=600`;
    const left = fetch(url, { headers, signal: gone.signal }).catch(() => 'left');
    const waiting = fetch(url, { headers }).then((response) => response.json());
    gone.abort();
    expect(await left).toBe('left');
    const log = node.get(EventLogService);
    await until('one reader waits', () => log.waiting === 1);
    await node.stop();
    expect(await waiting).toEqual([]);
  });

  it('tell what changed on disk and what no longer asks, and begin to answer at once', async () => {
    await node.start({ http: true });
    await node.scan();
    await events('events=PendingFoldersChanged&timeout=0');
    fs.writeFileSync(join(node.root, 'x'), 'x');
    await node.scan();
    fs.rmSync(join(node.root, 'x'));
    await node.scan();
    const disk = await node.rest<ApiEvent[]>('events/disk?timeout=0');
    const facts = { folder: 'default', folderID: 'default', label: '', path: 'x', type: 'file' };
    const modifiedBy = node.id.slice(0, 7);
    expect(disk.map(({ type, data }) => [type, data])).toEqual([
      ['LocalChangeDetected', { ...facts, action: 'modified', modifiedBy }],
      ['LocalChangeDetected', { ...facts, action: 'deleted', modifiedBy }],
    ]);
    const indexed = (await events()).filter(({ type }) => type === 'LocalIndexUpdated');
    expect(indexed.at(-1)?.data).toMatchObject({ items: 1, filenames: ['x'] });
    const emitter = node.get(EventsService);
    emitter.emit('PendingFolderCleared', { folder: 'f', device: STRANGER });
    const removed = [{ folderID: 'f', deviceID: STRANGER }];
    expect((await events('events=PendingFoldersChanged&timeout=0'))[0]?.data).toEqual({ removed });
    const gone = new AbortController();
    const url = `http://${node.httpAddress}/rest/events?since=99999&timeout=60`;
    const { status } = await fetch(url, { headers: { 'X-API-Key': API_KEY }, signal: gone.signal });
    expect(status).toBe(200);
    gone.abort();
  });

  it('of changed configurations do not keep each of them', async () => {
    await node.start({ http: true });
    for (const label of ['first', 'second']) {
      await node.ask('PATCH', 'config/folders/default', { label });
    }
    const saved = (await events()).filter(({ type }) => type === 'ConfigSaved');
    const labels = saved.map(
      ({ data }) => (data as { folders: { label: string }[] }).folders[0]?.label,
    );
    expect(labels).toEqual(['second', 'second']);
  });

  it('are kept in a bounded number, which readers see from the numbers', async () => {
    await node.start({ http: true });
    const emitter = node.get(EventsService);
    for (let item = 0; item < EVENTS_MAX + 50; item += 1) {
      emitter.emit('DeviceDisconnected', { device: STRANGER, error: `${item}` });
    }
    const kept = await events();
    expect(kept).toHaveLength(EVENTS_MAX);
    expect(kept[0]?.id).toBeGreaterThan(50);
    expect(kept.at(-1)!.id - kept[0]!.id).toBe(EVENTS_MAX - 1);
    expect(await events('timeout=0&limit=3')).toEqual(kept.slice(-3));
  });
});

const watchOf = (watched: TestNode): SyncWatch =>
  new SyncWatch(watched.id, (since) => watched.rest(`events?since=${since}&timeout=0`));

describe('two nodes', () => {
  let other: TestNode;

  beforeEach(async () => {
    other = await TestNode.create(base, 'b');
  });
  afterEach(() => other.stop());

  const inSync = async (watches: readonly SyncWatch[]): Promise<boolean> => {
    for (const watch of watches) await watch.read();
    return SyncWatch.areInSync(watches);
  };

  const pastOf = async (
    asked: TestNode,
  ): Promise<{ folder: { lastFile: { filename: string } }; seen: string }> => {
    const folders =
      await asked.rest<Record<string, { lastFile: { filename: string } }>>('stats/folder');
    const devices = await asked.rest<Record<string, { lastSeen: string }>>('stats/device');
    return { folder: folders['default']!, seen: devices[other.id]!.lastSeen };
  };

  it('are seen to be in sync by events alone, after changes on both and after a restart that forgets no statistics', async () => {
    const options = { http: true } as const;
    const start = async (): Promise<SyncWatch[]> => {
      await other.start({ ...options, devices: [{ id: node.id }] });
      await node.start({ ...options, devices: [{ id: other.id, addresses: [other.address] }] });
      return [watchOf(node), watchOf(other)];
    };
    let watches = await start();
    makeTree(node.root, 40, new SeededRandom(6));
    makeTree(join(other.root, 'more'), 20, new SeededRandom(7));
    await Promise.all([node.ask('POST', 'db/scan'), other.ask('POST', 'db/scan')]);
    await until('the events say in sync', () => inSync(watches));
    expect(fs.readdirSync(node.root).sort()).toEqual(fs.readdirSync(other.root).sort());
    const before = await pastOf(node);
    expect(before.folder.lastFile.filename).toMatch(/^more/);
    await Promise.all([node.stop(), other.stop()]);
    watches = await start();
    const after = await pastOf(node);
    expect(after.folder.lastFile).toEqual(before.folder.lastFile);
    expect(Date.parse(after.seen)).toBeGreaterThanOrEqual(Date.parse(before.seen));
    await until('the events say in sync again', () => inSync(watches));
    const completion = await node.rest(`db/completion?folder=default&device=${other.id}`);
    expect(completion).toMatchObject({ completion: 100, needItems: 0, remoteState: 'valid' });
  });
});

it('a folder that only sends makes its own state the one of all, when asked to', async () => {
  const other = await TestNode.create(base, 'b');
  fs.writeFileSync(join(node.root, 'mine'), 'of the sender');
  await other.start({ devices: [{ id: node.id }] });
  const devices = [{ id: other.id, addresses: [other.address] }];
  await node.start({ http: true, devices, folders: [{ type: 'sendonly' }] });
  await until('the file has arrived', () => fs.existsSync(join(other.root, 'mine')));
  fs.writeFileSync(join(other.root, 'mine'), 'edited by the receiver');
  fs.writeFileSync(join(other.root, 'theirs'), 'made by the receiver');
  await other.scan();
  const needed = async (): Promise<unknown> =>
    (await node.rest('db/status?folder=default'))['needTotalItems'];
  await until('the changes are announced', async () => (await needed()) === 2);
  const names: string[] = [];
  for (const page of [1, 2, 3]) {
    const need = await node.rest(`db/need?folder=default&page=${page}&perpage=1`);
    expect(need).toMatchObject({ progress: [], queued: [], page, perpage: 1 });
    names.push(...(need['rest'] as { name: string }[]).map(({ name }) => name));
  }
  expect(names).toEqual(['mine', 'theirs']);
  expect((await node.ask('POST', 'db/override?folder=default')).status).toBe(200);
  await until('the receiver has what the sender has', () => {
    const isBack = fs.readFileSync(join(other.root, 'mine'), 'utf8') === 'of the sender';
    return isBack && !fs.existsSync(join(other.root, 'theirs'));
  });
  await until('nothing is needed', async () => (await needed()) === 0);
  await other.stop();
});

describe('the configuration', () => {
  it('changes while the node runs: a folder is added, paused, resumed and removed', async () => {
    await node.start({ http: true });
    const path = join(base, 'second');
    fs.mkdirSync(path);
    fs.writeFileSync(join(path, 'x'), 'x');
    const model = node.get(ModelService);
    expect(await node.ask('PUT', 'config/folders/second', { path, label: 'B' })).toMatchObject({
      status: 200,
    });
    expect((await node.ask('POST', 'db/scan?folder=second')).status).toBe(200);
    expect(await node.rest('db/status?folder=second')).toMatchObject({ localFiles: 1 });
    await node.ask('PATCH', 'config/folders/second', { paused: true });
    expect(model.runner('second')).toBeUndefined();
    for (const path of ['completion', 'browse', 'need', 'file', 'localchanged', 'status']) {
      const { status } = await node.ask('GET', `db/${path}?folder=second&file=x`);
      const expected = { browse: 500, status: 200 }[path] ?? 404;
      expect({ path, status }).toEqual({ path, status: expected });
    }
    expect(await node.rest('db/completion')).toMatchObject({ globalItems: 0 });
    await node.ask('PATCH', 'config/folders/second', { paused: false });
    expect(model.runner('second')?.settings.label).toBe('B');
    for (const time of ['first', 'second']) {
      const { status } = await node.ask('DELETE', 'config/folders/second');
      expect({ time, status }).toEqual({ time, status: 200 });
    }
    expect(await node.ask('GET', 'config/folders/second')).toEqual({
      status: 404,
      text: 'No folder with given ID\n',
    });
    const types = (await node.rest<ApiEvent[]>('events?timeout=0')).map(({ type }) => type);
    for (const type of ['ConfigSaved', 'FolderPaused', 'FolderResumed']) {
      expect(types).toContain(type);
    }
  });

  it('takes devices, pauses and forgets them, and refuses what cannot be used', async () => {
    await node.start({ http: true });
    const device = { deviceID: STRANGER.toLowerCase(), name: 'other' };
    expect((await node.ask('POST', 'config/devices', device)).status).toBe(200);
    expect((await node.ask('POST', `system/pause?device=${STRANGER}`)).status).toBe(200);
    expect(await node.rest(`config/devices/${STRANGER}`)).toMatchObject({ paused: true });
    const { connections } = await node.rest<{ connections: object }>('system/connections');
    expect(connections).toMatchObject({ [STRANGER]: { paused: true, connected: false } });
    expect((await node.ask('POST', 'system/resume')).status).toBe(200);
    const folder = { devices: [{ deviceID: STRANGER }] };
    expect((await node.ask('PATCH', 'config/folders/default', folder)).status).toBe(200);
    expect((await node.ask('DELETE', `config/devices/${STRANGER}`)).status).toBe(200);
    expect(JSON.stringify(await node.rest('config/folders'))).not.toContain(STRANGER);
    const bad = await node.ask('PATCH', 'config/folders/default', { rescanIntervalS: 'soon' });
    expect(bad.status).toBe(400);
    expect(bad.text).toContain('rescanIntervalS');
    expect((await node.ask('PATCH', 'config/options', [])).status).toBe(400);
    expect((await node.ask('PUT', 'config', 'x'.repeat(17 * 1024 * 1024))).status).toBe(413);
  });

  it('does not change what other sources set, says which, and takes it repeated', async () => {
    const devices = [{ id: STRANGER, source: 'command line' }] as const;
    await node.start({ http: true, folders: [{ source: 'environment' }], devices });
    const whole = await node.rest('config');
    const requests = [
      ['PATCH', 'config/folders/default', { rescanIntervalS: 7 }, 'environment'],
      ['PUT', 'config/folders/default', { path: '/elsewhere' }, 'environment'],
      ['DELETE', 'config/folders/default', undefined, 'environment'],
      ['PUT', 'config/folders', [], 'environment'],
      ['PUT', 'config', { ...whole, folders: [] }, 'environment'],
      ['POST', 'system/config', { ...whole, devices: [] }, 'command line'],
      ['PATCH', `config/devices/${STRANGER}`, { name: 'other' }, 'command line'],
      ['PUT', 'config/devices', [], 'command line'],
      ['POST', `system/pause?device=${STRANGER}`, undefined, 'command line'],
    ] as const;
    for (const [method, path, body, source] of requests) {
      const { status, text } = await node.ask(method, path, body);
      expect({ method, path, status, text }).toEqual({
        ...{ method, path, status: 409 },
        text: expect.stringContaining(source) as string,
      });
    }
    const [folder] = whole['folders'] as unknown[];
    for (const [method, path, body] of [
      ['PUT', 'config', whole],
      ['POST', 'config', whole],
      ['PATCH', 'config/folders/default', folder],
      ['PATCH', 'config/options', { relaysEnabled: false }],
      ['PUT', 'config/folders/more', { path: join(base, 'more') }],
      ['POST', `system/resume?device=${STRANGER}`],
    ] as const) {
      expect({ path, status: (await node.ask(method, path, body)).status }).toEqual({
        ...{ path, status: 200 },
      });
    }
  });
});

it('keeps and forgets what asked to be let in', async () => {
  await node.start({ http: true });
  const other = await TestNode.create(base, 'b');
  await other.start({ devices: [{ id: node.id, addresses: [node.address] }] });
  await until('the device is pending', async () =>
    Object.keys(await node.rest('cluster/pending/devices')).includes(other.id),
  );
  await other.stop();
  const path = `cluster/pending/devices?device=${other.id}`;
  expect((await node.ask('DELETE', path)).status).toBe(200);
  expect(await node.rest('cluster/pending/devices')).toEqual({});
  expect((await node.ask('DELETE', 'cluster/pending/devices?device=x')).status).toBe(400);
});

it('lets no listener behind for requests that ended', async () => {
  await node.start({ http: true });
  const emitter = node.get(EventEmitter2);
  const before = emitter.listenerCount('StateChanged');
  for (let count = 0; count < 50; count += 1) await node.rest('events?since=99999&timeout=0');
  expect(emitter.listenerCount('StateChanged')).toBe(before);
});
