/**
 * What a crash makes of a disk in memory: of all that was not flushed, each thing is kept or lost, as real file systems
 * may have it.
 *
 * 'harsh': everything by itself. Of a rename one of its two entries may be lost; of several changes of one entry only the
 * last is asked about. 'journaling': entries change in the order of the calls and a call's changes go together, so that
 * what is lost is the end of a row; whatever came before a flush of anything is kept. The content of each file is by
 * itself on both.
 */
import { type EntryChange as Change } from './memory-journal.js';
import { type ContentFate, type MemoryEntry, type MemoryNode } from './memory-node.js';

export type CrashModel = 'harsh' | 'journaling';

/** Something that was not flushed: a file's content and metadata, a directory's metadata, or what became of an entry. */
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

/** Changes of entries that are kept or lost together. */
type Step = readonly EntryChange[];

/** In the order in which a crash asks. */
export function unsyncedOf(root: MemoryNode, model: CrashModel): Unsynced[] {
  const names = namesOf(root);
  const contents = [...names].filter(([node]) => !node.isDurable);
  return [
    ...contents.map(([node, name]) => contentOf(node, name)),
    ...stepsOf(root, model).map((step) => entryOf(step, names)),
  ];
}

export function crashTree(root: MemoryNode, options: CrashOptions): void {
  const { keepUnsynced, model = 'harsh' } = options;
  const fateOf = (what: Unsynced): ContentFate => {
    const answer = typeof keepUnsynced === 'function' ? keepUnsynced(what) : keepUnsynced;
    return typeof answer === 'string' ? answer : answer ? 'kept' : 'lost';
  };
  const names = namesOf(root);
  for (const [node, name] of names) {
    if (!node.isDurable) node.fall(fateOf(contentOf(node, name)));
  }
  const lost: Step[] = [];
  for (const step of stepsOf(root, model)) {
    const isCut = model === 'journaling' && lost.length > 0;
    if (isCut || fateOf(entryOf(step, names)) === 'lost') lost.push(step);
  }
  for (const { directory, key, before } of lost.flat().reverse()) setEntry(directory, key, before);
  root.journal.clear();
  dropSecondParents(root, new Set([root]));
  for (const node of names.keys()) node.links = 0;
  countLinks(root);
}

function contentOf(node: MemoryNode, name: string): Unsynced {
  return { kind: node.type === 'directory' ? 'metadata' : 'content', name };
}

function entryOf([{ directory, key, before, after }]: Step, names: Names): Unsynced {
  const way = names.get(directory) ?? '';
  const base = before?.name ?? after?.name ?? key;
  return { kind: 'entry', name: way === '' ? base : `${way}/${base}` };
}

function stepsOf(root: MemoryNode, model: CrashModel): Step[] {
  const { changes, committedStep } = root.journal;
  const steps = new Map<unknown, EntryChange[]>();
  if (model === 'journaling') {
    for (const change of changes) {
      if (change.step > committedStep) add(steps, change.step, change);
    }
    return [...steps.values()];
  }
  const keys = new Map<MemoryNode, Map<string, EntryChange>>();
  for (const change of changes) {
    const known = keys.get(change.directory) ?? new Map<string, EntryChange>();
    keys.set(change.directory, known);
    const first = known.get(change.key);
    known.set(change.key, {
      ...change,
      before: first === undefined ? change.before : first.before,
    });
  }
  return [...keys.values()]
    .flatMap((known) => [...known.values()])
    .filter(({ before, after }) => before?.node !== after?.node || before?.name !== after?.name)
    .map((change) => [change]);
}

function add(steps: Map<unknown, EntryChange[]>, key: unknown, change: EntryChange): void {
  const known = steps.get(key);
  if (known === undefined) steps.set(key, [change]);
  else known.push(change);
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
