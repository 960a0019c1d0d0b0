/** One node, ours or stock, as a process of its own: starting, asking for a scan, what it used, stopping. */
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { cpuSeconds, freePort, until } from '../measuring.mjs';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const LOOP_MONITOR = join(import.meta.dirname, 'loop-monitor.mjs');
const API_KEY = 'bench';
const STOP_LIMIT_MS = 20_000;
const LOG_CHARACTERS_MAX = 1_000_000;

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => socket.destroy());
    socket.once('error', () => resolve(false));
    socket.once('close', (hadError) => resolve(!hadError));
  });
}

export class NodeUnderTest {
  static async create(kind, base, name, options) {
    const node = new NodeUnderTest();
    Object.assign(node, { kind, options, home: join(base, `${name}-home`) });
    Object.assign(node, { root: join(base, name), loopFile: join(base, `${name}-loop`) });
    fs.mkdirSync(node.root, { recursive: true });
    node.port = await freePort();
    node.guiPort = await freePort();
    const env = node.environment();
    if (kind === 'ours') {
      node.id = execFileSync(process.execPath, [PROGRAM, 'id', '--home', node.home], { env });
    } else {
      const quiet = { stdio: 'ignore', env };
      execFileSync('syncthing', ['generate', `--home=${node.home}`, '--no-default-folder'], quiet);
      node.id = execFileSync('syncthing', ['--device-id', `--home=${node.home}`], { env });
    }
    node.id = node.id.toString().trim();
    return node;
  }

  environment(more = {}) {
    return { PATH: process.env.PATH, HOME: this.home, ...more };
  }

  /** `dials`: whether it connects to the peer or waits for it. */
  start(peer, dials) {
    this.output = '';
    this.child = this.kind === 'ours' ? this.startOurs(peer, dials) : this.startStock(peer, dials);
    const keep = (data) => (this.output = (this.output + data).slice(-LOG_CHARACTERS_MAX));
    this.child.stdout.on('data', keep);
    this.child.stderr.on('data', keep);
    this.ended = new Promise((resolve) => this.child.once('exit', (...end) => resolve(end)));
  }

  startOurs(peer, dials) {
    const { profile } = this.options;
    const flags = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const args = ['--home', this.home, '--listen', `tcp://127.0.0.1:${this.port}`, '-N', '-n'];
    args.push('--gui-address', `127.0.0.1:${this.guiPort}`, '--gui-apikey', API_KEY);
    args.push('--conn-intv', '1', '--scan-intv', '0', '--log-format', 'pretty');
    const env = this.environment({
      BENCH_LOOP_FILE: this.loopFile,
      SYNCNEST_FOLDERS: JSON.stringify([this.folder(peer)]),
      SYNCNEST_DEVICES: `${peer.id}=${dials ? `tcp://127.0.0.1:${peer.port}` : 'dynamic'}`,
    });
    return spawn(process.execPath, ['--import', LOOP_MONITOR, ...flags, PROGRAM, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  folder(peer) {
    const devices = [{ deviceID: peer.id }];
    const watched = this.options.isWatched ? {} : { fsWatcherEnabled: false };
    return { id: 'default', path: this.root, devices, ...watched };
  }

  startStock(peer, dials) {
    fs.writeFileSync(join(this.home, 'config.xml'), stockConfig(this, peer, dials));
    const alone = { STMONITORED: 'yes', STNOUPGRADE: '1', STHASHING: 'minio' };
    const args = ['serve', `--home=${this.home}`, '--no-browser', '--no-restart'];
    return spawn('syncthing', args, {
      env: this.environment(alone),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  async says(text) {
    await until(`${this.kind} says ${text}`, () => this.look(text), this.options.limitMs, 5);
  }

  /** Peers can connect. */
  async listens() {
    await until(`${this.kind} listens`, () => this.look('') && isOpen(this.port), 60_000, 5);
  }

  look(text) {
    if (this.child.exitCode !== null) throw new Error(`${this.kind} ended:\n${this.output}`);
    return this.output.includes(text);
  }

  /** Resolves when the node says that the scan is done; undefined where it cannot be asked. */
  async scan(sub) {
    const query = sub === undefined ? '' : `&sub=${encodeURIComponent(sub)}`;
    const url = `http://127.0.0.1:${this.guiPort}/rest/db/scan?folder=default${query}`;
    const options = { method: 'POST', headers: { 'X-API-Key': API_KEY } };
    const startMs = performance.now();
    const response = await fetch(url, options).catch(() => undefined);
    await response?.arrayBuffer();
    return response?.ok ? performance.now() - startMs : undefined;
  }

  /** CPU seconds and peak of resident memory since the start of the process. */
  usage() {
    const status = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return {
      cpuS: cpuSeconds(this.child.pid),
      peakMiB: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024,
    };
  }

  /** The event loop's delays since the last call; undefined for stock. */
  async loopDelays() {
    if (this.kind !== 'ours') return undefined;
    const read = () => (fs.existsSync(this.loopFile) ? fs.readFileSync(this.loopFile, 'utf8') : '');
    const before = read().length;
    this.child.kill('SIGUSR2');
    await until('the loop answers', () => read().length > before, 10_000, 2);
    return JSON.parse(read().trim().split('\n').pop());
  }

  async stop() {
    if (this.child === undefined || this.child.exitCode !== null) return;
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    const [code] = await this.ended;
    clearTimeout(timer);
    if (code !== 0)
      throw new Error(`${this.kind} ended with ${code}:\n${this.output.slice(-3000)}`);
  }
}

function stockConfig(node, peer, dials) {
  const watched = node.options.isWatched ? '' : ' fsWatcherEnabled="false"';
  const off = ['globalAnnounceEnabled', 'localAnnounceEnabled', 'relaysEnabled', 'natEnabled'];
  off.push('crashReportingEnabled', 'setLowPriority', 'startBrowser');
  const address = dials ? `tcp://127.0.0.1:${peer.port}` : 'dynamic';
  return `<configuration version="35">
<folder id="default" path="${node.root}" rescanIntervalS="0"${watched}>
<device id="${node.id}"/><device id="${peer.id}"/><maxConflicts>10</maxConflicts></folder>
<device id="${node.id}" compression="metadata"><address>dynamic</address></device>
<device id="${peer.id}" compression="metadata"><address>${address}</address></device>
<gui enabled="true"><address>127.0.0.1:${node.guiPort}</address><apikey>${API_KEY}</apikey></gui>
<options><listenAddress>tcp://127.0.0.1:${node.port}</listenAddress><urAccepted>-1</urAccepted>
<reconnectionIntervalS>1</reconnectionIntervalS><autoUpgradeIntervalH>0</autoUpgradeIntervalH>
${off.map((key) => `<${key}>false</${key}>`).join('')}</options></configuration>`;
}
