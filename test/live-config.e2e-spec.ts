/** Folders and devices that are added, shared, paused, resumed and removed while nodes run: what a change does not name
 * goes on undisturbed. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject } from '../src/modules/config/config-json.js';
import { ProgramOrigin } from '../src/modules/config/config-origin.js';
import {
  CONFIG_ORIGIN,
  ConfigurationService,
} from '../src/modules/config/configuration.service.js';
import { type LoadContext, loadSettings } from '../src/modules/config/load-settings.js';
import { certificateIn } from '../src/modules/cert/identity-files.js';
import { parseCommandLine } from '../src/modules/config/command-line.js';
import { ConnectedDevices } from '../src/modules/connections/connected-devices.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ClusterService } from '../src/modules/model/cluster.service.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { hasStock, StockNode } from './support/stock-node.js';
import { change, startPair, TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

/** At the rate below it takes some seconds. */
const BIG_FILE_BYTES = 12 * 1024 * 1024;
const SLOW = {
  maxSendKbps: 0,
  maxRecvKbps: 4096,
  limitInLan: true,
  connectionsMax: 0,
  lanNetworks: [],
};

let base: string;
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-live-'));
  a = await TestNode.create(base, 'a');
  b = await TestNode.create(base, 'b');
});
afterEach(async () => {
  await a.stop();
  await b.stop();
  fs.rmSync(base, { recursive: true });
});

const pathOf = (node: TestNode): string => `${node.root}-two`;

function addTwo(node: TestNode, ...devices: string[]): Promise<void> {
  return change(node, ({ folders }) => {
    const shared = devices.map((deviceID) => ({ deviceID }));
    folders.push({ id: 'two', path: pathOf(node), rescanIntervalS: 0, devices: shared });
  });
}

function setTwo(node: TestNode, values: JsonObject): Promise<void> {
  return change(node, ({ folders }) => {
    Object.assign(
      folders.find(({ id }) => id === 'two')!,
      values,
    );
  });
}

function removeTwo(node: TestNode): Promise<void> {
  return change(node, (config) => {
    config.folders = config.folders.filter(({ id }) => id !== 'two');
  });
}

const write = (node: TestNode, name: string): void =>
  fs.writeFileSync(join(pathOf(node), name), name);
const has = (node: TestNode, name: string): boolean => fs.existsSync(join(pathOf(node), name));
const offered = async (node: TestNode): Promise<string[]> =>
  (await node.get(IndexDatabase).pendingFolders()).map(({ folder }) => folder);
const stateAt = (node: TestNode, other: TestNode): string =>
  node.get(ClusterService).remoteState('two', other.id);

async function brings(from: TestNode, to: TestNode, name: string): Promise<void> {
  write(from, name);
  await from.scan('two');
  await until(`${name} arrives`, () => has(to, name));
}

function bigContent(): Buffer {
  const content = Buffer.alloc(BIG_FILE_BYTES, 'some content ');
  content.forEach((_, at) => at % 4096 === 0 && content.writeUInt32LE(at, at));
  return content;
}

it('a folder is added, shared, paused, resumed and removed while another one is transferred', async () => {
  const content = bigContent();
  fs.writeFileSync(join(b.root, 'big'), content);
  await startPair(a, b, { dialer: { settings: { limits: SLOW } } });
  const connection = a.get(ConnectedDevices).get(b.id);
  await until('the transfer is under way', () => connection!.statistics.bytesIn > 1024 * 1024);

  await addTwo(b, a.id);
  await until('it is offered', async () => (await offered(a)).includes('two'));
  await addTwo(a, b.id);
  await until('the offer is over', async () => (await offered(a)).length === 0);
  await brings(b, a, 'from b');
  await brings(a, b, 'from a');

  await setTwo(b, { paused: true });
  await until('a is told', () => stateAt(a, b) === 'paused');
  write(a, 'made meanwhile');
  await a.scan('two');
  await setTwo(b, { paused: false });
  await until('it arrives', () => has(b, 'made meanwhile'));
  await setTwo(a, { paused: true });
  expect(a.get(ModelService).runner('two')).toBeUndefined();
  write(b, 'made in a pause');
  await b.scan('two');
  await setTwo(a, { paused: false });
  await until('it arrives', () => has(a, 'made in a pause'));

  await removeTwo(a);
  await until('b is told', () => stateAt(b, a) === 'notSharing');
  expect(await a.get(IndexDatabase).folders()).toEqual(['default']);
  expect(has(a, 'from b')).toBe(true);
  await addTwo(a, b.id);
  await brings(b, a, 'after it came back');
  await brings(a, b, 'and the other way');
  expect(fs.readdirSync(pathOf(a)).filter((name) => name.includes('conflict'))).toEqual([]);

  await until('the transfer ends', () => fs.existsSync(join(a.root, 'big')));
  expect(fs.readFileSync(join(a.root, 'big')).equals(content)).toBe(true);
  expect(a.get(ConnectedDevices).get(b.id)).toBe(connection);
});

it('a device that is added is connected, and one that is removed takes its shares along', async () => {
  await b.start({ devices: [{ id: a.id }] });
  await a.start();
  await change(a, ({ devices, folders }) => {
    devices.push({ deviceID: b.id, addresses: [b.address] });
    (folders[0]['devices'] as JsonObject[]).push({ deviceID: b.id });
  });
  await until('connected', () => a.isConnectedTo(b.id));
  fs.writeFileSync(join(a.root, 'x'), 'x');
  await a.scan();
  await until('x arrives', () => fs.existsSync(join(b.root, 'x')));
  await change(a, (config) => {
    config.devices = config.devices.filter(({ deviceID }) => deviceID === a.id);
  });
  await until('disconnected', () => !a.isConnectedTo(b.id));
  const [{ devices }] = a.get(ConfigurationService).get().folders;
  expect(devices).toMatchObject([{ deviceID: a.id }]);
});

