/** The real program from outside: commands, bad settings, its home, its end; and embedded in a program of others. */
import { jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InThreadIndexDatabase } from '../src/modules/database/in-thread-index-database.js';
import { SystemClock } from '../src/platform/clock.js';
import { SystemRandomness } from '../src/platform/randomness.js';
import { IS_LONG } from './support/effort.js';
import { NodeProcess, PROGRAM, programEnvironment, runProgram } from './support/node-process.js';
import { SeededRandom } from './support/random.js';
import { makeTree, readTree, treeDifferences } from './support/tree.js';
import { until } from './support/wait.js';

jest.setTimeout(180_000);

const ID = /^(?:[A-Z2-7]{7}-){7}[A-Z2-7]{7}$/;
const SYNC_LIMIT_MS = 60_000;
const ROUNDS = IS_LONG ? 20 : 2;

let base: string;

beforeEach(() => {
  base = fs.mkdtempSync(join(tmpdir(), 'syncnest-process-'));
});

afterEach(() => fs.rmSync(base, { recursive: true }));

describe('the commands', () => {
  it('say what there is, and which version', () => {
    const help = runProgram(base, ['--help']);
    expect(help).toMatchObject({ status: 0, error: '' });
    for (const word of ['serve', 'id', 'generate', '--home', '--listen', '--no-gui']) {
      expect(help.out).toContain(word);
    }
    expect(runProgram(base, ['-h']).out).toBe(help.out);
    const { version } = JSON.parse(
      fs.readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'),
    ) as { version: string };
    expect(runProgram(base, ['--version'])).toEqual({
      status: 0,
      out: `syncnest ${version}\n`,
      error: '',
    });
    expect(fs.readdirSync(base)).toEqual([]);
  });

  it('make a home below the user, private, with one identity for good', () => {
    const home = join(base, '.syncnest');
    const { status, out, error } = runProgram(base, ['id']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.trim()).toMatch(ID);
    const generated = runProgram(base, ['generate']);
    expect(generated).toMatchObject({ status: 0, error: '' });
    expect(generated.out).toContain(out.trim());
    expect(generated.out).toContain(home);
    expect(runProgram(base, ['id'], { SYNCNEST_HOME: home }).out).toBe(out);
    expect(fs.statSync(home).mode & 0o777).toBe(0o700);
    for (const file of ['cert.pem', 'key.pem', 'config.xml']) {
      expect(fs.statSync(join(home, file)).mode & 0o777).toBe(0o600);
    }
  });

  it.each([[['frobnicate']], [['--frobnicate']], [['--home']], [['id', '--ext-port', 'x']]])(
    '%j ends with 2 and names what is wrong',
    (args) => {
      const { status, out, error } = runProgram(base, args);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(error).toContain(args.find((arg) => arg.startsWith('--')) ?? args[0]);
      expect(fs.readdirSync(base)).toEqual([]);
    },
  );

  it('end with 1 when the home cannot be made', () => {
    fs.writeFileSync(join(base, 'file'), '');
    for (const command of ['id', 'generate', 'serve']) {
      const { status, error } = runProgram(base, [command, '--home', join(base, 'file/home')]);
      expect({ command, status }).toEqual({ command, status: 1 });
      expect(error).toContain('file/home');
    }
  });
});

