/**
 * Machines of a test's own: network namespaces with one Ethernet between them and no way out. Each namespace lives as
 * long as the processes in it, so that nothing is left behind by a test that is killed. Needs the rights of root.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { until } from './wait.js';

const LIFE_S = 600;
const LOG_CHARACTERS_MAX = 2_000_000;
/** The address of the hub, where servers run. */
export const HUB_ADDRESS = '10.77.0.1';

/** Are namespaces permitted, and the tools there? With CI=true their absence is a failure. */
export function hasNamespaces(...tools: readonly string[]): boolean {
  const missing = ['unshare', 'nsenter', 'ip', ...tools].filter(
    (tool) => spawnSync('which', [tool]).status !== 0,
  );
  const isPermitted = spawnSync('unshare', ['--net', 'true']).status === 0;
  if (missing.length === 0 && isPermitted) return true;
  const reason = isPermitted ? `not installed: ${missing.join(' ')}` : 'no network namespaces';
  if (process.env.CI === 'true') throw new Error(reason);
  process.stderr.write(`Discovery between machines was not tried: ${reason}.\n`);
  return false;
}

/** A process in a machine of the lab, its output kept. */
export class LabProcess {
  log = '';
  private readonly ended: Promise<void>;

  constructor(private readonly child: ChildProcess) {
    const keep = (data: Buffer): void => {
      this.log = (this.log + data.toString()).slice(-LOG_CHARACTERS_MAX);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
  }

  /** Resolves once what was logged after the first `from` characters has `text`. */
  async says(text: string | RegExp, limitMs = 20_000, from = 0): Promise<void> {
    const pattern =
      typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
    await until(`the log says ${pattern}`, () => pattern.test(this.log.slice(from)), limitMs).catch(
      (error: unknown) => {
        throw new Error(`${String(error)}\n${this.log.slice(-3000)}`);
      },
    );
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}

export class LabMachine {
  private readonly processes: LabProcess[] = [];
  private addressCount = 0;

  constructor(private readonly holder: ChildProcess) {}

  get pid(): number {
    return this.holder.pid!;
  }

  /** Runs a command to its end; returns what it wrote. */
  run(command: string, ...args: readonly string[]): string {
    return execFileSync('nsenter', ['-t', String(this.pid), '--net', command, ...args], {
      encoding: 'utf8',
    });
  }

  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv): LabProcess {
    const inside = ['-t', String(this.pid), '--net', command, ...args];
    const child = spawn('nsenter', inside, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new LabProcess(child);
    this.processes.push(started);
    return started;
  }

  /** Gives it this address instead of the one it had, and another link-local one. */
  move(address: string): void {
    this.addressCount += 1;
    const last = address.split('.').at(-1);
    this.run('ip', 'addr', 'flush', 'dev', 'eth0');
    this.run('ip', 'addr', 'add', `${address}/24`, 'broadcast', '+', 'dev', 'eth0');
    const linkLocal = `fe80::${this.addressCount}:${last}/64`;
    this.run('ip', '-6', 'addr', 'add', linkLocal, 'dev', 'eth0', 'nodad');
  }

  async stop(): Promise<void> {
    await Promise.all(this.processes.splice(0).map((each) => each.stop()));
  }

  /** Ends it, and with it the namespace. */
  async close(): Promise<void> {
    await this.stop();
    this.holder.kill('SIGKILL');
  }
}

export class NetworkLab {
  private readonly machines: LabMachine[] = [];

  private constructor(readonly hub: LabMachine) {}

  static async create(): Promise<NetworkLab> {
    const hub = await namespace();
    hub.run('ip', 'link', 'set', 'lo', 'up');
    hub.run('ip', 'link', 'add', 'lan', 'type', 'bridge', 'mcast_snooping', '0');
    hub.run('ip', 'addr', 'add', `${HUB_ADDRESS}/24`, 'dev', 'lan');
    hub.run('ip', 'link', 'set', 'lan', 'up');
    return new NetworkLab(hub);
  }

  /** A machine with this address in 10.77.0.0/24. */
  async machine(address: string): Promise<LabMachine> {
    const machine = await namespace();
    const cable = `m${this.machines.length}`;
    this.machines.push(machine);
    const peer = ['peer', 'name', 'eth0', 'netns', String(machine.pid)];
    this.hub.run('ip', 'link', 'add', cable, 'type', 'veth', ...peer);
    this.hub.run('ip', 'link', 'set', cable, 'master', 'lan', 'up');
    machine.run('ip', 'link', 'set', 'lo', 'up');
    machine.run('ip', 'link', 'set', 'eth0', 'addrgenmode', 'none');
    machine.run('ip', 'link', 'set', 'eth0', 'up');
    machine.move(address);
    return machine;
  }

  async close(): Promise<void> {
    await Promise.all([this.hub, ...this.machines].map((machine) => machine.close()));
  }
}

async function namespace(): Promise<LabMachine> {
  const holder = spawn('unshare', ['--net', 'sleep', String(LIFE_S)], { stdio: 'ignore' });
  const own = fs.readlinkSync('/proc/self/ns/net');
  await until('the namespace is there', () => {
    if (holder.exitCode !== null) throw new Error('unshare failed');
    return fs.readlinkSync(`/proc/${holder.pid}/ns/net`) !== own;
  });
  return new LabMachine(holder);
}
