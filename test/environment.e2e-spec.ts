/** Nodes as they are deployed: nothing but environment variables and an empty directory each, and a stop at any time. */
import { jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, programEnvironment, runProgram } from './support/node-process.js';
import { SeededRandom } from './support/random.js';
import { freePort } from './support/free-port.js';
import { makeTree, treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(240_000);

const ENDED_HOME = ['cert.pem', 'config.xml', 'index.db', 'key.pem', 'lock.db'];
const STOP_LIMIT_MS = 10_000;
const SYNC_LIMIT_MS = 100_000;

/** A directory of its own, and variables; no argument, no file. */
class Deployed {
  child: ChildProcess | undefined;
  log = '';

  private constructor(
    readonly data: string,
    readonly id: string,
    readonly port: number,
    readonly variables: Record<string, string>,
  ) {}

  static async create(base: string, name: string): Promise<Deployed> {
    const data = join(base, name);
    fs.mkdirSync(data);
    const [port, guiPort] = [await freePort(), await freePort()];
    const variables = {
      SYNCNEST_HOME: join(data, 'home'),
      SYNCNEST_FOLDERS: `shared=${join(data, 'shared')}`,
      SYNCNEST_LISTEN: `127.0.0.1:${port}`,
      SYNCNEST_GUI_ADDRESS: `127.0.0.1:${guiPort}`,
      SYNCNEST_NO_LOCAL_ANNOUNCE: 'true',
      SYNCNEST_NO_EXT_ANNOUNCE: 'true',
      SYNCNEST_CONN_INTV: '1',
      SYNCNEST_SCAN_INTV: '1',
    };
    const { out } = runProgram(data, ['id'], variables);
    return new Deployed(data, out.trim(), port, variables);
  }

  get root(): string {
    return join(this.data, 'shared');
  }

  /** `cluster`: every node, this one too, as each of them is told. */
  start(cluster: readonly Deployed[]): void {
    const list = cluster.map(({ id, port }) => `${id}=tcp://127.0.0.1:${port}`).join(' ');
    this.variables.SYNCNEST_DEVICES = list;
    const env = programEnvironment(this.data, this.variables);
    const child = spawn(process.execPath, [PROGRAM], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (this.log += data.toString()));
    }
    this.child = child;
  }

  run(...args: string[]): ReturnType<typeof runProgram> {
    return runProgram(this.data, args, this.variables);
  }

  /** How it ended, and after how long. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ end: unknown[]; tookMs: number }> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null) return { end: [], tookMs: 0 };
    const ended = once(child, 'close');
    const startMs = performance.now();
    child.kill(signal);
    return { end: await ended, tookMs: performance.now() - startMs };
  }
}

let base: string;
let a: Deployed;
let b: Deployed;

beforeEach(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-deployed-'));
  [a, b] = [await Deployed.create(base, 'a'), await Deployed.create(base, 'b')];
});

afterEach(async () => {
  await Promise.all([a.stop('SIGKILL'), b.stop('SIGKILL')]);
  fs.rmSync(base, { recursive: true });
});

async function untilSame(): Promise<void> {
  const isSame = (): boolean =>
    fs.existsSync(b.root) && treeDifferences(a.root, b.root).length === 0;
  await until('both hold the same', isSame, SYNC_LIMIT_MS, 100).catch((error: unknown) => {
    throw new Error(`${String(error)}\n${a.log.slice(-2000)}\n${b.log.slice(-2000)}`);
  });
}

function temporaryFiles(): string[] {
  const names = fs.existsSync(b.root) ? fs.readdirSync(b.root) : [];
  return names.filter((name) => name.startsWith('.syncthing.'));
}

describe('two nodes with nothing but environment variables', () => {
  it('are in sync at first start, well, and can be asked', async () => {
    fs.mkdirSync(a.root);
    makeTree(a.root, 50, new SeededRandom(11));
    a.start([a, b]);
    b.start([a, b]);
    await untilSame();
    for (const node of [a, b]) {
      expect(node.run('health')).toEqual({ status: 0, out: 'OK\n', error: '' });
      const connections = node.run('cli', 'connections');
      expect(connections).toMatchObject({ status: 0, error: '' });
      expect(connections.out).toMatch(/ connected +127\.0\.0\.1:/);
      const log = node.log.trim().split('\n');
      expect(log.map((line) => (JSON.parse(line) as { level: string }).level)).not.toContain(
        'error',
      );
    }
    fs.writeFileSync(join(a.root, 'asked for'), 'x');
    expect(a.run('cli', 'scan', 'shared')).toMatchObject({ status: 0 });
    await untilSame();
    const ends = await Promise.all([a.stop(), b.stop()]);
    for (const { end } of ends) expect(end).toEqual([0, null]);
    expect(a.run('health').status).toBe(1);
  });

  it.each([
    ['receives', 'b'],
    ['sends', 'a'],
  ])('end with 0 at SIGTERM while one of them %s, and go on from there', async (_, stopped) => {
    fs.mkdirSync(a.root);
    fs.writeFileSync(join(a.root, 'big'), new SeededRandom(12).bytes(80_000_000));
    a.start([a, b]);
    b.start([a, b]);
    await until('the file is on its way', () => temporaryFiles().length > 0, SYNC_LIMIT_MS, 2);
    const [first, second] = stopped === 'b' ? [b, a] : [a, b];
    const { end, tookMs } = await first.stop();
    expect(end).toEqual([0, null]);
    expect(tookMs).toBeLessThan(STOP_LIMIT_MS);
    expect(fs.existsSync(join(b.root, 'big'))).toBe(false);
    // Each index stands by itself: nothing in its write-ahead log that a next start would have to bring in.
    expect(fs.readdirSync(join(first.data, 'home'))).not.toContain('index.db-wal');
    expect((await second.stop()).end).toEqual([0, null]);
    a.start([a, b]);
    b.start([a, b]);
    const isThere = (): boolean => fs.existsSync(join(b.root, 'big'));
    await until('the file is there', isThere, SYNC_LIMIT_MS, 100);
    await untilSame();
    expect(temporaryFiles()).toEqual([]);
    expect(fs.readdirSync(b.root).sort()).toEqual(['.stfolder', 'big']);
  });
});

/** Puts a command in the place of systemd's own, that only notes what it is told; resolves with what notes it. */
function serviceManager(node: Deployed): () => string[] {
  const bin = join(base, 'bin');
  const told = join(base, 'told');
  fs.mkdirSync(bin);
  fs.writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$*" >> ${told}\n`, {
    mode: 0o755,
  });
  node.variables.PATH = `${bin}:${process.env.PATH}`;
  node.variables.NOTIFY_SOCKET = join(base, 'notify');
  return () => (fs.existsSync(told) ? fs.readFileSync(told, 'utf8').trim().split('\n') : []);
}

