/**
 * Watches one tree with a watch on each of its directories, in whatever thread it runs in. The rule: a directory is
 * watched first and listed then, so that nothing made in between is missed, and what is found in a new directory is told
 * only when all of it is watched, so that a scan that follows sees what no event will tell of.
 *
 * Memory: one node for each directory, nothing for files. Long work is done in steps, between which events are heard.
 */
import { type Dirent, type Stats } from 'node:fs';
import { messageOf, SyncError } from '../../domain/errors.js';
import { countDirectories } from './count-directories.js';
import { DirectoryNode } from './directory-node.js';
import { NameFilter } from './name-filter.js';
import { Discovery } from './discovery.js';
import { entriesOf, REAL_DISK, statAt, type TreeDisk } from './tree-disk.js';
import { isLimitError, limitError } from './watch-limits.js';
import { type ChangeKind, type PathChange, type WatchScope, type WatchTarget } from './watcher.js';
import { isAbsence } from '../../platform/confined-open.js';

/** Names heard of one directory in one turn; more are looked up in the directory itself. */
export const HEARD_NAMES_MAX = 4_000;
/** Entries that are read in one step. */
const STEP_ENTRIES = 256;

/** Who owns the tree's watch and gives it turns. */
export interface TreeHost {
  /** An event came: a turn is due. */
  stirred(): void;
  /** So many watches ended: the system queues an event for each, which nobody hears. */
  ended(count: number): void;
  changed(change: PathChange): void;
  patternsChanged(): void;
  watching(): void;
  /** The last call. */
  failed(error: SyncError): void;
}

/** A directory to be watched and listed. */
interface Job {
  readonly node: DirectoryNode;
  /** What is found there is told with it; undefined: nothing is told. */
  readonly discovery: Discovery | undefined;
  /** Directories that are watched already are gone through as well. */
  readonly isDeep: boolean;
}

export class TreeWatch {
  private readonly root: DirectoryNode;
  private filter: NameFilter;
  private readonly heard = new Set<DirectoryNode>();
  /** Depth first, so that few wait. */
  private readonly jobs: Job[] = [];
  private step: Generator<void, void> | undefined;
  /** Jobs whose end is the end of a walk through the whole tree. */
  private walking = 0;
  private isFollowing = true;
  private isOverflow = false;
  private isClosed = false;
  private directoryCount = 0;

  constructor(
    target: WatchTarget,
    private readonly host: TreeHost,
    private readonly disk: TreeDisk = REAL_DISK,
  ) {
    this.root = new DirectoryNode(undefined, '', target.root);
    this.filter = new NameFilter(target);
    this.add({ node: this.root, discovery: undefined, isDeep: true });
  }

  /** Directories that are watched. */
  get directories(): number {
    return this.directoryCount;
  }

  follow(scope: WatchScope): void {
    if (this.root.isLeft) return;
    this.filter = new NameFilter(scope);
    this.isFollowing = true;
    this.add({ node: this.root, discovery: undefined, isDeep: true });
  }

  /** Takes up what was heard since the last turn. `isOverflow`: more happened than was heard. */
  turn(isOverflow: boolean): void {
    const nodes = [...this.heard];
    this.heard.clear();
    if (isOverflow && !this.root.isLeft) {
      for (const node of nodes) {
        node.heard = undefined;
        node.isCrowded = false;
      }
      this.isOverflow = true;
      this.add({ node: this.root, discovery: undefined, isDeep: true });
      return;
    }
    for (const node of nodes) if (!node.isLeft) this.takeUp(node);
  }

  /** Goes on with what is to be done until that or the time is over; true when something is left. */
  work(isTimeOver: () => boolean): boolean {
    while (!isTimeOver()) {
      if (this.step === undefined) {
        const job = this.jobs.pop();
        if (job === undefined) return false;
        this.step = this.run(job);
      }
      if (this.step.next().done === true) this.step = undefined;
    }
    return this.step !== undefined || this.jobs.length > 0;
  }

  close(): void {
    this.isClosed = true;
    this.jobs.length = 0;
    this.step = undefined;
    this.leave(this.root);
  }

