/**
 * Two nodes of ours and a stock Syncthing as processes of their own, all connected to all, and what befalls them: they
 * are killed, started anew, cut off, paused, or lose their index, at moments drawn from a seed.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { type RoundSide } from './change-rounds.js';
import { ContentWatch, WrittenContents } from './content-watch.js';
import { ProgramNode } from './program-node.js';
import { type SeededRandom } from './random.js';
import { stockSide } from './round-sides.js';
import { StockNode } from './stock-node.js';
import { ContentHashes, readTree } from './tree.js';
import { until } from './wait.js';

const LOOK_EVERY_MS = 50;
/** Something befalls a node up to so long after the users' changes or the last thing that did. */
const NEXT_MS_MAX = 500;
/** How long a node is cut off or paused, at most. */
const APART_MS_MAX = 1_000;
const TROUBLES_MAX = 3;
/** Each redials after a second or a few; the machine may do much else. */
const CONNECT_LIMIT_MS = 120_000;
const NS_PER_MS = 1_000_000n;

interface Member {
  readonly name: string;
  readonly node: StockNode;
  readonly side: RoundSide;
  readonly watch: ContentWatch;
}

/** What has befallen the nodes so far. */
export interface TroubleCounts {
  kills: number;
  restarts: number;
  indexesLost: number;
  disconnections: number;
  foldersPaused: number;
}

/** A user's content may move to any name: what counts is that somebody wrote it. */
class ContentsAnywhere extends WrittenContents {
  private readonly hashes = new Set<string>();

  override add(_name: string, hash: string): void {
    this.hashes.add(hash);
  }

  override has(_name: string, hash: string): boolean {
    return this.hashes.has(hash);
  }
}

export class MixedCluster {
  readonly counts: TroubleCounts = {
    kills: 0,
    restarts: 0,
    indexesLost: 0,
    disconnections: 0,
    foldersPaused: 0,
  };
  /** What befell the nodes in the history under way, in plain words. */
  readonly story: string[] = [];
  private readonly written = new ContentsAnywhere();
  private readonly hashes = new ContentHashes();
  private readonly members: readonly Member[];

  private constructor(
    nodes: Readonly<Record<string, StockNode>>,
    private readonly base: string,
    private readonly random: SeededRandom,
  ) {
    this.members = Object.entries(nodes).map(([name, node]) => {
      const root = join(base, name);
      fs.mkdirSync(join(root, '.stfolder'), { recursive: true });
      const side = node instanceof ProgramNode ? programSide(node, root) : stockSide(node, root);
      return { name, node, side, watch: new ContentWatch(root, this.written, '') };
    });
  }

  /** Makes homes and roots below `base`; nothing runs yet. */
  static async create(base: string, random: SeededRandom): Promise<MixedCluster> {
    const nodes = {
      stock: await StockNode.create(join(base, 'stock-home')),
      a: await ProgramNode.create(join(base, 'a-home')),
      b: await ProgramNode.create(join(base, 'b-home')),
    };
    return new MixedCluster(nodes, base, random);
  }

  get sides(): RoundSide[] {
    return this.members.map(({ side }) => side);
  }

  async start(): Promise<void> {
    for (const { name, node } of this.members) {
      const peers = this.members
        .filter((other) => other.node !== node)
        .map((other) => ({ id: other.node.id, address: other.node.address }));
      const folderExtra = '<pullerPauseS>1</pullerPauseS>';
      // One of ours looks by itself when something changes.
      const watch = name === 'b';
      node.configure({ folderPath: join(this.base, name), peers, folderExtra, watch });
    }
    await Promise.all(this.members.map(({ node }) => node.start()));
    await this.connected();
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await Promise.all(this.members.map(({ node }) => node.stop(signal)));
  }

  /** What is in the folder was written by its user, and may be anywhere. For before the nodes are at work. */
  note(root: string): void {
    const items = [...readTree(root, this.hashes).values()];
    this.wrote(items.filter(({ type }) => type === 'file').map(({ content }) => content));
  }

  /** Users wrote these. What else the nodes had put there by then proves nothing. */
  wrote(contents: readonly string[]): void {
    for (const content of contents) this.written.add('', content);
  }

  /** One to three troubles, one after the other, while the nodes look at their disks and exchange what changed. */
  async trouble(): Promise<void> {
    const watching = new AbortController();
    const watched = this.watchUntil(watching.signal);
    try {
      const count = 1 + this.random.below(TROUBLES_MAX);
      for (let i = 0; i < count; i += 1) {
        // Asked of a node that is just killed it has no answer.
        for (const { side } of this.members) side.scan().catch(() => undefined);
        await this.pause(NEXT_MS_MAX);
        await this.befall(this.random.pick(this.members));
      }
      await this.connected();
    } finally {
      watching.abort();
      await watched;
    }
  }

