/**
 * One scan: walks, compares with the index, hashes what may have changed. Files are hashed side by side while the walk
 * goes on; what is missing is told last, so that a move is an add followed by a delete and costs no transfer.
 */
import { SyncError } from '../../domain/errors.js';
import { blockSizeKeeping } from '../../domain/block.js';
import { toNfc } from '../../domain/file-name.js';
import { isBelow } from '../../domain/tree-order.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { compareEntries } from './compare-entries.js';
import { type Difference } from './difference.js';
import { type FindingBatches } from './finding-batches.js';
import { type FileHash, type Hasher } from './hasher.js';
import { ownerOf } from './item-owner.js';
import { type NamedEntries } from './name-forms.js';
import { NormalForm, scanTrees } from './normal-form.js';
import { RowPages } from './row-pages.js';
import { type ScannedItem, type ScanRequest } from './scan-finding.js';
import { type WalkedItem, type Walker, type WalkEntry } from './walker.js';

/** Files given to the hasher and not done. */
const FILES_HASHING_MAX = 1024;
/** The walk goes on when only these are left: files then go to the hasher in groups. */
const FILES_HASHING_RESUME = 512;
/** A file larger than a group goes alone. */
const GROUP_FILES_MAX = 64;
const GROUP_BYTES_MAX = 8 * 1024 * 1024;
/** Missing items held back until the end; more than these go out earlier. */
const GONE_HELD_MAX = 20_000;
/** Names in another normal form held back; more than these are renamed earlier. */
const OTHERS_HELD_MAX = 1_000;

const OTHER_EXISTS = 'cannot rename it to Unicode normal form C: that name is there too';

const NO_BYTES = new Uint8Array(0);

type ChangedItem = Extract<Difference, { readonly item: WalkedItem }>;

interface FileWaiting {
  readonly item: WalkedItem;
  readonly blockSize: number;
}

export interface ScanParts {
  readonly walker: Walker;
  readonly hasher: Hasher;
  readonly findings: FindingBatches;
}

export class ScanRun {
  /** Groups of files. */
  private readonly hashing = new Set<Promise<void>>();
  private filesHashing = 0;
  private toHash: FileWaiting[] = [];
  private bytesToHash = 0;
  private gone: string[] = [];
  private others: string[] = [];
  private failure: unknown;
  private wake = (): void => undefined;

  /** `signal` aborts when the request's does, and when the reader leaves. */
  constructor(
    private readonly request: ScanRequest,
    private readonly parts: ScanParts,
    private readonly signal: AbortSignal,
  ) {}

  async run(): Promise<void> {
    await this.compare(this.request.names, (names, rows) =>
      this.parts.walker.compare(this.request.fs, names, rows, this.request, this.signal),
    );
    await this.renameOthers();
    await this.tellGone();
  }

  /** Waits for what it began, however it ends. */
  private async compare(
    requested: readonly string[],
    differences: (names: readonly string[], rows: RowPages) => AsyncIterable<Difference[]>,
  ): Promise<void> {
    const { walked, compared } = scanTrees(requested);
    const pages = new RowPages(compared, this.request.current);
    try {
      for await (const batch of differences(walked, pages)) {
        for (const difference of batch) await this.act(difference);
        await this.hashWaiting();
        await this.parts.findings.room();
      }
    } finally {
      await pages.abandon();
      await Promise.all(this.hashing);
    }
  }

  /** What is on disk in another normal form is compared here, as it is renamed under way. */
  private async renameOthers(): Promise<void> {
    const others = this.others;
    this.others = [];
    const names: string[] = [];
    for (const name of others) {
      // Two items would have one name: that in NFC was compared already.
      const other = await this.request.fs.stat(toNfc(name)).catch(() => undefined);
      if (other === undefined) names.push(name);
      else this.tellProblem({ name, code: 'exists', message: OTHER_EXISTS });
    }
    if (names.length === 0) return;
    await this.compare(names, (walked, rows) =>
      compareEntries(this.renamed(this.walk(walked)), rows, this.request),
    );
  }

  private async *renamed(batches: AsyncIterable<WalkEntry[]>): AsyncGenerator<NamedEntries, void> {
    const form = new NormalForm(this.request.fs, this.request.autoNormalize);
    for await (const batch of batches) {
      const entries = await form.apply(batch);
      const told = entries.filter((entry) => entry.kind === 'problem');
      yield { entries, told };
    }
  }

