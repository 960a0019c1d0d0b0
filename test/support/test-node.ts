/** Whole nodes in this process for tests: the real application, with its own home and any provider overridden. */
import { type INestApplicationContext, type LoggerService } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from '../../src/app.module.js';
import { NodeEnd } from '../../src/cli/node-end.js';
import {
  closeHttp,
  HTTP_OPTIONS,
  openHttp,
  prepareHttp,
} from '../../src/modules/api/http-side.service.js';
import { loadOrCreateIdentity, makeHome } from '../../src/modules/cert/identity-files.js';
import { type ConfigJson } from '../../src/modules/config/config-json.js';
import { ConfigurationService } from '../../src/modules/config/configuration.service.js';
import {
  type DeviceSettings,
  type FolderSettings,
  type Settings,
} from '../../src/modules/config/settings.js';
import { settingsFor } from '../../src/modules/config/settings-for.js';
import { ConnectedDevices } from '../../src/modules/connections/connected-devices.js';
import { ConnectionsService } from '../../src/modules/connections/connections.service.js';
import { EventsService, type NodeEvents } from '../../src/modules/events/events.service.js';
import { LogHistory } from '../../src/modules/logging/log-history.js';
import { ModelService } from '../../src/modules/model/model.service.js';
import { IndexDatabase } from '../../src/modules/database/index-database.js';
import { ProgramModule } from '../../src/program.module.js';
import { SystemClock } from '../../src/platform/clock.js';
import { until } from './wait.js';

export const API_KEY = 'the-key-of-the-test';

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** Restart and shutdown are the program's: here they do nothing. */
function testProgram(): NodeEnd {
  const history = new LogHistory();
  return new NodeEnd({ history, version: '0.0.0', isKeyStated: false, clock: new SystemClock() });
}

export interface TestNodeOptions {
  readonly folders?: readonly Partial<FolderSettings>[];
  readonly devices?: readonly Partial<DeviceSettings>[];
  readonly settings?: Partial<Settings>;
  /** With its HTTP side, on a free port. */
  readonly http?: boolean;
  readonly override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

/** Log lines of one node, kept for assertions; shown only on demand. */
export class KeptLog implements LoggerService {
  readonly lines: string[] = [];

  log(message: unknown): void {
    this.lines.push(String(message));
  }
  warn(message: unknown): void {
    this.lines.push(`warn ${String(message)}`);
  }
  error(message: unknown): void {
    this.lines.push(`error ${String(message)}`);
  }
}

export class TestNode {
  readonly log = new KeptLog();
  /** `host:port` of the HTTP side; '' without one. */
  httpAddress = '';
  private app: INestApplicationContext | undefined;

  private constructor(
    readonly home: string,
    readonly id: string,
    /** Root of the folder `default`. */
    readonly root: string,
  ) {}

  /** Makes a home with its certificate below `base`; nothing runs yet. */
  static async create(base: string, name: string): Promise<TestNode> {
    const home = join(base, `${name}-home`);
    const root = join(base, name);
    fs.mkdirSync(root, { recursive: true });
    makeHome(home);
    const { deviceId } = await loadOrCreateIdentity(home, new SystemClock());
    return new TestNode(home, deviceId, root);
  }

  async start(options: TestNodeOptions = {}): Promise<void> {
    const settings = this.settings(options);
    const program = testProgram();
    const node = options.http
      ? ProgramModule.register({ settings, program })
      : AppModule.register({ settings });
    const builder = Test.createTestingModule({ imports: [node] });
    builder.setLogger(this.log);
    const module = await (options.override?.(builder) ?? builder).compile();
    if (!options.http) {
      await module.init();
      this.app = module;
      return;
    }
    const app = module.createNestApplication<NestExpressApplication>(HTTP_OPTIONS);
    this.app = app;
    prepareHttp(app);
    await app.init();
    this.httpAddress = await openHttp(app);
  }

