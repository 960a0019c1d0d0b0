/**
 * One folder in memory over several lives of the node that has it: the disk and the index stay, the node's parts are made
 * anew. Scans and pulls run as the folder's runner has them, with the real scanner, puller and index; a second
 * device announces and gives blocks, and a user works on the disk.
 */
import { hash } from 'node:crypto';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { isTempName } from '../../src/domain/file-name.js';
import { type FolderSettings, type VersioningSettings } from '../../src/modules/config/settings.js';
import { SettingsService } from '../../src/modules/config/settings.service.js';
import {
  type DatabaseMemory,
  InThreadIndexDatabase,
} from '../../src/modules/database/in-thread-index-database.js';
import { EventsService } from '../../src/modules/events/events.service.js';
import { OwnerScan } from '../../src/modules/model/disk-settings.js';
import { makeOrRequireMarker } from '../../src/modules/model/folder-marker.js';
import { FolderScan } from '../../src/modules/model/folder-scan.js';
import { type LocalIdentity } from '../../src/modules/model/identity.js';
import {
  type PullFolder,
  type PullOutcome,
  PullerService,
} from '../../src/modules/puller/puller.service.js';
import { InThreadHasher } from '../../src/modules/scanner/in-thread-hasher.js';
import { InThreadWalker } from '../../src/modules/scanner/in-thread-walker.js';
import { ScannerService } from '../../src/modules/scanner/scanner.service.js';
import { makeVersioner } from '../../src/modules/versions/make-versioner.js';
import { type Versioner } from '../../src/modules/versions/versioner.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';
import { type MemoryDisk } from '../../src/platform/memory-disk.js';
import { MemoryFolderFs } from '../../src/platform/memory-folder-fs.js';
import { MemoryFolderFsFactory } from '../../src/platform/memory-folder-fs-factory.js';
import { SeededRandom, SeededRandomness } from '../../src/testing/random.js';
import { NO_IGNORES } from './ignoring.js';
import { type FakeBlockSource, FOLDER, OURS, type StillClock } from './pull-fixture.js';

const ROUNDS_MAX = 12;
const HOUR_MS = 3_600_000;
const LARGE_TEXT_BYTES = 200;

export interface FolderKind {
  readonly settings: FolderSettings;
  readonly versioning?: VersioningSettings['type'];
  /** On a disk where no file has two. */
  readonly hasNoSecondNames?: boolean;
}

/** What outlives a life. */
export interface FolderParts {
  readonly kind: FolderKind;
  readonly clock: StillClock;
  readonly source: FakeBlockSource;
  readonly disk: MemoryDisk;
  readonly memory: DatabaseMemory;
  readonly isInPlace?: () => boolean;
}

export const IDENTITY: LocalIdentity = { deviceId: 'O'.repeat(52), shortId: OURS, replicaId: OURS };

export class FolderLife {
  readonly database: InThreadIndexDatabase;
  readonly fs: FolderFs;
  private readonly puller: PullerService;
  private readonly scanner: ScannerService;
  private readonly events: EventsService;
  private versioner: Versioner | undefined;
  /** Of the last pass. */
  problems: readonly string[] = [];

  private constructor(private readonly parts: FolderParts) {
    const { clock, memory, source, disk } = parts;
    const randomness = new SeededRandomness(new SeededRandom(1));
    this.fs = new MemoryFolderFs('/folder', disk, parts.isInPlace);
    this.database = new InThreadIndexDatabase({ storage: memory, clock, randomness });
    this.events = new EventsService(new EventEmitter2());
    const limits = { requestBytesMax: 64 * 1024 * 1024, filesInFlight: 8, trace: [] };
    this.puller = new PullerService(
      new SettingsService(limits as never),
      this.database,
      source,
      this.events,
      clock,
      randomness,
    );
    this.scanner = new ScannerService(new InThreadWalker(), new InThreadHasher(), clock);
  }

  static async begin(parts: FolderParts): Promise<FolderLife> {
    const life = new FolderLife(parts);
    await life.database.open();
    const { created } = await life.database.addFolder(FOLDER);
    await makeOrRequireMarker(life.fs, created, true);
    const { versioning } = parts.kind;
    if (versioning !== undefined) life.versioner = await life.makeVersioner(versioning);
    return life;
  }

