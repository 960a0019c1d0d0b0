/** One history from its beginning to the laws at its end, on a simulated cluster. */
import { type VersioningSettings } from '../../../src/modules/config/settings.js';
import { SimulatedCluster, type SimulatedNode } from '../../../src/testing/index.js';
import { ContentModel } from './history-model.js';
import { brokenLaws, tempsOn } from './history-laws.js';
import { type History, isUserKind, type Operation } from './history-operations.js';
import { allTogether, HistoryTurns } from './history-turns.js';
import { HistoryUsers } from './history-users.js';

const TRASH: VersioningSettings = {
  type: 'trashcan',
  params: {},
  path: '',
  cleanupIntervalS: 0,
};
const NODE_NAMES = ['a', 'b', 'c', 'd'] as const;
const QUIET_LIMIT_MS = 4 * 3_600_000;
/** Longer than all jumps of a clock together. */
const CLEANED_AFTER_MS = 200 * 24 * 3_600_000;
const LOG_LINES_SHOWN = 150;
const LONG_WAIT_MS = 60_000;
const SLOW_MS_MAX = 2_000;
const JUMP_MS_MAX = 3 * 24 * 3_600_000;
/** So that no time after a jump is one from before. */
const JUMP_ODD_MS = 0.137;

export class HistoryRun {
  readonly cluster: SimulatedCluster;
  readonly model = new ContentModel();
  /** What was done, in words. */
  readonly steps: string[] = [];
  private readonly backups = new Map<SimulatedNode, ReturnType<SimulatedNode['saveIndex']>>();
  private readonly unrest: string[] = [];
  private readonly users = new HistoryUsers();
  private readonly turns: HistoryTurns | undefined;
  /** The machine whose user does something at this moment. */
  private atWork = '';

  constructor(
    private readonly history: History,
    isTraced = false,
  ) {
    const { seed, slowShare } = history;
    this.cluster = new SimulatedCluster({ seed, isTraced, slowShare });
    if (history.isInTurns) this.turns = new HistoryTurns(this.cluster);
  }

  /** What went wrong; empty: all laws hold. */
  async run(): Promise<string[]> {
    try {
      for (const name of NODE_NAMES.slice(0, this.history.nodes)) this.addNode(name);
      await this.share();
      await this.cluster.start();
      if (this.history.beginsFull) await this.beginFull();
      for (const operation of this.history.operations) await this.step(operation);
      await this.turns?.end();
      await this.comeToRest();
      const broken = await brokenLaws(this.cluster, this.model);
      return [...this.unrest, ...this.model.violations, ...broken];
    } finally {
      for (const node of this.cluster.nodes) node.kill();
    }
  }

  /** For people: what was done, and the end of what the nodes said. */
  story(): string {
    const lines = [...this.steps, '--- log', ...this.cluster.log.slice(-LOG_LINES_SHOWN)];
    let text = lines.join('\n');
    for (const { id, name } of this.cluster.nodes) text = text.replaceAll(id, name);
    return text;
  }

  private addNode(name: string): SimulatedNode {
    const { cluster } = this;
    const others = this.history.isChain ? cluster.nodes.slice(0, -1) : [];
    const node = cluster.add(name);
    for (const other of others) cluster.estrange(node, other);
    return node;
  }

  private async beginFull(): Promise<void> {
    const [node] = this.cluster.nodes;
    await this.asUser(node!, 'begins', true, () => this.users.begin(node!.user()));
    await this.cluster.settle(QUIET_LIMIT_MS);
  }

  private async share(): Promise<void> {
    const versions = this.history.hasVersions ? { versioning: TRASH } : {};
    await this.cluster.share({ id: 'default', ...versions });
    for (const node of this.cluster.nodes) {
      const { disk } = node.user();
      if (this.watched.has(node)) continue;
      this.watched.add(node);
      disk.observers.add((name) => {
        if (this.atWork !== node.name && name !== '') this.model.placed(node.name, disk, name);
      });
    }
  }

  private readonly watched = new Set<SimulatedNode>();

  private async step(operation: Operation): Promise<void> {
    const { cluster } = this;
    const node = await this.nodeOf(operation);
    const plan = this.users.plan(node.user(), operation);
    const seconds = (cluster.time.monotonicMs() % 1e8) / 1000;
    if (plan !== undefined) {
      const { isFlushed } = operation;
      this.note(`${seconds} ${node.name} ${plan.what}${isFlushed ? '' : ' unflushed'}`);
      await this.asUser(node, plan.what, isFlushed, plan.work);
      this.turns?.changed(node);
    } else {
      const done = await this.inWorld(node, operation);
      if (done === undefined) return;
      this.note(`${seconds} ${done}`);
    }
    await cluster.pass(operation.thenMs);
  }

  private async asUser(
    node: SimulatedNode,
    what: string,
    isFlushed: boolean,
    work: () => Promise<void>,
  ): Promise<void> {
    this.atWork = node.name;
    await this.model.byUser(node.name, node.user().disk, what, isFlushed, work);
    this.atWork = '';
  }

  /** For what only some nodes can do now, one of these. */
  private async nodeOf({ kind, node, amount }: Operation): Promise<SimulatedNode> {
    const { nodes } = this.cluster;
    if (isUserKind(kind) && this.turns !== undefined) {
      return this.turns.take(pick(nodes, node), amount);
    }
    const able =
      kind === 'start'
        ? nodes.filter(({ isRunning }) => !isRunning)
        : kind === 'resume'
          ? nodes.filter((each) => each.isPaused())
          : [];
    return pick(able.length > 0 ? able : nodes, node);
  }

