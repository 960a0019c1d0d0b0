/**
 * One node of a simulation: the whole application on a machine in memory, which can be stopped, started, crashed and
 * put into trouble at any moment of the simulated time.
 */
import { type INestApplicationContext, type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AppModule } from '../app.module.js';
import { SettingsService } from '../modules/config/settings.service.js';
import { settingsFor } from '../modules/config/settings-for.js';
import { type FolderSettings, type Settings } from '../modules/config/settings.js';
import { ConnectedDevices } from '../modules/connections/connected-devices.js';
import { type FolderRunner } from '../modules/model/folder-runner.js';
import { type SavedRows } from '../modules/database/database-memory.js';
import { IndexDatabase } from '../modules/database/index-database.js';
import { ModelService } from '../modules/model/model.service.js';
import { DiskUser } from './disk-user.js';
import { type SeededRandom } from './random.js';
import { type SimulatedMachine } from './simulated-machine.js';

/** One port for all: names tell the machines apart. */
const PORT = 22_000;
const RECONNECT_INTERVAL_S = 5;
const WATCH_DELAY_S = 0.3;

export interface NodeWorld {
  readonly log: LoggerService;
  readonly random: SeededRandom;
  /** Lets time pass until it settles. */
  readonly through: <T>(work: Promise<T>) => Promise<T>;
}

export type Folder = Partial<FolderSettings> & { readonly id: string };

export class SimulatedNode {
  readonly id: string;
  private app: INestApplicationContext | undefined;
  private folders: readonly Folder[] = [];
  private peers: readonly SimulatedNode[] = [];
  /** Starts and stops so far. */
  private lives = 0;

  constructor(
    readonly machine: SimulatedMachine,
    private readonly world: NodeWorld,
  ) {
    this.id = machine.certificate.deviceId;
  }

  get name(): string {
    return this.machine.name;
  }

  get isRunning(): boolean {
    return this.app !== undefined;
  }

  /** The user at this machine, in one of its folders. */
  user(folder = 'default'): DiskUser {
    const root = this.rootOf(folder);
    return new DiskUser(root, () => this.machine.disks.disk(root));
  }

  /** Part of the application that runs. Throws when none does. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    if (this.app === undefined) throw new Error(`${this.name} does not run`);
    return this.app.get<T>(token as never);
  }

  /** Undefined when the node does not run, or the folder is paused. */
  runner(folder = 'default'): FolderRunner | undefined {
    return this.app === undefined ? undefined : this.get(ModelService).runner(folder);
  }

  get database(): IndexDatabase {
    return this.get(IndexDatabase);
  }

  isConnectedTo(peer: SimulatedNode): boolean {
    return this.isRunning && this.get(ConnectedDevices).get(peer.id) !== undefined;
  }

  async start(): Promise<void> {
    if (this.app !== undefined) return;
    this.lives += 1;
    const life = this.lives;
    const node = AppModule.register({ settings: this.settings });
    const builder = Test.createTestingModule({ imports: [node] }).setLogger(this.world.log);
    const app = await this.machine.override(builder).compile();
    this.app = app;
    await this.world.through(app.init());
    if (this.lives !== life) throw new Error(`${this.name} ended while it started`);
  }

  async stop(): Promise<void> {
    const { app } = this;
    if (app === undefined) return;
    await this.world.through(app.close());
    this.gone();
    this.machine.ended();
  }

  /** The process is killed: the disk is as it was at that moment. */
  kill(): void {
    this.gone();
    this.machine.crash({ keepUnsynced: true });
  }

  /**
   * What was not flushed is kept or lost as the seed has it: item by item, or in the order of the calls as a journaling
   * disk keeps it. Works on a stopped node too.
   */
  failPower(): void {
    this.gone();
    const { random } = this.world;
    const model = random.fraction() < 1 / 2 ? 'harsh' : 'journaling';
    this.machine.crash({ model, keepUnsynced: () => random.fraction() < 1 / 2 });
  }

  /** The next start finds no index; the folders are as they were. Throws while the node runs. */
  loseIndex(): void {
    if (this.app !== undefined) throw new Error(`${this.name} runs, and has its index open`);
    this.machine.loseIndex();
  }

  /** A copy of its index, as a backup has it. Throws before the first start. */
  saveIndex(): SavedRows {
    return this.machine.saveIndex();
  }

  /** The next start finds the index as it was; the folders are as they are. Throws while the node runs. */
  restoreIndex(saved: SavedRows): void {
    if (this.app !== undefined) throw new Error(`${this.name} runs, and has its index open`);
    this.machine.restoreIndex(saved);
  }

  /** From now on its wall clock shows so much more, or less. */
  jumpClock(ms: number): void {
    this.machine.clock.aheadMs += ms;
  }

  pause(folder = 'default'): Promise<void> {
    return this.change(folder, { paused: true });
  }

  resume(folder = 'default'): Promise<void> {
    return this.change(folder, { paused: false });
  }

  isPaused(folder = 'default'): boolean {
    return this.folders.find(({ id }) => id === folder)?.paused === true;
  }

  /** Asks for a scan of the whole folder; it takes place while time passes. */
  requestScan(folder = 'default'): void {
    this.runner(folder)?.requestScan(['']);
  }

  /** Other devices and folders from now on. */
  async configure(folders: readonly Folder[], peers: readonly SimulatedNode[]): Promise<void> {
    this.folders = folders;
    this.peers = peers;
    for (const { id } of folders) await this.machine.disks.makeRoot(this.rootOf(id));
    if (this.app === undefined) return;
    await this.world.through(this.get(SettingsService).change(this.settings));
  }

  get folderSettings(): readonly Folder[] {
    return this.folders;
  }

  private async change(folder: string, edit: Partial<FolderSettings>): Promise<void> {
    const folders = this.folders.map((known) =>
      known.id === folder ? { ...known, ...edit } : known,
    );
    await this.configure(folders, this.peers);
  }

  private gone(): void {
    this.app = undefined;
    this.lives += 1;
  }

  private rootOf(folder: string): string {
    return `/${this.name}/${folder}`;
  }

  private get settings(): Settings {
    return settingsFor({
      home: `/${this.name}/home`,
      deviceName: this.name,
      listenAddresses: [`tcp://${this.name}:${PORT}`],
      reconnectIntervalS: RECONNECT_INTERVAL_S,
      // The machine that simulates has room enough, or not: no node is to ask it.
      minHomeDiskFree: { value: 0, unit: 'B' },
      folders: this.folders.map((folder) => ({
        path: this.rootOf(folder.id),
        rescanIntervalS: 0,
        watchDelayS: WATCH_DELAY_S,
        ...folder,
      })),
      devices: this.peers.map(({ id, name }) => ({
        id,
        name,
        addresses: [`tcp://${name}:${PORT}`],
      })),
    });
  }
}
