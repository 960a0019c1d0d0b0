/** The walker over a FolderFs alone, in the calling thread: for file systems that are not on disk. */
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';
import { compareEntries } from './compare-entries.js';
import { type Difference } from './difference.js';
import { IgnoreGate } from './ignore-gate.js';
import { type NamedEntries, NameForms } from './name-forms.js';
import { type ScanRules } from './scan-finding.js';
import { isChildLeftOut, isLeftOut, joinName, orderSiblings, type Siblings } from './walk-names.js';
import { linkProblem, namesWithLinks, wayTo } from './walk-links.js';
import { problem } from './walk-tree.js';
import { type RowSource, Walker, type WalkedItem, type WalkEntry } from './walker.js';

const BATCH_ENTRIES_MAX = 1000;

interface Frame {
  readonly name: string;
  readonly siblings: Siblings;
  next: number;
}

export class InThreadWalker extends Walker {
  override async *walk(
    fs: FolderFs,
    names: readonly string[],
    signal: AbortSignal,
    ignores: readonly IgnorePattern[] = [],
  ): AsyncGenerator<WalkEntry[], void> {
    signal.throwIfAborted();
    await fs.checkRoot();
    let batch: WalkEntry[] = [];
    for await (const entry of walkNames(fs, names, new IgnoreGate(ignores))) {
      signal.throwIfAborted();
      batch.push(entry);
      if (batch.length === BATCH_ENTRIES_MAX) {
        yield batch;
        batch = [];
      }
    }
    signal.throwIfAborted();
    if (batch.length > 0) yield batch;
    signal.throwIfAborted();
  }

  override compare(
    fs: FolderFs,
    names: readonly string[],
    rows: RowSource,
    rules: ScanRules,
    signal: AbortSignal,
  ): AsyncIterable<Difference[]> {
    const forms = new NameForms(rules.autoNormalize);
    return compareEntries(named(this.walk(fs, names, signal, rules.ignores), forms), rows, rules);
  }

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

async function* named(
  batches: AsyncIterable<WalkEntry[]>,
  forms: NameForms,
): AsyncGenerator<NamedEntries, void> {
  for await (const batch of batches) yield forms.apply(batch);
}

async function* walkNames(
  fs: FolderFs,
  names: readonly string[],
  gate: IgnoreGate,
): AsyncGenerator<WalkEntry> {
  for (const name of names) {
    const frames: Frame[] = [];
    if (name === '') {
      frames.push(await openFrame(fs, ''));
    } else {
      if (isLeftOut(name) || gate.skips(name)) continue;
      const entry = await visit(fs, name, frames, true);
      if (entry !== undefined) yield* gate.pass(entry);
    }
    yield* descend(fs, frames, gate);
  }
}

async function* descend(
  fs: FolderFs,
  frames: Frame[],
  gate: IgnoreGate,
): AsyncGenerator<WalkEntry> {
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (frame.next === frame.siblings.names.length) {
      frames.pop();
      continue;
    }
    const component = frame.siblings.names[frame.next++];
    const name = joinName(frame.name, component);
    if (frame.siblings.undecodable.has(component)) {
      yield* gate.pass(problem(name, 'refused', 'the name is not UTF-8'));
    } else if (!isChildLeftOut(name, component) && !gate.skips(name)) {
      const entry = await visit(fs, name, frames, false);
      if (entry !== undefined) yield* gate.pass(entry);
    }
  }
}

/** As the visit of walk-tree.ts. A requested name that leads through a link or a file is absent, not a problem. */
async function visit(
  fs: FolderFs,
  name: string,
  frames: Frame[],
  isRequested: boolean,
): Promise<WalkEntry | undefined> {
  let stat: ItemStat | undefined;
  try {
    if (wayTo(name, fs.links) === 'hidden') return undefined;
    stat = await fs.stat(name);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'missing' || (isRequested && code === 'refused')) return undefined;
    return problemAt(name, error);
  }
  if (stat === undefined || stat.type === 'other') return undefined;
  const undecided = stat.type === 'symlink' ? linkProblem(name, fs.links) : undefined;
  if (undecided !== undefined) return undecided;
  try {
    return await itemEntry(fs, name, stat, frames);
  } catch (error) {
    return codeOf(error) === 'missing' ? undefined : problemAt(name, error);
  }
}

async function itemEntry(
  fs: FolderFs,
  name: string,
  stat: ItemStat,
  frames: Frame[],
): Promise<WalkedItem> {
  const symlinkTarget = stat.type === 'symlink' ? await fs.readSymlink(name) : '';
  if (stat.type === 'directory') frames.push(await openFrame(fs, name));
  return { kind: 'item', name, stat, symlinkTarget };
}

async function openFrame(fs: FolderFs, name: string): Promise<Frame> {
  const { entries, undecodable } = await fs.list(name);
  const found = entries.map((entry) => entry.name);
  const names = name === '' ? namesWithLinks(found, fs.links) : found;
  return { name, siblings: orderSiblings(names, undecodable), next: 0 };
}

function codeOf(error: unknown): ErrorCode {
  return error instanceof SyncError ? error.code : 'io';
}

function problemAt(name: string, error: unknown): WalkEntry {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  return problem(name, code === 'refused' ? 'changed' : code, message);
}
