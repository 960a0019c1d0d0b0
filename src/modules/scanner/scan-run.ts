/**
 * One scan: walks, compares with the index, hashes what may have changed. Files are hashed side by side while the walk
 * goes on; what is missing is told last, so that a move is an add followed by a delete and costs no transfer.
 */
import { SyncError } from '../../domain/errors.js';
import { blockSizeKeeping } from '../../domain/block.js';
import { IgnoreMatcher } from '../../domain/ignore/matcher.js';
import { isBelow } from '../../domain/tree-order.js';
import { type LocalSummary } from '../../domain/file-info.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { type FindingBatches } from './finding-batches.js';
import { type Hasher } from './hasher.js';
import { ownerOf } from './item-owner.js';
import { NormalForm, scanTrees } from './normal-form.js';
import { RowPages } from './row-pages.js';
import { type ScannedItem, type ScanRequest } from './scan-finding.js';
import { type PlanOptions, planStep, type PlanPage, type ScanDecision } from './scan-plan.js';
import { type WalkedItem, type Walker, type WalkEntry } from './walker.js';

/** Files given to the hasher and not done. */
const FILES_HASHING_MAX = 1024;
/** The walk goes on when only these are left: files then go to the hasher in groups. */
const FILES_HASHING_RESUME = 512;
/** Missing items held back until the end; more than these go out earlier. */
const GONE_HELD_MAX = 20_000;

const NO_BYTES = new Uint8Array(0);

export interface ScanParts {
  readonly walker: Walker;
  readonly hasher: Hasher;
  readonly findings: FindingBatches;
}

export class ScanRun {
  private readonly hashing = new Set<Promise<void>>();
  private readonly normalForm: NormalForm;
  private readonly options: PlanOptions;
  private gone: string[] = [];
  private rows: PlanPage<LocalSummary> = { list: [], isLast: false };
  private problem: string | undefined;
  private failure: unknown;
  private wake = (): void => undefined;

  /** `signal` aborts when the request's does, and when the reader leaves. */
  constructor(
    private readonly request: ScanRequest,
    private readonly parts: ScanParts,
    private readonly signal: AbortSignal,
  ) {
    const { fs, autoNormalize, ignorePerms, ignores, isReceiveOnly = false } = request;
    const { modTimeWindowNs = 0, accounts } = request;
    this.normalForm = new NormalForm(fs, autoNormalize);
    const matcher = new IgnoreMatcher(ignores);
    const isIgnored = (name: string): boolean => matcher.match(name).isIgnored;
    this.options = { ignorePerms, isReceiveOnly, isIgnored, modTimeWindowNs, accounts };
  }

  async run(): Promise<void> {
    const { walked, compared } = scanTrees(this.request.names);
    const pages = new RowPages(compared, this.request.current);
    try {
      const batches = this.walk(walked);
      for await (const batch of batches) {
        const entries = await this.normalForm.apply(batch);
        for (const entry of entries) {
          if (entry.kind === 'problem') this.tellProblem(entry.problem);
        }
        await this.compare({ list: entries, isLast: false }, pages);
        await this.parts.findings.room();
      }
      await this.compare({ list: [], isLast: true }, pages);
      await this.tellGone();
    } finally {
      await pages.abandon();
      await Promise.all(this.hashing);
    }
  }

  private walk(names: readonly string[]): AsyncIterable<WalkEntry[]> {
    const { fs, ignores } = this.request;
    return this.parts.walker.walk(fs, names, this.signal, ignores);
  }

  private async compare(entries: PlanPage<WalkEntry>, pages: RowPages): Promise<void> {
    let rest = entries;
    for (;;) {
      const step = planStep(rest, this.rows, this.problem, this.options);
      this.problem = step.problem;
      rest = { ...rest, list: rest.list.slice(step.entriesUsed) };
      this.rows = { ...this.rows, list: this.rows.list.slice(step.rowsUsed) };
      for (const decision of step.decisions) await this.act(decision);
      if (this.rows.list.length === 0 && !this.rows.isLast) this.rows = await pages.next();
      else if (rest.list.length === 0) break;
    }
  }

