/**
 * Rounds of random changes on all sides of a folder at once: after each, all sides must come to the same tree, at
 * rest, with every content in it that one of the users made or kept, and nothing half done left over.
 */
import { type SeededRandom } from './random.js';
import { changeTree, favouritesOf, HIDDEN_BY_TIME } from './tree-changes.js';
import {
  ContentHashes,
  readTree,
  showItem,
  tempFiles,
  treeDifferences,
  type TreeItem,
} from './tree.js';
import { until } from './wait.js';

const POLL_MS = 100;
/** When the trees still differ so long after all said that they are in sync, all look at their disks again. */
const SCAN_AGAIN_MS = 3_000;
/** When nothing was announced for so long, nothing is on its way any more: a stock node collects for 250 ms. */
const REST_MS = 500;

/** The users go on after up to this time. */
const OVERLAP_MS_MAX = 300;

const CONFLICT_MARK = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/g;

/** The name before it, or a directory on the way to it, got a conflict name. */
const originalName = (name: string): string => name.replace(CONFLICT_MARK, '');

/** One node, ours or stock. */
export interface RoundSide {
  readonly root: string;
  scan(): Promise<void>;
  /** Nothing is under way and nothing is needed. */
  isInSync(): Promise<boolean>;
  /** Moves with everything that is announced. */
  sequence(): Promise<number>;
  /** Nanoseconds since 1970 that the node announces for each of these files. */
  announcedTimes(names: readonly string[]): Promise<bigint[]>;
  /**
   * As Syncthing 1.x does, it may count two changes within one second with the same number, when the first, a delete,
   * gave way to an edit in between: what others answered to the delete then outranks the second.
   */
  readonly repeatsCounts?: boolean;
  /** As Syncthing does, it keeps for a day what it received of a version that is no longer wanted. */
  readonly keepsTempFiles?: boolean;
  /** As Syncthing does, it sets a time that was announced on a file to which its user has written a moment before. */
  readonly hidesEdits?: boolean;
  /** As Syncthing does, it names the copy of a conflict's loser by who made the winner. */
  readonly namesCopiesByWinner?: boolean;
  /** Tries failed items again without the usual pause. */
  hurry?(): void | Promise<void>;
  /** What the node knows of the item, for the report of a failure. */
  describe(name: string): Promise<string>;
  /** What it does and needs, for the same. */
  status(): Promise<string>;
  /** What went on, for the same. */
  log(): string;
}

type Tree = Map<string, TreeItem>;

export interface RoundOptions {
  readonly changes: number;
  readonly limitMs: number;
  /** The users meet at the same names. */
  readonly isCrowded: boolean;
  /** They go on changing while the nodes work on what was changed before. */
  readonly isOverlapping?: boolean;
  /** What befalls the nodes while they exchange the changes; resolves when all of them run and are connected again. */
  readonly meanwhile?: () => Promise<void>;
  /** A node that forgets what it knew may bring back what others deleted, as documented. */
  readonly mayReturn?: () => boolean;
}

/** What one user did in one go. */
interface Burst {
  readonly before: Tree;
  readonly after: Tree;
}

export class ChangeRounds {
  private readonly hashes = new ContentHashes();

  constructor(
    private readonly sides: readonly RoundSide[],
    private readonly random: SeededRandom,
    /** Told of the contents that each single change of a user made; of what nodes did at that moment, too. */
    private readonly wrote: ((contents: readonly string[]) => void) | undefined = undefined,
  ) {}

