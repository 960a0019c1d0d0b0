/** What the scans of one folder may record, over scans and restarts; and what of it waits for a person. */
import { type FolderFs } from '../../platform/folder-fs.js';
import { SyncError } from '../../domain/errors.js';
import { type ScanFinding } from '../scanner/scanner.service.js';
import { type Decision, type GuardParts } from './guard-parts.js';
import { type GuardMemory } from './guard-memory.js';
import { GuardedScan, type GuardedOutcome } from './guarded-scan.js';
import { changesText, type HeldSet, SCAN_SET } from './held-set.js';
import { RECENT_MS } from './peer-judgement.js';
import { type RestoreContext, RestoringScan } from './restoring-scan.js';
import { type ScanHold, type ScanMemory } from './scan-judgement.js';
import { SETTLE_MS, SETTLE_MS_MAX } from './settling.js';

/** Scans whose deletes count along: older ones are put together. */
const RECENT_MAX = 64;

/** What follows a scan for the folder. */
export interface AfterScan {
  /** The root is what the index is made from from now on. */
  readonly isRootKnown: boolean;
  /** In so many milliseconds the whole folder is scanned again; undefined: as ever. */
  readonly againMs: number | undefined;
  /** Entries were given up: what the cluster has is to be pulled. */
  readonly isPullDue: boolean;
}

/** One scan of the folder. */
export interface FolderScanGuard {
  take(batch: readonly ScanFinding[]): Promise<readonly ScanFinding[]>;
  /** Batches to record; at its end what follows. */
  finish(): AsyncGenerator<readonly ScanFinding[], AfterScan>;
}

export class ScanGuard {
  private isExchanged = false;
  /** The next scan of the whole folder records so many without waiting. */
  private directUpTo: number | undefined;
  private firstWaitMs: number | undefined;
  private recent: Deletes[] = [];

  constructor(
    private readonly parts: GuardParts,
    private readonly memory: GuardMemory,
  ) {}

  opened(isExchanged: boolean): void {
    this.isExchanged = isExchanged;
    this.directUpTo = undefined;
  }

  async begin(fs: FolderFs, isWhole: boolean, identity: RestoreContext): Promise<FolderScanGuard> {
    const { scan } = await this.memory.get();
    const { rules, database, clock, settings, events } = this.parts;
    const nowMs = clock.nowMs();
    const { id: folder } = settings;
    const isExchanged = this.isExchanged || scan.hold?.reason === 'exchanged';
    if (isWhole && scan.decision?.kind === 'restore') {
      const onRecorded = (items: number, sequence: number): void =>
        events.emit('LocalIndexUpdated', { folder, items, sequence });
      const facts = { folder, fs, database, identity, nowMs, isExchanged, onRecorded };
      return this.restoring(new RestoringScan(facts));
    }
    const directUpTo = isWhole ? this.directUpTo : undefined;
    if (isWhole) this.directUpTo = undefined;
    const memory = isExchanged ? await this.withFiles(scan) : scan;
    const guarded = new GuardedScan({
      ...{ folder, fs, rules, database, memory, isExchanged, isWhole, nowMs, directUpTo },
      recentOf: (files) => this.recentOf(files),
    });
    return {
      take: (batch) => guarded.take(batch),
      finish: () => this.finishing(guarded, isWhole),
    };
  }

  async set(): Promise<HeldSet | undefined> {
    const { hold, decision } = (await this.memory.get()).scan;
    const isOver = decision !== undefined || this.parts.rules.mode === 'off';
    if (hold === undefined || isOver) return undefined;
    const { reason, deletes, replaces, bytes, sinceMs, examples } = hold;
    return {
      ...{ id: SCAN_SET, source: 'scan', reason, device: '', deviceId: '', others: 0 },
      ...{ deletes, replaces, bytes, sinceMs, examples },
    };
  }

  /** Resolves when it is durable; the next scan of the whole folder carries it out. */
  async decide(decision: Decision): Promise<void> {
    const { scan } = await this.memory.get();
    const { hold } = scan;
    if (hold === undefined) return;
    if (decision === 'reject' && this.parts.isSendOnly) {
      const problem = 'nothing comes back into a folder that only sends: restore it, or approve';
      throw new SyncError('refused', problem, false);
    }
    const upTo = hold.deletes + hold.replaces;
    const decided =
      decision === 'approve' ? ({ kind: 'record', upTo } as const) : ({ kind: 'restore' } as const);
    await this.memory.change({ scan: { ...scan, decision: decided } });
  }

  /** Before a scan records what is new: it may be interrupted, and begun again. */
  private async withFiles(scan: ScanMemory): Promise<ScanMemory> {
    if (scan.files !== undefined) return scan;
    const { local } = await this.parts.database.summary(this.parts.settings.id);
    const known = { ...scan, files: local.files };
    await this.memory.change({ scan: known });
    return known;
  }

