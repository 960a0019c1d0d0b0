/** The HTTP side beside that of a stock Syncthing: the same keys in the answers, and its own command line reads ours. */
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { hasStock, STOCK_BINARY, StockNode } from '../support/stock-node.js';
import { SyncWatch } from '../support/sync-watch.js';
import { API_KEY, TestNode } from '../support/test-node.js';
import { until } from '../support/wait.js';

const describeWithStock = hasStock() ? describe : describe.skip;

/** Absent on a stock node of 1.19 that has nothing to say there, or of ours alone. */
const OWN_KEYS = new Set(['isLocal', 'remoteSequence', 'remoteState', 'error', 'watchError']);

/** Every key with its place; what stands under IDs, addresses and in lists counts once. */
function keysOf(value: unknown, place = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, `${place}[]`));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (OWN_KEYS.has(key)) return [];
    const shown = /^[A-Z2-7]{7}-|:\/\//.test(key) ? '*' : key;
    const here = `${place}/${shown}`;
    return [here, ...keysOf(inner, here)];
  });
}

const sorted = (keys: readonly string[]): string[] => [...new Set(keys)].sort();

describeWithStock('beside a stock Syncthing', () => {
  let base: string;
  let ours: TestNode;
  let stock: StockNode;

  beforeAll(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'syncnest-rest-'));
    ours = await TestNode.create(base, 'ours');
    const stockHome = join(base, 'stock-home');
    const stockRoot = join(base, 'stock');
    fs.mkdirSync(stockRoot);
    fs.writeFileSync(join(ours.root, 'of-ours'), 'ours');
    fs.writeFileSync(join(stockRoot, 'of-stock'), 'stock');
    stock = await StockNode.create(stockHome);
    await ours.start({ http: true, devices: [{ id: stock.id, addresses: [stock.address] }] });
    stock.configure({ folderPath: stockRoot, peers: [{ id: ours.id, address: ours.address }] });
    await stock.start();
    await until('both have both files', () =>
      [ours.root, stockRoot].every((root) =>
        ['of-ours', 'of-stock'].every((name) => fs.existsSync(join(root, name))),
      ),
    );
    await until('both need nothing', async () => {
      const done = await ours.rest(`db/completion?folder=default&device=${stock.id}`);
      return done['completion'] === 100 && (await stock.isInSync()) && (await ours.isInSync());
    });
  });

  afterAll(async () => {
    await stock.stop();
    await ours.stop();
    fs.rmSync(base, { recursive: true });
  });

  it.each([
    'system/ping',
    'system/version',
    'system/status',
    'system/connections',
    'db/status?folder=default',
    'db/completion?folder=default',
    'db/file?folder=default&file=of-ours',
    'db/browse?folder=default',
    'db/need?folder=default',
    'db/localchanged?folder=default',
    'folder/errors?folder=default',
    'stats/device',
    'stats/folder',
    'config',
    'config/folders',
    'config/devices',
    'config/options',
    'config/gui',
    'config/ldap',
    'config/defaults/folder',
    'config/restart-required',
    'system/config/insync',
    'cluster/pending/devices',
  ])('answers %s with the same keys', async (path) => {
    const theirs = keysOf(await stock.rest('GET', path));
    expect(sorted(keysOf(await ours.rest(path)))).toEqual(sorted(theirs));
  });

  it('agrees with it on the figures of the folder', async () => {
    const figures = ['globalFiles', 'globalBytes', 'localFiles', 'localBytes', 'needTotalItems'];
    const [a, b] = [
      await ours.rest('db/status?folder=default'),
      await stock.rest('GET', 'db/status?folder=default'),
    ];
    for (const figure of figures) expect([figure, a[figure]]).toEqual([figure, b[figure]]);
    const { sequence } = await stock.rest('GET', `db/completion?folder=default&device=${ours.id}`);
    expect(sequence).toBe(a['sequence']);
  });

  it('names the same fields in the events that both send', async () => {
    const types = ['Starting', 'StartupComplete', 'LocalIndexUpdated', 'RemoteIndexUpdated'];
    const more = ['StateChanged', 'DeviceConnected', 'ItemStarted', 'ItemFinished'];
    interface Event {
      readonly type: string;
      readonly data: object;
    }
    const mine = await ours.rest<Event[]>('events?timeout=0');
    const theirs = await stock.rest<Event[]>('GET', 'events?timeout=0');
    const disk = ['LocalChangeDetected', 'RemoteChangeDetected'];
    mine.push(...(await ours.rest<Event[]>('events/disk?timeout=0')));
    theirs.push(...(await stock.rest<Event[]>('GET', 'events/disk?timeout=0')));
    for (const type of [...types, ...more, ...disk]) {
      const keys = (events: readonly Event[]): string[] =>
        sorted(events.filter((event) => event.type === type).flatMap(({ data }) => keysOf(data)));
      expect({ type, keys: keys(mine) }).toEqual({ type, keys: keys(theirs) });
    }
  });

  it('agrees with it in events so far that a program sees when both are in sync', async () => {
    const watches = [
      new SyncWatch(ours.id, (since) => ours.rest(`events?since=${since}&timeout=0`)),
      new SyncWatch(stock.id, (since) => stock.rest('GET', `events?since=${since}&timeout=0`)),
    ];
    const areInSync = async (): Promise<boolean> => {
      for (const watch of watches) await watch.read();
      return SyncWatch.areInSync(watches);
    };
    await until('the events say in sync', areInSync);
    for (const root of [ours.root, join(base, 'stock')]) {
      fs.writeFileSync(join(root, `more ${root.length}`), 'more');
      fs.rmSync(join(root, 'of-stock'), { force: true });
      await Promise.all([ours.ask('POST', 'db/scan?folder=default'), stock.scan()]);
    }
    await until('the events say in sync after changes', areInSync);
    const names = (root: string): string[] => fs.readdirSync(root).sort();
    expect(names(ours.root)).toEqual(names(join(base, 'stock')));
    expect(names(ours.root)).not.toContain('of-stock');
  });

  it('is read by its command line', async () => {
    const run = promisify(execFile);
    const address = [`--gui-address=${ours.httpAddress}`, `--gui-apikey=${API_KEY}`];
    const cli = async (...args: string[]): Promise<string> => {
      const env = { ...process.env, HOME: base };
      return (await run(STOCK_BINARY, ['cli', ...address, ...args], { env })).stdout;
    };
    expect(JSON.parse(await cli('show', 'system'))).toMatchObject({ myID: ours.id });
    expect(JSON.parse(await cli('show', 'version'))).toHaveProperty('longVersion');
    expect(JSON.parse(await cli('show', 'connections'))).toMatchObject({
      connections: { [stock.id]: { connected: true } },
    });
    expect((await cli('config', 'folders', 'list')).trim()).toBe('default');
    expect((await cli('config', 'devices', 'list')).trim().split('\n')).toContain(stock.id);
    await cli('config', 'folders', 'default', 'label', 'set', 'from the command line');
    expect((await cli('config', 'folders', 'default', 'label', 'get')).trim()).toBe(
      'from the command line',
    );
  });
});
