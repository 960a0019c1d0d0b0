/**
 * What a crash makes of a disk in memory: of all that was not flushed, each thing is kept or lost, as real file systems
 * may have it.
 *
 * 'harsh': everything by itself. Of a rename one of its two entries may be lost; of several changes of one entry only the
 * last is asked about. 'journaling': entries and metadata change in the order of the calls, and a call's changes go
 * together, so that what is lost is the end of a row; whatever came before a flush of anything is kept. The content of
 * a file that was written to is by itself on both.
 */
import { type EntryChange as Change } from './memory-journal.js';
import { type ContentFate, type MemoryEntry, type MemoryNode } from './memory-node.js';

export type CrashModel = 'harsh' | 'journaling';

/** Something that was not flushed: a file's content with its metadata, metadata alone, or what became of an entry. */
export interface Unsynced {
  readonly kind: 'content' | 'metadata' | 'entry';
  /** Of a rename the name that it took away. */
  readonly name: string;
}

export interface CrashOptions {
  /** What reached the disk although nobody waited for it; false: nothing did, true: everything (a killed process). */
  readonly keepUnsynced: boolean | ((what: Unsynced) => boolean | ContentFate);
  /** Default: harsh. */
  readonly model?: CrashModel;
}

type EntryChange = Change<MemoryNode>;

/** Something that is kept or lost as one. */
interface Doubt {
  readonly what: Unsynced;
  /** Of the journal; undefined: it has no place in an order. */
  readonly step: number | undefined;
  readonly fall: (fate: ContentFate) => void;
}

/** In the order in which a crash asks. */
export function unsyncedOf(root: MemoryNode, model: CrashModel): Unsynced[] {
  return doubtsOf(root, model, namesOf(root)).map(({ what }) => what);
}

export function crashTree(root: MemoryNode, { keepUnsynced, model = 'harsh' }: CrashOptions): void {
  const fateOf = (what: Unsynced): ContentFate => {
    const answer = typeof keepUnsynced === 'function' ? keepUnsynced(what) : keepUnsynced;
    return typeof answer === 'string' ? answer : answer ? 'kept' : 'lost';
  };
  const names = namesOf(root);
  const fates: [Doubt, ContentFate][] = [];
  let isCut = false;
  for (const doubt of doubtsOf(root, model, names)) {
    const fate: ContentFate = isCut && doubt.step !== undefined ? 'lost' : fateOf(doubt.what);
    isCut ||= model === 'journaling' && doubt.step !== undefined && fate === 'lost';
    fates.push([doubt, fate]);
  }
  // The last changes of an entry are taken back first.
  for (const [{ fall }, fate] of fates.reverse()) fall(fate);
  root.journal.clear();
  dropSecondParents(root, new Set([root]));
  for (const node of names.keys()) {
    node.makeDurable();
    node.links = 0;
  }
  countLinks(root);
}

function doubtsOf(root: MemoryNode, model: CrashModel, names: Names): Doubt[] {
  const changed = [...names].filter(([{ changedStep }]) => changedStep !== undefined);
  if (model === 'harsh') {
    return [...changed.map(([node, name]) => ofNode(node, name)), ...harshEntries(root, names)];
  }
  const { committedStep } = root.journal;
  const written = changed.filter(([node]) => !node.isContentDurable);
  const ordered = changed
    .filter(([node]) => node.isContentDurable && (node.changedStep ?? 0) > committedStep)
    .map(([node, name]) => ({ ...ofNode(node, name), step: node.changedStep }));
  const steps = new Map<number, EntryChange[]>();
  for (const change of root.journal.changes) {
    if (change.step <= committedStep) continue;
    steps.set(change.step, [...(steps.get(change.step) ?? []), change]);
  }
  const entries = [...steps].map(([step, changes]) => ({ ...ofEntries(changes, names), step }));
  return [
    ...written.map(([node, name]) => ofNode(node, name)),
    ...[...ordered, ...entries].sort((a, b) => (a.step ?? 0) - (b.step ?? 0)),
  ];
}

/** Each entry by itself, from what it was when its directory was last flushed to what it is. */
function harshEntries(root: MemoryNode, names: Names): Doubt[] {
  const keys = new Map<MemoryNode, Map<string, EntryChange>>();
  for (const change of root.journal.changes) {
    const known = keys.get(change.directory) ?? new Map<string, EntryChange>();
    keys.set(change.directory, known);
    const first = known.get(change.key);
    known.set(change.key, first === undefined ? change : { ...change, before: first.before });
  }
  return [...keys.values()]
    .flatMap((known) => [...known.values()])
    .filter(({ before, after }) => before?.node !== after?.node || before?.name !== after?.name)
    .map((change) => ofEntries([change], names));
}

function ofNode(node: MemoryNode, name: string): Doubt {
  const kind = node.isContentDurable ? 'metadata' : 'content';
  return { what: { kind, name }, step: undefined, fall: (fate) => node.fall(fate) };
}

function ofEntries(changes: readonly EntryChange[], names: Names): Doubt {
  const [{ directory, key, before, after }] = changes;
  const way = names.get(directory) ?? '';
  const base = before?.name ?? after?.name ?? key;
  const name = way === '' ? base : `${way}/${base}`;
  const fall = (fate: ContentFate): void => {
    if (fate !== 'lost') return;
    for (const change of [...changes].reverse()) {
      setEntry(change.directory, change.key, change.before);
    }
  };
  return { what: { kind: 'entry', name }, step: undefined, fall };
}

function setEntry(directory: MemoryNode, key: string, entry: MemoryEntry | undefined): void {
  if (entry === undefined) directory.entries.delete(key);
  else directory.entries.set(key, entry);
}

type Names = ReadonlyMap<MemoryNode, string>;

/** Every item that is now below the root or could be after a crash, with a name that it has. */
function namesOf(root: MemoryNode): Map<MemoryNode, string> {
  const found = new Map<MemoryNode, string>();
  const before = new Map<MemoryNode, MemoryEntry[]>();
  for (const change of root.journal.changes) {
    if (change.before === undefined) continue;
    before.set(change.directory, [...(before.get(change.directory) ?? []), change.before]);
  }
  const collect = (node: MemoryNode, name: string): void => {
    if (found.has(node)) return;
    found.set(node, name);
    for (const entry of [...node.entries.values(), ...(before.get(node) ?? [])]) {
      collect(entry.node, name === '' ? entry.name : `${name}/${entry.name}`);
    }
  };
  collect(root, '');
  return found;
}

/** A directory that would appear under two parents stays under the first. */
function dropSecondParents(directory: MemoryNode, seen: Set<MemoryNode>): void {
  for (const [key, { node }] of directory.entries) {
    if (node.type !== 'directory') continue;
    if (seen.has(node)) {
      directory.entries.delete(key);
      continue;
    }
    seen.add(node);
    dropSecondParents(node, seen);
  }
}

function countLinks(directory: MemoryNode): void {
  for (const { node } of directory.entries.values()) {
    node.links += 1;
    if (node.type === 'directory') countLinks(node);
  }
}
