/** Whatever becomes of a folder's entry in the configuration, nothing that a user wrote is lost anywhere. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FolderSettings } from '../src/modules/config/settings.js';
import { ConnectedDevices } from '../src/modules/connections/connected-devices.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { change, settle, startPair, TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

let base: string;
let a: TestNode;
let b: TestNode;
/** Another directory of a, which was a folder before: it has a marker. */
let other: string;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-changed-'));
  a = await TestNode.create(base, 'a');
  b = await TestNode.create(base, 'b');
  other = join(base, 'other');
  fs.mkdirSync(join(other, '.stfolder'), { recursive: true });
  fs.writeFileSync(join(other, 'theirs'), 'of the other directory');
  fs.writeFileSync(join(a.root, 'kept'), 'kept');
  await startPair(a, b);
  await settle(a, b);
});
afterEach(async () => {
  await a.stop();
  await b.stop();
  fs.rmSync(base, { recursive: true });
});

const lead = (path: string): Promise<void> =>
  change(a, ({ folders }) => void Object.assign(folders[0]!, { path }));

const restart = async (folders: readonly Partial<FolderSettings>[]): Promise<void> => {
  await a.stop();
  await a.start({ devices: [{ id: b.id, addresses: [b.address] }], folders });
};

const textOf = (root: string, name: string): string | undefined =>
  fs.existsSync(join(root, name)) ? fs.readFileSync(join(root, name), 'utf8') : undefined;
const namesIn = (root: string): string[] =>
  fs
    .readdirSync(root)
    .filter((name) => !name.startsWith('.'))
    .sort();

const bothSame = (root: string): Promise<void> =>
  until('both have both files', () =>
    [root, b.root].every((each) => namesIn(each).join() === 'kept,theirs'),
  );

it('a folder that is led to another directory, running or paused, deletes nothing', async () => {
  const connection = a.get(ConnectedDevices).get(b.id);
  await lead(other);
  await bothSame(other);
  expect(textOf(a.root, 'kept')).toBe('kept');
  await change(a, ({ folders }) => void (folders[0]!['paused'] = true));
  await lead(a.root);
  await change(a, ({ folders }) => void (folders[0]!['paused'] = false));
  await bothSame(a.root);
  expect(a.get(ConnectedDevices).get(b.id)).toBe(connection);
});

it('a folder whose path was edited between two runs deletes nothing', async () => {
  await restart([{ path: other }]);
  await bothSame(other);
  const empty = join(base, 'empty');
  fs.mkdirSync(empty);
  await restart([{ path: empty }]);
  await bothSame(empty);
});

it('a folder that was removed by hand and comes again elsewhere deletes nothing', async () => {
  await restart([]);
  expect(await a.get(IndexDatabase).folders()).toEqual([]);
  await restart([{ path: other }]);
  await bothSame(other);
});

it('a folder whose directory was moved keeps its index, and what was deleted on the way', async () => {
  const { indexId } = await a.get(IndexDatabase).addFolder('default');
  fs.writeFileSync(join(a.root, 'more'), 'more');
  await settle(a, b);
  await a.stop();
  const moved = join(base, 'moved');
  fs.renameSync(a.root, moved);
  fs.rmSync(join(moved, 'kept'));
  await restart([{ path: moved }]);
  await until('the delete arrives', () => namesIn(b.root).join() === 'more');
  expect((await a.get(IndexDatabase).addFolder('default')).indexId).toBe(indexId);
});

it('a folder that comes again with an old copy does not outrank what it announced before', async () => {
  fs.writeFileSync(join(a.root, 'kept'), 'written later');
  await settle(a, b);
  await change(a, (config) => void (config.folders = []));
  fs.writeFileSync(join(a.root, 'kept'), 'kept');
  await change(a, ({ folders }) => {
    folders.push({ id: 'default', path: a.root, devices: [{ deviceID: b.id }] });
  });
  await until('it is shared again', () => a.get(ModelService).runner('default') !== undefined);
  await settle(a, b);
  for (const { root } of [a, b]) {
    const texts = namesIn(root).map((name) => textOf(root, name));
    expect(texts.sort()).toEqual(['kept', 'written later']);
  }
});

it('a folder that is removed in the middle of a pull and comes again keeps what the user wrote', async () => {
  await change(a, ({ options }) => {
    Object.assign(options, { maxRecvKbps: 4096, limitBandwidthInLan: true });
  });
  const content = Buffer.alloc(6 * 1024 * 1024, 'written on b ');
  content.forEach((_, at) => at % 4096 === 0 && content.writeUInt32LE(at, at));
  fs.writeFileSync(join(b.root, 'kept'), content);
  await b.scan();
  const connection = a.get(ConnectedDevices).get(b.id)!;
  const arrived = connection.statistics.bytesIn;
  await until('it is under way', () => connection.statistics.bytesIn > arrived + 1024 * 1024);
  await change(a, (config) => void (config.folders = []));
  expect(textOf(a.root, 'kept')).toBe('kept');
  fs.writeFileSync(join(a.root, 'kept'), 'edited meanwhile');
  await change(a, ({ folders }) => {
    folders.push({ id: 'default', path: a.root, devices: [{ deviceID: b.id }] });
  });
  await settle(a, b);
  for (const { root } of [a, b]) {
    const texts = namesIn(root).map((name) => textOf(root, name)!);
    expect(texts.sort((x, y) => x.length - y.length)).toEqual(['edited meanwhile', `${content}`]);
  }
  expect(a.get(ConnectedDevices).get(b.id)).toBe(connection);
});

it('changes of the configuration in any number at once leave one folder that goes on', async () => {
  const connection = a.get(ConnectedDevices).get(b.id);
  const changes: Promise<void>[] = [];
  for (let i = 0; i < 10; i += 1) {
    changes.push(change(a, ({ folders }) => void (folders[0]!['paused'] = true)));
    changes.push(change(b, ({ folders }) => void (folders[0]!['devices'] = [])));
    changes.push(change(a, ({ folders }) => void (folders[0]!['paused'] = false)));
    const devices = [{ deviceID: a.id }];
    changes.push(change(b, ({ folders }) => void (folders[0]!['devices'] = devices)));
    if (i === 5) fs.writeFileSync(join(a.root, 'meanwhile'), 'meanwhile');
  }
  await Promise.all(changes);
  fs.writeFileSync(join(b.root, 'afterwards'), 'afterwards');
  await settle(a, b);
  const all = ['afterwards', 'kept', 'meanwhile'];
  expect([namesIn(a.root), namesIn(b.root)]).toEqual([all, all]);
  expect(a.get(ConnectedDevices).get(b.id)).toBe(connection);
});