  private add(job: Job): void {
    if (job.discovery === undefined) this.walking += 1;
    else job.discovery.begin();
    this.jobs.push(job);
  }

  private *run(job: Job): Generator<void, void> {
    try {
      if (!job.node.isLeft && this.place(job.node)) yield* this.list(job);
    } catch (error) {
      yield* this.giveUp(error);
      return;
    }
    if (job.discovery !== undefined) {
      for (const change of job.discovery.end()) this.host.changed(change);
      return;
    }
    this.walking -= 1;
    if (this.walking === 0) this.walked();
  }

  private walked(): void {
    if (this.isOverflow) this.host.changed({ name: '', kind: 'tree' });
    this.isOverflow = false;
    if (this.isFollowing) this.host.watching();
    this.isFollowing = false;
  }

  /**
   * Begins the watch; false where there is no directory, or another than is watched. Throws when the tree as a whole
   * cannot be watched.
   */
  private place(node: DirectoryNode): boolean {
    if (node.handle === undefined) {
      const before = statAt(node.path, node.ownPath !== undefined);
      if (before?.isDirectory() !== true) return this.isNoDirectory(node);
      // Looked at before, so that one that is exchanged before the watch begins does not pass for what is watched.
      node.identify(before);
      this.begin(node);
    }
    const stats = statAt(node.path, node.ownPath !== undefined);
    if (stats?.isDirectory() !== true) return this.isNoDirectory(node);
    if (node.isSame(stats)) return true;
    this.placeAnew(node);
    return false;
  }

  private begin(node: DirectoryNode): void {
    try {
      node.handle = this.disk.watch(
        node.path,
        (isEntry, base) => this.hear(node, isEntry, base),
        () => {
          node.isDoubted = true;
          this.hear(node, true, undefined);
        },
      );
      this.directoryCount += 1;
    } catch (error) {
      if (isLimitError(error) || (node === this.root && !isAbsence(error))) throw error;
      // One that may not be read stays without a watch, until an event tells that this is over.
    }
  }

  private isNoDirectory(node: DirectoryNode): false {
    if (node === this.root) throw new SyncError('missing', 'the root of the folder is not there');
    this.leave(node);
    return false;
  }

  /** What is watched is elsewhere, and another directory has its name. */
  private placeAnew(node: DirectoryNode): void {
    const { parent, base, ownPath } = node;
    if (parent === undefined) throw rootIsLost();
    this.leave(node);
    const discovery = new Discovery(node.name, true);
    this.add({ node: parent.child(base, ownPath), discovery, isDeep: true });
  }

  private *list(job: Job): Generator<void, void> {
    const { node } = job;
    const found = new Set<string>();
    let count = 0;
    let trouble: unknown;
    for (const entry of entriesOf(node.path, (error) => (trouble = error))) {
      if (this.visit(job, entry)) found.add(entry.name);
      count += 1;
      if (count % STEP_ENTRIES === 0) yield;
      if (node.isLeft) return;
    }
    if (isLimitError(trouble)) throw new SyncError('io', messageOf(trouble), true);
    // What could not be listed has not lost what is known of it.
    if (trouble !== undefined) return;
    for (const [base, child] of node.children ?? []) if (!found.has(base)) this.leave(child);
  }

  /** True when the entry is a directory of the tree. */
  private visit({ node, discovery, isDeep }: Job, entry: Dirent): boolean {
    const { name: base } = entry;
    const name = node.nameOf(base);
    const verdict = this.filter.verdict(name);
    if (verdict === 'skip') return false;
    if (verdict === 'tell') discovery?.add(name);
    const mount = this.filter.mountPath(name);
    if (!entry.isDirectory() && mount === undefined) return false;
    const known = node.children?.get(base);
    if (known !== undefined && known.ownPath === mount) {
      const stats = statAt(known.path, mount !== undefined);
      if (stats !== undefined && known.isSame(stats) && known.handle !== undefined) {
        if (isDeep) this.add({ node: known, discovery, isDeep });
        return true;
      }
    }
    if (known !== undefined) this.leave(known);
    this.add({ node: node.child(base, mount), discovery, isDeep: true });
    return true;
  }

