/** When a folder's guard has its turn between scans and pulls, and what follows from that. Owns the guard's timers. */
import { isReceiveOnlyChange } from '../../domain/file-info-rules.js';
import { type NeedGate } from '../../domain/guard-threat.js';
import { LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { mergeVectors, updateVector } from '../../domain/version-vector.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { type FolderSettings } from '../config/settings.js';
import { type NeededItem } from '../database/index-database.js';
import { FolderGuard } from '../guard/folder-guard.js';
import { type AfterScan } from '../guard/scan-guard.js';
import { requireMarker } from './folder-marker.js';
import { type FolderRunnerLog, type FolderRunnerParts } from './folder-runner-parts.js';
import { type LocalIdentity } from './identity.js';
import { type ChangeContext } from './local-changes.js';
import { overriding } from './override.js';

export { type Decision } from '../guard/guard-parts.js';
export { type HeldSet } from '../guard/held-set.js';
export { type FolderGuard };

/** What the folder is asked for. */
export interface GuardWakes {
  wake(): void;
  pull(): void;
  scan(names: readonly string[]): void;
}

export class GuardTurns {
  readonly guard: FolderGuard;
  private readonly timers: NamedTimers<'pull' | 'scan'>;

  constructor(
    private readonly settings: FolderSettings,
    isSendOnly: boolean,
    private readonly parts: FolderRunnerParts,
    log: FolderRunnerLog,
    private readonly wakes: GuardWakes,
  ) {
    this.timers = new NamedTimers(parts.clock);
    const { database, events, clock } = parts;
    this.guard = new FolderGuard({ settings, isSendOnly, database, events, clock, log }, () =>
      wakes.wake(),
    );
  }

  /** What the next pull pass may look at. */
  async gate(): Promise<NeedGate | undefined> {
    const { gate, againMs } = await this.guard.gate();
    if (againMs > 0) this.timers.set('pull', againMs, () => this.wakes.pull());
    return gate;
  }

  async scanned(after: AfterScan, fs: FolderFs): Promise<void> {
    const { id, path } = this.settings;
    if (after.isRootKnown) await this.parts.roots.note(id, path, fs);
    if (after.isPullDue) this.wakes.pull();
    if (after.againMs === 0) this.wakes.scan(['']);
    else if (after.againMs !== undefined) {
      this.timers.set('scan', after.againMs, () => this.wakes.scan(['']));
    }
  }

  async carryOut(fs: FolderFs, identity: LocalIdentity, signal: AbortSignal): Promise<void> {
    await requireMarker(fs);
    const nowS = Math.floor(this.parts.clock.nowMs() / 1000);
    const context = { identity, ignorePerms: this.settings.ignorePerms, nowS };
    const ours = (item: NeededItem): LocalFileInfo | undefined =>
      keepingOurs(item, context, this.settings);
    if (await this.guard.carryOut({ overriding: ours, signal })) this.wakes.scan(['']);
    this.wakes.pull();
  }

  stop(): void {
    this.timers.stop();
  }
}

/** Ours above what others would make of it; a receive-only folder goes on to keep it to itself. */
export function keepingOurs(
  item: Pick<NeededItem, 'global' | 'local'>,
  context: ChangeContext,
  { type }: Pick<FolderSettings, 'type'>,
): LocalFileInfo | undefined {
  const { local, global } = item;
  if (local === undefined || local.deleted) return undefined;
  if (type !== 'receiveonly' && !isReceiveOnlyChange(local)) return overriding(item, context);
  const merged = mergeVectors(local.version, global.version);
  const version = updateVector(merged, context.identity.replicaId, context.nowS);
  return { ...local, sequence: 0, version, localFlags: LocalFlag.receiveOnly };
}