describe('bad settings of all sources at once', () => {
  const CONFIG_XML = `<configuration version="37">
  <folder id="one" path="/one" rescanIntervalS="soon" type="sideways"/>
  <device id="NOT-AN-ID"/>
  <options><reconnectionIntervalS>never</reconnectionIntervalS></options>
</configuration>`;
  const SYNCTHING_INI = '[repository]\ndir = /x\ndir = /y\ncolour = red\n[nodes]\nABC = dynamic\n';
  const VARIABLES = {
    SYNCNEST_LISTEN: 'udp://nowhere',
    SYNCNEST_READ_ONLY: 'perhaps',
    SYNCNEST_DEVICES: 'nobody=dynamic',
    SYNCNEST_FOLDERS: '[{"id": "two", "path": "/two", "paused": "no"}]',
    SYNCNEST_LOG_LEVEL: 'loud',
  };
  const ARGS = ['--ext-port', '70000', '--scan-intv', 'often', '--files-in-flight', '0'];
  const NAMED = [
    ['config.xml', 'rescanIntervalS', 'soon'],
    ['config.xml', 'type', 'sideways'],
    ['config.xml', 'device', 'NOT-AN-ID'],
    ['config.xml', 'reconnectionIntervalS', 'never'],
    ['syncthing.ini', 'dir', ''],
    ['syncthing.ini', 'colour', 'red'],
    ['syncthing.ini', 'ABC', ''],
    ['environment', 'SYNCNEST_LISTEN', 'udp://nowhere'],
    ['environment', 'SYNCNEST_READ_ONLY', 'perhaps'],
    ['environment', 'SYNCNEST_DEVICES', 'nobody'],
    ['environment', 'paused', 'no'],
    ['environment', 'SYNCNEST_LOG_LEVEL', 'loud'],
    ['command line', '--ext-port', '70000'],
    ['command line', '--scan-intv', 'often'],
    ['command line', '--files-in-flight', '0'],
  ] as const;

  it('are all named, with source, key, value and what was expected; status 2, nothing made', () => {
    const home = join(base, 'home');
    fs.mkdirSync(home);
    fs.writeFileSync(join(home, 'config.xml'), CONFIG_XML);
    fs.writeFileSync(join(home, 'syncthing.ini'), SYNCTHING_INI);
    const { status, out, error } = runProgram(base, ['--home', home, ...ARGS], VARIABLES);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    const lines = error.trim().split('\n').slice(1);
    for (const [source, key, value] of NAMED) {
      const line = lines.find(
        (each) => each.startsWith(`  ${source}: `) && each.includes(key) && each.includes(value),
      );
      expect({ key, line }).toEqual({ key, line: expect.stringContaining('expected') });
    }
    expect(error).toContain(`${lines.length} settings cannot be used`);
    expect(lines).toHaveLength(NAMED.length);
    expect(fs.readdirSync(base)).toEqual(['home']);
    expect(fs.readdirSync(home).sort()).toEqual(['config.xml', 'syncthing.ini']);
  });
});

/** What the index of a stopped node says: who we are in it, how far it counts, and what it knows of the other. */
async function indexOf(node: NodeProcess, other: NodeProcess): Promise<object> {
  const index = new InThreadIndexDatabase({
    storage: join(node.home, 'index.db'),
    clock: new SystemClock(),
    randomness: new SystemRandomness(),
  });
  try {
    const { created } = await index.open();
    const folder = await index.addFolder('default');
    const { local, need } = await index.summary('default');
    const replica = await index.fact('replicaId');
    const remote = await index.remoteIndex('default', other.id);
    return { created, folder, local, need, replica, remote };
  } finally {
    await index.close();
  }
}

/** Inode and change time of every file: both move when a file is written, replaced or touched. */
function stampsOf(root: string): string[] {
  return [...readTree(root).keys()].map((name) => {
    const { ino, ctimeNs } = fs.lstatSync(join(root, name), { bigint: true });
    return `${name} ${ino} ${ctimeNs}`;
  });
}

