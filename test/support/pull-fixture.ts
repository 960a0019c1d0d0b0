/** A folder to pull into: a disk, an index, a device that announces, and its blocks. For tests of the puller. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { blockSizeFor } from '../../src/domain/block.js';
import { SyncError } from '../../src/domain/errors.js';
import { type FileInfo, type LocalFileInfo } from '../../src/domain/file-info.js';
import { isTempName } from '../../src/domain/file-name.js';
import { updateVector } from '../../src/domain/version-vector.js';
import { type FolderSettings, type VersioningSettings } from '../../src/modules/config/settings.js';
import { SettingsService } from '../../src/modules/config/settings.service.js';
import { BlockSource, type WantedBlock } from '../../src/modules/connections/block-source.js';
import {
  DatabaseMemory,
  InThreadIndexDatabase,
} from '../../src/modules/database/in-thread-index-database.js';
import { EventsService } from '../../src/modules/events/events.service.js';
import { diskState } from '../../src/modules/puller/disk-state.js';
import { deletedChange, scannedChange } from '../../src/modules/model/local-changes.js';
import {
  PullerService,
  type PullFolder,
  type PullOutcome,
  type RevertOutcome,
} from '../../src/modules/puller/puller.service.js';
import { makeVersioner } from '../../src/modules/versions/make-versioner.js';
import { type Versioner } from '../../src/modules/versions/versioner.js';
import { Clock, type Timer } from '../../src/platform/clock.js';
import {
  type FolderFs,
  type FolderFsFactory,
  type ItemStat,
} from '../../src/platform/folder-fs.js';
import {
  type CrashOptions,
  MemoryDisk,
  type MemoryDiskOptions,
} from '../../src/platform/memory-disk.js';
import { MemoryFolderFs } from '../../src/platform/memory-folder-fs.js';
import { MemoryFolderFsFactory } from '../../src/platform/memory-folder-fs-factory.js';
import { SystemRandomness } from '../../src/platform/randomness.js';
import { RealFolderFs } from '../../src/platform/real-folder-fs.js';
import { takeStepByStep } from './step-by-step.js';
import { deletedInfo, directoryInfo, fileInfo } from './file-info.factory.js';
import { NO_IGNORES } from './ignoring.js';

export const FOLDER = 'default';
export const PEER = 'P'.repeat(52);
/** Short IDs: ours and the peer's. */
export const OURS = 100n;
export const THEIRS = 7n;

/** Time stands still unless told; timers never fire. */
export class StillClock extends Clock {
  now = Date.UTC(2024, 0, 2, 3, 4, 5);

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.now;
  }

  setTimer(): Timer {
    return { cancel: () => undefined };
  }
}

/** Answers from a map of blocks by hash, and remembers what it was asked. */
export class FakeBlockSource extends BlockSource {
  readonly blocks = new Map<string, Uint8Array>();
  readonly asked: WantedBlock[] = [];
  isConnected = true;
  /** Names whose blocks nobody gives. */
  readonly refused = new Set<string>();
  /** Called before each answer. */
  onFetch: ((block: WantedBlock, signal: AbortSignal) => void | Promise<void>) | undefined;

  add(content: Uint8Array): void {
    const blockSize = blockSizeFor(content.length);
    for (let at = 0; at < content.length; at += blockSize) {
      const block = content.subarray(at, at + blockSize);
      this.blocks.set(sha256(block).toString('hex'), block);
    }
  }

  async fetch(block: WantedBlock, _: readonly string[], signal: AbortSignal): Promise<Uint8Array> {
    this.asked.push(block);
    await this.onFetch?.(block, signal);
    signal.throwIfAborted();
    const data = this.blocks.get(Buffer.from(block.hash).toString('hex'));
    if (!this.isConnected || this.refused.has(block.name) || data === undefined) {
      throw new SyncError('missing', `nobody gives ${block.name}`, true);
    }
    return data;
  }

  connected(devices: readonly string[]): string[] {
    return this.isConnected ? [...devices] : [];
  }

  get askedNames(): string[] {
    return [...new Set(this.asked.map(({ name }) => name))].sort();
  }
}

export function folderSettings(rest: Partial<FolderSettings> = {}): FolderSettings {
  return {
    id: FOLDER,
    label: '',
    path: '/folder',
    type: 'sendreceive',
    devices: [PEER],
    paused: false,
    rescanIntervalS: 60,
    ignorePerms: false,
    ignoreDelete: false,
    autoNormalize: true,
    maxConflicts: -1,
    isNamedByUser: true,
    blockedBy: '',
    source: 'default',
    ...rest,
  };
}

