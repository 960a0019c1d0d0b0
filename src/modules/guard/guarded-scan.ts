/**
 * One scan under guard: deletes wait until all of them are known, and replaces too where the root is another directory
 * than before, so that nothing is announced that is to be held. Keeps names up to a bound; where more are gone, or what
 * was replaced passed by already, the scan that follows records them.
 */
import { isInvalid } from '../../domain/file-info-rules.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { forEachConcurrently, TaskQueue } from '../../platform/task-queue.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type ScanFinding } from '../scanner/scanner.service.js';
import { type GuardRules } from './guard-rules.js';
import { judgeScan, type ScanHold, type ScanMemory, type ScanVerdict } from './scan-judgement.js';

/** Names of missing items kept to the end of a scan. */
export const GONE_KEPT_MAX = 20_000;
/** Rows asked for at once. */
const NAMES_AT_ONCE = 1_000;
/** Names that are shown of what is held. */
export const EXAMPLES_MAX = 20;
/** Files with the content of a missing one that are looked at, whether it was moved, beside those that are missing too. */
const MOVE_TARGETS_MAX = 8;
/** So many more at most. */
const TARGETS_MAX = 32_768;
/** Contents that are looked for at once. */
const CONTENTS_AT_ONCE = 250;
/** Such lots that are under way side by side. */
const LOOKS_AT_ONCE = 2;
/** Contents of which it is remembered how many files have them; then all are looked for anew. */
const CONTENTS_MAX = 1_000;

type ScanDatabase = Pick<IndexDatabase, 'locals' | 'localsOf' | 'neededOf' | 'summary'>;

export interface GuardedScanParts {
  readonly folder: string;
  readonly fs: FolderFs;
  readonly rules: GuardRules;
  readonly database: ScanDatabase;
  readonly memory: ScanMemory;
  readonly isExchanged: boolean;
  /** Scans the whole folder. */
  readonly isWhole: boolean;
  /** Of a folder with so many files those that scans of the last minutes recorded as deleted, and that did not come back. */
  readonly recentOf: (files: number) => number;
  readonly nowMs: number;
  /** So many missing or replaced files are recorded as they are found; undefined: none. */
  readonly directUpTo: number | undefined;
}

export interface GuardedOutcome {
  readonly verdict: ScanVerdict;
  readonly deletes: number;
  readonly replaces: number;
  /** Names that are gone, whatever they were. */
  readonly gone: number;
  /** Of the index before. */
  readonly files: number;
  /** What is held now; undefined when nothing is. */
  readonly hold: ScanHold | undefined;
  /** The verdict is to record, and not all of it was kept: another scan does. */
  readonly isToBeRepeated: boolean;
}

export class GuardedScan {
  private gone: string[] = [];
  private isOverfull = false;
  private deletes = 0;
  private replaces = 0;
  private bytes = 0;
  private readonly examples: string[] = [];
  private recorded = 0;
  private goneTotal = 0;
  private files = 0;
  private recent = 0;
  private isBegun = false;
  /** By content: files here that none of those that are missing was moved to, as far as is known. */
  private readonly targets = new Map<string, number>();

  constructor(private readonly parts: GuardedScanParts) {}

  /** What of the findings is recorded now. */
  async take(batch: readonly ScanFinding[]): Promise<readonly ScanFinding[]> {
    if (this.parts.rules.mode === 'off') return batch;
    if (!this.isBegun) {
      this.isBegun = true;
      this.files = (await this.parts.database.summary(this.parts.folder)).local.files;
      this.recent = this.parts.recentOf(this.files);
    }
    if (this.isDirect(batch)) return batch;
    const replaced = this.parts.isExchanged ? await this.replacedIn(batch) : NONE;
    const passed: ScanFinding[] = [];
    for (const finding of batch) {
      if (finding.kind === 'gone') await this.keepGone(finding.name);
      else if (finding.kind !== 'changed' || !replaced.has(finding.item.name)) passed.push(finding);
    }
    return passed;
  }

  /** What is left to be recorded, batch by batch; then the outcome. */
  async *finish(): AsyncGenerator<readonly ScanFinding[], GuardedOutcome> {
    await this.countKept();
    const { rules, isExchanged, isWhole, memory } = this.parts;
    const { files, deletes, replaces, recent } = this;
    const facts = { rules, files, deletes, replaces, recent, isExchanged, isWhole };
    const verdict = judgeScan(facts, memory);
    const isToRecord = verdict.kind === 'record';
    const names = isToRecord ? this.gone : await this.neededAnyway();
    for (let from = 0; from < names.length; from += NAMES_AT_ONCE) {
      yield names
        .slice(from, from + NAMES_AT_ONCE)
        .map((name) => ({ kind: 'gone', name }) as const);
    }
    const isLeft = this.isOverfull || replaces > 0;
    return {
      verdict,
      deletes,
      replaces,
      gone: this.goneTotal,
      files,
      hold: verdict.kind === 'hold' ? this.holdFor(verdict.reason) : undefined,
      isToBeRepeated: isToRecord && isLeft,
    };
  }

  /** More than was judged is held back again. */
  private isDirect(batch: readonly ScanFinding[]): boolean {
    const { directUpTo } = this.parts;
    if (directUpTo === undefined) return false;
    this.recorded += batch.filter(({ kind }) => kind === 'gone').length;
    return this.recorded <= directUpTo;
  }

  private async keepGone(name: string): Promise<void> {
    this.gone.push(name);
    this.goneTotal += 1;
    if (this.gone.length < GONE_KEPT_MAX) return;
    await this.countKept();
    this.isOverfull = true;
    this.gone = [];
  }