  /** All sides look at their disks, then say that they are in sync, have the same tree, and announce nothing more. */
  async converge(limitMs: number): Promise<Tree> {
    await this.scan();
    let scanAgainMs = performance.now() + SCAN_AGAIN_MS;
    let sequences = '';
    let restMs = Infinity;
    const isDone = async (): Promise<boolean> => {
      const nowMs = performance.now();
      const before = sequences;
      sequences = (await this.sequences()).join();
      if (sequences !== before) restMs = nowMs + REST_MS;
      const areSame = (await this.areInSync()) && this.differences().length === 0;
      if (areSame && nowMs >= restMs) return true;
      if (!areSame && nowMs > scanAgainMs) {
        for (const side of this.sides) await side.hurry?.();
        await this.scan();
        scanAgainMs = performance.now() + SCAN_AGAIN_MS;
      }
      return false;
    };
    try {
      await until('all sides have the same', isDone, limitMs, POLL_MS);
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.report()}`, { cause: error });
    }
    return readTree(this.sides[0]!.root, this.hashes);
  }

  private async scan(): Promise<void> {
    await Promise.all(this.sides.map((side) => side.scan()));
  }

  private sequences(): Promise<number[]> {
    return Promise.all(this.sides.map((side) => side.sequence()));
  }

  private async areInSync(): Promise<boolean> {
    for (const side of this.sides) if (!(await side.isInSync())) return false;
    return true;
  }

  /** Between the first side and the first one that has not the same. */
  private differences(): string[] {
    const [first, ...others] = this.sides;
    for (const other of others) {
      const lines = treeDifferences(first!.root, other.root, this.hashes);
      if (lines.length > 0) return lines;
    }
    return [];
  }

  private async report(): Promise<string> {
    const lines: string[] = [];
    for (const line of this.differences()) {
      const name = line.slice(0, line.indexOf(': '));
      const known = await Promise.all(this.sides.map((side) => side.describe(name)));
      lines.push(line, ...known.map((text, i) => `  ${i} ${text}`));
    }
    for (const [i, side] of this.sides.entries()) {
      lines.push(`--- side ${i}: ${await side.status()}`, side.log());
    }
    return lines.join('\n');
  }

  /** One round from a converged tree; returns what went wrong beyond not converging, which throws. */
  async round(before: Tree, options: RoundOptions): Promise<{ tree: Tree; wrong: string[] }> {
    const favourites = options.isCrowded ? favouritesOf([...before.keys()], this.random) : [];
    const leftBefore = new Set(this.leftOver());
    const done: string[] = [];
    const bursts = [this.burst(options.changes, favourites, done)];
    if (options.isOverlapping) {
      const scans = this.scan();
      await new Promise((resolve) => setTimeout(resolve, this.random.below(OVERLAP_MS_MAX)));
      bursts.push(this.burst(options.changes, favourites, done, true));
      await scans;
    }
    await options.meanwhile?.();
    const tree = await this.converge(options.limitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${done.join('\n')}`, { cause: error });
    });
    const lost = this.sides
      .flatMap((_, i) =>
        options.isOverlapping
          ? this.missing(i, bursts, tree)
          : this.lostTo(i, bursts[0]!, before, tree),
      )
      .filter((line) => options.mayReturn?.() !== true || !line.startsWith('came back '));
    const wrong = [
      ...lost,
      ...(await this.wrongTimes(tree)),
      ...(await this.unrest(tree)),
      // A directory that a user moves while files are received in it takes their temp files along.
      ...(options.isOverlapping ? [] : this.leftOver().filter((path) => !leftBefore.has(path))),
    ];
    if (wrong.length === 0) return { tree, wrong };
    const logs = this.sides.map((side) => side.log());
    return { tree, wrong: [...wrong, ...done, ...[...tree.keys()], ...logs] };
  }

  /** While the nodes were at work the users had not the same before them, and may have seen what came over. */
  private missing(i: number, bursts: readonly (readonly Burst[])[], tree: Tree): string[] {
    const { repeatsCounts } = this.sides[i]!;
    const [first, second] = [bursts[0]![i]!, bursts[1]![i]!];
    const others = bursts[0]!.filter((_, other) => other !== i);
    return missingOf(second, tree, (name, item) => {
      // Brought by the nodes while the user was at work, and the others are free to change it.
      if (others.some(({ after }) => after.get(name)?.content === item.content)) return true;
      // Renamed to where one of the same size and time was: no scan that goes by these can tell.
      if (second.before.get(name)?.mtimeUs === item.mtimeUs) return true;
      return repeatsCounts === true && first.before.has(name) && !first.after.has(name);
    });
  }

  /**
   * What is lost of what one user did. Syncthing names a conflict copy by the winner, so that two copies with different
   * contents can get one name in the same second where three changed a file, and of those it keeps one.
   */
  private lostTo(i: number, bursts: readonly Burst[], before: Tree, tree: Tree): string[] {
    const isShared = this.sides.some(({ namesCopiesByWinner }) => namesCopiesByWinner === true);
    const doubtful = [...(isShared ? changedBy(3, bursts) : [])];
    return lostBy(i, bursts, before, tree).filter(
      (line) => !doubtful.some((name) => line.startsWith(`lost ${name}:`)),
    );
  }

  /** Changes on all sides, with no time in between for the nodes of this process. */
  private burst(
    changes: number,
    favourites: readonly string[],
    done: string[],
    areAtWork = false,
  ): Burst[] {
    return this.sides.map(({ root, hidesEdits }, side): Burst => {
      const before = readTree(root, this.hashes);
      const without = areAtWork && hidesEdits === true ? HIDDEN_BY_TIME : undefined;
      const list = Array.from({ length: changes }, () => {
        const held = this.wrote && readTree(root, this.hashes);
        const [change = ''] = changeTree(root, 1, this.random, favourites, without);
        if (held !== undefined) this.wrote?.(newContents(held, readTree(root, this.hashes)));
        return change;
      });
      done.push(...list.map((change) => `${side} ${change}`));
      return { before, after: readTree(root, this.hashes) };
    });
  }

  private leftOver(): string[] {
    const sides = this.sides.filter(({ keepsTempFiles }) => keepsTempFiles !== true);
    return sides.flatMap(({ root }) => tempFiles(root).map((path) => `left over: ${path}`));
  }

  /** Files whose times two sides announce differently: one has cut what it was told. */
  private async wrongTimes(tree: Tree): Promise<string[]> {
    const names = [...tree].filter(([, { type }]) => type === 'file').map(([name]) => name);
    const times = await Promise.all(this.sides.map((side) => side.announcedTimes(names)));
    return names.flatMap((name, i) => {
      const told = times.map((ofSide) => ofSide[i]);
      return new Set(told).size === 1 ? [] : [`times of ${name}: ${told.join(' | ')}`];
    });
  }

  /** Whatever another look at the unchanged disks leads to. */
  private async unrest(tree: Tree): Promise<string[]> {
    const before = await this.sequences();
    await this.scan();
    await until('at rest', () => this.areInSync());
    const after = await this.sequences();
    const isSame = before.every((sequence, i) => sequence === after[i]);
    const changed = this.sides.flatMap(({ root }) =>
      [...readTree(root, this.hashes)].filter(
        ([name, item]) => showItem(item) !== showItem(tree.get(name)),
      ),
    );
    return [
      ...(isSame ? [] : [`announced without a change: ${before.join()} became ${after.join()}`]),
      ...changed.map(([name]) => `changed at rest: ${name}`),
    ];
  }
}

