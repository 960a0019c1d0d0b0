/**
 * Which devices' deletes and replaces are held: pure. As much passes as stays within the folder's limit together with
 * what passed a short while ago, the smallest sets first, each as a whole. A set that was held stays held, and grows,
 * until somebody decides or nothing is left of it.
 */
import { type ThreatGroup, type ThreatTally } from '../../domain/guard-threat.js';
import { type GuardRules, isTooMuch } from './guard-rules.js';

/** What passed within this time counts along. */
export const RECENT_MS = 5 * 60_000;
const SAMPLE_INTERVAL_MS = 10_000;
/** Samples within RECENT_MS, one from before, and some to spare for clocks that are set. */
const SAMPLES_MAX = 40;

/** Outlives restarts: only what cannot be seen from the needs. */
export interface PeerMemory {
  /** By device (short ID): since when, in milliseconds since 1970. */
  readonly held: Readonly<Record<string, number>>;
  /** By device the number up to which its threats are approved. */
  readonly approved: Readonly<Record<string, number>>;
  /** When how many threats had been applied, [milliseconds since 1970, count], the oldest first. */
  readonly samples: readonly (readonly [number, number])[];
}

export const EMPTY_PEER_MEMORY: PeerMemory = { held: {}, approved: {}, samples: [] };

export interface JudgedFolder {
  readonly rules: GuardRules;
  /** Files here now. */
  readonly files: number;
  readonly ignoreDelete: boolean;
  readonly nowMs: number;
}

export interface PeerVerdict {
  readonly memory: PeerMemory;
  /** Too much, with what passed lately. */
  readonly isTooMuch: boolean;
  /** Deletes and replaces that passed lately. */
  readonly passed: number;
}

/** What of a set counts. */
export function sizeOf({ deletes, replaces }: ThreatGroup, ignoreDelete: boolean): number {
  return (ignoreDelete ? 0 : deletes) + replaces;
}

export function judgePeers(
  tally: ThreatTally,
  before: PeerMemory,
  { rules, files, ignoreDelete, nowMs }: JudgedFolder,
): PeerVerdict {
  const { approved, wereApplied } = stillApproved(tally, before);
  // What a person approved does not count against what comes next.
  const samples = wereApplied ? [] : before.samples;
  const kept = sampled(samples, tally.applied, nowMs);
  const passed = Math.max(0, tally.applied - recentBase(kept, nowMs));
  const base = files + passed;
  const sets = tally.groups
    .map((group) => ({ by: group.by, size: sizeOf(group, ignoreDelete), group }))
    .sort((a, b) => a.size - b.size);
  const held: Record<string, number> = {};
  let passing = passed;
  for (const { by, size, group } of sets) {
    const since = before.held[by];
    if (since !== undefined && size + group.others > 0) held[by] = since;
    else if (isTooMuch(passing + size, base, rules)) {
      if (size > 0) held[by] = nowMs;
    } else passing += size;
  }
  const total = passed + sets.reduce((sum, { size }) => sum + size, 0);
  return {
    memory: { held, approved, samples: kept },
    isTooMuch: isTooMuch(total, base, rules),
    passed,
  };
}

/** Approvals of which something is still needed; the others have been used up. */
function stillApproved(
  { groups }: ThreatTally,
  { approved }: PeerMemory,
): { approved: Record<string, number>; wereApplied: boolean } {
  const open = groups.filter((group) => group.approved > 0).map(({ by }) => by);
  const left = Object.entries(approved).filter(([by]) => open.includes(by));
  return { approved: Object.fromEntries(left), wereApplied: Object.keys(approved).length > 0 };
}

function sampled(
  samples: PeerMemory['samples'],
  applied: number,
  nowMs: number,
): PeerMemory['samples'] {
  // A clock that was set back must not keep samples from the future.
  const known = samples.filter(([atMs]) => atMs <= nowMs);
  const last = known.at(-1);
  if (last === undefined) return [[nowMs, Math.min(applied, samples[0]?.[1] ?? applied)]];
  const isDue = last[1] !== applied && nowMs - last[0] >= SAMPLE_INTERVAL_MS;
  const all = isDue ? [...known, [nowMs, applied] as const] : known;
  const firstRecent = all.findIndex(([atMs]) => atMs > nowMs - RECENT_MS);
  const from = firstRecent < 0 ? all.length - 1 : Math.max(0, firstRecent - 1);
  return all.slice(from).slice(-SAMPLES_MAX);
}

function recentBase(samples: PeerMemory['samples'], nowMs: number): number {
  const before = samples.filter(([atMs]) => atMs <= nowMs - RECENT_MS).at(-1);
  return (before ?? samples[0])?.[1] ?? 0;
}
