/**
 * Two nodes that exchange trees while their users work and both get killed in turn at moments drawn from a seed.
 * Each user writes only below the own directory, and whole files only: under a temp name elsewhere, then renamed.
 */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { ContentWatch, WrittenContents } from './content-watch.js';
import { effort } from './effort.js';
import { type NodeProcess, type ProcessPeer } from './node-process.js';
import { type SeededRandom } from './random.js';
import { treeDifferences } from './tree.js';
import { until } from './wait.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const LOOK_EVERY_MS = 60;
const WORK_EVERY_MS = 150;
const SCAN_EVERY_MS = 1_000;
/** Something moves again within this time after a kill. */
const MOVEMENT_LIMIT_MS = 60_000;
/** A kill is under way of a transfer when items moved within this time before it. */
const UNDER_WAY_MS = 500;
/** Files that the user of one side works with while the nodes run. */
const SMALL_FILES = effort(300, 1_500);
const DIRECTORIES = effort(10, 30);

/** One node, ours or stock, as the run needs it. */
export interface KillSide {
  readonly root: string;
  /** May resolve before the node is of any use: it is then killed while it starts. */
  start(): Promise<void>;
  /** Kills with SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** Makes the node look at its disk, where it does not by itself. */
  scan?(): Promise<void>;
  /** Resolves after an orderly end; throws when the node had ended by itself. */
  stop(): Promise<void>;
}

/** The real program as a side; it looks at its disk every second. */
export function ourSide(node: NodeProcess, peer: ProcessPeer): KillSide {
  const requireAlive = (): void => {
    if (node.crash !== undefined) throw new Error(node.crash);
  };
  return {
    root: node.root,
    start: () => Promise.resolve(node.start([peer], ['--scan-intv', '1'])),
    kill: async () => {
      requireAlive();
      await node.stop('SIGKILL');
    },
    stop: async () => {
      requireAlive();
      const { code, signal } = await node.stop();
      if (code !== 0) throw new Error(`ended with ${code ?? signal}:\n${node.log.slice(-3000)}`);
    },
  };
}

export interface KillFigures {
  kills: number;
  /** Kills while items from the other side were arriving. */
  killsUnderWay: number;
  /** Contents hashed and compared. */
  checks: number;
  conflictCopies: number;
  /** Operations of both users while nodes were killed. */
  operations: number;
}

/** A user at one side: knows what the files below the own directory hold. */
class FolderUser {
  /** Hash of what was written last, by name. */
  readonly current = new Map<string, string>();
  private count = 0;

  constructor(
    private readonly root: string,
    readonly directory: string,
    private readonly drafts: string,
    private readonly written: WrittenContents,
    private readonly random: SeededRandom,
  ) {
    fs.mkdirSync(drafts);
    for (let i = 0; i < DIRECTORIES; i += 1) {
      fs.mkdirSync(join(root, directory, `d${i}`, 'deeper'), { recursive: true });
    }
  }

  fill(bigSizes: readonly number[]): void {
    for (const size of bigSizes) this.write(this.newName('big'), this.big(size));
    for (let i = 0; i < SMALL_FILES; i += 1) this.write(this.newName('small'), this.small());
  }

  /** One thing that a user does. */
  work(): void {
    const kind = this.random.below(20);
    if (kind < 9) this.write(this.pick('small'), this.small());
    else if (kind < 13) this.write(this.newName('small'), this.small());
    else if (kind < 14) this.remove(this.pick('small'));
    else if (kind < 15) this.rename(this.pick('small'), this.newName('small'));
    else if (kind < 16) this.rename(this.pick('big'), this.newName('big'));
    else if (kind < 18) this.amend(this.pick('big'));
    else this.write(this.newName('big'), this.big((1 + this.random.below(16)) * MIB));
  }

  private newName(kind: 'small' | 'big'): string {
    const deeper = this.random.below(4) === 0 ? '/deeper' : '';
    this.count += 1;
    return `${this.directory}/d${this.random.below(DIRECTORIES)}${deeper}/${kind} ${this.count}`;
  }

  private pick(kind: 'small' | 'big'): string {
    const names = [...this.current.keys()].filter((name) => name.includes(`/${kind} `));
    return this.random.pick(names);
  }

  private small(): Buffer {
    return this.random.bytes(this.random.below(16 * KIB));
  }

  /** Every block is another one. */
  private big(size: number): Buffer {
    const piece = this.random.bytes(64 * KIB);
    const content = Buffer.alloc(size, piece);
    for (let at = 0; at < size; at += piece.length) content.writeUInt32LE(at / KIB, at);
    return content;
  }

  private write(name: string, content: Buffer): void {
    const hash = createHash('sha256').update(content).digest('hex');
    this.written.add(name, hash);
    const draft = join(this.drafts, 'draft');
    fs.writeFileSync(draft, content);
    fs.renameSync(draft, join(this.root, name));
    this.current.set(name, hash);
  }

  private rename(from: string, to: string): void {
    const hash = this.current.get(from)!;
    this.written.add(to, hash);
    fs.renameSync(join(this.root, from), join(this.root, to));
    this.current.delete(from);
    this.current.set(to, hash);
  }

  private remove(name: string): void {
    fs.rmSync(join(this.root, name));
    this.current.delete(name);
  }

  /** A few bytes in the middle of the file become others. */
  private amend(name: string): void {
    const content = fs.readFileSync(join(this.root, name));
    this.random.bytes(100).copy(content, this.random.below(content.length - 100));
    this.write(name, content);
  }
}