export class PullFixture {
  readonly source = new FakeBlockSource();
  readonly clock = new StillClock();
  readonly emitter = new EventEmitter2();
  readonly events = new EventsService(this.emitter);
  readonly database = new InThreadIndexDatabase({
    storage: new DatabaseMemory(),
    clock: this.clock,
    randomness: new SystemRandomness(),
  });
  readonly puller = new PullerService(
    new SettingsService({
      requestBytesMax: 64 * 1024 * 1024,
      filesInFlight: 8,
      trace: [],
    } as never),
    this.database,
    this.source,
    this.events,
    this.clock,
    new SystemRandomness(),
  );
  settings = folderSettings();
  ignores = NO_IGNORES;
  versioner: Versioner | undefined;
  fs!: FolderFs;
  disk: MemoryDisk | undefined;
  root = '';
  /** The guard looks before each pass: then moves are told by the index. */
  isGuarded = false;
  onArrived: (() => void) | undefined;
  private sequence = 0;

  static async onDisk(): Promise<PullFixture> {
    const fixture = new PullFixture();
    fixture.root = mkdtempSync(join(tmpdir(), 'pull-'));
    const { fs } = Object.assign(fixture, { fs: await RealFolderFs.open(fixture.root) });
    // Step by step, so that specs can come in between.
    takeStepByStep(fs);
    return fixture.opened();
  }

  static async inMemory(options: MemoryDiskOptions = {}): Promise<PullFixture> {
    const fixture = new PullFixture();
    fixture.disk = new MemoryDisk(fixture.clock, options);
    fixture.fs = new MemoryFolderFs('/folder', fixture.disk);
    return fixture.opened();
  }

  async close(): Promise<void> {
    await this.puller.forget(FOLDER);
    await this.fs.close();
    await this.database.close();
    if (this.root !== '') rmSync(this.root, { recursive: true });
  }

  /** The peer announces the items; the contents of files are to be had from it. */
  announce(...files: FileInfo[]): Promise<void> {
    return this.announceFrom(PEER, ...files);
  }

  async announceFrom(device: string, ...files: FileInfo[]): Promise<void> {
    const sequenced = files.map((file) => ({ ...file, sequence: ++this.sequence }));
    await this.database.updateRemote(FOLDER, device, sequenced, 0);
  }

  /** A file the peer has changed last. */
  file(name: string, content: string | Uint8Array, rest: Partial<FileInfo> = {}): FileInfo {
    this.source.add(Buffer.from(content));
    return fileInfo(name, content, { ...THEIR_FIRST, ...rest });
  }

  directory(name: string, rest: Partial<FileInfo> = {}): FileInfo {
    return directoryInfo(name, { ...THEIR_FIRST, ...rest });
  }

  symlink(name: string, symlinkTarget: string, rest: Partial<FileInfo> = {}): FileInfo {
    const link = { type: 'symlink' as const, symlinkTarget, noPermissions: true };
    return directoryInfo(name, { ...THEIR_FIRST, ...link, ...rest });
  }

  deleted(name: string, rest: Partial<FileInfo> = {}): FileInfo {
    return deletedInfo(name, { version: [{ id: THEIRS, value: 9n }], modifiedBy: THEIRS, ...rest });
  }

  async pull(signal = new AbortController().signal): Promise<PullOutcome> {
    if (this.isGuarded) await this.database.judgeThreats(FOLDER, 0, {});
    return this.puller.pull(this.folder, signal);
  }

  revert(): Promise<RevertOutcome> {
    return this.puller.revert(this.folder, new AbortController().signal);
  }

  private get folder(): PullFolder {
    return {
      settings: this.settings,
      fs: this.fs,
      ownShortId: OURS,
      replicaId: OURS,
      ignores: this.ignores,
      versioner: this.versioner,
      onArrived: () => this.onArrived?.(),
    };
  }

  /** Announces and pulls; the disk then has the items as the network has. */
  async has(...files: FileInfo[]): Promise<void> {
    await this.announce(...files);
    await this.pull();
    this.source.asked.length = 0;
  }

  /** From now on what is replaced or deleted is kept; elsewhere than in the folder where `factory` has the place. */
  async keepVersions(
    settings: Partial<VersioningSettings> & Pick<VersioningSettings, 'type'>,
    factory: FolderFsFactory = new MemoryFolderFsFactory(this.clock),
    livePaths: readonly string[] = [],
  ): Promise<Versioner> {
    const onProblem = (message: string): never => {
      throw new Error(message);
    };
    const { fs, clock } = this;
    this.versioner = await makeVersioner(
      { params: {}, path: '', cleanupIntervalS: 3600, ...settings },
      { fs, factory, clock, onProblem, environment: process.env, livePaths: () => livePaths },
    );
    return this.versioner;
  }

  /** What a user does to a file. */
  async write(name: string, content: string | Uint8Array): Promise<void> {
    await this.fs.removeFile(name).catch(() => undefined);
    const handle = await this.fs.createFile(name, 0o644);
    await handle.write(0, Buffer.from(content));
    await handle.close();
  }

  async read(name: string): Promise<string> {
    return (await this.bytes(name)).toString();
  }

  async bytes(name: string): Promise<Buffer> {
    const handle = await this.fs.openFile(name, 'read');
    const { size } = await handle.stat();
    const data = await handle.read(0, size);
    await handle.close();
    return Buffer.from(data);
  }

