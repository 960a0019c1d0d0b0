import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HomeLock } from '../platform/home-lock.js';
import { run } from './run.js';
import { type ProgramIo } from './program-io.js';
import { type StartInput } from './start-node.js';

const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ids = JSON.parse(readFileSync('testdata/certs/device-ids.json', 'utf8')) as Record<
  string,
  string
>;

let root: string;
let home: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'program-'));
  home = join(root, 'home');
});

afterEach(() => rmSync(root, { recursive: true }));

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly error: string;
  /** What the node was started with, where it was. */
  readonly started?: StartInput;
}

/** Runs the program in this process, with a node that stops at once. */
async function runProgram(
  args: string,
  environment: ProgramIo['environment'] = {},
): Promise<Outcome> {
  let [out, error] = ['', ''];
  let started: StartInput | undefined;
  const io: ProgramIo = {
    environment,
    userHome: root,
    workingDirectory: root,
    hostName: 'vm',
    isTerminal: true,
    out: (text) => (out += text),
    error: (text) => (error += text),
  };
  const status = await run(args.split(' '), io, (input) => {
    started = input;
    return Promise.resolve(0);
  });
  return { status, out, error, ...(started === undefined ? {} : { started }) };
}

function writeBadSettings(): NodeJS.ProcessEnv {
  mkdirSync(home);
  writeFileSync(
    join(home, 'config.xml'),
    '<configuration version="37"><folder id="f" path="/f" rescanIntervalS="soon"/></configuration>',
  );
  writeFileSync(join(home, 'syncthing.ini'), '[repository]\ncolour = red\ndir = /x\n');
  return { SYNCNEST_CONN_INTV: '0', SYNCNEST_DEVICES: 'nobody=dynamic' };
}

const BAD_ITEMS = [
  'config.xml: configuration/folder[@id="f"]/@rescanIntervalS: "soon"; expected',
  'syncthing.ini: line 2, colour: "red"; expected one of dir, id',
  'environment: SYNCNEST_DEVICES: "nobody"; expected a device ID',
  'environment: SYNCNEST_CONN_INTV: "0"; expected seconds from 1',
  'command line: --ext-port: "many"; expected a port',
  'command line: --files-in-flight: "0"; expected a number from 1',
];

describe('bad settings', () => {
  it('of all sources are named at once, and nothing is written', async () => {
    const environment = writeBadSettings();
    const args = `--home ${home} --ext-port many --files-in-flight 0`;
    const { status, error, started } = await runProgram(args, environment);
    expect(status).toBe(2);
    expect(started).toBeUndefined();
    expect(error).toContain('6 settings cannot be used');
    for (const item of BAD_ITEMS) expect(error).toContain(item);
    expect(readdirSync(home).sort()).toEqual(['config.xml', 'syncthing.ini']);
  });

  it('end the real process with exit status 2', () => {
    const environment = writeBadSettings();
    const args = [program, '--home', home, '--ext-port=many', '--files-in-flight', '0'];
    const options = { encoding: 'utf8', env: { PATH: process.env.PATH, ...environment } } as const;
    const { status, stderr, stdout } = spawnSync(process.execPath, args, options);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    for (const item of BAD_ITEMS) expect(stderr).toContain(item);
  });
});

