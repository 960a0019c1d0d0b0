/**
 * Two network namespaces with a link between them that delays and loses packets: by the kernel's netem, or, where it has
 * none, by link-relay.py. Nothing else is in them. They live as long as the processes in them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { until } from '../measuring.mjs';
import { bytesReceived } from './measure.mjs';
import { started } from './processes.mjs';

const RELAY = join(import.meta.dirname, 'link-relay.py');
const ADDRESSES = ['10.99.0.1', '10.99.0.2'];
const LIFE_S = '86400';
const TUN = '/dev/net/tun';
/** Packets on their way and waiting, in each direction: what netem has by itself. */
const PACKETS_MAX = 1000;

async function namespace() {
  const holder = started('unshare', ['--net', 'sleep', LIFE_S], { stdio: 'ignore' });
  const own = fs.readlinkSync('/proc/self/ns/net');
  await until(
    'the namespace is there',
    () => holder.exitCode !== null || fs.readlinkSync(`/proc/${holder.pid}/ns/net`) !== own,
    10_000,
  );
  if (holder.exitCode !== null) throw new Error('network namespaces are not permitted');
  return holder;
}

const run = (command, ...args) =>
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
const enter = (holder) => ['nsenter', '-t', String(holder.pid), '--net'];
const runIn = (holder, ...command) => run(...enter(holder), ...command);

/** Half of the delay and half of the loss in each direction. */
function netem(holders, { linkRttMs, linkLoss, linkMbit }) {
  const [a, b] = holders.map(({ pid }) => String(pid));
  run(
    'ip',
    'link',
    'add',
    'link0',
    'netns',
    a,
    'type',
    'veth',
    'peer',
    'name',
    'link0',
    'netns',
    b,
  );
  for (const holder of holders) {
    const command = ['tc', 'qdisc', 'add', 'dev', 'link0', 'root', 'netem'];
    command.push('delay', `${linkRttMs / 2}ms`, 'loss', `${linkLoss / 2}%`);
    command.push(...(linkMbit > 0 ? ['rate', `${linkMbit}mbit`] : []), 'limit', `${PACKETS_MAX}`);
    const [first, ...rest] = [...enter(holder), ...command];
    if (spawnSync(first, rest).status !== 0) {
      runIn(holders[0], 'ip', 'link', 'del', 'link0');
      return false;
    }
    // So that what is lost is one packet, not a bundle of them.
    runIn(holder, 'ip', 'link', 'set', 'link0', 'gso_max_segs', '1');
  }
  return true;
}

async function relay(holders, { linkRttMs, linkLoss, linkMbit }) {
  const devices = ['link0', 'link1'];
  const figures = [linkRttMs / 2 / 1000, linkLoss / 2 / 100, linkMbit, PACKETS_MAX].map(String);
  const child = started('python3', [RELAY, ...devices, ...figures], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const isReady = () => said.includes('ready') || child.exitCode !== null;
  await until('the relay is ready', isReady, 10_000);
  if (!said.includes('ready')) {
    throw new Error(`no netem in the kernel, and no relay: ${said.trim().split('\n').pop()}`);
  }
  for (const [i, device] of devices.entries()) {
    run('ip', 'link', 'set', device, 'netns', String(holders[i].pid));
    if (i > 0) runIn(holders[i], 'ip', 'link', 'set', device, 'name', devices[0]);
    runIn(holders[i], 'ip', 'link', 'set', devices[0], 'txqueuelen', '10000');
  }
  return child;
}

/** @returns the places of sender and receiver, or throws where something is missing or not permitted */
export async function makeLink(options) {
  const holders = [];
  let child;
  const close = () => {
    for (const each of [...holders, child]) each?.kill('SIGKILL');
  };
  try {
    for (let i = 0; i < 2; i += 1) holders.push(await namespace());
    const isNetem = netem(holders, options);
    if (!isNetem && !fs.existsSync(TUN)) throw new Error(`neither netem nor ${TUN}`);
    if (!isNetem) child = await relay(holders, options);
    for (const [i, holder] of holders.entries()) {
      runIn(holder, 'ip', 'addr', 'add', `${ADDRESSES[i]}/24`, 'dev', 'link0');
      for (const device of ['lo', 'link0']) runIn(holder, 'ip', 'link', 'set', device, 'up');
    }
    const [sender, receiver] = holders.map((holder, i) => ({
      address: ADDRESSES[i],
      enter: enter(holder),
    }));
    const wireOf = () => holders.reduce((sum, { pid }) => sum + bytesReceived('link0', pid), 0);
    return { sender, receiver, wireOf, close, how: isNetem ? 'netem' : 'a relay in user space' };
  } catch (error) {
    close();
    throw error;
  }
}

/** What TCP of this machine does about loss, which says much about figures of a link. */
export const congestionControl = () =>
  fs.readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim();
