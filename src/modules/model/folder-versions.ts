/**
 * The versions of one folder while it runs: opened and closed with it, cleaned from time to time, listed and restored. A
 * restore and a cleaning wait for the folder's turn, so that no pull works on the same files.
 */
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { type FolderSettings } from '../config/settings.js';
import { type KeptVersion, type Versioner } from '../versions/versioner.js';
import { type VersionsService } from '../versions/versions.service.js';

/** Restores that wait for the folder's turn. */
const RESTORES_WAITING_MAX = 100;
const MS_PER_S = 1_000;

interface Restore {
  /** Times of versions, in milliseconds since 1970, by the names of files. */
  readonly files: ReadonlyMap<string, number>;
  readonly resolve: (problems: Map<string, string>) => void;
  readonly reject: (error: unknown) => void;
}

export interface FolderVersionsParts {
  readonly versions: VersionsService;
  readonly clock: Clock;
}

export class FolderVersions {
  private versioner: Versioner | undefined;
  private isCleaningDue = false;
  private restores: Restore[] = [];
  private readonly timers: NamedTimers<'clean'>;

  constructor(
    private readonly settings: FolderSettings,
    private readonly parts: FolderVersionsParts,
    /** There is something to do. */
    private readonly wake: () => void,
    private readonly warn: (message: string) => void,
  ) {
    this.timers = new NamedTimers(parts.clock);
  }

  /** undefined where no versions are kept, and while the folder is not open. */
  get current(): Versioner | undefined {
    return this.versioner;
  }

  get isRestoreDue(): boolean {
    return this.restores.length > 0;
  }

  get isCleanDue(): boolean {
    return this.isCleaningDue;
  }

  /** Rejects with SyncError 'config' for settings that cannot be used. */
  async open(fs: FolderFs): Promise<void> {
    this.versioner = await this.parts.versions.open(this.settings, fs);
    // Not at once: many folders that start together would all clean together.
    const intervalMs = (this.settings.versioning?.cleanupIntervalS ?? 0) * MS_PER_S;
    if (intervalMs > 0) this.timers.setUnlessSet('clean', intervalMs, () => this.setCleaningDue());
  }

  /** By the names of files. Rejects with SyncError 'missing' where no versions are kept. */
  async list(below: string): Promise<Map<string, KeptVersion[]>> {
    return this.required().list(below, new AbortController().signal);
  }

  /** Resolves with what went wrong, by the names of files. Rejects as list, and when the folder stops. */
  async restore(files: ReadonlyMap<string, number>): Promise<Map<string, string>> {
    this.required();
    if (this.restores.length >= RESTORES_WAITING_MAX) {
      throw new SyncError('refused', 'too many restores wait already', true);
    }
    const done = new Promise<Map<string, string>>((resolve, reject) =>
      this.restores.push({ files, resolve, reject }),
    );
    this.wake();
    return done;
  }

  /** What was asked for so far. Whoever asked is told when `scan` has put the restored files into the index. */
  async runRestores(
    scan: (names: readonly string[]) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const asked = [...this.restores];
    const restored: string[] = [];
    const answers: (() => void)[] = [];
    for (const { files, resolve } of asked) {
      const problems = new Map<string, string>();
      for (const [name, versionMs] of files) {
        try {
          await this.required().restore(name, versionMs, signal);
          restored.push(name);
        } catch (error) {
          signal.throwIfAborted();
          problems.set(name, messageOf(error));
        }
      }
      answers.push(() => resolve(problems));
    }
    if (restored.length > 0) await scan(restored);
    this.restores = this.restores.filter((each) => !asked.includes(each));
    for (const answer of answers) answer();
  }

  async clean(signal: AbortSignal): Promise<void> {
    this.isCleaningDue = false;
    const intervalMs = (this.settings.versioning?.cleanupIntervalS ?? 0) * MS_PER_S;
    try {
      await this.versioner?.clean(signal);
    } catch (error) {
      signal.throwIfAborted();
      this.warn(`Folder ${this.settings.id}: cannot clean its versions: ${messageOf(error)}`);
    }
    this.timers.set('clean', intervalMs, () => this.setCleaningDue());
  }

  /** Before the folder's file system closes. */
  async close(): Promise<void> {
    const { versioner } = this;
    this.versioner = undefined;
    await versioner?.close();
  }

  refuseAll(error: unknown): void {
    for (const { reject } of this.restores.splice(0)) reject(error);
  }

  /** For good. */
  stop(): void {
    this.timers.stop();
  }

  private setCleaningDue(): void {
    this.isCleaningDue = true;
    this.wake();
  }

  private required(): Versioner {
    if (this.versioner !== undefined) return this.versioner;
    const { id, versioning } = this.settings;
    const message =
      versioning === undefined ? 'folder has no versioner' : `folder ${id} is stopped`;
    throw new SyncError('missing', message);
  }
}