interface Half {
  readonly side: KillSide;
  readonly user: FolderUser;
  readonly watch: ContentWatch;
}

export class KillRun {
  readonly figures: KillFigures = {
    kills: 0,
    killsUnderWay: 0,
    checks: 0,
    conflictCopies: 0,
    operations: 0,
  };
  private readonly written = new WrittenContents();
  private readonly halves: readonly [Half, Half];
  /** When something from the other side was last seen to move; see performance.now(). */
  private movedMs = 0;

  constructor(
    base: string,
    sides: readonly [KillSide, KillSide],
    private readonly random: SeededRandom,
    bigSizesMib: readonly [readonly number[], readonly number[]],
  ) {
    const half = (index: 0 | 1): Half => {
      const side = sides[index];
      const [own, other] = index === 0 ? ['from-a', 'from-b'] : ['from-b', 'from-a'];
      const drafts = join(base, `drafts-${index}`);
      const user = new FolderUser(side.root, own, drafts, this.written, random);
      user.fill(bigSizesMib[index].map((size) => size * MIB));
      return { side, user, watch: new ContentWatch(side.root, this.written, other) };
    };
    this.halves = [half(0), half(1)];
    for (const { watch } of this.halves) watch.look();
  }

  /** Starts both, kills them in turn, starts the killed one again each time. Both run in the end. */
  async killInTurn(kills: number): Promise<void> {
    for (const { side } of this.halves) await side.start();
    const stop = new AbortController();
    const background = [
      this.every(LOOK_EVERY_MS, stop.signal, () => this.look()),
      this.every(WORK_EVERY_MS, stop.signal, () => this.work()),
      this.every(SCAN_EVERY_MS, stop.signal, () => this.scan()),
    ];
    try {
      for (let i = 0; i < kills; i += 1) {
        const { side, watch } = this.halves[i % 2]!;
        await Promise.race([this.untilKill(), ...background]);
        if (performance.now() - this.movedMs < UNDER_WAY_MS) this.figures.killsUnderWay += 1;
        await side.kill();
        this.figures.kills += 1;
        watch.look();
        await side.start();
      }
    } finally {
      stop.abort();
      await Promise.all(background);
    }
  }

  /** Resolves when both sides hold the same. */
  async converge(limitMs: number): Promise<void> {
    const [a, b] = this.halves.map(({ side }) => side.root) as [string, string];
    const isSame = async (): Promise<boolean> => {
      await this.scan();
      this.look();
      return looksSame(a, b) && treeDifferences(a, b).length === 0;
    };
    await until('both sides hold the same', isSame, limitMs, 500).catch((error: unknown) => {
      throw new Error(`${String(error)}\na | b\n${treeDifferences(a, b).join('\n')}`);
    });
    for (const { watch } of this.halves) {
      watch.lookAgain();
      this.figures.conflictCopies = watch.conflictCopies.length;
    }
    this.figures.checks = this.halves.reduce((sum, { watch }) => sum + watch.checks, 0);
  }

  /** Files that carried content which no one wrote under their name. */
  get violations(): string[] {
    return this.halves.flatMap(({ watch }) =>
      watch.violations.map((violation) => `${watch.root}: ${violation}`),
    );
  }

  /** Names whose last content is on one of the sides neither under the name nor in a conflict copy. After converge. */
  get lost(): string[] {
    return this.halves.flatMap(({ user }) =>
      [...user.current]
        .filter(([name, hash]) => this.halves.some(({ watch }) => !watch.holds(name, hash)))
        .map(([name]) => name),
    );
  }

  get conflictCopies(): string[] {
    return this.halves[0].watch.conflictCopies;
  }

  /** One kill in four comes 0.3 to 1.5 s after the start, whatever goes on; the others soon after items have moved. */
  private async untilKill(): Promise<void> {
    const isBlind = this.random.below(4) === 0;
    const delayMs = isBlind ? 300 + this.random.below(1200) : this.random.below(500);
    const sinceMs = performance.now();
    if (!isBlind) {
      const hasMoved = (): boolean => this.movedMs > sinceMs + LOOK_EVERY_MS;
      await until('items move', hasMoved, MOVEMENT_LIMIT_MS, 10);
    }
    await new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  private look(): void {
    for (const { watch } of this.halves) if (watch.look()) this.movedMs = performance.now();
  }

  private work(): void {
    this.random.pick(this.halves).user.work();
    this.figures.operations += 1;
  }

  /** A node that was just killed cannot be asked; it scans when it starts. */
  private async scan(): Promise<void> {
    for (const { side } of this.halves) await side.scan?.().catch(() => undefined);
  }

  private async every(
    pauseMs: number,
    signal: AbortSignal,
    action: () => void | Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      await action();
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** A cheap look before the thorough one: names, types, sizes, modes and times of files. */
function looksSame(rootA: string, rootB: string): boolean {
  const [a, b] = [outlineOf(rootA), outlineOf(rootB)];
  return a.size === b.size && [...a].every((line) => b.has(line));
}

function outlineOf(root: string): Set<string> {
  const lines = new Set<string>();
  for (const name of fs.readdirSync(root, { recursive: true }) as string[]) {
    if (name.startsWith('.stfolder') || /(^|\/)\.syncthing\.[^/]*\.tmp$/.test(name)) continue;
    const stat = fs.lstatSync(join(root, name), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) lines.add(`${name} is gone`);
    else if (!stat.isFile()) lines.add(`${name} ${stat.mode}`);
    else lines.add(`${name} ${stat.mode} ${stat.size} ${stat.mtimeNs / 1000n}`);
  }
  return lines;
}