  /** The names whose index entries changed by it are to be looked at again. */
  async scan(names: readonly string[] = ['']): Promise<void> {
    const { clock, kind } = this.parts;
    const scan = new FolderScan(kind.settings, IDENTITY, [], {
      database: this.database,
      scanner: this.scanner,
      events: this.events,
      clock,
      owners: new OwnerScan(clock),
      links: { unclear: () => Promise.resolve(new Set<string>()) },
    });
    const { retry } = await scan.run(this.fs, names, new AbortController().signal);
    if (retry.length > 0) {
      clock.now += 1_000;
      await scan.run(this.fs, retry, new AbortController().signal);
    }
  }

  async pull(): Promise<PullOutcome> {
    // What the guard looks at before each pass tells which deletes are moves.
    await this.database.judgeThreats(FOLDER, 0, {});
    const outcome = await this.puller.pull(this.folder, new AbortController().signal);
    this.problems = outcome.problems.map(({ name, message }) => `${name}: ${message}`);
    return outcome;
  }

  async revert(): Promise<void> {
    const { rescan } = await this.puller.revert(this.folder, new AbortController().signal);
    if (rescan.length > 0) await this.scan(rescan);
  }

  /** Scans where asked to, then pulls and scans again, as long as there is anything to do. */
  async work(scanFirst: boolean): Promise<void> {
    if (scanFirst) await this.scan();
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const outcome = await this.pull();
      if (outcome.rescan.length > 0) await this.scan(outcome.rescan);
      else if (outcome.problems.length === 0 && outcome.changed === 0) return;
      else if (outcome.problems.length > 0) this.parts.clock.now += HOUR_MS;
    }
  }

  /** Gives up what it has open; nothing is flushed by it. */
  async end(): Promise<void> {
    await this.puller.forget(FOLDER).catch(() => undefined);
    await this.versioner?.close();
    await this.fs.close();
    this.database.crash();
  }

  private get folder(): PullFolder {
    return {
      settings: this.parts.kind.settings,
      fs: this.fs,
      ownShortId: OURS,
      replicaId: OURS,
      ignores: NO_IGNORES,
      versioner: this.versioner,
      onArrived: () => undefined,
    };
  }

  private makeVersioner(type: VersioningSettings['type']): Promise<Versioner> {
    const { clock } = this.parts;
    return makeVersioner(
      { params: {}, path: '', cleanupIntervalS: 3600, type },
      {
        fs: this.fs,
        factory: new MemoryFolderFsFactory(clock),
        clock,
        onProblem: () => undefined,
        environment: {},
      },
    );
  }
}

/** One item on disk, as a text that tells it from others. */
export interface DiskItem {
  readonly name: string;
  readonly type: string;
  /** Of a file: textOf; of a link: its target. */
  readonly content: string;
  readonly permissions: number;
  readonly modifiedS: number;
}

/** The labels of large contents take so many bytes. */
const LABEL_BYTES = 64;
/** Just more than one block, with what the large files have in common. */
const COMMON = Buffer.alloc(128 * 1024, 'what large files have in common ');

/** A label that only this content has, and much that others have, too. */
export function largeContent(label: string): Buffer {
  return Buffer.concat([COMMON, Buffer.from(label.padEnd(LABEL_BYTES))]);
}

/** A small content itself, a large one by its label, or where it is none of ours by size and hash. */
export function textOf(data: Uint8Array): string {
  if (data.length <= LARGE_TEXT_BYTES) return Buffer.from(data).toString();
  const isOurs = COMMON.compare(data, 0, COMMON.length) === 0;
  const label = Buffer.from(data.subarray(COMMON.length)).toString();
  if (isOurs && label.length === LABEL_BYTES) return label;
  return `${data.length} bytes ${hash('sha1', data)}`;
}

/** Everything, temp files and the marker too; straight from the disk, past all calls. */
export function itemsOn(disk: MemoryDisk): DiskItem[] {
  const items: DiskItem[] = [];
  const walk = (node: MemoryDisk['root'], way: string): void => {
    for (const { name, node: item } of node.entries.values()) {
      const path = way === '' ? name : `${way}/${name}`;
      const { type, permissions, modifiedS } = item.stat();
      const content =
        type === 'file' ? textOf(item.content) : type === 'symlink' ? item.target : '';
      items.push({ name: path, type, content, permissions, modifiedS });
      if (type === 'directory') walk(item, path);
    }
  };
  walk(disk.root, '');
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Under a name of the user's: neither temp files nor what the node keeps for itself. */
export function isOwnName(name: string): boolean {
  return !name.split('/').some(isTempName) && !name.startsWith('.st');
}
