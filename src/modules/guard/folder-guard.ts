/**
 * The guard of one running folder: says before each pull what may pass and during each scan what may be recorded, lists
 * what is held, and carries out what a person decides. The folder's runner calls it, one call at a time.
 */
import { SyncError } from '../../domain/errors.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { FOLDER_OPTION_DEFAULTS } from '../config/folder-options.js';
import { type NeededItem } from '../database/index-database.js';
import { GuardMemory } from './guard-memory.js';
import { type Decision, type GuardParts } from './guard-parts.js';
import { type GuardRules } from './guard-rules.js';
import { type HeldSet, SCAN_SET } from './held-set.js';
import { type Gate, PeerGuard } from './peer-guard.js';
import { type RestoreContext } from './restoring-scan.js';
import { type FolderScanGuard, ScanGuard } from './scan-guard.js';

/** Decisions that wait at the same time. */
const DECISIONS_MAX = 100;

/** What a decision needs of the folder that carries it out. */
export interface DecisionContext {
  /** Ours, announced above the version to come. */
  readonly overriding: (item: NeededItem) => LocalFileInfo | undefined;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly decision: Decision;
  readonly set: string | undefined;
  readonly resolve: (sets: string[]) => void;
  readonly reject: (error: unknown) => void;
}

export class FolderGuard {
  private readonly parts: GuardParts;
  private readonly memory: GuardMemory;
  private readonly peers: PeerGuard;
  private readonly scans: ScanGuard;
  private waiting: Waiting[] = [];

  constructor(
    parts: Omit<GuardParts, 'rules'>,
    /** Something is to be done: the folder's runner looks. */
    private readonly wake: () => void,
  ) {
    this.parts = { ...parts, rules: parts.settings.guard ?? FOLDER_OPTION_DEFAULTS.guard };
    this.memory = new GuardMemory(parts.settings.id, parts.database);
    this.peers = new PeerGuard(this.parts, this.memory);
    this.scans = new ScanGuard(this.parts, this.memory);
  }

  get rules(): GuardRules {
    return this.parts.rules;
  }

  /** What a pull pass may look at. */
  gate(): Promise<Gate> {
    return this.peers.gate();
  }

  /** The root was opened: as the directory that the index was made from, or another one. */
  opened(isExchanged: boolean): void {
    this.scans.opened(isExchanged);
  }

  scan(fs: FolderFs, isWhole: boolean, restore: RestoreContext): Promise<FolderScanGuard> {
    return this.scans.begin(fs, isWhole, restore);
  }

  async sets(): Promise<HeldSet[]> {
    const scan = await this.scans.set();
    return [...(scan === undefined ? [] : [scan]), ...(await this.peers.sets())];
  }

  /** Held names of a device's set after the name, in tree order; of a scan's set the examples are all there is. */
  names(set: string, after: string | undefined, limit: number): Promise<string[]> {
    return set === SCAN_SET ? Promise.resolve([]) : this.peers.names(set, after, limit);
  }

  get isDecisionDue(): boolean {
    return this.waiting.length > 0;
  }

  /**
   * Resolves with the sets that it was carried out for; without a set: all that are held. Rejects with SyncError 'missing'
   * when there is no such set.
   */
  decide(decision: Decision, set: string | undefined): Promise<string[]> {
    if (this.waiting.length >= DECISIONS_MAX) {
      return Promise.reject(new SyncError('refused', 'too many decisions wait', true));
    }
    return new Promise((resolve, reject) => {
      this.waiting.push({ decision, set, resolve, reject });
      this.wake();
    });
  }

  refuseAll(error: unknown): void {
    for (const { reject } of this.waiting.splice(0)) reject(error);
  }

  /** Resolves with whether the whole folder is to be scanned then. */
  async carryOut(context: DecisionContext): Promise<boolean> {
    let isScanDue = false;
    for (const waiting of this.waiting.splice(0)) {
      try {
        const ids = await this.idsFor(waiting);
        for (const id of ids) {
          if (id === SCAN_SET) isScanDue = true;
          await this.decideOne(waiting.decision, id, context);
        }
        waiting.resolve(ids);
      } catch (error) {
        waiting.reject(error);
        const isAsked = error instanceof SyncError && ['missing', 'refused'].includes(error.code);
        if (!isAsked) throw error;
      }
    }
    return isScanDue;
  }

  private async idsFor({ set }: Waiting): Promise<string[]> {
    const ids = (await this.sets()).map(({ id }) => id);
    if (set === undefined) return ids;
    if (!ids.includes(set)) {
      const known = ids.length === 0 ? 'nothing is held' : `there are: ${ids.join(', ')}`;
      throw new SyncError('missing', `no held set ${JSON.stringify(set)}; ${known}`, false);
    }
    return [set];
  }

  private async decideOne(decision: Decision, id: string, context: DecisionContext): Promise<void> {
    const { settings, events, log } = this.parts;
    if (id === SCAN_SET) await this.scans.decide(decision);
    else if (decision === 'approve') await this.peers.approve(id);
    else {
      const sequence = await this.peers.reject(id, context.overriding, context.signal);
      if (sequence !== undefined) {
        events.emit('LocalIndexUpdated', { folder: settings.id, items: 0, sequence });
      }
    }
    const action = decision === 'approve' ? 'approved' : 'rejected';
    log.info(`Folder ${settings.id}: the held changes ${id} are ${action}`);
    const counts = { deletes: 0, replaces: 0 };
    events.emit('FolderGuardActed', { folder: settings.id, set: id, action, ...counts });
  }
}
