/** What a whole node needs to run in this thread and memory alone, on a clock that the test moves. */
import { type TestingModuleBuilder } from '@nestjs/testing';
import { type MemoryNetwork } from '../../src/modules/connections/memory-transport.js';
import { Transport } from '../../src/modules/connections/transport.js';
import {
  DatabaseMemory,
  InThreadIndexDatabase,
} from '../../src/modules/database/in-thread-index-database.js';
import { IndexDatabase } from '../../src/modules/database/index-database.js';
import { Hasher } from '../../src/modules/scanner/hasher.js';
import { InThreadHasher } from '../../src/modules/scanner/in-thread-hasher.js';
import { InThreadWalker } from '../../src/modules/scanner/in-thread-walker.js';
import { Walker } from '../../src/modules/scanner/walker.js';
import { MemoryWatcherFactory } from '../../src/modules/watcher/memory-watcher.js';
import { WatcherFactory } from '../../src/modules/watcher/watcher.js';
import { Clock } from '../../src/platform/clock.js';
import { type FolderFs, FolderFsFactory } from '../../src/platform/folder-fs.js';
import { MemoryFolderFsFactory } from '../../src/platform/memory-folder-fs-factory.js';
import { Randomness } from '../../src/platform/randomness.js';
import { type HandClock } from './hand-clock.js';
import { SeededRandom, SeededRandomness } from '../../src/testing/random.js';

/** The disk, index and network of one machine; they outlive the node that uses them. */
export class MemoryMachine {
  readonly factory: MemoryFolderFsFactory;
  readonly storage = new DatabaseMemory();
  private readonly randomness: SeededRandomness;

  constructor(
    private readonly name: string,
    private readonly certificate: Uint8Array,
    private readonly network: MemoryNetwork,
    private readonly clock: HandClock,
    seed: number,
  ) {
    this.factory = new MemoryFolderFsFactory(clock);
    this.randomness = new SeededRandomness(new SeededRandom(seed));
  }

  override(builder: TestingModuleBuilder): TestingModuleBuilder {
    const { clock, randomness, storage } = this;
    const transport = this.network.transport(this.name, this.certificate);
    return builder
      .overrideProvider(Clock)
      .useValue(clock)
      .overrideProvider(Randomness)
      .useValue(randomness)
      .overrideProvider(Transport)
      .useValue(transport)
      .overrideProvider(FolderFsFactory)
      .useValue(this.factory)
      .overrideProvider(Walker)
      .useValue(new InThreadWalker())
      .overrideProvider(Hasher)
      .useValue(new InThreadHasher())
      .overrideProvider(WatcherFactory)
      .useValue(new MemoryWatcherFactory(this.factory))
      .overrideProvider(IndexDatabase)
      .useValue(new InThreadIndexDatabase({ storage, clock, randomness }));
  }

  /** What a user does: writes a whole file. */
  async write(root: string, name: string, content: string): Promise<void> {
    await this.within(root, async (fs) => {
      await fs.removeFile(name).catch(() => undefined);
      const file = await fs.createFile(name, 0o644);
      await file.write(0, Buffer.from(content));
      await file.sync();
      await file.close();
      await fs.syncDirectory('');
    });
  }

  /** Names and contents of the files in the root, internal ones left out. */
  async files(root: string): Promise<Record<string, string>> {
    const files: Record<string, string> = {};
    await this.within(root, async (fs) => {
      for (const { name, type } of (await fs.list('')).entries) {
        if (type !== 'file' || name.startsWith('.')) continue;
        const file = await fs.openFile(name, 'read');
        const { size } = await file.stat();
        files[name] = Buffer.from(await file.read(0, size)).toString();
        await file.close();
      }
    });
    return files;
  }

  private async within(root: string, work: (fs: FolderFs) => Promise<void>): Promise<void> {
    await this.factory.makeRoot(root);
    const fs = await this.factory.open(root);
    try {
      await work(fs);
    } finally {
      await fs.close();
    }
  }
}
