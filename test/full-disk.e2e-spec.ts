/**
 * A disk that gets full while the program pulls onto it, as its user sees it: over REST and on the disk. The other node
 * is in this process; the program runs in a mount namespace with a small disk.
 */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTempName } from '../src/domain/file-name.js';
import { PROGRAM, programEnvironment } from './support/node-process.js';
import { hasSmallDisks, SmallDisk } from './support/small-disk.js';
import { freePort } from './support/free-port.js';
import { API_KEY, TestNode } from './support/test-node.js';
import { until } from './support/wait.js';

jest.setTimeout(180_000);

const MIB = 1024 * 1024;
const DISK_MIB = 24;

interface Status {
  readonly state: string;
  readonly error?: string;
  readonly needFiles: number;
}

interface Problem {
  readonly path: string;
  readonly error: string;
}

/** The program with its home and its folder where the test wants them. */
class FullNode {
  log = '';
  private child: ChildProcess | undefined;

  private constructor(
    private readonly disk: SmallDisk,
    readonly home: string,
    readonly port: number,
    readonly guiPort: number,
  ) {}

  static async create(disk: SmallDisk, home: string): Promise<FullNode> {
    return new FullNode(disk, home, await freePort(), await freePort());
  }

  start(base: string, peerId: string, options: Record<string, unknown>): void {
    const folder = { id: 'default', devices: [{ deviceID: peerId }], ...options };
    const [command, ...inside] = [...this.disk.entry, process.execPath, PROGRAM];
    const env = programEnvironment(base, {
      SYNCNEST_HOME: this.home,
      SYNCNEST_FOLDERS: JSON.stringify([folder]),
      SYNCNEST_DEVICES: `${peerId}=dynamic`,
      SYNCNEST_LISTEN: `127.0.0.1:${this.port}`,
      SYNCNEST_GUI_ADDRESS: `127.0.0.1:${this.guiPort}`,
      SYNCNEST_GUI_APIKEY: API_KEY,
      SYNCNEST_NO_LOCAL_ANNOUNCE: 'true',
      SYNCNEST_NO_EXT_ANNOUNCE: 'true',
      SYNCNEST_CONN_INTV: '1',
      SYNCNEST_SCAN_INTV: '0',
    });
    const child = spawn(command!, inside, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (data: Buffer): void => void (this.log += data.toString());
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.child = child;
  }

  get hasEnded(): boolean {
    return this.child?.exitCode !== null || this.child.signalCode !== null;
  }

  async rest<T>(path: string): Promise<T> {
    if (this.hasEnded) throw new Error(`the program has ended:\n${this.log.slice(-3000)}`);
    const headers = { 'X-API-Key': API_KEY };
    const answer = await fetch(`http://127.0.0.1:${this.guiPort}/rest/${path}`, { headers });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  patch(path: string, body: unknown): Promise<void> {
    return this.change('PATCH', path, body);
  }

  post(path: string): Promise<void> {
    return this.change('POST', path);
  }

  private async change(method: string, path: string, body?: unknown): Promise<void> {
    const headers = { 'X-API-Key': API_KEY, 'Content-Type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${this.guiPort}/rest/${path}`, {
      ...{ method, headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  }

  status(): Promise<Status> {
    return this.rest('db/status?folder=default');
  }

  async problems(): Promise<Problem[]> {
    const { errors } = await this.rest<{ errors: Problem[] | null }>(
      'folder/errors?folder=default',
    );
    return errors ?? [];
  }

  /** Resolves once the HTTP side answers; with the device ID. */
  async answers(): Promise<string> {
    let id = '';
    await until('the program answers', async () => {
      if (this.hasEnded) throw new Error(`the program has ended:\n${this.log.slice(-3000)}`);
      const status = await this.rest<{ myID: string }>('system/status').catch(() => undefined);
      id = status?.myID ?? '';
      return id !== '';
    });
    return id;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child === undefined || this.hasEnded) return;
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  }
}

(hasSmallDisks() ? describe : describe.skip)('a disk that gets full', () => {
  let base: string;
  let disk: SmallDisk;
  let peer: TestNode;
  let full: FullNode;

  beforeEach(async () => {
    base = fs.mkdtempSync(join(tmpdir(), 'full-disk-'));
    fs.mkdirSync(join(base, 'disk'));
    disk = await SmallDisk.mount(join(base, 'disk'), DISK_MIB);
    peer = await TestNode.create(base, 'peer');
  });

  afterEach(async () => {
    await Promise.all([peer.stop(), full.stop()]);
    disk.close();
    fs.rmSync(base, { recursive: true });
  });

  /** Starts both, `full` with the folder of these options, and lets them connect. */
  const connect = async (home: string, folder: Record<string, unknown>): Promise<void> => {
    full = await FullNode.create(disk, home);
    full.start(base, peer.id, folder);
    const id = await full.answers();
    await peer.start({ devices: [{ id, addresses: [`tcp://127.0.0.1:${full.port}`] }] });
  };

  const offer = (name: string, bytes: number): void => {
    fs.writeFileSync(join(peer.root, name), Buffer.alloc(bytes, name));
  };

  /** What is there under its own name is whole. */
  const wholeNames = (root: string): string[] => {
    const names = fs.readdirSync(root).filter((name) => !isTempName(name) && name !== '.stfolder');
    for (const name of names) {
      const content = fs.readFileSync(join(root, name));
      expect(content.equals(fs.readFileSync(join(peer.root, name)))).toBe(true);
    }
    return names.sort();
  };

  it('keeps what minDiskFree says free, tells why, and goes on when there is room', async () => {
    offer('small', 10_000);
    for (const name of ['a', 'b', 'c']) offer(name, 8 * MIB);
    const root = join(disk.path, 'root');
    await connect(join(base, 'home'), { path: root, minDiskFree: { value: 4, unit: 'MB' } });
    await until('one file is left', async () => (await full.status()).needFiles === 1);
    await until('it waits for room', async () => (await full.problems()).length === 1);
    const [problem] = await full.problems();
    expect(problem.error).toMatch(
      /^insufficient space in folder default at .*: \d.*MB free, 8\.4 MB wanted, 4 MB to be left free by minDiskFree$/,
    );
    expect(disk.used()).toBeLessThan(DISK_MIB * MIB - 4_000_000);
    expect(wholeNames(disk.seen('root'))).toHaveLength(3);
    await until('the rest is well', async () => (await full.status()).state === 'idle');
    expect((await full.status()).needFiles).toBe(1);
    disk.resize(2 * DISK_MIB);
    await until('all is there', async () => (await full.status()).needFiles === 0);
    expect(wholeNames(disk.seen('root'))).toEqual(['a', 'b', 'c', 'small']);
    expect(await full.problems()).toEqual([]);
  });

  it('leaves no partial file when the disk is really full, and completes when there is room', async () => {
    for (const name of ['a', 'b', 'c', 'd']) offer(name, 8 * MIB);
    const root = join(disk.path, 'root');
    await connect(join(base, 'home'), { path: root, minDiskFree: { value: 0, unit: '%' } });
    await until('files wait for room', async () => (await full.problems()).length > 0);
    for (const { path, error } of await full.problems()) {
      expect(error).toMatch(
        new RegExp(`^insufficient space in folder default at .*(${path}|MB wanted)`),
      );
    }
    wholeNames(disk.seen('root'));
    disk.resize(2 * DISK_MIB);
    await until('all is there', async () => (await full.status()).needFiles === 0, 60_000);
    expect(wholeNames(disk.seen('root'))).toEqual(['a', 'b', 'c', 'd']);
    expect(fs.readdirSync(disk.seen('root')).filter(isTempName)).toEqual([]);
  });

  it('pulls nothing while the disk of the home has too little room, and goes on by itself', async () => {
    const root = join(base, 'root');
    await connect(join(disk.path, 'home'), { path: root });
    await until('the folder is scanned', async () => (await full.status()).state === 'idle');
    fillUp(disk.seen('ballast'), 64 * 1024);
    offer('a', MIB);
    await peer.scan();
    const hasState = (state: string) => async (): Promise<boolean> =>
      (await full.status()).state === state;
    await until('the folder tells why', hasState('error'));
    expect((await full.status()).error).toMatch(
      /^insufficient space for the index at .*, 1 % .* to be left free by minHomeDiskFree$/,
    );
    expect(wholeNames(root)).toEqual([]);
    fs.rmSync(disk.seen('ballast'));
    await until('the file is there', async () => (await full.status()).needFiles === 0);
    await until('the folder is well again', hasState('idle'));
    expect(wholeNames(root)).toEqual(['a']);
  });

  it('records nothing and stays up while the index cannot be written, and goes on by itself', async () => {
    const root = join(base, 'root');
    await connect(join(disk.path, 'home'), { path: root });
    await until('the folder is scanned', async () => (await full.status()).state === 'idle');
    await full.patch('config/options', { minHomeDiskFree: { value: 0, unit: '%' } });
    fillUp(disk.seen('ballast'), 0);
    fs.writeFileSync(join(root, 'mine'), 'x');
    offer('a', MIB);
    await peer.scan();
    await full.post('db/scan?folder=default').catch(() => undefined);
    await until('the folder tells why', async () => (await full.status()).error !== undefined);
    expect((await full.status()).error).toMatch(/index database .* is full/);
    fs.rmSync(disk.seen('ballast'));
    await until('the file is there', async () => fs.existsSync(join(root, 'a')), 60_000);
    await until('both know all', async () => fs.existsSync(join(peer.root, 'mine')), 60_000);
    await until('the folder is well again', async () => {
      const { state, needFiles } = await full.status();
      return state === 'idle' && needFiles === 0;
    });
  });
});

/** Leaves so many bytes of the disk free. */
function fillUp(file: string, leftBytes: number): void {
  const { bavail, bsize } = fs.statfsSync(join(file, '..'));
  try {
    fs.writeFileSync(file, Buffer.alloc(bavail * bsize - leftBytes));
  } catch (error) {
    // Someone else has written meanwhile: it is full now.
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