function newContents(before: Tree, after: Tree): string[] {
  return [...after]
    .filter(([name, { type, content }]) => type === 'file' && before.get(name)?.content !== content)
    .map(([, { content }]) => content);
}

/** Names that so many of the users changed or made. */
function changedBy(count: number, bursts: readonly Burst[]): Set<string> {
  const counts = new Map<string, number>();
  for (const { before, after } of bursts) {
    for (const [name, item] of after) {
      if (showItem(item) === showItem(before.get(name))) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return new Set([...counts].filter(([, changes]) => changes >= count).map(([name]) => name));
}

/** As lostOf, where the others are several: what one of them did to an item is what was done to it. */
function lostBy(i: number, bursts: readonly Burst[], before: Tree, result: Tree): string[] {
  const theirs: Tree = new Map(before);
  for (const { after } of bursts.filter((_, other) => other !== i)) {
    for (const name of new Set([...before.keys(), ...after.keys()])) {
      const item = after.get(name);
      if (showItem(item) === showItem(before.get(name))) continue;
      // Of an edit and a delete the edit is what counts.
      if (item !== undefined) theirs.set(name, item);
      else if (showItem(theirs.get(name)) === showItem(before.get(name))) theirs.delete(name);
    }
  }
  return lostOf(before, bursts[i]!.after, theirs, result);
}

/**
 * What is missing of what one user left, or is there against both users' wishes. The two knew nothing of each other:
 * an edit against an edit keeps both contents, an edit against a delete keeps the edit.
 */
export function lostOf(before: Tree, mine: Tree, theirs: Tree, result: Tree): string[] {
  const isKept = contentsOf(result);
  const wrong: string[] = [];
  for (const [name, item] of mine) {
    if (item.type !== 'file') continue;
    const isMine = showItem(item) !== showItem(before.get(name));
    const isTheirs = showItem(theirs.get(name)) !== showItem(before.get(name));
    // Of conflict copies that are changed on both sides only one stays: there are no copies of copies in Syncthing.
    const isCopy = originalName(name) !== name;
    if (isMine && isCopy && (isTheirs || isChangedWithin(name))) continue;
    if ((isMine || !isTheirs) && !isKept(name, item)) wrong.push(`lost ${name}: ${story(name)}`);
  }
  for (const [name, item] of before) {
    if (item.type !== 'file' || mine.has(name)) continue;
    if (showItem(theirs.get(name)) === showItem(item) && result.has(name)) {
      wrong.push(`came back ${name}: ${story(name)}`);
    }
  }
  return wrong;

  /** Where mine has a file now, theirs still has the directory, with changes. */
  function isChangedWithin(name: string): boolean {
    const names = new Set([...before.keys(), ...theirs.keys()]);
    return [...names].some(
      (inner) =>
        inner.startsWith(`${name}/`) && showItem(theirs.get(inner)) !== showItem(before.get(inner)),
    );
  }

  function story(name: string): string {
    const trees = [before, mine, theirs, result];
    return trees.map((tree) => showItem(tree.get(name))).join(' | ');
  }
}

/** Files that the user has just written and that are nowhere now. */
export function missingOf(
  { before, after }: Burst,
  result: Tree,
  isDoubtful: (name: string, item: TreeItem) => boolean,
): string[] {
  const isKept = contentsOf(result);
  return [...after]
    .filter(([name, item]) => item.type === 'file' && originalName(name) === name)
    .filter(([name, item]) => !isDoubtful(name, item))
    .filter(([name, item]) => before.get(name)?.content !== item.content && !isKept(name, item))
    .map(([name]) => {
      const trees = [before, after, result];
      return `lost ${name}: ${trees.map((tree) => showItem(tree.get(name))).join(' | ')}`;
    });
}

/** Is the content there, under its name or that of a conflict copy? */
function contentsOf(result: Tree): (name: string, item: TreeItem) => boolean {
  const show = (name: string, { type, content }: TreeItem): string =>
    `${originalName(name)} ${type} ${content}`;
  const kept = new Set([...result].map(([name, item]) => show(name, item)));
  return (name, item) => kept.has(show(name, item));
}