  /** Processes that ended by themselves. */
  crashes(): string[] {
    return this.members.flatMap(({ name, node }) =>
      node.crash === undefined ? [] : [`${name} ${node.crash}`],
    );
  }

  /** Contents that no one wrote, under a name of their own at any moment so far. */
  violations(): string[] {
    for (const { watch } of this.members) watch.look();
    return this.members.flatMap(({ name, watch }) =>
      watch.violations.map((text) => `${name}: ${text}`),
    );
  }

  get checks(): number {
    return this.members.reduce((sum, { watch }) => sum + watch.checks, 0);
  }

  private async befall(member: Member): Promise<void> {
    const kind = this.random.below(10);
    if (kind < 5) await this.kill(member);
    else if (kind < 6) await this.restart(member);
    else if (kind < 7) await this.loseIndex(member);
    else if (kind < 9) await this.disconnect(member);
    else await this.pauseFolder(member);
  }

  private async kill({ name, node }: Member): Promise<void> {
    this.tell(`${name} is killed`);
    this.counts.kills += 1;
    await node.stop('SIGKILL');
    await node.start();
  }

  private async restart({ name, node }: Member): Promise<void> {
    this.tell(`${name} is stopped and started`);
    this.counts.restarts += 1;
    await node.stop();
    await node.start();
  }

  private async loseIndex({ name, node }: Member): Promise<void> {
    this.tell(`${name} is killed and loses its index, if it is one of ours`);
    this.counts.kills += 1;
    await node.stop('SIGKILL');
    // A stock node without its index counts from the clock again, and has been seen to give two versions one vector.
    if (node instanceof ProgramNode) {
      this.counts.indexesLost += 1;
      node.loseIndex();
    }
    await node.start();
  }

  private async disconnect(member: Member): Promise<void> {
    const other = this.random.pick(this.members.filter((each) => each !== member));
    this.tell(`${member.name} and ${other.name} are disconnected`);
    this.counts.disconnections += 1;
    await member.node.rest('POST', `system/pause?device=${other.node.id}`);
    await this.pause(APART_MS_MAX);
    await member.node.rest('POST', `system/resume?device=${other.node.id}`);
  }

  private async pauseFolder({ name, node }: Member): Promise<void> {
    this.tell(`the folder is paused at ${name}`);
    this.counts.foldersPaused += 1;
    await node.rest('PATCH', 'config/folders/default', { paused: true });
    await this.pause(APART_MS_MAX);
    await node.rest('PATCH', 'config/folders/default', { paused: false });
  }

  private tell(what: string): void {
    this.story.push(what);
  }

  private pause(limitMs: number): Promise<void> {
    const pauseMs = this.random.below(limitMs);
    return new Promise((resolve) => setTimeout(resolve, pauseMs));
  }

  private async connected(): Promise<void> {
    const areConnected = async (): Promise<boolean> => {
      for (const { node } of this.members) {
        for (const other of this.members) {
          if (other.node === node) continue;
          if (!(await node.isConnectedTo(other.node.id))) return false;
        }
      }
      return true;
    };
    await until('all are connected to all', areConnected, CONNECT_LIMIT_MS);
  }

  private async watchUntil(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { watch } of this.members) watch.look();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** The program announces the times that it was told, which its disk holds to the microsecond. */
function programSide(node: ProgramNode, root: string): RoundSide {
  const { scan, isInSync, sequence, describe, status, log } = stockSide(node, root);
  return {
    root,
    scan,
    isInSync,
    sequence,
    describe,
    status,
    log,
    // What it was receiving when it was killed.
    keepsTempFiles: true,
    announcedTimes: (names) => Promise.all(names.map((name) => announcedTime(node, name))),
  };
}

async function announcedTime(node: StockNode, name: string): Promise<bigint> {
  const path = `db/file?folder=default&file=${encodeURIComponent(name)}`;
  const { local } = await node.rest<{ local: { modified: string } }>('GET', path);
  const [whole = '', rest = ''] = local.modified.split('.');
  const nanoseconds = /^\d+/.exec(rest)?.[0] ?? '';
  const zone = rest.slice(nanoseconds.length) || whole.slice(19);
  const ms = BigInt(Date.parse(`${whole.slice(0, 19)}${zone}`));
  return ms * NS_PER_MS + BigInt(nanoseconds.padEnd(9, '0'));
}
