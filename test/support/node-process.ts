/** The real program as a process of its own: its own home, loopback only, its log kept. Needs the build in dist/. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './wait.js';

export const PROGRAM = join(import.meta.dirname, '../../dist/main.js');

const LOG_CHARACTERS_MAX = 500_000;

export interface ProcessPeer {
  readonly id: string;
  /** `tcp://…` or `dynamic`: it dials us. */
  readonly address: string;
}

/** How the process ended; `signal` is set where one killed it. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The program's environment: nothing of ours, so that a developer's settings change no test. */
export function programEnvironment(
  userHome: string,
  variables: Readonly<Record<string, string>> = {},
): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: userHome, ...variables };
}

/** Runs the program until it ends by itself. */
export function runProgram(
  userHome: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): { status: number | null; out: string; error: string } {
  const env = programEnvironment(userHome, variables);
  const ended = spawnSync(process.execPath, [PROGRAM, ...args], { env, encoding: 'utf8' });
  if (ended.error !== undefined) throw ended.error;
  return { status: ended.status, out: ended.stdout, error: ended.stderr };
}

export class NodeProcess {
  private child: ChildProcess | undefined;
  private ended: Promise<Ending> | undefined;
  private output = '';
  private errorOutput = '';
  private isEndExpected = true;
  private unexpected: string | undefined;

  private constructor(
    private readonly base: string,
    readonly home: string,
    readonly id: string,
    /** Root of the folder `default`. */
    readonly root: string,
    readonly port: number,
  ) {}

  /** Makes a home with its certificate, and an empty folder, below `base`; nothing runs yet. */
  static async create(base: string, name: string): Promise<NodeProcess> {
    const home = join(base, `${name}-home`);
    const root = join(base, name);
    fs.mkdirSync(root, { recursive: true });
    const { status, out, error } = runProgram(base, ['id', '--home', home]);
    if (status !== 0) throw new Error(`syncnest id: ${error}`);
    return new NodeProcess(base, home, out.trim(), root, await freePort());
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  /** What the process wrote since its last start. */
  get log(): string {
    return this.output;
  }

  /** What of it went to standard error: nothing, as long as all is well. */
  get errors(): string {
    return this.errorOutput;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Tells of a process that ended though nobody asked it to. */
  get crash(): string | undefined {
    return this.unexpected;
  }

  /** Starts the process and does not wait for anything. The folder is shared with every peer. */
  start(peers: readonly ProcessPeer[], extra: readonly string[] = []): void {
    const gui = extra.includes('--gui-address') ? [] : ['--no-gui'];
    const options = ['-N', '-n', ...gui, '--log-format', 'pretty', '--conn-intv', '1'];
    const args = ['--home', this.home, '--listen', this.address, ...options, ...extra];
    const env = programEnvironment(this.base, {
      SYNCNEST_FOLDERS: `default=${this.root}`,
      SYNCNEST_DEVICES: peers.map(({ id, address }) => `${id}=${address}`).join('\n'),
    });
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.output = '';
    this.errorOutput = '';
    this.isEndExpected = false;
    child.stdout.on('data', (data: Buffer) => this.keep(data));
    child.stderr.on('data', (data: Buffer) => {
      this.keep(data);
      this.errorOutput += data.toString();
    });
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.child = undefined;
        if (!this.isEndExpected) {
          this.unexpected = `ended with ${code ?? signal}:\n${this.output.slice(-3000)}`;
        }
        resolve({ code, signal });
      });
    });
  }

  /** Resolves once the log says `text`; rejects when the process ends before. */
  async says(text: string, limitMs = 30_000): Promise<void> {
    await until(`the log says ${text}`, () => this.has(text), limitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.output.slice(-3000)}`);
    });
  }

  private has(text: string): boolean {
    if (this.output.includes(text)) return true;
    if (this.unexpected !== undefined) throw new Error(this.unexpected);
    return false;
  }

  /** Resolves when the process is gone. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending> {
    this.isEndExpected = true;
    this.child?.kill(signal);
    return (await this.ended) ?? { code: null, signal: null };
  }

  private keep(data: Buffer): void {
    this.output = (this.output + data.toString()).slice(-LOG_CHARACTERS_MAX);
  }
}
