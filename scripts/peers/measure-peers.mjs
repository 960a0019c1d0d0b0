/**
 * `npm run measure:peers`: what connected and idle peers cost a node. One real process of ours, alone and then with
 * its peers; CPU time of all its threads over a while at rest, and its memory as the system sees it. Linux only.
 *
 *     node scripts/peers/measure-peers.mjs [--peers 20] [--unreachable 0] [--seconds 60] [--files 300]
 *
 * --unreachable: so many more devices are known, with an address where nobody answers.
 * Exit status 1 when a peer costs more than it may.
 */
import { fork, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { loadOrCreateIdentity, makeHome } from '../../dist/modules/cert/identity-files.js';
import { SystemClock } from '../../dist/platform/clock.js';
import { cpuSeconds, freePort, until } from '../measuring.mjs';

const PROGRAM = join(import.meta.dirname, '../../dist/main.js');
const MEMORY_MONITOR = join(import.meta.dirname, 'memory-monitor.mjs');
const PEERS = join(import.meta.dirname, 'peers.mjs');
const FILE_BYTES = 20_000;
const SETTLE_S = 20;
const START_LIMIT_MS = 120_000;
const CPU_PERCENT_MAX = 1;
const PEER_MIB_MAX = 8;
const MIB = 1024 * 1024;

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: '20' },
    unreachable: { type: 'string', default: '0' },
    seconds: { type: 'string', default: '60' },
    files: { type: 'string', default: '300' },
  },
});
const [peers, unreachable] = [Number(values.peers), Number(values.unreachable)];
const [seconds, files] = [Number(values.seconds), Number(values.files)];

function statusOf(pid, field) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(status)[1]);
}

const rssMiB = (pid) => statusOf(pid, 'VmRSS') / 1024;

/** Times that a thread of the process was woken and went back to wait. */
function wakes(pid) {
  return fs.readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const status = fs.readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    return sum + Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)[1]);
  }, 0);
}

/** At rest: CPU over a while, then the memory as it is and after what is not in use any more was given back. */
async function measure(child, memoryFile) {
  const { pid } = child;
  await sleep(SETTLE_S * 1000);
  const before = { cpu: cpuSeconds(pid), wakes: wakes(pid) };
  await sleep(seconds * 1000);
  const cpuPercent = ((cpuSeconds(pid) - before.cpu) / seconds) * 100;
  const wakesPerS = (wakes(pid) - before.wakes) / seconds;
  const asItIsMiB = rssMiB(pid);
  fs.rmSync(memoryFile, { force: true });
  child.kill('SIGUSR2');
  await until('the memory is collected', () => fs.existsSync(memoryFile), START_LIMIT_MS);
  const heap = JSON.parse(fs.readFileSync(memoryFile, 'utf8'));
  const collectedMiB = rssMiB(pid);
  return { cpuPercent, wakesPerS, asItIsMiB, collectedMiB, heapMiB: heap.heapUsed / MIB };
}

function report(alone, together) {
  const each = (name) => (together[name] - alone[name]) / peers;
  const row = (what, unit, name, digits) =>
    [
      what.padEnd(34),
      ...[alone[name], together[name], each(name)].map((n) => n.toFixed(digits).padStart(12)),
      ` ${unit}`,
    ].join('');
  const head = [''.padEnd(34), 'alone', `${peers} peers`, 'per peer'];
  return [
    head[0] +
      head
        .slice(1)
        .map((text) => text.padStart(12))
        .join(''),
    row(`CPU over ${seconds} s`, '% of a core', 'cpuPercent', 3),
    row('threads woken', 'per s', 'wakesPerS', 2),
    row('resident memory', 'MiB', 'asItIsMiB', 1),
    row('resident after collecting', 'MiB', 'collectedMiB', 1),
    row('JavaScript heap in use', 'MiB', 'heapMiB', 1),
  ].join('\n');
}

function writeFiles(root) {
  fs.mkdirSync(root, { recursive: true });
  for (let i = 0; i < files; i += 1) {
    fs.writeFileSync(join(root, `file-${i}`), Buffer.alloc(FILE_BYTES, `${i} `));
  }
}

async function makePeers(base, count, name) {
  const made = [];
  for (let i = 0; i < count; i += 1) {
    const home = join(base, `${name}-${i}-home`);
    makeHome(home);
    const { deviceId } = await loadOrCreateIdentity(home, new SystemClock());
    made.push({ home, root: join(base, `${name}-${i}`), id: deviceId });
  }
  return made;
}

async function run(base) {
  const [node] = await makePeers(base, 1, 'node');
  const others = await makePeers(base, peers, 'peer');
  const absent = await makePeers(base, unreachable, 'absent');
  const port = await freePort();
  const deadPort = await freePort();
  const memoryFile = join(base, 'memory.json');
  writeFiles(node.root);
  const child = spawn(
    process.execPath,
    [
      ...['--expose-gc', '--import', MEMORY_MONITOR, PROGRAM, '--home', node.home],
      ...['--listen', `tcp://127.0.0.1:${port}`, '-N', '-n', '--log-format', 'pretty'],
    ],
    {
      env: {
        PATH: process.env.PATH,
        HOME: base,
        MEMORY_FILE: memoryFile,
        SYNCNEST_FOLDERS: `default=${node.root}`,
        SYNCNEST_DEVICES: [
          ...others.map(({ id }) => `${id}=dynamic`),
          ...absent.map(({ id }) => `${id}=tcp://127.0.0.1:${deadPort}`),
        ].join('\n'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let log = '';
  child.stdout.on('data', (data) => (log += data));
  let peersProcess;
  try {
    await until(
      'the node is ready',
      () => {
        if (child.exitCode !== null) throw new Error(`the node ended:\n${log}`);
        return log.includes('Completed initial scan');
      },
      START_LIMIT_MS,
    );
    const alone = await measure(child, memoryFile);
    peersProcess = fork(PEERS, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    const settled = new Promise((resolve, reject) => {
      peersProcess.once('message', resolve);
      peersProcess.once('exit', () => reject(new Error('the peers ended')));
    });
    peersProcess.send({ peers: others, node: { id: node.id, port }, files });
    await settled;
    const together = await measure(child, memoryFile);
    process.stdout.write(`${report(alone, together)}\n`);
    const perPeerMiB = (together.asItIsMiB - alone.asItIsMiB) / peers;
    return together.cpuPercent < CPU_PERCENT_MAX && perPeerMiB < PEER_MIB_MAX;
  } finally {
    peersProcess?.kill('SIGKILL');
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill()) await ended;
  }
}

const base = fs.mkdtempSync(join(tmpdir(), 'syncnest-peers-'));
try {
  process.exitCode = (await run(base)) ? 0 : 1;
} finally {
  fs.rmSync(base, { recursive: true, force: true });
}