  /** Rows are asked for only where there may be too many. */
  private async countKept(): Promise<void> {
    const { rules } = this.parts;
    const lost = this.gone.length + this.replaces + this.recent;
    const isFew = !this.isOverfull && lost < rules.filesMin;
    if (isFew) return;
    const gone = new Set(this.gone);
    const { database, folder } = this.parts;
    const rowsFrom = (from: number): Promise<(LocalFileInfo | undefined)[]> =>
      database.locals(folder, this.gone.slice(from, from + NAMES_AT_ONCE));
    let next = rowsFrom(0);
    for (let from = 0; from < this.gone.length; from += NAMES_AT_ONCE) {
      const files = (await next).filter(isFile);
      next = rowsFrom(from + NAMES_AT_ONCE);
      // Its failure is told when its turn comes.
      next.catch(() => undefined);
      await this.lookForTargets(files, gone);
      for (const row of files) {
        if (this.isMoved(row)) continue;
        this.deletes += 1;
        this.note(row);
      }
    }
  }

  /** Of no more than CONTENTS_MAX files. */
  private async lookForTargets(
    files: readonly LocalFileInfo[],
    gone: ReadonlySet<string>,
  ): Promise<void> {
    if (this.targets.size + files.length > CONTENTS_MAX) this.targets.clear();
    const unknown = new Map<string, LocalFileInfo>();
    for (const row of files) {
      const content = contentOf(row);
      if (!this.targets.has(content)) unknown.set(content, row);
    }
    const all = [...unknown];
    const parts: (typeof all)[] = [];
    for (let from = 0; from < all.length; from += CONTENTS_AT_ONCE) {
      parts.push(all.slice(from, from + CONTENTS_AT_ONCE));
    }
    // Side by side: the index looks for one while the disk is asked about another.
    const queue = new TaskQueue({ tasksMax: LOOKS_AT_ONCE });
    await forEachConcurrently(parts, queue, async (part) => {
      const rows = part.map(([, row]) => row);
      const counts = await this.targetsOf(rows, gone);
      part.forEach(([content], at) => this.targets.set(content, counts[at] ?? 0));
    });
  }

  /** Its content lies under another name, and is not that of another missing one. */
  private isMoved(row: LocalFileInfo): boolean {
    const content = contentOf(row);
    const left = this.targets.get(content) ?? 0;
    this.targets.set(content, Math.max(0, left - 1));
    return left > 0;
  }

  /** Many files may have one content, as empty ones do, and most of them be missing. */
  private async targetsOf(
    rows: readonly LocalFileInfo[],
    gone: ReadonlySet<string>,
  ): Promise<number[]> {
    const { database, folder, fs } = this.parts;
    const limit = MOVE_TARGETS_MAX + Math.min(2 * gone.size, TARGETS_MAX);
    const contents = rows.map(({ blocksHash }) => blocksHash);
    const same = await database.localsOf(folder, contents, limit);
    const counts = rows.map(() => 0);
    const looks = rows.flatMap((row, at) =>
      (same[at] ?? []).flatMap(({ name, size }) =>
        gone.has(name) || size !== row.size ? [] : [{ at, name, size }],
      ),
    );
    const found = await fs.moves.look(looks);
    looks.forEach(({ at }, index) => {
      if (found[index] === true) counts[at] = (counts[at] ?? 0) + 1;
    });
    return counts;
  }

  private async replacedIn(batch: readonly ScanFinding[]): Promise<ReadonlySet<string>> {
    const items = batch.flatMap((finding) => (finding.kind === 'changed' ? [finding.item] : []));
    const names = items.map(({ name }) => name);
    const rows = await this.parts.database.locals(this.parts.folder, names);
    const replaced = new Set<string>();
    for (const [at, item] of items.entries()) {
      const row = rows[at];
      if (!isFile(row) || item.blockHashes === undefined) continue;
      const isSame =
        item.type === 'file' && Buffer.compare(item.blockHashes, row.blockHashes) === 0;
      if (isSame) continue;
      this.replaces += 1;
      this.note(row);
      replaced.add(item.name);
    }
    return replaced;
  }

  /** Held or not: what others have changed comes, as it does over any delete. */
  private async neededAnyway(): Promise<string[]> {
    if (this.parts.isWhole || this.gone.length === 0) return [];
    const names = this.gone.slice(0, NAMES_AT_ONCE);
    const needed = await this.parts.database.neededOf(this.parts.folder, names);
    return needed.filter(({ global }) => !global.deleted).map(({ global }) => global.name);
  }

  private note(row: LocalFileInfo): void {
    this.bytes += row.size;
    if (this.examples.length < EXAMPLES_MAX) this.examples.push(row.name);
  }

  /** A scan of some names says nothing of the others. */
  private holdFor(reason: ScanHold['reason']): ScanHold {
    const { memory, isWhole, nowMs } = this.parts;
    if (memory.hold !== undefined && !isWhole) return memory.hold;
    const { deletes, replaces, bytes, examples } = this;
    const sinceMs = memory.hold?.sinceMs ?? nowMs;
    return { reason, sinceMs, deletes, replaces, bytes, examples };
  }
}

const NONE: ReadonlySet<string> = new Set();

function contentOf({ blocksHash }: LocalFileInfo): string {
  return Buffer.from(blocksHash).toString('base64');
}

function isFile(row: LocalFileInfo | undefined): row is LocalFileInfo {
  return row !== undefined && row.type === 'file' && !row.deleted && !isInvalid(row);
}