describe('the running program', () => {
  let a: NodeProcess;
  let b: NodeProcess;

  beforeEach(async () => {
    a = await NodeProcess.create(base, 'a');
    b = await NodeProcess.create(base, 'b');
  });

  afterEach(async () => {
    await Promise.all([a.stop('SIGKILL'), b.stop('SIGKILL')]);
  });

  function startBoth(...extra: string[]): void {
    a.start([{ id: b.id, address: b.address }], ['--scan-intv', '1', ...extra]);
    b.start([{ id: a.id, address: a.address }], ['--scan-intv', '1', ...extra]);
  }

  async function untilSame(): Promise<void> {
    const isSame = (): boolean => {
      const crash = a.crash ?? b.crash;
      if (crash !== undefined) throw new Error(crash);
      return treeDifferences(a.root, b.root).length === 0;
    };
    await until('both hold the same', isSame, SYNC_LIMIT_MS, 200);
  }

  it('keeps its home to itself, and goes on when another one asks for it', async () => {
    startBoth();
    await a.says('Ready to synchronize');
    const second = runProgram(base, ['--home', a.home, '-N', '-n', '--no-gui', '-l', ':0']);
    expect(second.status).toBe(1);
    expect(second.error).toContain(a.home);
    expect(second.error).toContain(`process ${a.pid}`);
    fs.writeFileSync(join(a.root, 'afterwards'), 'still here');
    await untilSame();
    expect(await a.stop()).toEqual({ code: 0, signal: null });
    const third = new Promise<void>((resolve, reject) => {
      a.start([]);
      a.says('Ready to synchronize').then(resolve, reject);
    });
    await third;
  });

  it('says the lines that people look for, and nothing on standard error', async () => {
    fs.writeFileSync(join(a.root, 'big'), new SeededRandom(1).bytes(20_000_000));
    startBoth();
    await untilSame();
    await until('said', () => a.log.includes('Connected to node'));
    for (const line of [
      `My ID: ${a.id}`,
      'Initial repository scan in progress',
      'Completed initial scan of folder default',
      `Listening for incoming connections on ${a.address}`,
      'Attempting to connect to other nodes',
      'Ready to synchronize',
      `Connected to node ${b.id} at 127.0.0.1:`,
    ]) {
      expect(a.log).toContain(line);
    }
    await Promise.all([a.stop('SIGINT'), b.stop()]);
    expect([a.errors, b.errors]).toEqual(['', '']);
  });

  it('ends with 0 at SIGTERM and has nothing to repair: no index anew, no transfer', async () => {
    makeTree(a.root, 200, new SeededRandom(5));
    makeTree(join(b.root, 'of b'), 50, new SeededRandom(6));
    startBoth('--trace-net', '--trace-idx');
    await untilSame();
    const ends = await Promise.all([a.stop('SIGTERM'), b.stop('SIGINT')]);
    expect(ends).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
    const homes = [fs.readdirSync(a.home), fs.readdirSync(b.home)];
    for (const files of homes) {
      expect(files.sort()).toEqual(['cert.pem', 'config.xml', 'index.db', 'key.pem', 'lock.db']);
    }
    const before = [await indexOf(a, b), await indexOf(b, a)];
    const stamps = [stampsOf(a.root), stampsOf(b.root)];

    startBoth('--trace-net', '--trace-idx');
    const connected = (node: NodeProcess, other: NodeProcess): Promise<void> =>
      node.says(`Connected to node ${other.id}`);
    await Promise.all([connected(a, b), connected(b, a)]);
    await Promise.all([a, b].map((node) => node.says('Completed initial scan')));
    // What is needed, if anything, is announced and fetched before what comes after it.
    fs.writeFileSync(join(a.root, 'one more'), 'x');
    await untilSame();
    await b.says('sent 1 items of folder default');
    for (const node of [a, b]) {
      expect(node.log.match(/ out (index|index update) /g)).toHaveLength(1);
      expect(node.log.match(/(in|out) request /g)).toHaveLength(1);
    }
    fs.rmSync(join(a.root, 'one more'));
    await untilSame();
    await Promise.all([a.stop(), b.stop()]);
    expect([stampsOf(a.root), stampsOf(b.root)]).toEqual(stamps);
    const after = [await indexOf(a, b), await indexOf(b, a)];
    for (const [i, index] of after.entries()) {
      const known = before[i] as { folder: object; replica: string; created: boolean };
      expect(index).toMatchObject({
        created: false,
        folder: known.folder,
        replica: known.replica,
      });
    }
  });

  it('ends with 0 at SIGTERM whenever it comes, and goes on from there', async () => {
    const random = new SeededRandom(77);
    makeTree(a.root, 300, random);
    fs.writeFileSync(join(a.root, 'big'), random.bytes(60_000_000));
    for (let round = 0; round < ROUNDS; round += 1) {
      startBoth();
      await Promise.all([a, b].map((node) => node.says('My ID')));
      // From the first line on the signal may fall in loading, starting, scanning, dialing or pulling.
      await new Promise((resolve) => setTimeout(resolve, 400 + random.below(1500)));
      const [first, second] = round % 2 === 0 ? [a, b] : [b, a];
      expect(await first.stop()).toEqual({ code: 0, signal: null });
      expect(await second.stop()).toEqual({ code: 0, signal: null });
      expect([a.errors, b.errors]).toEqual(['', '']);
    }
    startBoth();
    await untilSame();
    expect(fs.readdirSync(b.root).filter((name) => name.includes('sync-conflict'))).toEqual([]);
  });
});

