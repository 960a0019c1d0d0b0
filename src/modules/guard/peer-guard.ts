/**
 * What others would delete or replace in one folder: before each pull pass it is judged what may pass. What is held is read
 * from the needs whenever it is asked for; remembered is only who is held, and up to where somebody approved.
 */
import { parseDeviceId, shortId, shortIdText } from '../../domain/device-id.js';
import { type NeedGate, type ThreatGroup, type ThreatTally } from '../../domain/guard-threat.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { type NeededItem } from '../database/index-database.js';
import { type GuardParts } from './guard-parts.js';
import { type GuardMemory } from './guard-memory.js';
import { EXAMPLES_MAX } from './guarded-scan.js';
import { changesText, type HeldSet } from './held-set.js';
import { judgePeers, type PeerMemory, sizeOf } from './peer-judgement.js';
import { Settling } from './settling.js';

const ITEMS_AT_ONCE = 500;

export interface Gate {
  /** undefined: everything passes. */
  readonly gate: NeedGate | undefined;
  /** In so many milliseconds another look is due; 0: none. */
  readonly againMs: number;
}

export class PeerGuard {
  private readonly settling = new Settling();
  /** Of the last look that found nothing. */
  private quietAt: number | undefined;
  private isWarned = false;

  constructor(
    private readonly parts: GuardParts,
    private readonly memory: GuardMemory,
  ) {}

  async gate(): Promise<Gate> {
    const { rules, settings } = this.parts;
    if (rules.mode === 'off' || this.parts.isSendOnly) return { gate: undefined, againMs: 0 };
    const { peers } = await this.memory.get();
    const tally = await this.tally(peers);
    const nowMs = this.parts.clock.nowMs();
    const isHolding = rules.mode === 'hold';
    if (tally.groups.length === 0 && tally.applied === this.quietAt) {
      this.settling.settled = tally.latest;
      return this.answer(peers, 0);
    }
    const waitMs = isHolding
      ? this.settling.waitMs(tally.latest, this.parts.clock.monotonicMs())
      : 0;
    if (waitMs > 0) return this.answer(peers, waitMs);
    this.settling.settled = tally.latest;
    const { local } = await this.parts.database.summary(settings.id);
    const { ignoreDelete } = settings;
    const verdict = judgePeers(tally, peers, { rules, files: local.files, ignoreDelete, nowMs });
    this.quietAt = tally.groups.length === 0 && verdict.passed === 0 ? tally.applied : undefined;
    const held = isHolding ? verdict.memory.held : {};
    await this.memory.change({ peers: { ...verdict.memory, held } });
    if (isHolding) this.tellHeld(tally.groups, peers.held, held);
    else this.warn(tally.groups, verdict.isTooMuch, verdict.passed);
    return this.answer({ ...verdict.memory, held }, 0);
  }

  async sets(): Promise<HeldSet[]> {
    const { peers } = await this.memory.get();
    if (Object.keys(peers.held).length === 0) return [];
    const tally = await this.tally(peers);
    const sets: HeldSet[] = [];
    for (const group of tally.groups) {
      const sinceMs = peers.held[group.by];
      if (sinceMs === undefined) continue;
      const { by, deletes, replaces, others, bytes } = group;
      const names = await this.names(by, undefined, EXAMPLES_MAX);
      sets.push({
        ...{ id: by, source: 'peer', reason: '', device: by, deviceId: this.deviceIdOf(by) },
        ...{ deletes, replaces, others, bytes, sinceMs, examples: names },
      });
    }
    return sets;
  }

  /** Held names in tree order. */
  async names(by: string, after: string | undefined, limit: number): Promise<string[]> {
    const items = await this.items(by, after, limit);
    return items.map(({ global }) => global.name);
  }

  /** All that is held now passes. Resolves when that is durable. */
  async approve(by: string): Promise<void> {
    const { peers } = await this.memory.get();
    const group = (await this.tally(peers)).groups.find((each) => each.by === by);
    const { [by]: _since, ...held } = peers.held;
    const latest = group?.latest ?? 0;
    const approved = { ...peers.approved, [by]: Math.min(latest, this.settling.settled || latest) };
    await this.memory.change({ peers: { ...peers, held, approved } });
  }

