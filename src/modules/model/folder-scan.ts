/**
 * One scan of a folder: runs the scanner against the index and records what changed, batch by batch.
 * Deletes are recorded only after another look at the marker, and at the links that they lie behind: a disk that went
 * away is not an emptied folder.
 */
import { type ItemProblem } from '../../domain/errors.js';
import { parentOf } from '../../domain/file-name.js';
import { unifySubtrees } from '../../domain/tree-order.js';
import { topOf } from '../../platform/root-links.js';
import { type FileInfo, LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { type FolderSettings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type ScanFinding, type ScannerService } from '../scanner/scanner.service.js';
import { type FolderGuard } from '../guard/folder-guard.js';
import { type AfterScan, UNGUARDED_SCAN } from '../guard/scan-guard.js';
import { type OwnerScan, windowNs } from './disk-settings.js';
import { PROBLEMS_MAX } from './folder-problems.js';
import { requireMarker } from './folder-marker.js';
import { type LocalIdentity } from './identity.js';
import { type LinkKeeper } from './link-keeper.js';
import {
  type ChangeContext,
  deletedChange,
  ignoredChange,
  scannedChange,
} from './local-changes.js';

/** Index rows read at once to compare with the disk. */
const SUMMARIES_AT_ONCE = 2_000;

export interface ScanOutcome {
  /** Index entries made or changed. */
  readonly changed: number;
  readonly problems: readonly ItemProblem[];
  /** Names that changed while they were looked at. */
  readonly retry: readonly string[];
  readonly after: AfterScan;
}

export interface FolderScanParts {
  readonly database: IndexDatabase;
  readonly scanner: ScannerService;
  readonly events: EventsService;
  readonly clock: Clock;
  readonly owners: OwnerScan;
  readonly links: Pick<LinkKeeper, 'unclear'>;
  /** Absent: everything is recorded. */
  readonly guard?: Pick<FolderGuard, 'scan'>;
}

export class FolderScan {
  private changed = 0;
  private readonly problems: ItemProblem[] = [];
  private readonly retry: string[] = [];
  private isAnyGone = false;
  /** The batch that is being recorded while the next one is made ready. */
  private recording: Promise<void> = Promise.resolve();
  private namesRecording: ReadonlySet<string> = new Set();

  constructor(
    private readonly settings: FolderSettings,
    private readonly identity: LocalIdentity,
    private readonly ignores: readonly IgnorePattern[],
    private readonly parts: FolderScanParts,
  ) {}

  async run(fs: FolderFs, names: readonly string[], signal: AbortSignal): Promise<ScanOutcome> {
    try {
      return await this.scan(fs, names, signal);
    } finally {
      // However it ends, nothing of it is written afterwards.
      await this.recording.catch(() => undefined);
      if (this.changed > 0) this.parts.events.emit('ScanEnded', { folder: this.settings.id });
    }
  }

  private async scan(
    fs: FolderFs,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ScanOutcome> {
    const { id, ignorePerms, autoNormalize } = this.settings;
    const trees = await this.withUnknownParents(names);
    const findings = this.parts.scanner.scan({
      fs,
      names: trees,
      ignorePerms,
      modTimeWindowNs: windowNs(this.settings),
      accounts: await this.parts.owners.accountsFor(this.settings),
      autoNormalize,
      ignores: this.ignores,
      isReceiveOnly: this.isReceiveOnly,
      current: (tree, after) =>
        this.parts.database.localSummaryPage(id, tree, after, SUMMARIES_AT_ONCE),
      onGone: () => {
        this.isAnyGone = true;
      },
      signal,
    });
    const guarded =
      (await this.parts.guard?.scan(fs, trees.includes(''), this.identity)) ?? UNGUARDED_SCAN;
    for await (const batch of findings) {
      await this.recordedBefore(batch);
      await this.record(await guarded.take(await this.withoutUnclear(fs, batch)));
    }
    await this.recording;
    const left = guarded.finish();
    let step = await left.next();
    for (; step.done !== true; step = await left.next()) {
      await this.record(await this.withoutUnclear(fs, step.value));
    }
    await this.recording;
    const { changed, problems, retry } = this;
    return { changed, problems, retry, after: step.value };
  }

  /** What the batch is held against is what the index says of its names, and for what is gone of all names. */
  private async recordedBefore(batch: readonly ScanFinding[]): Promise<void> {
    const isApart = batch.every((finding) => {
      if (finding.kind === 'problem') return true;
      return finding.kind === 'changed' && !this.namesRecording.has(finding.item.name);
    });
    if (!isApart) await this.recording;
  }

  /** Only what is certainly gone is told to be. */
  private async withoutUnclear(
    fs: FolderFs,
    batch: readonly ScanFinding[],
  ): Promise<readonly ScanFinding[]> {
    const gone = batch.filter((finding) => finding.kind === 'gone').map(({ name }) => name);
    if (gone.length === 0) return batch;
    await requireMarker(fs);
    const unclear = await this.parts.links.unclear(this.settings.id, fs, gone);
    if (unclear.size === 0) return batch;
    return batch.filter((finding) => finding.kind !== 'gone' || !unclear.has(topOf(finding.name)));
  }

  /** The directories above a name that are not in the index yet are new themselves, and scanned with it. */
  private async withUnknownParents(names: readonly string[]): Promise<string[]> {
    const parents = new Set<string>();
    for (const name of names) {
      for (let dir = parentOf(name); dir !== ''; dir = parentOf(dir)) parents.add(dir);
    }
    const list = [...parents];
    const entries = await this.parts.database.locals(this.settings.id, list);
    const known = new Set(list.filter((_, i) => isAnnounced(entries[i])));
    return unifySubtrees(names, (name) => known.has(name));
  }

  private async record(batch: readonly ScanFinding[]): Promise<void> {
    const found = batch.filter((finding) => finding.kind !== 'problem');
    for (const finding of batch) if (finding.kind === 'problem') this.note(finding.problem);
    const names = found.map((finding) =>
      finding.kind === 'changed' ? finding.item.name : finding.name,
    );
    if (names.length === 0) return;
    const { id, ignorePerms } = this.settings;
    const context = {
      identity: this.identity,
      ignorePerms,
      modTimeWindowNs: windowNs(this.settings),
      nowS: Math.floor(this.parts.clock.nowMs() / 1000),
      isReceiveOnly: this.isReceiveOnly,
    };
    const current = await this.parts.database.locals(id, names);
    const globals = await this.globalsFor(names, current);
    const files: LocalFileInfo[] = [];
    const forgotten: string[] = [];
    found.forEach((finding, index) => {
      const change = changeFor(finding, current[index], context, globals[index]);
      if (change === 'forget') forgotten.push(names[index]);
      else if (change !== undefined) files.push(change);
    });
    await this.recording;
    this.namesRecording = new Set(names);
    this.recording = this.put(files, forgotten);
    // Its failure is told to the next one, or at the end of the scan.
    this.recording.catch(() => undefined);
  }

  /** Where they matter: they are what a receive-only folder measures its changes by. */
  private async globalsFor(
    names: readonly string[],
    current: readonly (LocalFileInfo | undefined)[],
  ): Promise<(FileInfo | undefined)[]> {
    const isAny = current.some((entry) => entry !== undefined && isReceiveOnlyChange(entry));
    if (!this.isReceiveOnly && !isAny) return [];
    return this.parts.database.globals(this.settings.id, names);
  }

  private async put(files: readonly LocalFileInfo[], forgotten: readonly string[]): Promise<void> {
    const items = files.length + forgotten.length;
    if (items === 0) return;
    const { id } = this.settings;
    const { database, events } = this.parts;
    if (forgotten.length > 0) await database.forgetLocals(id, forgotten);
    const { sequence } = await database.updateLocal(id, files);
    this.changed += items;
    const changes = { from: 'here', files } as const;
    const scan = this.isAnyGone ? 'deletes follow' : 'new names';
    events.emit('LocalIndexUpdated', { folder: id, items, sequence, changes, scan });
  }

  private get isReceiveOnly(): boolean {
    return this.settings.type === 'receiveonly';
  }

  private note(problem: ItemProblem): void {
    if (problem.code === 'changed') this.retry.push(problem.name);
    else if (this.problems.length < PROBLEMS_MAX) this.problems.push(problem);
  }
}

function isAnnounced(entry: LocalFileInfo | undefined): boolean {
  return entry !== undefined && !entry.deleted && (entry.localFlags & LocalFlag.ignored) === 0;
}

function changeFor(
  finding: Exclude<ScanFinding, { kind: 'problem' }>,
  current: LocalFileInfo | undefined,
  context: ChangeContext,
  global: FileInfo | undefined,
): LocalFileInfo | 'forget' | undefined {
  switch (finding.kind) {
    case 'changed':
      return scannedChange(finding.item, current, context, global);
    case 'ignored':
      return ignoredChange(current);
    case 'gone':
      return deletedChange(current, context, global);
  }
}
