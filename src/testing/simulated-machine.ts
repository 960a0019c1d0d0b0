/**
 * One machine of a simulation: its disks, the storage of its index, its clock and its place in the network. It outlives
 * the processes that run on it; a process is what one start of a node has of it.
 */
import { type TestingModuleBuilder } from '@nestjs/testing';
import { CertService } from '../modules/cert/cert.service.js';
import { ConfigurationService } from '../modules/config/configuration.service.js';
import { SettingsService } from '../modules/config/settings.service.js';
import { type MemoryNetwork } from '../modules/connections/memory-transport.js';
import { Transport } from '../modules/connections/transport.js';
import { DatabaseMemory } from '../modules/database/in-thread-index-database.js';
import { type SavedRows } from '../modules/database/database-memory.js';
import { IndexDatabase } from '../modules/database/index-database.js';
import { Beacon } from '../modules/discovery/beacon.js';
import { DiscoveryHttp } from '../modules/discovery/discovery-http.js';
import { MemoryLan } from '../modules/discovery/memory-beacon.js';
import { Hasher } from '../modules/scanner/hasher.js';
import { InThreadHasher } from '../modules/scanner/in-thread-hasher.js';
import { InThreadWalker } from '../modules/scanner/in-thread-walker.js';
import { Walker } from '../modules/scanner/walker.js';
import { MemoryWatcherFactory } from '../modules/watcher/memory-watcher.js';
import { WatcherFactory } from '../modules/watcher/watcher.js';
import { Clock } from '../platform/clock.js';
import { FolderFsFactory } from '../platform/folder-fs.js';
import { type CrashOptions } from '../platform/memory-disk.js';
import { MemoryFolderFsFactory } from '../platform/memory-folder-fs-factory.js';
import { Randomness } from '../platform/randomness.js';
import { LateConfiguration } from './late-configuration.js';
import { MachineClock, ProcessClock } from './machine-clock.js';
import { NoDiscoveryServers } from './no-discovery-servers.js';
import { SeededRandomness, type SeededRandom } from './random.js';
import { SimulatedCertificate, simulatedIdentity } from './simulated-identity.js';
import { type Trace } from './trace.js';
import { TracedIndexDatabase } from './traced-index-database.js';

export interface MachineParts {
  readonly network: MemoryNetwork;
  readonly time: Clock;
  readonly random: SeededRandom;
  readonly trace: Trace;
  /** The share of a process's disk operations that take time, 0 to 1, and how long they take at most. */
  readonly slowShare: number;
  readonly slowMsMax: number;
}

export class SimulatedMachine {
  readonly clock: MachineClock;
  readonly certificate: SimulatedCertificate;
  readonly disks: MemoryFolderFsFactory;
  private storage = new DatabaseMemory();
  private process: ProcessParts | undefined;

  constructor(
    readonly name: string,
    private readonly parts: MachineParts,
  ) {
    this.clock = new MachineClock(parts.time);
    this.certificate = new SimulatedCertificate(simulatedIdentity(name), this.clock);
    this.disks = new MemoryFolderFsFactory(this.clock, {
      beforeOperation: (operation, item) =>
        parts.trace.add(() => `${name} disk ${operation} ${item}`),
    });
  }

  /** A node's providers for a process that starts now. */
  override(builder: TestingModuleBuilder): TestingModuleBuilder {
    const process = this.begin();
    return builder
      .overrideProvider(Clock)
      .useValue(process.clock)
      .overrideProvider(Randomness)
      .useValue(process.randomness)
      .overrideProvider(ConfigurationService)
      .useFactory({
        factory: (settings: SettingsService) => new LateConfiguration(settings, null),
        inject: [SettingsService],
      })
      .overrideProvider(CertService)
      .useValue(this.certificate)
      .overrideProvider(Transport)
      .useValue(process.transport)
      .overrideProvider(Beacon)
      .useValue(new MemoryLan().beacon(''))
      .overrideProvider(DiscoveryHttp)
      .useValue(new NoDiscoveryServers())
      .overrideProvider(FolderFsFactory)
      .useValue(this.disks)
      .overrideProvider(Walker)
      .useValue(new InThreadWalker())
      .overrideProvider(Hasher)
      .useValue(new InThreadHasher())
      .overrideProvider(WatcherFactory)
      .useValue(process.watchers)
      .overrideProvider(IndexDatabase)
      .useValue(process.database);
  }

  /** The process is gone without a word, and of what was not flushed the machine keeps what it is told to. */
  crash(options: CrashOptions): void {
    const { process } = this;
    this.process = undefined;
    this.disks.crash(options);
    process?.clock.end();
    process?.transport.end();
    process?.database.crash();
    void process?.watchers.close();
    this.parts.network.silence(this.name);
  }

  /** The process has ended in good order. */
  ended(): void {
    this.process?.clock.end();
    this.process?.transport.end();
    this.process = undefined;
  }

  /** The next process finds no index. */
  loseIndex(): void {
    this.storage = new DatabaseMemory();
  }

  /** What its index holds, as a copy of its file would. */
  saveIndex(): SavedRows {
    return this.storage.save();
  }

  /** The next process finds the index as it was. */
  restoreIndex(saved: SavedRows): void {
    this.storage = DatabaseMemory.of(saved);
  }

  private begin(): ProcessParts {
    const { network, random, trace } = this.parts;
    const clock = new ProcessClock(this.clock);
    const randomness = new SeededRandomness(random.fork());
    const pace = this.paceOf(clock);
    this.disks.pace = pace;
    const { storage, name } = this;
    const database = new TracedIndexDatabase({ storage, clock, randomness }, (call) =>
      trace.add(() => `${name} index ${call}`),
    );
    const watchers = new MemoryWatcherFactory(this.disks);
    const transport = network.transport(name, this.certificate.certDer);
    this.process = { clock, randomness, transport, database, watchers };
    return this.process;
  }

  private paceOf(clock: Clock): () => Promise<void> | undefined {
    const { slowShare, slowMsMax } = this.parts;
    if (slowShare === 0) return () => undefined;
    const random = this.parts.random.fork();
    return () => {
      if (random.fraction() >= slowShare) return undefined;
      return clock.sleep(Math.ceil(random.fraction() * slowMsMax));
    };
  }
}

interface ProcessParts {
  readonly clock: ProcessClock;
  readonly randomness: SeededRandomness;
  readonly transport: ReturnType<MemoryNetwork['transport']>;
  readonly database: TracedIndexDatabase;
  readonly watchers: MemoryWatcherFactory;
}