  private async *finishing(
    guarded: GuardedScan,
    isWhole: boolean,
  ): AsyncGenerator<readonly ScanFinding[], AfterScan> {
    const outcome = yield* guarded.finish();
    const { scan } = await this.memory.get();
    const { verdict, hold, isToBeRepeated, gone, replaces } = outcome;
    if (verdict.kind === 'wait') return { ...NOTHING_MORE, againMs: this.waitMs() };
    this.firstWaitMs = undefined;
    if (hold !== undefined) {
      await this.hold(hold, scan.hold, scan.files ?? outcome.files);
      return NOTHING_MORE;
    }
    if (scan.decision !== undefined) this.recent = [];
    else this.noteDeletes(outcome);
    if (!isWhole) return NOTHING_MORE;
    if (isToBeRepeated) {
      this.directUpTo = gone + replaces + this.parts.rules.filesMin;
      return { ...NOTHING_MORE, againMs: 0 };
    }
    await this.memory.change({ scan: {} });
    const isRootKnown = this.isExchanged;
    this.isExchanged = false;
    return { ...NOTHING_MORE, isRootKnown };
  }

  private async hold(hold: ScanHold, before: ScanHold | undefined, files: number): Promise<void> {
    await this.memory.change({ scan: { hold, files } });
    if (before !== undefined) return;
    const { settings, log, events } = this.parts;
    const { id } = settings;
    const why =
      hold.reason === 'emptied'
        ? 'the folder is all but empty'
        : 'another directory has the place of the folder';
    log.warn(
      `Folder ${id}: ${why}; nothing is announced as deleted (it would ${changesText(hold)} files ` +
        `elsewhere) until somebody decides; see: syncnest cli guard list ${id}`,
    );
    const { deletes, replaces } = hold;
    events.emit('FolderGuardActed', {
      ...{ folder: id, set: SCAN_SET, action: 'held', deletes, replaces },
    });
  }

  private restoring(scan: RestoringScan): FolderScanGuard {
    const end = (): Promise<AfterScan> => this.restored(scan);
    return {
      take: (batch) => scan.take(batch),
      // eslint-disable-next-line require-yield
      async *finish() {
        return end();
      },
    };
  }

  private async restored({ restored, nowhere }: RestoringScan): Promise<AfterScan> {
    await this.memory.change({ scan: {} });
    const isRootKnown = this.isExchanged;
    this.isExchanged = false;
    const { settings, log } = this.parts;
    log.info(`Folder ${settings.id}: ${restored} files come back from other devices`);
    if (nowhere > 0) {
      log.warn(`Folder ${settings.id}: ${nowhere} files are on no other device: they are gone`);
    }
    // What made way lies there under conflict names.
    return { isRootKnown, againMs: 0, isPullDue: true };
  }

  /** Two seconds after the last part, thirty after the first. */
  private waitMs(): number {
    const nowMs = this.parts.clock.monotonicMs();
    this.firstWaitMs ??= nowMs;
    return Math.max(0, Math.min(SETTLE_MS, this.firstWaitMs + SETTLE_MS_MAX - nowMs));
  }

  /** Where they are few, nobody looked whether they were files. */
  private noteDeletes({ deletes: counted, gone, files }: GuardedOutcome): void {
    const deletes = gone < this.parts.rules.filesMin ? gone : counted;
    if (deletes === 0) return;
    this.recent.push({ atMs: this.parts.clock.monotonicMs(), deletes, files });
    if (this.recent.length <= RECENT_MAX) return;
    const [first, second, ...rest] = this.recent as [Deletes, Deletes, ...Deletes[]];
    const both = {
      atMs: second.atMs,
      deletes: first.deletes + second.deletes,
      files: Math.max(first.files, second.files),
    };
    this.recent = [both, ...rest];
  }

  /** No more than the folder has lost since: what came back counts no longer. */
  private recentOf(files: number): number {
    const fromMs = this.parts.clock.monotonicMs() - RECENT_MS;
    this.recent = this.recent.filter(({ atMs }) => atMs > fromMs);
    const deletes = this.recent.reduce((sum, each) => sum + each.deletes, 0);
    const most = this.recent.reduce((highest, each) => Math.max(highest, each.files), files);
    return Math.min(deletes, most - files);
  }
}

interface Deletes {
  readonly atMs: number;
  readonly deletes: number;
  /** Of the folder before. */
  readonly files: number;
}

const NOTHING_MORE: AfterScan = { isRootKnown: false, againMs: undefined, isPullDue: false };

/** Of a scan that nobody guards. */
export const UNGUARDED_SCAN: FolderScanGuard = {
  take: (batch) => Promise.resolve(batch),
  // eslint-disable-next-line require-yield
  async *finish() {
    return Promise.resolve(NOTHING_MORE);
  },
};