  /** Announces ours above theirs. The highest sequence; undefined when nothing was held. */
  async reject(
    by: string,
    overriding: (item: NeededItem) => LocalFileInfo | undefined,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { database, settings } = this.parts;
    let sequence: number | undefined;
    let after: string | undefined;
    for (;;) {
      signal.throwIfAborted();
      const items = await this.items(by, after, ITEMS_AT_ONCE);
      after = items.at(-1)?.global.name;
      if (after === undefined) break;
      const files = items.map(overriding).filter((file) => file !== undefined);
      if (files.length > 0) sequence = (await database.updateLocal(settings.id, files)).sequence;
    }
    const { peers } = await this.memory.get();
    const { [by]: _since, ...held } = peers.held;
    // What was taken back did not pass.
    await this.memory.change({ peers: { ...peers, held, samples: [] } });
    return sequence;
  }

  private async items(by: string, after: string | undefined, limit: number): Promise<NeededItem[]> {
    const { peers } = await this.memory.get();
    const { database, settings } = this.parts;
    // What came a moment ago was not shown to anybody yet.
    const upTo = this.settling.settled || Number.MAX_SAFE_INTEGER;
    return database.threats(settings.id, by, after, limit, [peers.approved[by] ?? 0, upTo]);
  }

  private tally({ approved }: PeerMemory): Promise<ThreatTally> {
    const { database, settings } = this.parts;
    return database.judgeThreats(settings.id, this.settling.settled, approved);
  }

  private answer({ held, approved }: PeerMemory, againMs: number): Gate {
    if (this.parts.rules.mode !== 'hold') return { gate: undefined, againMs: 0 };
    const upTo = Object.keys(held).map((by) => [by, approved[by] ?? 0] as const);
    return { gate: { upTo: this.settling.settled, held: Object.fromEntries(upTo) }, againMs };
  }

  private tellHeld(
    groups: readonly ThreatGroup[],
    before: PeerMemory['held'],
    held: PeerMemory['held'],
  ): void {
    const { id } = this.parts.settings;
    for (const group of groups) {
      const { by, deletes, replaces } = group;
      if (held[by] === undefined || before[by] !== undefined) continue;
      this.parts.log.warn(
        `Folder ${id}: changes of device ${by} are held back, as they would ` +
          `${changesText(group)} files; see: syncnest cli guard list ${id}`,
      );
      this.tell('held', by, deletes, replaces);
    }
  }

  private warn(groups: readonly ThreatGroup[], isTooMuch: boolean, passed: number): void {
    const { settings, log } = this.parts;
    if (isTooMuch && !this.isWarned) {
      const changing = groups.filter((group) => sizeOf(group, settings.ignoreDelete) > 0);
      const deletes = changing.reduce((sum, group) => sum + group.deletes, 0);
      const replaces = changing.reduce((sum, group) => sum + group.replaces, 0);
      const who = changing.map(({ by }) => by).join(', ');
      const more = passed > 0 ? `, after ${passed} in the last minutes` : '';
      log.warn(
        `Folder ${settings.id}: changes of device ${who} ${changesText({ deletes, replaces })} ` +
          `files${more}; they are applied, as the guard of this folder only warns`,
      );
      this.tell('warned', who, deletes, replaces);
    }
    this.isWarned = isTooMuch;
  }

  private tell(action: 'held' | 'warned', set: string, deletes: number, replaces: number): void {
    const folder = this.parts.settings.id;
    this.parts.events.emit('FolderGuardActed', { folder, set, action, deletes, replaces });
  }

  private deviceIdOf(by: string): string {
    const { devices } = this.parts.settings;
    return devices.find((device) => shortOf(device) === by) ?? '';
  }
}

/** '' for a fingerprint of 2013. */
function shortOf(device: string): string {
  try {
    return shortIdText(shortId(parseDeviceId(device)));
  } catch {
    return '';
  }
}