  /** Asks the HTTP side with its key; the body as it came. */
  async ask(method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const response = await fetch(`http://${this.httpAddress}/rest/${path}`, {
      method,
      headers: { 'X-API-Key': API_KEY },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  }

  /** The answer to a GET. Throws for one that is no success. */
  async rest<T = Record<string, unknown>>(path: string): Promise<T> {
    const { status, text } = await this.ask('GET', path);
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
    return JSON.parse(text) as T;
  }

  async stop(): Promise<void> {
    const app = this.app;
    this.app = undefined;
    if (app !== undefined && this.httpAddress !== '') await closeHttp(app);
    this.httpAddress = '';
    await app?.close();
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    if (this.app === undefined) throw new Error('the node is not started');
    return this.app.get<T>(token as never);
  }

  /** The first address it listens on. */
  get address(): string {
    return this.get(ConnectionsService).listenAddresses[0]!;
  }

  isConnectedTo(id: string): boolean {
    return this.get(ConnectedDevices).get(id) !== undefined;
  }

  /** Scans the whole folder now, and resolves when it and what follows from it is done here. */
  async scan(folder = 'default', names: readonly string[] = ['']): Promise<void> {
    const runner = this.get(ModelService).runner(folder);
    runner?.requestScan(names);
    await runner?.idle();
  }

  /** Nothing is under way and nothing is needed. */
  async isInSync(folder = 'default'): Promise<boolean> {
    const runner = this.get(ModelService).runner(folder);
    if (runner?.state !== 'idle') return false;
    const { need } = await this.get(IndexDatabase).summary(folder);
    return need.files + need.directories + need.symlinks + need.deleted === 0;
  }

  /** Resolves with the next event of this name that fits. */
  next<K extends keyof NodeEvents>(
    name: K,
    fits: (payload: NodeEvents[K]) => boolean = () => true,
  ): Promise<NodeEvents[K]> {
    const events = this.get(EventsService);
    return new Promise((resolve) => {
      const stop = events.on(name, (payload) => {
        if (!fits(payload)) return;
        stop();
        resolve(payload);
      });
    });
  }

  private settings({ folders = [{}], devices = [], settings }: TestNodeOptions): Settings {
    return settingsFor({
      home: this.home,
      deviceName: 'test',
      listenAddresses: ['tcp://127.0.0.1:0'],
      reconnectIntervalS: 1,
      gui: { enabled: true, address: '127.0.0.1:0', apiKey: API_KEY, blockedBy: '' },
      ...settings,
      folders: folders.map((folder) => ({
        id: 'default',
        path: this.root,
        rescanIntervalS: 0,
        // Nothing happens by itself, unless the test asks for it.
        watch: false,
        ...folder,
      })),
      devices: devices.map((device) => ({ id: '', ...device })),
    });
  }
}

/** Starts `dialer` and `listener` as each other's only device; resolves when they are connected. */
export async function startPair(
  dialer: TestNode,
  listener: TestNode,
  options: { dialer?: TestNodeOptions; listener?: TestNodeOptions } = {},
): Promise<void> {
  await listener.start({ devices: [{ id: dialer.id }], ...options.listener });
  const device = { id: listener.id, addresses: [listener.address] };
  await dialer.start({ devices: [device], ...options.dialer });
  await until(
    'the nodes are connected',
    () => dialer.isConnectedTo(listener.id) && listener.isConnectedTo(dialer.id),
  );
}

/** Changes a node's configuration, as a request over HTTP does. */
export function change(node: TestNode, edit: (config: ConfigJson) => void): Promise<void> {
  return node.get(ConfigurationService).update((config) => {
    edit(config);
    return config;
  });
}

/** Scans both and waits until neither needs anything of the other. */
export async function settle(a: TestNode, b: TestNode, limitMs = 60_000): Promise<void> {
  await Promise.all([a.scan(), b.scan()]);
  const database = (node: TestNode): IndexDatabase => node.get(IndexDatabase);
  const sequenceOf = async (node: TestNode): Promise<number> =>
    (await database(node).summary('default')).local.sequence;
  const knownOf = async (node: TestNode, other: TestNode): Promise<number> =>
    (await database(other).remoteIndex('default', node.id)).sequence;
  await until(
    'both nodes know all and need nothing',
    async () =>
      (await sequenceOf(a)) === (await knownOf(a, b)) &&
      (await sequenceOf(b)) === (await knownOf(b, a)) &&
      (await a.isInSync()) &&
      (await b.isInSync()),
    limitMs,
  );
}
