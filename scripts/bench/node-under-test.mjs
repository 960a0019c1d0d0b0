/** One node, ours or stock, as a process of its own: starting, asking, what it used, stopping. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { cpuSeconds, freePort, until } from '../measuring.mjs';
import { started } from './processes.mjs';
import { API_KEY, ask } from './rest.mjs';
import { stockConfig } from './stock-config.mjs';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const LOOP_MONITOR = join(import.meta.dirname, 'loop-monitor.mjs');
const STOP_LIMIT_MS = 60_000;
const LOG_CHARACTERS_MAX = 1_000_000;
const DEFAULTS = { isWatched: true, rescanS: 3600, limitMs: 600_000 };

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (hadError) => resolve(!hadError));
  });
}

export class NodeUnderTest {
  /**
   * @param kind ours, stock or tuned
   * @param place `root`: its folder, where it is not to be a new one; `address` and `enter`, the beginning of a command
   *   line: where it listens and how that network is entered
   */
  static async create(kind, base, name, options, place = {}) {
    const node = new NodeUnderTest();
    Object.assign(node, { kind, name, options: { ...DEFAULTS, ...options } });
    Object.assign(node, { home: join(base, `${name}-home`), loopFile: join(base, `${name}-loop`) });
    Object.assign(node, { root: join(base, name), address: '127.0.0.1', enter: [] }, place);
    fs.mkdirSync(node.root, { recursive: true });
    fs.mkdirSync(base, { recursive: true });
    node.port = await freePort();
    node.guiPort = await freePort();
    const env = node.environment();
    if (node.isOurs) {
      node.id = execFileSync(process.execPath, [PROGRAM, 'id', '--home', node.home], { env });
    } else {
      const quiet = { stdio: 'ignore', env };
      execFileSync('syncthing', ['generate', `--home=${node.home}`, '--no-default-folder'], quiet);
      node.id = execFileSync('syncthing', ['--device-id', `--home=${node.home}`], { env });
    }
    node.id = node.id.toString().trim();
    return node;
  }

  get isOurs() {
    return this.kind === 'ours';
  }

  get isRunning() {
    return this.child !== undefined && this.child.exitCode === null && !this.child.signalCode;
  }

  environment(more = {}) {
    return { PATH: process.env.PATH, HOME: this.home, ...more };
  }

  /** `dials`: whether it connects to the others or waits for them. */
  start(peers, dials) {
    const known = [peers].flat().map(({ id, address, port }) => ({
      id,
      address: dials ? `tcp://${address}:${port}` : 'dynamic',
    }));
    this.output = '';
    this.earlierPeakMiB = 0;
    this.waiting = [];
    const [command, args, env] = this.isOurs ? this.commandOurs(known) : this.commandStock(known);
    const [first, ...rest] = [...this.enter, command, ...args];
    this.child = started(first, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const { child } = this;
    const keep = (data) => {
      this.output = (this.output + data).slice(-LOG_CHARACTERS_MAX);
      for (const look of this.waiting) look();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.ended = new Promise((resolve) => {
      child.once('exit', (...end) => {
        for (const look of this.waiting) look();
        resolve(end);
      });
    });
    // What loading the program holds up is no matter of syncing: from here on the loop is looked at.
    this.loaded = this.isOurs
      ? this.says('Initial repository scan in progress')
          .then(() => this.tellLoop())
          .catch(() => undefined)
      : undefined;
  }

  commandOurs(peers) {
    const { profile, isWatched, rescanS } = this.options;
    const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const args = [
      '--home',
      this.home,
      '--listen',
      `tcp://${this.address}:${this.port}`,
      '-N',
      '-n',
    ];
    args.push('--gui-address', `127.0.0.1:${this.guiPort}`, '--gui-apikey', API_KEY);
    args.push('--conn-intv', '1', '--log-format', 'pretty');
    const devices = peers.map(({ id }) => ({ deviceID: id }));
    const folder = { id: 'default', path: this.root, devices, rescanIntervalS: rescanS };
    const env = this.environment({
      BENCH_LOOP_FILE: this.loopFile,
      SYNCNEST_FOLDERS: JSON.stringify([
        isWatched ? folder : { ...folder, fsWatcherEnabled: false },
      ]),
      SYNCNEST_DEVICES: peers.map(({ id, address }) => `${id}=${address}`).join('\n'),
    });
    return [process.execPath, ['--import', LOOP_MONITOR, ...flags, PROGRAM, ...args], env];
  }

  commandStock(peers) {
    fs.writeFileSync(join(this.home, 'config.xml'), stockConfig(this, peers));
    // No second process that watches over the first: that one is measured.
    const env = this.environment({ STMONITORED: 'yes', STNOUPGRADE: '1' });
    return ['syncthing', ['serve', `--home=${this.home}`, '--no-browser', '--no-restart'], env];
  }

  says(text) {
    return new Promise((resolve, reject) => {
      const settle = (how, value) => {
        clearTimeout(timer);
        this.waiting = this.waiting.filter((each) => each !== look);
        how(value);
      };
      const failure = (what) => new Error(`${this.kind} ${what}:\n${this.output.slice(-3000)}`);
      const look = () => {
        if (this.output.includes(text)) settle(resolve);
        else if (!this.isRunning) settle(reject, failure('ended'));
      };
      const late = () => settle(reject, failure(`has not said "${text}"`));
      const timer = setTimeout(late, this.options.limitMs);
      this.waiting.push(look);
      look();
    });
  }

  /** Peers can connect, and the HTTP side answers. */
  async isReady() {
    const asked = () => this.ask('GET', 'system/ping').then(...[() => true, () => false]);
    const isUp = async () => (await isOpen(this.port)) && (await asked());
    await until(`${this.kind} is ready`, isUp, this.options.limitMs, 5);
  }

  ask(method, path) {
    if (!this.isRunning) throw new Error(`${this.kind} ended:\n${this.output.slice(-3000)}`);
    return ask(this.guiPort, method, `/rest/${path}`);
  }

  /** Resolves when the node says that the scan is done. */
  async scan(sub) {
    const query = sub === undefined ? '' : `&sub=${encodeURIComponent(sub)}`;
    await this.ask('POST', `db/scan?folder=default${query}`);
  }

  /** By its own word: it is connected to the peer, needs nothing, and neither does the peer. */
  async isInSyncWith(peer) {
    if (!this.output.includes('Completed initial scan')) return false;
    const { connections } = await this.ask('GET', 'system/connections');
    if (connections[peer.id]?.connected !== true) return false;
    const { state, needTotalItems } = await this.ask('GET', 'db/status?folder=default');
    if (state !== 'idle' || needTotalItems !== 0) return false;
    const completion = await this.ask('GET', `db/completion?folder=default&device=${peer.id}`);
    return completion.needItems === 0 && completion.needDeletes === 0;
  }

  /** Resident memory now, its peak since `forgetPeak`, and since the start of the process. */
  memory() {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    const mib = (key) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)[1]) / 1024;
    const peakMiB = mib('VmHWM');
    return { rssMiB: mib('VmRSS'), peakMiB, wholePeakMiB: Math.max(peakMiB, this.earlierPeakMiB) };
  }

  /** The kernel counts the peak anew from here. */
  forgetPeak() {
    this.earlierPeakMiB = this.memory().wholePeakMiB;
    fs.writeFileSync(`/proc/${this.child.pid}/clear_refs`, '5');
  }

  cpuS() {
    return cpuSeconds(this.child.pid);
  }

  /** The event loop's delays since the last call or since the program was loaded; undefined for stock. */
  async loopDelays() {
    if (!this.isOurs) return undefined;
    await this.loaded;
    return this.tellLoop();
  }

  /** Off while it is measured how little a node needs. Nothing to do for stock. */
  async setLoopMonitor(isOn) {
    if (!this.isOurs) return;
    if (isOn) fs.rmSync(`${this.loopFile}-off`, { force: true });
    else fs.writeFileSync(`${this.loopFile}-off`, '');
    await this.loopDelays();
  }

  async tellLoop() {
    const read = () => (fs.existsSync(this.loopFile) ? fs.readFileSync(this.loopFile, 'utf8') : '');
    const before = read().length;
    this.child.kill('SIGUSR2');
    await until('the loop answers', () => read().length > before, 30_000, 2);
    return JSON.parse(read().trim().split('\n').pop());
  }

  async stop() {
    if (!this.isRunning) return;
    // The monitor must be there before the signal, or that would end the process.
    await this.loaded;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    const [code] = await this.ended;
    clearTimeout(timer);
    if (code !== 0)
      throw new Error(`${this.kind} ended with ${code}:\n${this.output.slice(-3000)}`);
  }
}