describe('a node alone', () => {
  it('is not taken for stopping by systemd when it starts anew at SIGHUP, and keeps running when its configuration is broken', async () => {
    const told = serviceManager(a);
    const config = join(a.data, 'home/config.xml');
    a.start([a]);
    await until('it is ready', () => told().length === 1, SYNC_LIMIT_MS, 20);
    const text = fs.readFileSync(config, 'utf8');
    fs.writeFileSync(config, text.slice(0, -30));
    a.child?.kill('SIGHUP');
    await until('it complains', () => a.log.includes('"level":"error"'), SYNC_LIMIT_MS, 20);
    expect(told()).toEqual(['READY=1']);
    fs.writeFileSync(config, text);
    a.child?.kill('SIGHUP');
    await until('it is ready again', () => told().length === 3, SYNC_LIMIT_MS, 20);
    expect(a.run('health')).toEqual({ status: 0, out: 'OK\n', error: '' });
    expect((await a.stop()).end).toEqual([0, null]);
    expect(told()).toEqual(['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
  });

  it('starts anew at a SIGHUP that comes while it starts', async () => {
    const told = serviceManager(a);
    a.start([a]);
    await until('it starts', () => a.log !== '', SYNC_LIMIT_MS, 1);
    a.child?.kill('SIGHUP');
    await until('it is ready again', () => told().length === 3, SYNC_LIMIT_MS, 20);
    expect((await a.stop()).end).toEqual([0, null]);
    expect(told()).toEqual(['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
  });

  it('stops in order when its terminal is closed', async () => {
    const env = programEnvironment(a.data, a.variables);
    const command = `exec ${process.execPath} ${PROGRAM}`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], { env, stdio: 'pipe' });
    let shown = '';
    terminal.stdout.on('data', (data: Buffer) => (shown += data.toString()));
    await until('it is ready', () => shown.includes('Ready to synchronize'), SYNC_LIMIT_MS, 20);
    const home = join(a.data, 'home');
    const { pid } = JSON.parse(fs.readFileSync(join(home, 'lock.json'), 'utf8')) as { pid: number };
    terminal.kill('SIGKILL');
    // Nothing is left of the lock, nor of the index's write-ahead log.
    const isDone = (): boolean => fs.readdirSync(home).sort().join() === ENDED_HOME.join();
    await until('the node has stopped in order', isDone, STOP_LIMIT_MS, 20).catch((error) => {
      process.kill(pid, 'SIGKILL');
      throw error;
    });
  });
});
