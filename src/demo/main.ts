/**
 * `npm run demo`: two nodes in temporary homes on loopback, in this process, and what they do with a tree, a change,
 * a rename, a delete and a conflict. Exit status 0 when all of it went as promised.
 */
import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppModule } from '../app.module.js';
import { SystemClock } from '../platform/clock.js';
import { loadOrCreateIdentity, makeHome } from '../modules/cert/identity-files.js';
import { ConnectedDevices } from '../modules/connections/connected-devices.js';
import { ConnectionsService } from '../modules/connections/connections.service.js';
import { settingsFor } from '../modules/config/settings-for.js';
import { ModelService } from '../modules/model/model.service.js';

const STEP_LIMIT_MS = 10_000;
const LOOK_AGAIN_MS = 10;
const FILES = 200;
const FILE_BYTES = 20_000;

const clock = new SystemClock();
const startMs = clock.monotonicMs();

function say(text: string): void {
  const seconds = ((clock.monotonicMs() - startMs) / 1000).toFixed(2).padStart(5);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

interface DemoNode {
  readonly name: string;
  readonly id: string;
  readonly home: string;
  readonly root: string;
  app?: INestApplicationContext;
}

async function makeNode(base: string, name: string): Promise<DemoNode> {
  const home = join(base, `${name}-home`);
  const root = join(base, name);
  fs.mkdirSync(root);
  makeHome(home);
  const { deviceId } = await loadOrCreateIdentity(home, clock);
  return { name, id: deviceId, home, root };
}

async function start(node: DemoNode, peer: DemoNode, addresses: string[]): Promise<void> {
  const settings = settingsFor({
    home: node.home,
    deviceName: node.name,
    listenAddresses: ['tcp://127.0.0.1:0'],
    reconnectIntervalS: 1,
    folders: [{ id: 'demo', path: node.root, rescanIntervalS: 0 }],
    devices: [{ id: peer.id, addresses }],
  });
  node.app = await NestFactory.createApplicationContext(AppModule.register({ settings }), {
    logger: ['error', 'warn'],
  });
}

function scan(node: DemoNode): void {
  node.app?.get(ModelService).runner('demo')?.requestScan(['']);
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  const endMs = clock.monotonicMs() + STEP_LIMIT_MS;
  while (!isSo()) {
    if (clock.monotonicMs() > endMs) throw new Error(`not so after ${STEP_LIMIT_MS} ms: ${what}`);
    await clock.sleep(LOOK_AGAIN_MS);
  }
}

const read = (node: DemoNode, name: string): string | undefined => {
  const path = join(node.root, name);
  return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : undefined;
};

/** Bytes that came in over the connection so far. */
function bytesIn(node: DemoNode, peer: DemoNode): number {
  return node.app?.get(ConnectedDevices).get(peer.id)?.statistics.bytesIn ?? 0;
}

async function showTree(a: DemoNode, b: DemoNode): Promise<void> {
  for (let i = 0; i < FILES; i += 1) {
    const directory = join(a.root, `album-${i % 10}`);
    fs.mkdirSync(directory, { recursive: true });
    fs.writeFileSync(join(directory, `picture-${i}`), `${i} `.repeat(FILE_BYTES / 4));
  }
  scan(a);
  const count = (): number =>
    fs
      .readdirSync(b.root, { recursive: true })
      .filter((name) => /picture-\d+$/.test(name.toString()) && !/\.tmp$/.test(name.toString()))
      .length;
  await until('the tree has arrived', () => count() === FILES);
  say(`tree      ${FILES} files in 10 directories went from ${a.name} to ${b.name}`);
}

async function showChange(a: DemoNode, b: DemoNode): Promise<void> {
  fs.writeFileSync(join(a.root, 'album-0/picture-0'), 'edited');
  scan(a);
  await until('the change has arrived', () => read(b, 'album-0/picture-0') === 'edited');
  say(`change    an edit on ${a.name} reached ${b.name}`);
}

async function showRename(a: DemoNode, b: DemoNode): Promise<void> {
  fs.writeFileSync(join(a.root, 'film'), Buffer.alloc(8_000_000, 'moving pictures '));
  scan(a);
  await until('the film has arrived', () => read(b, 'film') !== undefined);
  const before = bytesIn(b, a);
  fs.renameSync(join(a.root, 'film'), join(a.root, 'album-1/film'));
  scan(a);
  await until('the rename has arrived', () => read(b, 'album-1/film') !== undefined);
  await until('the old name is gone', () => read(b, 'film') === undefined);
  const moved = bytesIn(b, a) - before;
  if (moved > 100_000) throw new Error(`the rename moved ${moved} bytes`);
  say(`rename    8 MB got another name and directory: ${moved} bytes on the wire`);
}

async function showDelete(a: DemoNode, b: DemoNode): Promise<void> {
  fs.rmSync(join(a.root, 'album-2'), { recursive: true });
  scan(a);
  await until('the delete has arrived', () => !fs.existsSync(join(b.root, 'album-2')));
  say(`delete    a directory removed on ${a.name} is gone on ${b.name}`);
}

async function showConflict(a: DemoNode, b: DemoNode): Promise<void> {
  fs.writeFileSync(join(a.root, 'album-0/picture-0'), `edited on ${a.name}`);
  fs.writeFileSync(join(b.root, 'album-0/picture-0'), `edited on ${b.name} too`);
  scan(a);
  scan(b);
  const versions = (node: DemoNode): string[] =>
    fs
      .readdirSync(join(node.root, 'album-0'))
      .filter((name) => /^picture-0(\.sync-conflict-.*)?$/.test(name))
      .map((name) => read(node, `album-0/${name}`) ?? '');
  const hasBoth = (node: DemoNode): boolean =>
    [`edited on ${a.name}`, `edited on ${b.name} too`].every((text) =>
      versions(node).includes(text),
    );
  await until('both have both versions', () => hasBoth(a) && hasBoth(b));
  const copy = fs.readdirSync(join(b.root, 'album-0')).find((name) => name.includes('conflict'));
  say(`conflict  edited on both at once: both versions are on both, one as ${copy}`);
}

async function demonstrate(base: string): Promise<void> {
  const a = await makeNode(base, 'oslo');
  const b = await makeNode(base, 'lima');
  try {
    await start(b, a, ['dynamic']);
    await start(a, b, [b.app!.get(ConnectionsService).listenAddresses[0]]);
    await until('the nodes are connected', () => bytesIn(b, a) > 0);
    say(`connected ${a.name} ${a.id.slice(0, 7)} and ${b.name} ${b.id.slice(0, 7)}`);
    await showTree(a, b);
    await showChange(a, b);
    await showRename(a, b);
    await showDelete(a, b);
    await showConflict(a, b);
  } finally {
    await Promise.all([a.app?.close(), b.app?.close()]);
  }
  say('stopped   everything is flushed and closed');
}

const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-demo-'));
try {
  await demonstrate(base);
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