  private note(line: string): void {
    this.steps.push(line);
    this.cluster.trace.add(() => line);
  }

  /** What it was; undefined where it cannot be done now. */
  private async inWorld(node: SimulatedNode, operation: Operation): Promise<string | undefined> {
    const { cluster } = this;
    const { kind, which, amount } = operation;
    const others = cluster.nodes.filter((other) => other !== node);
    const other = pick(others, which);
    switch (kind) {
      case 'cut':
        cluster.cut(node, other);
        return `cut ${node.name} ${other.name}`;
      case 'heal':
        cluster.heal(node, other);
        return `heal ${node.name} ${other.name}`;
      case 'disconnect':
        cluster.disconnect(node, other);
        return `disconnect ${node.name} ${other.name}`;
      case 'delay':
        cluster.delay(node, other, amount % SLOW_MS_MAX);
        return `delay ${node.name} ${other.name} ${amount % SLOW_MS_MAX}`;
      case 'scan':
        node.requestScan();
        return `scan ${node.name}`;
      case 'wait':
        await cluster.pass((amount / 1000) * LONG_WAIT_MS);
        return 'wait';
      case 'addDevice': {
        const name = NODE_NAMES[cluster.nodes.length];
        if (name === undefined) return undefined;
        const added = this.addNode(name);
        await this.share();
        await added.start();
        return `add ${name}`;
      }
      case 'jumpClock': {
        const ms = Math.round(((amount - 500) / 500) * JUMP_MS_MAX) + JUMP_ODD_MS;
        node.jumpClock(ms);
        return `jump ${node.name} by ${ms}`;
      }
      default:
        return this.withNode(node, operation);
    }
  }

  private async withNode(node: SimulatedNode, operation: Operation): Promise<string | undefined> {
    const { kind, amount } = operation;
    const { name } = node;
    switch (kind) {
      case 'start':
        if (node.isRunning) return undefined;
        await node.start();
        return `start ${name}`;
      case 'stop':
      case 'restart':
        if (!node.isRunning) return undefined;
        await node.stop();
        if (kind === 'restart') await node.start();
        return `${kind} ${name}`;
      case 'kill':
        if (!node.isRunning) return undefined;
        node.kill();
        return this.perhapsStart(node, operation, 'kill');
      case 'failPower':
        node.failPower();
        this.model.afterPowerFailure(name, node.user().disk);
        this.turns?.changed(node);
        return this.perhapsStart(node, operation, 'power failure of');
      case 'loseIndex':
        if (node.isRunning && amount % 2 === 0) await node.stop();
        else node.kill();
        node.loseIndex();
        return this.perhapsStart(node, operation, 'index lost of');
      case 'oldIndex':
        return this.takeBack(node, operation);
      case 'pause':
        if (node.isPaused()) return undefined;
        await node.pause();
        return `pause ${name}`;
      case 'resume':
        if (!node.isPaused()) return undefined;
        await node.resume();
        return `resume ${name}`;
      default:
        return undefined;
    }
  }

  /** Every second time: to where its index was the time before. */
  private async takeBack(node: SimulatedNode, operation: Operation): Promise<string | undefined> {
    const saved = this.backups.get(node);
    this.backups.delete(node);
    if (saved === undefined) {
      if (!node.isRunning) return undefined;
      this.backups.set(node, node.saveIndex());
      return `back up the index of ${node.name}`;
    }
    node.kill();
    node.restoreIndex(saved);
    return this.perhapsStart(node, operation, 'old index of');
  }

  private async perhapsStart(
    node: SimulatedNode,
    { amount }: Operation,
    what: string,
  ): Promise<string> {
    if (amount % 3 === 0) return `${what} ${node.name}`;
    await this.cluster.pass(amount);
    await node.start();
    return `${what} ${node.name}, start after ${amount}`;
  }

  private async comeToRest(): Promise<void> {
    const { cluster } = this;
    this.note('come to rest');
    await allTogether(cluster);
    // Where one user at a time did something, all was known from watching: a scan finds nothing.
    if (this.turns === undefined) await cluster.settle(QUIET_LIMIT_MS);
    const before = await sequencesOf(cluster);
    await cluster.settle(QUIET_LIMIT_MS);
    const after = await sequencesOf(cluster);
    if (after !== before) this.unrest.push(`announced without a change: ${before} became ${after}`);
    if (cluster.nodes.some((node) => tempsOn(node).length > 0)) await this.waitForCleaning();
  }

  /** Temp files that nobody goes on with stay for a day by each node's clock: others may want them again. */
  private async waitForCleaning(): Promise<void> {
    const { cluster } = this;
    this.note('much later, after a restart of all');
    for (const node of cluster.nodes) node.kill();
    await cluster.pass(CLEANED_AFTER_MS);
    await cluster.start();
    await cluster.settle(QUIET_LIMIT_MS);
  }
}

/** They move with everything that is announced. */
async function sequencesOf({ nodes }: SimulatedCluster): Promise<string> {
  const summaries = await Promise.all(nodes.map(({ database }) => database.summary('default')));
  return summaries.map(({ local }) => local.sequence).join();
}

function pick<T>(list: readonly T[], which: number): T {
  return list[which % list.length]!;
}