describe('serve', () => {
  it('starts without any configuration and says who it is and where settings go', async () => {
    const { status, out, started } = await runProgram(`--home ${home}`);
    expect(status).toBe(0);
    expect(out).toMatch(/My ID: (?:[A-Z2-7]{7}-){7}[A-Z2-7]{7}\n/);
    expect(out).toContain(join(home, 'config.xml'));
    expect(started?.settings).toMatchObject({
      home,
      deviceName: 'vm',
      folders: [{ id: 'default', path: join(root, 'Sync'), devices: [], isNamedByUser: false }],
      devices: [],
      gui: { address: '127.0.0.1:8384' },
    });
    expect(statSync(home).mode & 0o777).toBe(0o700);
    for (const file of ['cert.pem', 'key.pem', 'config.xml']) {
      expect(statSync(join(home, file)).mode & 0o777).toBe(0o600);
    }
  });

  it('is the same node at the next start, and changes no file of its settings', async () => {
    const first = await runProgram(`--home ${home}`);
    const before = readFileSync(join(home, 'config.xml'), 'utf8');
    const second = await runProgram(`--home ${home}`);
    expect(readFileSync(join(home, 'config.xml'), 'utf8')).toBe(before);
    const asFound = { source: 'config.xml', rescanIntervalS: 3600 };
    const [folder] = first.started?.settings.folders ?? [];
    expect(second.started?.settings).toEqual({
      ...first.started?.settings,
      folders: [{ ...folder, ...asFound }],
    });
  });

  it('works in a container with two variables and no file', async () => {
    const { started } = await runProgram('serve', {
      SYNCNEST_HOME: home,
      SYNCNEST_FOLDERS: 'photos=/data/photos',
      SYNCNEST_DEVICES: `${ids['ed25519']}=dynamic`,
    });
    expect(started?.settings.folders).toMatchObject([
      { id: 'photos', path: '/data/photos', devices: [ids['ed25519']], isNamedByUser: true },
    ]);
    const again = await runProgram(`--home ${home}`);
    expect(again.started?.settings.folders).toEqual([]);
  });

  it('lets the command line win over environment, syncthing.ini and config.xml', async () => {
    mkdirSync(home);
    writeFileSync(
      join(home, 'config.xml'),
      '<configuration version="30"><gui enabled="false"/><options>' +
        '<reconnectionIntervalS>10</reconnectionIntervalS><listenAddress>tcp://:1</listenAddress>' +
        '<localAnnounceEnabled>false</localAnnounceEnabled></options>' +
        '<folder id="default" path="/xml"/><folder id="kept" path="/kept"/></configuration>',
    );
    writeFileSync(join(home, 'syncthing.ini'), '[repository]\ndir = /ini\n');
    const environment = { SYNCNEST_CONN_INTV: '20', SYNCNEST_LISTEN: ':2' };
    const { started } = await runProgram(`--home ${home} -l 127.0.0.1:3`, environment);
    expect(started?.settings).toMatchObject({
      reconnectIntervalS: 20,
      listenAddresses: ['tcp://127.0.0.1:3'],
      localAnnounce: false,
      folders: [{ id: 'default', path: '/ini' }, { id: 'kept' }],
    });
  });

  it('skips itself among the devices of its own files', async () => {
    cpSync('testdata/certs/ed25519', home, { recursive: true });
    const nodes = `${ids['ed25519']} = 192.0.2.1\n${ids['rsa-pkcs1']} = 192.0.2.2\n`;
    writeFileSync(join(home, 'syncthing.ini'), `[repository]\ndir = /x\n[nodes]\n${nodes}`);
    const { started } = await runProgram(`--home ${home}`);
    expect(started?.settings.devices.map(({ id }) => id)).toEqual([ids['rsa-pkcs1']]);
    expect(started?.settings.folders[0].devices).toEqual([ids['rsa-pkcs1']]);
  });

  it('does not touch the config.xml of a home that stock made', async () => {
    const options = { env: { ...process.env, HOME: root } };
    const { error } = spawnSync('syncthing', ['generate', '--home', home], options);
    if (error !== undefined) {
      if (process.env.CI === 'true') throw error;
      process.stdout.write('syncthing is not installed: its home was not tried.\n');
      return;
    }
    const before = readFileSync(join(home, 'config.xml'), 'utf8');
    const { status, started } = await runProgram(`--home ${home}`);
    expect(status).toBe(0);
    expect(started?.settings.folders).toMatchObject([{ id: 'default', devices: [] }]);
    expect(readFileSync(join(home, 'config.xml'), 'utf8')).toBe(before);
    expect(existsSync(join(home, 'first-index'))).toBe(false);
  });

  it('ends with 1 and names the holder when the home is in use', async () => {
    await runProgram(`generate --home ${home}`);
    const lock = await HomeLock.acquire(home);
    try {
      const { status, error, started } = await runProgram(`--home ${home}`);
      expect(status).toBe(1);
      expect(error).toContain(`process ${process.pid} on ${hostname()}`);
      expect(started).toBeUndefined();
    } finally {
      lock.release();
    }
  });

  it('ends with 1 when the certificate is damaged', async () => {
    await runProgram(`generate --home ${home}`);
    writeFileSync(join(home, 'key.pem'), 'rubbish');
    const { status, error } = await runProgram(`--home ${home}`);
    expect({ status, error }).toEqual({ status: 1, error: expect.stringContaining('key.pem') });
  });
});