  private walk(names: readonly string[]): AsyncIterable<WalkEntry[]> {
    const { fs, ignores } = this.request;
    return this.parts.walker.walk(fs, names, this.signal, ignores);
  }

  private async act(difference: Difference): Promise<void> {
    switch (difference.kind) {
      case 'problem':
        return this.tellProblem(difference.problem);
      case 'ignored':
        return this.parts.findings.add({ kind: 'ignored', name: difference.name });
      case 'otherForm':
        this.others.push(difference.name);
        if (this.others.length >= OTHERS_HELD_MAX) await this.renameOthers();
        return;
      case 'gone':
        this.request.onGone?.();
        this.gone.push(difference.name);
        if (this.gone.length >= GONE_HELD_MAX) await this.tellGone();
        return;
      default:
        return this.look(difference);
    }
  }

  private async look({ kind, item, blockSize: recorded }: ChangedItem): Promise<void> {
    if (kind === 'metadata') {
      const isFile = item.stat.type === 'file';
      this.tellChanged(item, item.stat, {
        blockSize: isFile ? recorded : 0,
        blockHashes: isFile ? undefined : NO_BYTES,
      });
      return;
    }
    const { size } = item.stat;
    if (this.bytesToHash + size > GROUP_BYTES_MAX) await this.hashWaiting();
    this.toHash.push({ item, blockSize: blockSizeKeeping(size, recorded || undefined) });
    this.bytesToHash += size;
    if (this.toHash.length === GROUP_FILES_MAX) await this.hashWaiting();
  }

  /** Files go to the hasher in groups: what is done once for each group would take as long as hashing a small file. */
  private async hashWaiting(): Promise<void> {
    const files = this.toHash;
    this.toHash = [];
    this.bytesToHash = 0;
    if (files.length === 0) return;
    if (this.filesHashing >= FILES_HASHING_MAX) await this.hashedDownTo(FILES_HASHING_RESUME);
    this.filesHashing += files.length;
    const hashed = this.hash(files).finally(() => {
      this.filesHashing -= files.length;
      this.hashing.delete(hashed);
      this.wake();
    });
    this.hashing.add(hashed);
  }

  /** Never rejects: a failure of the whole scan is kept for those who wait. */
  private async hash(files: readonly FileWaiting[]): Promise<void> {
    const hashes = await this.hashesOf(files);
    files.forEach(({ item, blockSize }, at) => {
      const hashed = hashes[at];
      // Times and permissions as they were when the content was read, which may be after the walk saw the file.
      if (hashed instanceof Error) this.tellFailed(item.name, hashed);
      else this.tellChanged(item, hashed.stat, { blockSize, blockHashes: hashed.blockHashes });
    });
  }

  private async hashesOf(files: readonly FileWaiting[]): Promise<FileHash[]> {
    const { fs } = this.request;
    const [{ item, blockSize }] = files;
    if (files.length > 1 || item.stat.size <= GROUP_BYTES_MAX) {
      const list = files.map(({ item: { name, stat }, blockSize }) => {
        return { name, size: stat.size, blockSize };
      });
      return this.parts.hasher.hashFiles(fs, list, this.signal);
    }
    const { name, stat } = item;
    const hashing = this.parts.hasher.hashFile(fs, name, stat.size, blockSize, this.signal);
    return [await hashing.catch((error: unknown) => error as Error)];
  }

  private tellFailed(name: string, error: Error): void {
    if (this.signal.aborted || !(error instanceof SyncError) || error.code === 'closed') {
      this.failure ??= error;
      return;
    }
    const hasMoved = ['changed', 'missing', 'refused'].includes(error.code);
    this.tellProblem({ name, code: hasMoved ? 'changed' : error.code, message: error.message });
  }

  private async hashedDownTo(count: number): Promise<void> {
    if (count === 0) await this.hashWaiting();
    while (this.filesHashing > count) {
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
    { blockSize, blockHashes }: Pick<ScannedItem, 'blockSize' | 'blockHashes'>,
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
      owner: accounts === undefined ? undefined : ownerOf(stat, accounts),
      blockSize,
      blockHashes,
    };
    this.parts.findings.add({ kind: 'changed', item });
  }

  private tellProblem(problem: { name: string; code: SyncError['code']; message: string }): void {
    this.parts.findings.add({ kind: 'problem', problem });
  }
}