it('a send-only folder is announced above what others made of it', async () => {
  await startPair(a, b, { dialer: { folders: [{ type: 'sendonly' }] } });
  fs.writeFileSync(join(a.root, 'kept'), 'right');
  await a.scan();
  await until('kept arrives', () => fs.existsSync(join(b.root, 'kept')));
  fs.writeFileSync(join(b.root, 'kept'), 'wrong one');
  fs.writeFileSync(join(b.root, 'more'), 'not wanted');
  await b.scan();
  await until('a knows', async () => {
    const { need } = await a.get(IndexDatabase).summary('default');
    return need.files === 2;
  });
  await a.get(ModelService).override('default');
  await until('b follows', () => !fs.existsSync(join(b.root, 'more')));
  await until('b has what a has', () => fs.readFileSync(join(b.root, 'kept'), 'utf8') === 'right');
  await expect(b.get(ModelService).override('default')).rejects.toMatchObject({ code: 'refused' });
});

it('what was changed is there after a restart', async () => {
  const context: LoadContext = {
    home: a.home,
    environment: { SYNCNEST_LISTEN: '127.0.0.1:0' },
    commandLine: parseCommandLine(['-N', '-n']).settings,
    hostName: 'host',
    isTerminal: false,
    userHome: a.home,
    workingDirectory: a.home,
    certificateOf: certificateIn,
  };
  const start = (): Promise<void> =>
    a.start({
      settings: loadSettings(context).settings,
      override: (builder) =>
        builder.overrideProvider(CONFIG_ORIGIN).useValue(new ProgramOrigin(context)),
    });
  fs.writeFileSync(join(a.home, 'config.xml'), '<configuration version="37"></configuration>');
  await start();
  await addTwo(a);
  const before = a.get(ConfigurationService).get();
  await a.stop();
  await start();
  expect(a.get(ConfigurationService).get()).toEqual(before);
  expect(before.folders.map(({ id }) => id)).toEqual(['two']);
});

(hasStock() ? it : it.skip)(
  'a stock Syncthing takes part in all of it, on one connection and while it sends a big file',
  async () => {
    const stock = await StockNode.create(join(base, 'stock-home'));
    const roots = ['stock', 'stock-two'].map((name) => join(base, name));
    for (const root of roots) fs.mkdirSync(join(root, '.stfolder'), { recursive: true });
    const content = bigContent();
    fs.writeFileSync(join(roots[0], 'big'), content);
    try {
      const dialed = [{ id: stock.id, addresses: [stock.address] }];
      await a.start({ devices: dialed, settings: { limits: SLOW } });
      const peers = [{ id: a.id, address: 'dynamic' }];
      stock.configure({ folderPath: roots[0], peers });
      await stock.start();
      await until('connected', () => a.isConnectedTo(stock.id));
      const connection = a.get(ConnectedDevices).get(stock.id);
      const config = async (method: string, path: string, body: unknown): Promise<void> => {
        const url = stock.restUrl(`config/folders${path}`);
        const init = { method, headers: { 'X-API-Key': 'key' }, body: JSON.stringify(body) };
        const response = await fetch(url, init);
        expect(response.status).toBe(200);
      };
      const bringsOver = async (name: string): Promise<void> => {
        write(a, `ours ${name}`);
        fs.writeFileSync(join(roots[1], `stock ${name}`), name);
        await a.scan('two');
        await stock.scan('two');
        await until(
          `${name} both ways`,
          () => has(a, `stock ${name}`) && fs.existsSync(join(roots[1], `ours ${name}`)),
        );
        // An update that comes when it has just paused the folder has Syncthing close the connection.
        await until(`${name} is announced`, async () => {
          const path = `db/completion?folder=two&device=${a.id}`;
          return (await stock.rest<{ completion: number }>('GET', path)).completion === 100;
        });
      };
      const devices = [{ deviceID: stock.id }, { deviceID: a.id }];
      const folder = {
        id: 'two',
        path: roots[1],
        fsWatcherEnabled: false,
        rescanIntervalS: 0,
        devices,
      };
      await config('POST', '', folder);
      await until('it is offered', async () => (await offered(a)).includes('two'));
      await addTwo(a, stock.id);
      await bringsOver('1');
      await config('PATCH', '/two', { paused: true });
      const states = a.get(ClusterService);
      await until('told', () => states.remoteState('two', stock.id) === 'paused');
      write(a, 'in a pause of stock');
      await a.scan('two');
      await config('PATCH', '/two', { paused: false });
      await until('arrives', () => fs.existsSync(join(roots[1], 'in a pause of stock')));
      await setTwo(a, { paused: true });
      await setTwo(a, { paused: false });
      await bringsOver('2');
      await removeTwo(a);
      await addTwo(a, stock.id);
      await bringsOver('3');
      await until('the big file arrives', () => fs.existsSync(join(a.root, 'big')));
      expect(fs.readFileSync(join(a.root, 'big')).equals(content)).toBe(true);
      expect(fs.readdirSync(pathOf(a)).filter((name) => name.includes('conflict'))).toEqual([]);
      expect(a.get(ConnectedDevices).get(stock.id)).toBe(connection);
    } finally {
      await stock.stop();
    }
  },
);