describe('id and generate', () => {
  it('print the ID of the home, which they make', async () => {
    const made = await runProgram(`id --home ${home}`);
    expect(made).toMatchObject({ status: 0, error: '' });
    expect(await runProgram(`id --home ${home}`)).toEqual(made);
    expect(existsSync(join(home, 'config.xml'))).toBe(false);
    const generated = await runProgram(`generate --home ${home}`);
    expect(generated.out.startsWith(made.out)).toBe(true);
    const config = readFileSync(join(home, 'config.xml'), 'utf8');
    expect(config).toContain(made.out.trim());
    expect(config).toContain('<configuration version="37">');
    await runProgram(`generate --home ${home}`);
    expect(readFileSync(join(home, 'config.xml'), 'utf8')).toBe(config);
  });

  it('end with 2 for a command that does not exist', async () => {
    expect(await runProgram('cli')).toMatchObject({ status: 2, out: '' });
    expect((await runProgram('--version')).out).toMatch(/^syncnest \d+\.\d+\.\d+\n$/);
  });
});

describe('the examples in config/', () => {
  it.each(['config.xml', 'syncthing.ini'])('%s is a working configuration', async (file) => {
    cpSync('testdata/certs/ecdsa-sec1', home, { recursive: true });
    cpSync(join('config', file), join(home, file));
    const { status, error, out, started } = await runProgram(`--home ${home}`);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out).not.toContain('WARN');
    expect(started?.settings.folders).toHaveLength(2);
    expect(started?.settings.devices.map(({ id }) => id)).toEqual([ids['ed25519']]);
  });

  it('docker.env is a working configuration', async () => {
    const lines = readFileSync('config/docker.env', 'utf8').split('\n');
    const stated = lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split(/=(.*)/s));
    const environment = Object.fromEntries(stated.map(([key, value]) => [key, value]));
    const { status, error, started } = await runProgram(`--home ${home}`, environment);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(started?.settings).toMatchObject({
      folders: [{ id: 'default', path: '/data/default', devices: [ids['ed25519']] }],
      gui: { enabled: true },
    });
  });
});

describe('the real process', () => {
  async function start(...args: string[]): Promise<ChildProcess> {
    const child = spawn(process.execPath, [program, '--home', home, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: root },
    });
    let log = '';
    await new Promise<void>((resolve, reject) => {
      const onText = (text: Buffer): void => {
        log += text.toString();
        if (log.includes('Ready to synchronize')) resolve();
      };
      child.stdout.on('data', onText);
      child.stderr.on('data', onText);
      child.once('exit', () => reject(new Error(log)));
    });
    return child;
  }

  it('stops with 0 at SIGTERM, though two of them come, and lets go of the home', async () => {
    const child = await start('-l', '127.0.0.1:0', '-N', '-n', '--no-gui');
    const second = spawnSync(process.execPath, [program, '--home', home], { encoding: 'utf8' });
    expect(second).toMatchObject({ status: 1, stderr: expect.stringContaining(`${child.pid} on`) });
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    child.kill('SIGINT');
    expect(await exit).toEqual([0, null]);
    (await HomeLock.acquire(home)).release();
  }, 30_000);
});