  private hear(node: DirectoryNode, isEntry: boolean, base: string | undefined): void {
    this.host.stirred();
    if (node.isLeft) return;
    if (base === undefined) node.isCrowded = true;
    else node.hear(base, isEntry, HEARD_NAMES_MAX);
    this.heard.add(node);
    if (!isEntry || base !== node.selfName || node.knowsBirth || node.parent === undefined) return;
    node.isDoubted = true;
    node.parent.hear(node.base, true, HEARD_NAMES_MAX);
    this.heard.add(node.parent);
  }

  private takeUp(node: DirectoryNode): void {
    const { heard, isCrowded } = node;
    node.heard = undefined;
    node.isCrowded = false;
    if (node.ownPath !== undefined && !this.isInPlace(node)) {
      if (node === this.root) return this.fail(rootIsLost());
      this.leave(node);
      this.host.changed({ name: node.name, kind: 'tree' });
      return;
    }
    if (isCrowded) {
      const discovery = new Discovery(node.name, true);
      this.add({ node, discovery, isDeep: false });
    }
    for (const [base, isEntry] of heard ?? []) {
      this.event(node, base, isEntry);
      if (node.isLeft) return;
    }
  }

  private isInPlace(node: DirectoryNode): boolean {
    const stats = statAt(node.path, true);
    return stats !== undefined && node.isSame(stats);
  }

  private event(node: DirectoryNode, base: string, isEntry: boolean): void {
    const name = node.nameOf(base);
    if (this.filter.isPatternFile(name)) this.host.patternsChanged();
    const verdict = this.filter.verdict(name);
    if (verdict === 'skip') return;
    const child = node.children?.get(base);
    const tell = (kind: ChangeKind): void => {
      if (verdict === 'tell' || kind !== 'item') this.host.changed({ name, kind });
    };
    const isWatched = child?.handle !== undefined;
    // The directory's own events come under its own name: only a look tells which they are.
    if (!isEntry && (isWatched || (child === undefined && base !== node.selfName))) {
      return tell('item');
    }
    const mount = this.filter.mountPath(name);
    const stats = statAt(mount ?? `${node.path}/${base}`, mount !== undefined);
    if (stats === undefined) {
      // A removal is told by an event of its own.
      if (!isEntry) return;
      if (child !== undefined) this.leave(child);
      if (child !== undefined || verdict === 'tell') tell('gone');
      return;
    }
    if (stats.isDirectory()) return this.directoryEvent(node, base, stats, tell);
    if (child !== undefined) this.leave(child);
    tell(child === undefined ? 'item' : 'tree');
  }

  private directoryEvent(
    node: DirectoryNode,
    base: string,
    stats: Stats,
    tell: (kind: ChangeKind) => void,
  ): void {
    const child = node.children?.get(base);
    if (child?.handle !== undefined && child.isSame(stats)) return tell('item');
    const isReplaced = child?.handle !== undefined;
    if (child !== undefined) this.leave(child);
    const name = node.nameOf(base);
    const discovery = new Discovery(name, isReplaced);
    if (this.filter.verdict(name) === 'tell') discovery.add(name);
    const ownPath = this.filter.mountPath(name);
    this.add({ node: node.child(base, ownPath), discovery, isDeep: true });
  }

  private leave(node: DirectoryNode): void {
    const count = node.leave();
    this.directoryCount -= count;
    if (count > 0) this.host.ended(count);
  }

  private fail(error: SyncError): void {
    if (this.isClosed) return;
    this.close();
    this.host.failed(error);
  }

  /** Frees what it holds of a limit, then counts what it would take, to tell. */
  private *giveUp(error: unknown): Generator<void, void> {
    if (this.isClosed) return;
    if (!isLimitError(error)) {
      const isKnown = error instanceof SyncError;
      this.fail(isKnown ? error : new SyncError('io', messageOf(error), true, { cause: error }));
      return;
    }
    const { path } = this.root;
    const { filter } = this;
    const step = this.step;
    this.close();
    this.step = step;
    this.isClosed = false;
    const count = yield* countDirectories(path, filter);
    if (!this.isClosed) this.fail(limitError(error, count));
  }
}

function rootIsLost(): SyncError {
  return new SyncError('missing', 'the root of the folder was moved, replaced or unmounted', true);
}