  async names(directory = ''): Promise<string[]> {
    const { entries } = await this.fs.list(directory);
    return entries.map(({ name }) => name).sort();
  }

  local(name: string): Promise<LocalFileInfo | undefined> {
    return this.database.local(FOLDER, name);
  }

  /** Records what is on disk as a scan does: a change gets a version of ours. */
  async scan(...names: string[]): Promise<void> {
    for (const name of names) await this.scanOne(name);
  }

  /** Scans whatever is not on disk as the index says, and what the index does not know. */
  async scanAll(): Promise<void> {
    const names = new Set(await this.allNames());
    for (const { name } of await this.database.localSummaries(FOLDER, '', undefined, 10_000)) {
      names.add(name);
    }
    for (const name of names) {
      const [known, stat] = [await this.local(name), await this.statOf(name)];
      const target = stat?.type === 'symlink' ? await this.fs.readSymlink(name) : '';
      const state = diskState(known, stat, target, this.settings.ignorePerms);
      if (state === 'changed' || state === 'gone') await this.scanOne(name);
    }
  }

  /** Names of all that syncs, from the disk. */
  async allNames(directory = ''): Promise<string[]> {
    const names: string[] = [];
    for (const { name, type } of (await this.fs.list(directory)).entries) {
      const path = directory === '' ? name : `${directory}/${name}`;
      if (isTempName(path)) continue;
      names.push(path);
      if (type === 'directory') names.push(...(await this.allNames(path)));
    }
    return names;
  }

  /** In memory only: all is lost that `keepUnsynced` does not keep; the folder is opened again. */
  async crash(keepUnsynced: CrashOptions['keepUnsynced']): Promise<void> {
    if (this.disk === undefined) throw new Error('only a disk in memory crashes');
    this.disk.crash({ keepUnsynced });
    this.fs = new MemoryFolderFs('/folder', this.disk);
    await this.puller.forget(FOLDER);
  }

  private async scanOne(name: string): Promise<void> {
    const known = await this.local(name);
    const stat = await this.statOf(name);
    if (this.settings.type === 'receiveonly') return this.scanKept(name, known, stat);
    const version = updateVector(known?.version ?? [], OURS, this.clock.now / 1000);
    const base = { version, modifiedBy: OURS };
    if (stat === undefined) {
      if (known === undefined) return;
      const gone = deletedInfo(name, { type: known.type, ...base });
      return this.record({ ...gone, diskModifiedS: 0, diskModifiedNs: 0 });
    }
    const { modifiedS, modifiedNs, permissions } = stat;
    const rest = { ...base, modifiedS, modifiedNs, permissions: permissions & 0o777 };
    const found =
      stat.type === 'directory'
        ? directoryInfo(name, rest)
        : stat.type === 'symlink'
          ? this.symlink(name, await this.fs.readSymlink(name), base)
          : fileInfo(name, await this.bytes(name), rest);
    await this.record({ ...found, diskModifiedS: modifiedS, diskModifiedNs: modifiedNs });
  }

  /** As a scan of a receive-only folder records it. */
  private async scanKept(
    name: string,
    known: LocalFileInfo | undefined,
    stat: ItemStat | undefined,
  ): Promise<void> {
    const identity = { deviceId: '', shortId: OURS, replicaId: OURS };
    const nowS = this.clock.now / 1000;
    const context = { identity, ignorePerms: false, nowS, isReceiveOnly: true };
    const global = await this.database.global(FOLDER, name);
    let change: LocalFileInfo | 'forget' | undefined;
    if (stat === undefined) {
      change = deletedChange(known, context, global);
    } else {
      const { type, modifiedS, modifiedNs, permissions } = stat;
      const found = type === 'file' ? fileInfo(name, await this.bytes(name)) : directoryInfo(name);
      const times = { modifiedS, modifiedNs, permissions: permissions & 0o777 };
      change = scannedChange({ ...found, ...times }, known, context, global);
    }
    if (change === 'forget') await this.database.forgetLocals(FOLDER, [name]);
    else if (change !== undefined) await this.record(change);
  }

  /** Absent, too, where its parent is a file or a link now. */
  private statOf(name: string): Promise<ItemStat | undefined> {
    return this.fs.stat(name).catch((error: unknown) => {
      if (error instanceof SyncError && error.code === 'refused') return undefined;
      throw error;
    });
  }

  private async record(file: LocalFileInfo): Promise<void> {
    await this.database.updateLocal(FOLDER, [file]);
  }

  private async opened(): Promise<PullFixture> {
    await this.database.open();
    await this.database.addFolder(FOLDER);
    return this;
  }
}

const THEIR_FIRST = { version: [{ id: THEIRS, value: 1n }], modifiedBy: THEIRS };

export function theirVersion(value: number): { version: FileInfo['version']; modifiedBy: bigint } {
  return { version: [{ id: THEIRS, value: BigInt(value) }], modifiedBy: THEIRS };
}

function sha256(data: Uint8Array): Buffer {
  return createHash('sha256').update(data).digest();
}
