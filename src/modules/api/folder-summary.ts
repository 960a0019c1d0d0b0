/** The figures of a folder as /rest/db/status and /rest/db/completion answer them. Pure. */
import { type FolderCounts, type FolderSummary } from '../database/index-database.js';
import { type HeldSet } from '../model/folder-runner.js';

/** Syncthing counts this many bytes for whatever is no file. */
export const BYTES_OF_NON_FILE = 128;

export interface SummaryFacts {
  readonly counts: FolderSummary;
  /** Highest sequence announced by each device. */
  readonly remoteSequences: Readonly<Record<string, number>>;
  readonly ignoreDelete: boolean;
  /** Only of such folders the figures of their changes are told. */
  readonly isReceiveOnly: boolean;
  readonly hasIgnorePatterns: boolean;
  readonly problems: number;
  readonly state: string;
  /** Milliseconds since 1970; undefined when it never changed. */
  readonly stateChangedMs: number | undefined;
  readonly error: string;
  readonly watchError: string;
  /** What the guard holds back. */
  readonly held: readonly Pick<HeldSet, 'deletes' | 'replaces' | 'bytes'>[];
}

export const NEVER = '0001-01-01T00:00:00Z';

export type SummaryAnswer = Record<string, unknown>;

/** `sequence` is our own index's: what every other device reports of us once it has it all. */
export function summaryAnswer(facts: SummaryFacts): SummaryAnswer {
  const { global, local } = facts.counts;
  const need = facts.ignoreDelete ? { ...facts.counts.need, deleted: 0 } : facts.counts.need;
  const { stateChangedMs, error, isReceiveOnly } = facts;
  return {
    errors: facts.problems,
    pullErrors: facts.problems,
    invalid: '',
    ...countsAnswer('global', global),
    ...countsAnswer('local', local),
    ...needAnswer(need),
    ...(isReceiveOnly ? receiveOnlyAnswer(facts.counts.receiveOnlyChanged) : {}),
    inSyncFiles: global.files - need.files,
    inSyncBytes: bytesOf(global) - bytesOf(need),
    state: facts.state,
    stateChanged: stateChangedMs === undefined ? NEVER : new Date(stateChangedMs).toISOString(),
    ...(error === '' ? {} : { error }),
    version: local.sequence,
    sequence: local.sequence,
    remoteSequence: facts.remoteSequences,
    ignorePatterns: facts.hasIgnorePatterns,
    watchError: facts.watchError,
    ...heldAnswer(facts.held),
  };
}

function countsAnswer(prefix: string, counts: FolderCounts): SummaryAnswer {
  return {
    [`${prefix}Files`]: counts.files,
    [`${prefix}Directories`]: counts.directories,
    [`${prefix}Symlinks`]: counts.symlinks,
    [`${prefix}Deleted`]: counts.deleted,
    [`${prefix}Bytes`]: bytesOf(counts),
    [`${prefix}TotalItems`]: totalOf(counts),
  };
}

function needAnswer(need: FolderCounts): SummaryAnswer {
  const { needDeleted: needDeletes, ...rest } = countsAnswer('need', need);
  return { ...rest, needDeletes };
}

/** Ours alone, and only where something is held. */
function heldAnswer(held: SummaryFacts['held']): SummaryAnswer {
  if (held.length === 0) return {};
  return {
    guardHeldSets: held.length,
    guardHeldDeletes: held.reduce((sum, { deletes }) => sum + deletes, 0),
    guardHeldReplaces: held.reduce((sum, { replaces }) => sum + replaces, 0),
    guardHeldBytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function receiveOnlyAnswer(counts: FolderCounts): SummaryAnswer {
  return {
    receiveOnlyChangedFiles: counts.files,
    receiveOnlyChangedDirectories: counts.directories,
    receiveOnlyChangedSymlinks: counts.symlinks,
    receiveOnlyChangedDeletes: counts.deleted,
    receiveOnlyChangedBytes: bytesOf(counts),
    receiveOnlyTotalItems: totalOf(counts),
  };
}

export function bytesOf(counts: FolderCounts): number {
  return counts.bytes + BYTES_OF_NON_FILE * (counts.directories + counts.symlinks);
}

function totalOf(counts: FolderCounts): number {
  return counts.files + counts.directories + counts.symlinks + counts.deleted;
}

export interface Completion {
  readonly globalBytes: number;
  readonly needBytes: number;
  readonly globalItems: number;
  readonly needItems: number;
  readonly needDeletes: number;
  readonly sequence: number;
}

export function completionOf(
  global: FolderCounts,
  need: FolderCounts,
  sequence: number,
): Completion {
  return {
    globalBytes: bytesOf(global),
    needBytes: bytesOf(need),
    globalItems: global.files + global.directories + global.symlinks,
    needItems: need.files + need.directories + need.symlinks,
    needDeletes: need.deleted,
    sequence,
  };
}

/** Of several folders; sequences of different folders have nothing in common. */
export function sumOf(completions: readonly Completion[]): Completion {
  const sum = (key: keyof Completion): number =>
    completions.reduce((total, each) => total + each[key], 0);
  return {
    globalBytes: sum('globalBytes'),
    needBytes: sum('needBytes'),
    globalItems: sum('globalItems'),
    needItems: sum('needItems'),
    needDeletes: sum('needDeletes'),
    sequence: 0,
  };
}

export interface CompletionAnswer extends Completion {
  /** Percent. */
  readonly completion: number;
  /** What the device said of the folder: `valid`, `paused`, `notSharing`; `unknown` of several and of ourselves. */
  readonly remoteState: string;
}

/** What lacks nothing but deletes is not complete: Syncthing says 95 then. */
export function completionAnswer(completion: Completion, remoteState: string): CompletionAnswer {
  const { globalBytes, needBytes, needDeletes } = completion;
  let percent = globalBytes === 0 ? 100 : 100 * (1 - needBytes / globalBytes);
  if (needBytes === 0 && needDeletes > 0) percent = 95;
  return { completion: percent, ...completion, remoteState };
}
