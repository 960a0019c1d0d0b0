/** The life of devices and folders through requests alone, with the real program, while another folder's slow transfer
 * goes on: nothing that a request does not name is disturbed, and everything is there after a restart. */
import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, askProgram } from './support/ask-program.js';
import { PROGRAM, programEnvironment } from './support/node-process.js';
import { freePort } from './support/free-port.js';
import { until } from './support/wait.js';

jest.setTimeout(120_000);

/** At the rate below it takes longer than all that is done meanwhile. */
const BIG_FILE_BYTES = 24 * 1024 * 1024;
const SEND_KIB_PER_S = 1024;

type Json = Record<string, unknown>;

class Program {
  id = '';
  private child: ChildProcess | undefined;

  private constructor(
    private readonly base: string,
    private readonly name: string,
    private readonly port: number,
    private readonly gui: string,
  ) {}

  static async create(base: string, name: string): Promise<Program> {
    return new Program(base, name, await freePort(), `127.0.0.1:${await freePort()}`);
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  root(folder: string): string {
    return join(this.base, this.name, folder);
  }

  async start(): Promise<void> {
    const home = join(this.base, `${this.name}-home`);
    const http = ['--gui-address', this.gui, '--gui-apikey', `key-of-${this.name}`];
    const args = ['--home', home, '-l', this.address, '-N', '-n', '--conn-intv', '1', ...http];
    const env = programEnvironment(join(this.base, this.name));
    this.child = spawn(process.execPath, [PROGRAM, ...args], { env, stdio: 'ignore' });
    await until('it answers', async () => {
      const answer = await this.ask('GET', 'system/status').catch(() => undefined);
      if (answer?.status !== 200) return false;
      this.id = String(answer.json['myID']);
      return true;
    });
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }

  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return askProgram(this.gui, `key-of-${this.name}`, method, path, body);
  }

  async do(method: string, path: string, body?: unknown): Promise<Json> {
    const { status, json } = await this.ask(method, path, body);
    expect([method, path, status, JSON.stringify(json)]).toEqual([
      method,
      path,
      200,
      expect.anything(),
    ]);
    return json;
  }

  addDevice(other: Program): Promise<Json> {
    const device = { deviceID: other.id, name: other.name, addresses: [other.address] };
    return this.do('POST', 'config/devices', device);
  }

  addFolder(id: string, other: Program): Promise<Json> {
    fs.mkdirSync(this.root(id), { recursive: true });
    const folder = { id, path: this.root(id), devices: [{ deviceID: other.id }] };
    return this.do('POST', 'config/folders', folder);
  }

  async connectedSince(other: Program): Promise<unknown> {
    const { connections } = await this.do('GET', 'system/connections');
    const { connected, startedAt } = (connections as Record<string, Json>)[other.id] ?? {};
    return connected === true ? startedAt : undefined;
  }

  has(folder: string, name: string): boolean {
    return fs.existsSync(join(this.root(folder), name));
  }

  write(folder: string, name: string, content: string | Buffer): Promise<Json> {
    fs.writeFileSync(join(this.root(folder), name), content);
    return this.do('POST', `db/scan?folder=${folder}`);
  }

  digest(folder: string, name: string): string {
    return createHash('sha256')
      .update(fs.readFileSync(join(this.root(folder), name)))
      .digest('hex');
  }
}

let base: string;
let a: Program;
let b: Program;

beforeAll(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-rest-life-'));
  a = await Program.create(base, 'a');
  b = await Program.create(base, 'b');
  await Promise.all([a.start(), b.start()]);
});
afterAll(async () => {
  await Promise.all([a.stop(), b.stop()]);
  fs.rmSync(base, { recursive: true });
});

it('leads devices and folders from nothing to removal while another transfer goes on', async () => {
  await a.addDevice(b);
  await b.addDevice(a);
  await until('they are connected', async () => (await a.connectedSince(b)) !== undefined);
  const since = await a.connectedSince(b);
  await a.do('PATCH', 'config/options', {
    maxSendKbps: SEND_KIB_PER_S,
    limitBandwidthInLan: true,
  });

  await a.addFolder('big', b);
  await b.addFolder('big', a);
  await a.write('big', 'big', randomBytes(BIG_FILE_BYTES));
  await until('the transfer is under way', async () => {
    const { needBytes, globalBytes } = await b.do('GET', 'db/status?folder=big');
    return globalBytes === BIG_FILE_BYTES && Number(needBytes) > 0;
  });

  // Offered, accepted, filled.
  await a.addFolder('docs', b);
  await a.write('docs', 'first', 'first');
  await until('the folder is offered', async () =>
    Object.hasOwn(await b.do('GET', 'cluster/pending/folders'), 'docs'),
  );
  await b.addFolder('docs', a);
  await until('its file arrives', () => b.has('docs', 'first'));

  // Paused, nothing arrives; resumed, it does.
  await b.do('PATCH', 'config/folders/docs', { paused: true });
  await a.write('docs', 'second', 'second');
  expect((await b.ask('GET', 'db/status?folder=docs')).json['state']).not.toBe('syncing');
  expect(b.has('docs', 'second')).toBe(false);
  await b.do('PATCH', 'config/folders/docs', { paused: false });
  await until('the second file arrives', () => b.has('docs', 'second'));

  // Removed here: everything stays on the disks, and the other side is told nothing of deletes.
  await b.do('DELETE', 'config/folders/docs');
  expect(b.has('docs', 'first')).toBe(true);
  expect((await b.ask('GET', 'config/folders/docs')).status).toBe(404);

  expect(b.has('big', 'big')).toBe(false);
  expect(await a.connectedSince(b)).toBe(since);
  await a.do('PATCH', 'config/options', { maxSendKbps: 0 });
  await until('the big file is there', () => b.has('big', 'big'));
  expect(b.digest('big', 'big')).toBe(a.digest('big', 'big'));
  expect(await a.connectedSince(b)).toBe(since);
  expect(a.has('docs', 'first') && a.has('docs', 'second')).toBe(true);
});

it('has it all after a restart, and lets a device go', async () => {
  const before = await a.do('GET', 'config');
  await a.stop();
  await a.start();
  expect(await a.do('GET', 'config')).toEqual(before);
  await until('they are connected again', async () => (await a.connectedSince(b)) !== undefined);
  await a.write('big', 'after', 'the restart');
  await until('a file arrives', () => b.has('big', 'after'));
  await a.do('DELETE', `config/devices/${b.id}`);
  await until('they part', async () => (await b.connectedSince(a)) === undefined);
  expect(b.has('big', 'big') && a.has('big', 'big')).toBe(true);
});
