/** The real program, steered from outside by its own command line and over HTTP, until it is told to end. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, askProgram } from './support/ask-program.js';
import { PROGRAM, programEnvironment, runProgram } from './support/node-process.js';
import { freePort } from './support/free-port.js';
import { until } from './support/wait.js';

const API_KEY = 'key-that-is-no-word';
const STRANGER = 'MFZWI3D-BONSGYC-YLTMRWG-C43ENR5-QXGZDMM-FZWI3DP-BONSGYY-LTMRWAD';

let base: string;
let address: string;
let child: ChildProcess;
let output = '';

const cli = (...args: string[]): ReturnType<typeof runProgram> =>
  runProgram(base, [...args, '--gui-address', address], { SYNCNEST_HOME: join(base, 'home') });

const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
  askProgram(address, API_KEY, method, path, body);

beforeAll(async () => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-control-'));
  address = `127.0.0.1:${await freePort()}`;
  fs.mkdirSync(join(base, 'home'));
  fs.mkdirSync(join(base, 'photos'));
  fs.writeFileSync(join(base, 'photos/one'), 'one');
  const gui = `<gui enabled="true"><address>${address}</address><apikey>${API_KEY}</apikey></gui>`;
  fs.writeFileSync(
    join(base, 'home/config.xml'),
    `<configuration version="37">${gui}</configuration>`,
  );
  const args = ['--home', join(base, 'home'), '-l', '127.0.0.1:0', '-N', '-n'];
  child = spawn(process.execPath, [PROGRAM, ...args], {
    env: programEnvironment(base, { SYNCNEST_DEVICES: `${STRANGER}=tcp://127.0.0.1:9` }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout!.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr!.on('data', (data: Buffer) => (output += data.toString()));
  await until('it answers', async () => {
    const answer = await ask('GET', 'system/ping').catch(() => undefined);
    return answer?.status === 200;
  });
});

afterAll(() => {
  child.kill('SIGKILL');
  fs.rmSync(base, { recursive: true });
});

describe('the running program', () => {
  it('takes a folder over HTTP that its command line then scans and pauses', async () => {
    const folder = { path: join(base, 'photos'), label: 'P', devices: [{ deviceID: STRANGER }] };
    expect((await ask('PUT', 'config/folders/photos', folder)).status).toBe(200);
    expect(cli('cli', 'scan', 'photos')).toMatchObject({ status: 0, error: '' });
    expect(cli('cli', 'folders').out).toMatch(/photos +P +sendreceive +idle +1 .* 1 +\/.*photos\n/);
    expect(cli('cli', 'pause', '--folder', 'photos')).toMatchObject({ status: 0 });
    expect(cli('cli', 'folders', '--json').out).toContain('"paused": true');
  });

  it('says which source keeps a setting from being changed', () => {
    const { status, error } = cli('cli', 'pause', '--device', 'mfzwi3d');
    expect(status).toBe(1);
    expect(error).toContain('is set by the environment and can only be changed there');
  });

  it('starts anew when told to, with what was configured, under the same process ID', async () => {
    const { startTime } = (await ask('GET', 'system/status')).json;
    expect((await ask('POST', 'system/restart')).status).toBe(200);
    await until('it started anew', async () => {
      const answer = await ask('GET', 'system/status').catch(() => undefined);
      return answer !== undefined && answer.json['startTime'] !== startTime;
    });
    expect(child.exitCode).toBeNull();
    expect((await ask('GET', 'config/folders/photos')).json).toMatchObject({
      label: 'P',
      paused: true,
    });
    expect(cli('health')).toMatchObject({ status: 0, out: 'OK\n' });
  });

  it('ends with 0 when told to, has not said its key, and is not well any more', async () => {
    const exit = once(child, 'exit');
    expect((await ask('POST', 'system/shutdown')).status).toBe(200);
    expect(await exit).toEqual([0, null]);
    expect(output).not.toContain(API_KEY);
    expect(cli('health')).toMatchObject({ status: 1, out: '' });
  });
});
