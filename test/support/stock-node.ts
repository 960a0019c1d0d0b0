/** A stock Syncthing of the system as a peer: its own home, loopback only, steered over its REST side. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { until } from './wait.js';

export const STOCK_BINARY = 'syncthing';

const LOG_CHARACTERS_MAX = 20_000_000;
/** On a machine that does much else. */
const START_LIMIT_MS = 120_000;

/** Is there one? With CI=true its absence is a failure. */
export function hasStock(): boolean {
  const isThere = spawnSync(STOCK_BINARY, ['--version']).status === 0;
  if (!isThere && process.env.CI === 'true') throw new Error('syncthing is not installed');
  return isThere;
}

export interface StockPeer {
  readonly id: string;
  /** `tcp://…`, or `dynamic`: the stock node then only listens. */
  readonly address: string;
}

export interface StockOptions {
  readonly folderPath: string;
  readonly folderId?: string;
  readonly peers: readonly StockPeer[];
  /** Text inside the `<folder>` element, for instance `<order>alphabetic</order>`. */
  readonly folderExtra?: string;
  readonly folderType?: string;
  readonly watch?: boolean;
  /** Whether it announces itself on the LAN. */
  readonly localAnnounce?: boolean;
  /** A discovery server to use. */
  readonly globalServer?: string;
  /** Instead of loopback. */
  readonly listenAddress?: string;
}

export class StockNode {
  private process: ChildProcess | undefined;
  private output = '';

  protected constructor(
    readonly home: string,
    readonly id: string,
    readonly port: number,
    private readonly guiPort: number,
  ) {}

  /** Makes the home and its certificate; nothing runs yet. */
  static async create(home: string): Promise<StockNode> {
    const made = spawnSync(STOCK_BINARY, ['generate', `--home=${home}`, '--no-default-folder']);
    if (made.status !== 0) throw new Error(`syncthing generate: ${made.stderr.toString()}`);
    const id = spawnSync(STOCK_BINARY, ['--device-id', `--home=${home}`])
      .stdout.toString()
      .trim();
    return new StockNode(home, id, await freePort(), await freePort());
  }

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  get log(): string {
    return this.output;
  }

  /** Written out where 1.19 takes the absence in a file for 0 and not for its default, as with maxConflicts. */
  configure(options: StockOptions): void {
    const { folderPath, peers, folderId = 'default', folderType = 'sendreceive' } = options;
    const { watch = false } = options;
    const devices = [{ id: this.id, address: 'dynamic' }, ...peers];
    const xml = `<configuration version="35">
  <folder id="${folderId}" label="" path="${folderPath}" type="${folderType}" rescanIntervalS="0" fsWatcherEnabled="${watch}" ignorePerms="false" autoNormalize="true">
    ${devices.map(({ id }) => `<device id="${id}"></device>`).join('\n    ')}
    <maxConflicts>10</maxConflicts>
    ${options.folderExtra ?? ''}
  </folder>
  ${devices.map(({ id, address }) => `<device id="${id}" name="stock" compression="metadata"><address>${address}</address></device>`).join('\n  ')}
  <gui enabled="true" tls="false"><address>127.0.0.1:${this.guiPort}</address><apikey>key</apikey></gui>
  <options>
    <listenAddress>${options.listenAddress ?? this.address}</listenAddress>
    <globalAnnounceEnabled>${options.globalServer !== undefined}</globalAnnounceEnabled>
    <globalAnnounceServer>${options.globalServer ?? 'default'}</globalAnnounceServer>
    <localAnnounceEnabled>${options.localAnnounce ?? false}</localAnnounceEnabled>
    <localAnnouncePort>21027</localAnnouncePort>
    <localAnnounceMCAddr>[ff12::8384]:21027</localAnnounceMCAddr>
    <relaysEnabled>false</relaysEnabled>
    <natEnabled>false</natEnabled>
    <reconnectionIntervalS>1</reconnectionIntervalS>
    <urAccepted>-1</urAccepted>
    <crashReportingEnabled>false</crashReportingEnabled>
    <setLowPriority>false</setLowPriority>
    <startBrowser>false</startBrowser>
    <autoUpgradeIntervalH>0</autoUpgradeIntervalH>
  </options>
</configuration>`;
    fs.writeFileSync(join(this.home, 'config.xml'), xml);
  }

  /** What starts it. */
  launch(): { command: string; args: string[]; env: NodeJS.ProcessEnv } {
    // Its monitor would be killed alone and leave the node running: so it starts without one.
    const alone = { STMONITORED: 'yes' };
    const env = { ...process.env, ...alone, STNOUPGRADE: '1', STHASHING: 'minio', HOME: this.home };
    const args = ['serve', `--home=${this.home}`, '--no-browser', '--no-restart'];
    return { command: STOCK_BINARY, args, env };
  }

  restUrl(path: string): string {
    return `http://127.0.0.1:${this.guiPort}/rest/${path}`;
  }

  async start(): Promise<void> {
    const { command, args, env } = this.launch();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    child.stdout.on('data', (data: Buffer) => this.keep(data));
    child.stderr.on('data', (data: Buffer) => this.keep(data));
    const answers = async (): Promise<boolean> => {
      if (child.exitCode !== null) throw new Error(`it ended:\n${this.output.slice(-3000)}`);
      return (await this.rest('GET', 'system/ping').catch(() => undefined)) !== undefined;
    };
    await until(`${command} answers`, answers, START_LIMIT_MS);
  }

  /** How it ended though nobody asked it to. */
  get crash(): string | undefined {
    const { exitCode = null, signalCode = null } = this.process ?? {};
    if (exitCode === null && signalCode === null) return undefined;
    return `ended with ${exitCode ?? signalCode}:\n${this.output.slice(-3000)}`;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  async rest<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<T> {
    const response = await fetch(this.restUrl(path), {
      method,
      // A connection kept from before a restart would fail the first request after it.
      headers: { 'X-API-Key': 'key', Connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  async scan(folder = 'default'): Promise<void> {
    await this.rest('POST', `db/scan?folder=${folder}`);
  }

  /** Everything that the folder knows of is here, and nothing is under way. */
  async isInSync(folder = 'default'): Promise<boolean> {
    const status = await this.rest<Record<string, number | string>>(
      'GET',
      `db/status?folder=${folder}`,
    );
    if (status.state !== 'idle') return false;
    if (status.needTotalItems === 0) return true;
    // Syncthing's count has been seen to stay one too high for good, over nothing: what it lists is what it needs.
    const { progress, queued, rest } = await this.rest<Record<string, readonly unknown[]>>(
      'GET',
      `db/need?folder=${folder}`,
    );
    return [progress, queued, rest].every((items) => items === undefined || items.length === 0);
  }

  /** Moves with everything that it or another device announces. */
  async sequence(folder = 'default'): Promise<number> {
    return (await this.rest<{ sequence: number }>('GET', `db/status?folder=${folder}`)).sequence;
  }

  async isConnectedTo(id: string): Promise<boolean> {
    const { connections } = await this.rest<{
      connections: Record<string, { connected: boolean }>;
    }>('GET', 'system/connections');
    return connections[id]?.connected ?? false;
  }

  private keep(data: Buffer): void {
    this.output = (this.output + data.toString()).slice(-LOG_CHARACTERS_MAX);
  }
}
