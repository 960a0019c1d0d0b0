/** Folders of several types on one node, each with its own path and options, and what read-only means for all of them. */
import { jest } from '@jest/globals';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FolderSettings } from '../src/modules/config/settings.js';
import { IndexDatabase } from '../src/modules/database/index-database.js';
import { ModelService } from '../src/modules/model/model.service.js';
import { TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(60_000);

let base: string;
let a: TestNode;
let b: TestNode;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-kinds-'));
  a = await TestNode.create(base, 'a');
  b = await TestNode.create(base, 'b');
});
afterEach(async () => {
  await a.stop();
  await b.stop();
  fs.rmSync(base, { recursive: true });
});

const pathOf = (node: TestNode, id: string): string => join(node.root, id);
const read = (node: TestNode, id: string, name: string): string | undefined =>
  fs.existsSync(join(pathOf(node, id), name))
    ? fs.readFileSync(join(pathOf(node, id), name), 'utf8')
    : undefined;

function write(node: TestNode, id: string, name: string, content: string): void {
  fs.mkdirSync(pathOf(node, id), { recursive: true });
  fs.writeFileSync(join(pathOf(node, id), name), content);
}

const foldersOf = (
  node: TestNode,
  kinds: Readonly<Record<string, Partial<FolderSettings>>>,
  device: string,
): Partial<FolderSettings>[] =>
  Object.entries(kinds).map(([id, settings]) => ({
    ...{ id, path: pathOf(node, id), devices: [device], watch: false },
    ...settings,
  }));

/** b's folders are of the kinds given, a's send and receive. */
async function startBoth(
  kinds: Readonly<Record<string, Partial<FolderSettings>>>,
  readOnly = false,
): Promise<void> {
  const ofA = Object.fromEntries(Object.keys(kinds).map((id) => [id, {}]));
  await a.start({ devices: [{ id: b.id }], folders: foldersOf(a, ofA, b.id) });
  await b.start({
    devices: [{ id: a.id, addresses: [a.address] }],
    folders: foldersOf(b, kinds, a.id),
    settings: { readOnly },
  });
  await until('they are connected', () => a.isConnectedTo(b.id) && b.isConnectedTo(a.id));
}

async function exchanged(id: string): Promise<void> {
  await Promise.all([a.scan(id), b.scan(id)]);
  const isKnown = async (node: TestNode, other: TestNode): Promise<boolean> => {
    const { local } = await node.get(IndexDatabase).summary(id);
    const remote = await other.get(IndexDatabase).remoteIndex(id, node.id);
    return local.sequence === remote.sequence;
  };
  await until(
    `${id} is exchanged`,
    async () =>
      (await isKnown(a, b)) &&
      (await isKnown(b, a)) &&
      [a, b].every((node) => node.get(ModelService).runner(id)?.state === 'idle'),
  );
  // Whatever follows from it has been looked at.
  await Promise.all([a.scan(id), b.scan(id)]);
}

it('each folder has its own type, path and options', async () => {
  const kinds = {
    both: {},
    sends: { type: 'sendonly' },
    receives: { type: 'receiveonly', path: join(base, 'elsewhere') },
    keeps: { ignoreDelete: true },
    plain: { ignorePerms: true },
  } as const;
  const pathAtB = (id: string): string => (id === 'receives' ? kinds.receives.path : pathOf(b, id));
  for (const id of Object.keys(kinds)) {
    write(a, id, 'of a', 'a');
    fs.chmodSync(join(pathOf(a, id), 'of a'), 0o600);
    fs.mkdirSync(pathAtB(id), { recursive: true });
    fs.writeFileSync(join(pathAtB(id), 'of b'), 'b');
  }
  await startBoth(kinds);
  for (const id of Object.keys(kinds)) await exchanged(id);
  for (const id of Object.keys(kinds)) {
    const [here, there] = [pathAtB(id), pathOf(a, id)].map((path) => fs.readdirSync(path));
    expect({ id, has: here.includes('of a') }).toEqual({ id, has: id !== 'sends' });
    expect({ id, has: there.includes('of b') }).toEqual({ id, has: id !== 'receives' });
  }
  expect(fs.statSync(join(pathAtB('both'), 'of a')).mode & 0o777).toBe(0o600);
  expect(fs.statSync(join(pathAtB('plain'), 'of a')).mode & 0o777).toBe(0o644);
  for (const id of ['both', 'keeps', 'receives']) fs.rmSync(join(pathOf(a, id), 'of a'));
  for (const id of ['both', 'keeps', 'receives']) await exchanged(id);
  for (const id of ['both', 'keeps', 'receives']) {
    const has = fs.existsSync(join(pathAtB(id), 'of a'));
    expect({ id, has }).toEqual({ id, has: id === 'keeps' });
  }
});

it('a node that is read-only changes no folder, and a receive-only one stays silent too', async () => {
  write(a, 'receives', 'of a', 'a');
  write(a, 'receives', 'of both', 'from a');
  write(b, 'receives', 'of both', 'from b');
  write(b, 'receives', 'of b', 'b');
  await startBoth({ receives: { type: 'receiveonly' } }, true);
  await exchanged('receives');
  const model = b.get(ModelService);
  await expect(model.revert('receives')).rejects.toMatchObject({ code: 'refused' });
  await expect(model.override('receives')).rejects.toMatchObject({ code: 'refused' });
  await exchanged('receives');
  expect(read(b, 'receives', 'of a')).toBeUndefined();
  expect(read(b, 'receives', 'of both')).toBe('from b');
  expect(read(a, 'receives', 'of both')).toBe('from a');
  expect(read(a, 'receives', 'of b')).toBeUndefined();
});

it('what a receive-only folder keeps is known after a restart, and reverted then', async () => {
  write(a, 'receives', 'f', 'from a');
  await startBoth({ receives: { type: 'receiveonly' } });
  await exchanged('receives');
  write(b, 'receives', 'f', 'from b, and longer');
  write(b, 'receives', 'new', 'from b');
  await b.scan('receives');
  await b.stop();
  const folders = foldersOf(b, { receives: { type: 'receiveonly' } }, a.id);
  await b.start({ devices: [{ id: a.id, addresses: [a.address] }], folders });
  await until('they are connected', () => a.isConnectedTo(b.id) && b.isConnectedTo(a.id));
  await exchanged('receives');
  const { receiveOnlyChanged } = await b.get(IndexDatabase).summary('receives');
  expect(receiveOnlyChanged).toMatchObject({ files: 2, deleted: 0 });
  expect(read(a, 'receives', 'f')).toBe('from a');
  await b.get(ModelService).revert('receives');
  await until('it is as a has it', () => read(b, 'receives', 'f') === 'from a');
  expect(read(b, 'receives', 'new')).toBeUndefined();
});