/** Boots two nodes of the built application, closes them at the stage it is told, and has nothing left to do. */
const EMBEDDING = `
  import * as fs from 'node:fs';
  import { createRequire } from 'node:module';
  import { pathToFileURL } from 'node:url';
  const [dist, base, stage] = process.argv.slice(2);
  const load = (path) => import(pathToFileURL(dist + '/' + path).href);
  const { NestFactory } = createRequire(dist + '/app.module.js')('@nestjs/core');
  const { AppModule } = await load('app.module.js');
  const { loadOrCreateIdentity, makeHome } = await load('modules/cert/identity-files.js');
  const { ConnectionsService } = await load('modules/connections/connections.service.js');
  const { settingsFor } = await load('modules/config/settings-for.js');
  const { SystemClock } = await load('platform/clock.js');
  async function make(name) {
    const [home, root] = [base + '/' + name + '-home', base + '/' + name];
    makeHome(home);
    const { deviceId: id } = await loadOrCreateIdentity(home, new SystemClock());
    return { id, home, root };
  }
  async function start({ home, root }, peer, addresses) {
    const settings = settingsFor({
      home,
      listenAddresses: ['tcp://127.0.0.1:0'],
      folders: [{ id: 'default', path: root, rescanIntervalS: 1 }],
      devices: [{ id: peer.id, addresses }],
    });
    const module = AppModule.register({ settings });
    return NestFactory.createApplicationContext(module, { logger: false });
  }
  const [a, b] = [await make('a'), await make('b')];
  const listening = await start(a, b, ['dynamic']);
  const [address] = listening.get(ConnectionsService).listenAddresses;
  const dialing = await start(b, a, [address]);
  const has = (test) => new Promise((resolve) => {
    const look = () => test() ? resolve() : setTimeout(look, 5);
    look();
  });
  if (stage === 'pulling') {
    await has(() => fs.readdirSync(b.root).some((name) => name.endsWith('.tmp')));
  } else if (stage === 'in sync') {
    await has(() => fs.existsSync(b.root + '/big'));
  }
  await Promise.all([listening.close(), dialing.close()]);
  process.stdout.write('closed ');
  setTimeout(() => {
    process.stdout.write(process.getActiveResourcesInfo().join(' '));
  }, 5000).unref();
`;

describe('two nodes embedded in one program', () => {
  const EXIT_LIMIT_MS = 10_000;

  it.each(['just started', 'pulling', 'in sync'])(
    'leave no handle open when they are closed %s',
    async (stage) => {
      fs.mkdirSync(join(base, 'a'));
      fs.mkdirSync(join(base, 'b'));
      fs.writeFileSync(join(base, 'a/big'), new SeededRandom(3).bytes(30_000_000));
      const dist = join(PROGRAM, '..');
      const program = join(base, 'embedding.mjs');
      fs.writeFileSync(program, EMBEDDING);
      const child = spawn(process.execPath, [program, dist, base, stage], {
        env: programEnvironment(base),
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (data: Buffer) => (output += data.toString()));
      child.stderr.on('data', (data: Buffer) => (output += data.toString()));
      const exited = once(child, 'close') as Promise<[number | null, string | null]>;
      await until(
        'both are closed',
        () => output.includes('closed ') || child.exitCode !== null || child.signalCode !== null,
        SYNC_LIMIT_MS,
      );
      const timer = setTimeout(() => child.kill('SIGKILL'), EXIT_LIMIT_MS);
      const [code, signal] = await exited;
      clearTimeout(timer);
      expect({ code, signal, output }).toEqual({ code: 0, signal: null, output: 'closed ' });
    },
  );
});
