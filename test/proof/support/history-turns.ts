/**
 * Histories in which one user at a time changes the folder, and everybody else gets that before the next one does:
 * nothing is in conflict, so that whatever befell the nodes, all must end up with exactly what the user left. They know
 * it from watching alone: nobody asks for a scan.
 */
import { type MemoryNode } from '../../../src/platform/memory-node.js';
import { type SimulatedCluster, type SimulatedNode } from '../../../src/testing/index.js';
import { differences, shown } from './history-laws.js';

/** Longer than watchers wait for more to come. */
const WATCHED_MS = 15_000;
/** About so many. */
const CHANGES_PER_TURN = 4;
const QUIET_LIMIT_MS = 4 * 3_600_000;

export class HistoryTurns {
  private writer: SimulatedNode | undefined;
  private expected: ReadonlyMap<string, string> = new Map();

  constructor(private readonly cluster: SimulatedCluster) {}

  /** Whose turn it is now: every now and then that of the next one. */
  async take(next: SimulatedNode, amount: number): Promise<SimulatedNode> {
    const { writer } = this;
    if (writer !== undefined && (writer === next || amount % CHANGES_PER_TURN > 0)) return writer;
    await this.end();
    this.writer = next;
    this.changed(next);
    return next;
  }

  /** The user did something, or a power failure took something of it. */
  changed(node: SimulatedNode): void {
    if (node === this.writer) this.expected = shown(node.user().tree());
  }

  /** All have what the user left; throws where they have not. */
  async end(): Promise<void> {
    const { cluster, writer } = this;
    await allTogether(cluster);
    await cluster.pass(WATCHED_MS);
    await cluster.untilQuiet(QUIET_LIMIT_MS);
    if (writer === undefined) return;
    const wrong = cluster.nodes.flatMap((node) =>
      differences(`${writer.name} at last`, this.expected, node.name, shown(node.user().tree())),
    );
    if (wrong.length > 0) throw new Error(wrong.join('\n'));
    flushAll(writer.user().disk.root);
    this.writer = undefined;
  }
}

/** Everything runs and can reach what it knows. */
export async function allTogether(cluster: SimulatedCluster): Promise<void> {
  cluster.healAll();
  for (const node of cluster.nodes) {
    if (!node.isRunning) await node.start();
    if (node.isPaused()) await node.resume();
  }
}

/** As systems do after a while: what the user did in a turn that is over no power failure takes back. */
function flushAll(node: MemoryNode): void {
  node.sync();
  for (const entry of node.entries.values()) flushAll(entry.node);
}