  private async act(decision: ScanDecision): Promise<void> {
    if (decision.kind === 'ignored') {
      this.parts.findings.add({ kind: 'ignored', name: decision.row.name });
      return;
    }
    if (decision.kind === 'gone') {
      this.gone.push(decision.row.name);
      if (this.gone.length >= GONE_HELD_MAX) await this.tellGone();
      return;
    }
    const { item, row } = decision;
    if (decision.kind === 'metadata') {
      const isFile = item.stat.type === 'file';
      this.tellChanged(item, item.stat, {
        blockSize: isFile ? (row?.blockSize ?? 0) : 0,
        blockHashes: isFile ? undefined : NO_BYTES,
      });
      return;
    }
    if (this.hashing.size >= FILES_HASHING_MAX) await this.hashedDownTo(FILES_HASHING_RESUME);
    const blockSize = blockSizeKeeping(item.stat.size, row?.blockSize || undefined);
    const hashed = this.hash(item, blockSize).finally(() => {
      this.hashing.delete(hashed);
      this.wake();
    });
    this.hashing.add(hashed);
  }

  /** Never rejects: a failure of the whole scan is kept for those who wait. */
  private async hash(item: WalkedItem, blockSize: number): Promise<void> {
    const { name, stat } = item;
    try {
      const { hasher } = this.parts;
      const hashed = await hasher.hashFile(
        this.request.fs,
        name,
        stat.size,
        blockSize,
        this.signal,
      );
      // Times and permissions as they were when the content was read, which may be after the walk saw the file.
      this.tellChanged(item, hashed.stat, { blockSize, blockHashes: hashed.blockHashes });
    } catch (error) {
      if (this.signal.aborted || !(error instanceof SyncError) || error.code === 'closed') {
        this.failure ??= error;
        return;
      }
      const hasMoved = ['changed', 'missing', 'refused'].includes(error.code);
      this.tellProblem({ name, code: hasMoved ? 'changed' : error.code, message: error.message });
    }
  }

  private async hashedDownTo(count: number): Promise<void> {
    while (this.hashing.size > count) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** All changes found so far come first. Then each name is looked up again: it may have been moved or replaced. */
  private async tellGone(): Promise<void> {
    await this.hashedDownTo(0);
    const names = this.gone;
    this.gone = [];
    const found = await this.findAgain(names);
    // Contents before their directory, as they are removed.
    for (const name of names.reverse()) {
      if (!found.some((tree) => isBelow(name, tree))) {
        this.parts.findings.add({ kind: 'gone', name });
      }
      await this.parts.findings.room();
    }
  }

  /** Those of the names that are there after all; each is told as a problem that a second scan will settle. */
  private async findAgain(names: readonly string[]): Promise<string[]> {
    const tops: string[] = [];
    for (const name of names) {
      const last = tops.at(-1);
      if (last === undefined || !isBelow(name, last)) tops.push(name);
    }
    if (tops.length === 0) return [];
    const found: string[] = [];
    for await (const batch of this.walk(tops)) {
      for (const { name } of batch) {
        const last = found.at(-1);
        if (last !== undefined && isBelow(name, last)) continue;
        found.push(name);
        const message = 'it appeared again while the folder was scanned';
        this.tellProblem({ name, code: 'changed', message });
      }
    }
    return found;
  }

  private tellChanged(
    { name, symlinkTarget }: WalkedItem,
    stat: ItemStat,
    content: Pick<ScannedItem, 'blockSize' | 'blockHashes'>,
  ): void {
    const { type } = stat;
    // The plan takes these for absent and the hasher refuses them.
    if (type === 'other') return;
    const { accounts } = this.request;
    const isLink = type === 'symlink';
    const item: ScannedItem = {
      name,
      type,
      size: type === 'file' ? stat.size : 0,
      modifiedS: isLink ? 0 : stat.modifiedS,
      modifiedNs: isLink ? 0 : stat.modifiedNs,
      permissions: isLink ? 0 : stat.permissions & 0o777,
      symlinkTarget,
      ...(accounts === undefined ? {} : { owner: ownerOf(stat, accounts) }),
      ...content,
    };
    this.parts.findings.add({ kind: 'changed', item });
  }

  private tellProblem(problem: { name: string; code: SyncError['code']; message: string }): void {
    this.parts.findings.add({ kind: 'problem', problem });
  }
}
