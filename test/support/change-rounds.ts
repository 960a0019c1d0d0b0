/**
 * Rounds of random changes on both sides of a folder at once: after each, both sides must come to the same tree, at
 * rest, with every content in it that one of the two users made or kept.
 */
import { type SeededRandom } from './random.js';
import { changeTree, favouritesOf } from './tree-changes.js';
import { ContentHashes, readTree, showItem, treeDifferences, type TreeItem } from './tree.js';
import { until } from './wait.js';

const POLL_MS = 100;
/** When the trees still differ so long after both said that they are in sync, both look at their disks again. */
const SCAN_AGAIN_MS = 3_000;

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
  /** Tries failed items again without the usual pause. */
  hurry?(): void;
  /** What the node knows of the item, for the report of a failure. */
  describe(name: string): Promise<string>;
  /** What went on, for the same. */
  log(): string;
}

type Tree = Map<string, TreeItem>;

export interface RoundOptions {
  readonly changes: number;
  readonly limitMs: number;
  /** Both users meet at the same names. */
  readonly isCrowded: boolean;
  /** Both go on changing while the nodes work on what was changed before. */
  readonly isOverlapping?: boolean;
}

/** What one user did in one go. */
interface Burst {
  readonly before: Tree;
  readonly after: Tree;
}

export class ChangeRounds {
  private readonly hashes = new ContentHashes();

  constructor(
    private readonly sides: readonly [RoundSide, RoundSide],
    private readonly random: SeededRandom,
  ) {}

  /** Both sides look at their disks, then say that they are in sync and have the same tree. */
  async converge(limitMs: number): Promise<Tree> {
    const [a, b] = this.sides;
    await Promise.all([a.scan(), b.scan()]);
    let scanAgainMs = performance.now() + SCAN_AGAIN_MS;
    const isDone = async (): Promise<boolean> => {
      const areInSync = (await a.isInSync()) && (await b.isInSync());
      if (areInSync && treeDifferences(a.root, b.root, this.hashes).length === 0) return true;
      if (performance.now() > scanAgainMs) {
        for (const side of this.sides) side.hurry?.();
        await Promise.all([a.scan(), b.scan()]);
        scanAgainMs = performance.now() + SCAN_AGAIN_MS;
      }
      return false;
    };
    try {
      await until('both sides have the same', isDone, limitMs, POLL_MS);
    } catch (error) {
      throw new Error(`${String(error)}\n${await this.report()}`, { cause: error });
    }
    return readTree(a.root, this.hashes);
  }

  private async report(): Promise<string> {
    const [a, b] = this.sides;
    const lines: string[] = [];
    for (const line of treeDifferences(a.root, b.root, this.hashes)) {
      const name = line.slice(0, line.indexOf(': '));
      lines.push(line, `  ${await a.describe(name)}`, `  ${await b.describe(name)}`);
    }
    return [...lines, a.log(), '--- other side', b.log()].join('\n');
  }

  /** One round from a converged tree; returns what went wrong beyond not converging, which throws. */
  async round(before: Tree, options: RoundOptions): Promise<{ tree: Tree; wrong: string[] }> {
    const favourites = options.isCrowded ? favouritesOf([...before.keys()], this.random) : [];
    const done: string[] = [];
    const bursts = [this.burst(options.changes, favourites, done)];
    if (options.isOverlapping) {
      const scans = Promise.all(this.sides.map((side) => side.scan()));
      await new Promise((resolve) => setTimeout(resolve, this.random.below(OVERLAP_MS_MAX)));
      bursts.push(this.burst(options.changes, favourites, done));
      await scans;
    }
    const tree = await this.converge(options.limitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${done.join('\n')}`, { cause: error });
    });
    const [a, b] = bursts[0]!;
    // While the nodes were at work the two users had not the same before them, and may have seen what came over.
    const lost = options.isOverlapping
      ? this.sides.flatMap((side, i) => {
          const [first, second] = [bursts[0]![i]!, bursts[1]![i]!];
          const theirs = bursts[0]![1 - i]!.after;
          const isDoubtful = (name: string, item: TreeItem): boolean =>
            // Brought by the nodes while the user was at work, and the other user is free to change it.
            theirs.get(name)?.content === item.content ||
            // Renamed to where one of the same size and time was: no scan that goes by these can tell.
            second.before.get(name)?.mtimeUs === item.mtimeUs ||
            (side.repeatsCounts === true && first.before.has(name) && !first.after.has(name));
          return missingOf(second, tree, isDoubtful);
        })
      : [...lostOf(before, a.after, b.after, tree), ...lostOf(before, b.after, a.after, tree)];
    const wrong = [...lost, ...(await this.wrongTimes(tree)), ...(await this.unrest(tree))];
    if (wrong.length === 0) return { tree, wrong };
    const logs = this.sides.map((side) => side.log());
    return { tree, wrong: [...wrong, ...done, ...[...tree.keys()], ...logs] };
  }

  /** Changes on both sides, with no time in between for the nodes of this process. */
  private burst(changes: number, favourites: readonly string[], done: string[]): [Burst, Burst] {
    const [a, b] = this.sides.map(({ root }, side): Burst => {
      const before = readTree(root, this.hashes);
      const list = changeTree(root, changes, this.random, favourites);
      done.push(...list.map((change) => `${side} ${change}`));
      return { before, after: readTree(root, this.hashes) };
    });
    return [a!, b!];
  }

  /** Files whose times the two sides announce differently: one has cut what it was told. */
  private async wrongTimes(tree: Tree): Promise<string[]> {
    const names = [...tree].filter(([, { type }]) => type === 'file').map(([name]) => name);
    const [a, b] = await Promise.all(this.sides.map((side) => side.announcedTimes(names)));
    return names.flatMap((name, i) =>
      a![i] === b![i] ? [] : [`times of ${name}: ${a![i]} | ${b![i]}`],
    );
  }

  /** Whatever another look at the unchanged disks leads to. */
  private async unrest(tree: Tree): Promise<string[]> {
    const sequences = (): Promise<number[]> =>
      Promise.all(this.sides.map((side) => side.sequence()));
    const before = await sequences();
    await Promise.all(this.sides.map((side) => side.scan()));
    await until('at rest', async () => {
      return (await this.sides[0].isInSync()) && (await this.sides[1].isInSync());
    });
    const after = await sequences();
    const isSame = before.every((sequence, i) => sequence === after[i]);
    const changed = [...readTree(this.sides[1].root, this.hashes)].filter(
      ([name, item]) => showItem(item) !== showItem(tree.get(name)),
    );
    return [
      ...(isSame ? [] : [`announced without a change: ${before.join()} became ${after.join()}`]),
      ...changed.map(([name]) => `changed at rest: ${name}`),
    ];
  }
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
    // Of conflict copies that are changed on both sides only one stays: there are no copies of copies.
    if (isMine && isTheirs && originalName(name) !== name) continue;
    if ((isMine || !isTheirs) && !isKept(name, item)) wrong.push(`lost ${name}: ${story(name)}`);
  }
  for (const [name, item] of before) {
    if (item.type !== 'file' || mine.has(name)) continue;
    if (showItem(theirs.get(name)) === showItem(item) && result.has(name)) {
      wrong.push(`came back ${name}: ${story(name)}`);
    }
  }
  return wrong;

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
