/**
 * The walk itself, synchronous, for a worker thread: the fastest way Node has. It opens the root once and descends by
 * directory handles, so nothing outside the root is ever entered, whatever is exchanged for a link under way.
 *
 * Memory: the names of the directories on the way down, nothing per item that was given out.
 */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { SyncError, type ErrorCode } from '../../domain/errors.js';
import { type IgnorePattern } from '../../domain/ignore/patterns.js';
import {
  isAbsence,
  lookAt,
  lookIn,
  openDirectoryAt,
  openDirectoryBelow,
  openRoot,
  openTargetAt,
  pathAt,
} from '../../platform/confined-open.js';
import { exchanged, type LinkTarget, NO_LINKS, type RootLinks } from '../../platform/root-links.js';
import { type ItemStat } from '../../platform/folder-fs.js';
import { splitName } from '../../platform/folder-name.js';
import { systemCodeOf, toSyncError } from '../../platform/system-errors.js';
import {
  decodeNames,
  decodeUtf8,
  isChildLeftOut,
  isLeftOut,
  joinName,
  orderSiblings,
  type Siblings,
} from './walk-names.js';
import { IgnoreGate } from './ignore-gate.js';
import { linkProblem, namesWithLinks, wayTo } from './walk-links.js';
import { type WalkEntry, type WalkProblem } from './walker.js';

/** Directories held open at once in one walk, that is how deep it goes. */
const OPEN_DIRECTORIES_MAX = 512;

/** It was of the expected kind a moment ago: exchanged for another while we looked. */
const EXCHANGED = { ENOTDIR: 'changed', ELOOP: 'changed', EINVAL: 'changed' } as const;

export interface WalkTarget {
  readonly root: string;
  readonly links: RootLinks;
  /** What the root must be: a disk unmounted meanwhile leaves another directory under the same path. */
  readonly device: bigint;
  readonly inode: bigint;
  readonly names: readonly string[];
  readonly ignores: readonly IgnorePattern[];
}

interface Frame {
  readonly directory: number;
  readonly name: string;
  readonly siblings: Siblings;
  next: number;
}

/** Throws SyncError when the root fails. The directories are closed when the generator ends or is returned. */
export function* walkTree(target: WalkTarget): Generator<WalkEntry, void> {
  const root = openExpectedRoot(target);
  const frames: Frame[] = [];
  const gate = new IgnoreGate(target.ignores);
  try {
    for (const name of target.names) {
      if (name === '') frames.push(openFrame(openDirectoryAt(root, '.'), '', target.links));
      else if (!gate.skips(name)) yield* gated(gate, startAt(root, name, frames, target.links));
      yield* descend(frames, gate, target.links);
    }
  } catch (error) {
    throw toSyncError('walk folder root', target.root, error);
  } finally {
    for (const frame of frames) closeSync(frame.directory);
    closeSync(root);
  }
}

function* gated(gate: IgnoreGate, entries: Iterable<WalkEntry>): Generator<WalkEntry, void> {
  for (const entry of entries) yield* gate.pass(entry);
}

function openExpectedRoot(target: WalkTarget): number {
  let root: number;
  try {
    root = openRoot(target.root);
  } catch (error) {
    throw toSyncError('open folder root', target.root, error);
  }
  const { device, inode } = lookIn(root);
  if (device === target.device && inode === target.inode) return root;
  closeSync(root);
  const message = `folder root ${JSON.stringify(target.root)} is not the directory it was`;
  throw new SyncError('missing', message, true);
}

function* startAt(
  root: number,
  name: string,
  frames: Frame[],
  links: RootLinks,
): Generator<WalkEntry, void> {
  if (isLeftOut(name)) return;
  let parent: number;
  let base: string;
  try {
    const split = splitName(name);
    base = split.base;
    parent = openDirectoryBelow(root, split.parent, links);
  } catch (error) {
    if (!isAbsence(error)) yield problemAt(name, error);
    return;
  }
  try {
    const entry = visit(parent, base, name, frames, links);
    if (entry !== undefined) yield entry;
  } finally {
    closeSync(parent);
  }
}

function* descend(frames: Frame[], gate: IgnoreGate, links: RootLinks): Generator<WalkEntry, void> {
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    if (frame.next === frame.siblings.names.length) {
      frames.pop();
      closeSync(frame.directory);
      continue;
    }
    const component = frame.siblings.names[frame.next++];
    const name = joinName(frame.name, component);
    if (frame.siblings.undecodable.has(component)) {
      yield* gate.pass(problem(name, 'refused', 'the name is not UTF-8'));
    } else if (!isChildLeftOut(name, component) && !gate.skips(name)) {
      const entry = visit(frame.directory, component, name, frames, links);
      if (entry !== undefined) yield* gate.pass(entry);
    }
  }
}

/** What is there under this name; undefined when absent or of a kind that is not synced. Pushes a directory's frame. */
function visit(
  directory: number,
  component: string,
  name: string,
  frames: Frame[],
  links: RootLinks,
): WalkEntry | undefined {
  try {
    const way = wayTo(name, links);
    if (way === 'hidden') return undefined;
    if (way !== 'plain') return targetEntry(directory, name, way, frames);
    const stat = lookAt(directory, component);
    if (stat === undefined || stat.type === 'other') return undefined;
    if (stat.type === 'symlink') {
      return linkProblem(name, links) ?? linkEntry(directory, component, name, stat);
    }
    if (stat.type === 'directory') {
      if (frames.length >= OPEN_DIRECTORIES_MAX) {
        return problem(name, 'refused', `more than ${OPEN_DIRECTORIES_MAX} directories deep`);
      }
      frames.push(openFrame(openDirectoryAt(directory, component), name));
    }
    return { kind: 'item', name, stat, symlinkTarget: '' };
  } catch (error) {
    return systemCodeOf(error) === 'ENOENT' ? undefined : problemAt(name, error);
  }
}

function linkEntry(directory: number, component: string, name: string, stat: ItemStat): WalkEntry {
  const target = decodeUtf8(readlinkSync(pathAt(directory, component), { encoding: 'buffer' }));
  if (target === undefined) return problem(name, 'refused', "the link's target is not UTF-8");
  return { kind: 'item', name, stat, symlinkTarget: target };
}

/** A followed link, which is walked as the directory that it leads to. */
function targetEntry(root: number, name: string, target: LinkTarget, frames: Frame[]): WalkEntry {
  const opened = openTargetAt(root, name, target);
  try {
    const stat = lookIn(opened);
    frames.push(openFrame(opened, name));
    return { kind: 'item', name, stat, symlinkTarget: '' };
  } catch (error) {
    // Whatever goes wrong: what is behind the link is not taken for gone.
    return problemAt(name, exchanged(name, target, error));
  }
}

/**
 * Lists before the directory itself is given out: of one that cannot be listed nothing is known. `links`: of the root.
 */
function openFrame(directory: number, name: string, links = NO_LINKS): Frame {
  try {
    const found = decodeNames(readdirSync(pathAt(directory, ''), { encoding: 'latin1' }));
    return {
      directory,
      name,
      siblings: orderSiblings(namesWithLinks(found.decodable, links), found.undecodable),
      next: 0,
    };
  } catch (error) {
    closeSync(directory);
    throw error;
  }
}

function problemAt(name: string, error: unknown): WalkProblem {
  const { code, message } = toSyncError('read', name, error, EXCHANGED);
  return problem(name, code, message);
}

export function problem(name: string, code: ErrorCode, message: string): WalkProblem {
  return { kind: 'problem', name, problem: { name, code, message } };
}
