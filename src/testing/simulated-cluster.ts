/**
 * Whole nodes in one process, with disks, network and time that are simulated: no socket, no thread, no real disk, and
 * time that passes only when it is told to. All that is left to chance follows from one seed, so that a run can be
 * repeated exactly. Owns the time, the network and the nodes.
 */
import { type LoggerService } from '@nestjs/common';
import { MemoryNetwork } from '../modules/connections/memory-transport.js';
import { HandClock, turns } from './hand-clock.js';
import { isQuiet } from './quiet.js';
import { SeededRandom } from './random.js';
import { SimulatedMachine } from './simulated-machine.js';
import { type Folder, SimulatedNode } from './simulated-node.js';
import { digestOf, Trace } from './trace.js';

/** Everything is in one thread: one turn of the loop ends all that can happen without time passing. */
const TURNS_PER_TIMER = 1;
/** Between two looks at whether something is so: more and more, up to the most. */
const LOOK_MS = 50;
const LOOK_GROWTH = 1.1;
const LOOK_MS_MAX = 5_000;
const QUIET_LIMIT_MS = 6 * 3_600_000;
/** What Nest says of itself. */
const NOISE = /dependencies initialized$/;
const LOG_LINES_MAX = 5_000;

export interface ClusterOptions {
  readonly seed: number;
  /** Keep what happened, line by line. */
  readonly isTraced?: boolean;
  /** One way, each time anew between these. Absent: 1 to 20. */
  readonly delayMs?: readonly [number, number];
  /** The share of the nodes' disk operations that take time, 0 to 1, and how much at most. Absent: 0.1, 3. */
  readonly slowShare?: number;
  readonly slowMsMax?: number;
}

export class SimulatedCluster {
  readonly time = new HandClock(TURNS_PER_TIMER);
  readonly network: MemoryNetwork;
  readonly trace: Trace;
  readonly nodes: SimulatedNode[] = [];
  /** What the nodes told people, with the time. */
  readonly log: string[] = [];
  private readonly random: SeededRandom;
  private readonly delays: SeededRandom;
  private readonly slow = new Map<string, number>();
  private readonly strangers = new Set<string>();
  private folders: readonly Folder[] = [];

  constructor(private readonly options: ClusterOptions) {
    this.random = new SeededRandom(options.seed);
    this.delays = this.random.fork();
    this.trace = new Trace(options.isTraced ?? false);
    this.network = new MemoryNetwork(this.time);
    const [leastMs, mostMs] = options.delayMs ?? [1, 20];
    this.network.delayBetween = (from, to) =>
      leastMs +
      (this.slow.get(linkOf(from, to)) ?? 0) +
      Math.floor(this.delays.fraction() * (mostMs - leastMs));
    this.network.onArrived = (from, to, content) =>
      this.trace.add(
        () => `${from} to ${to} ${typeof content === 'string' ? content : digestOf(content)}`,
      );
  }

  /** A machine with a node that is not started yet. */
  add(name: string): SimulatedNode {
    const { slowShare = 0.1, slowMsMax = 3 } = this.options;
    const { network, time, trace } = this;
    const machine = new SimulatedMachine(name, {
      ...{ network, time, trace, slowShare, slowMsMax },
      random: this.random.fork(),
    });
    const node = new SimulatedNode(machine, {
      log: this.logger,
      random: this.random.fork(),
      through: (work) => this.through(work),
    });
    this.nodes.push(node);
    return node;
  }

  /** From the next `share` on the two do not know each other: what goes between them goes through others. */
  estrange(a: SimulatedNode, b: SimulatedNode): void {
    this.strangers.add(linkOf(a.name, b.name));
    this.strangers.add(linkOf(b.name, a.name));
  }

  /** All nodes know each other and share the folder: those that are added later only when it is called again. */
  async share(folder: Folder = { id: 'default' }): Promise<void> {
    this.folders = [...this.folders.filter(({ id }) => id !== folder.id), folder];
    for (const node of this.nodes) {
      const own = this.folders.map((shared) => ({
        ...shared,
        ...node.folderSettings.find(({ id }) => id === shared.id),
      }));
      await node.configure(
        own,
        this.nodes.filter((other) => other !== node && !this.areStrangers(node, other)),
      );
    }
  }

  async start(): Promise<void> {
    for (const node of this.nodes) await node.start();
  }

  /** Nothing passes between the two until they are healed; nobody is told. */
  cut(a: SimulatedNode, b: SimulatedNode): void {
    this.network.partition(a.name, b.name);
  }

  heal(a: SimulatedNode, b: SimulatedNode): void {
    this.network.heal(a.name, b.name);
  }

  /** Ends the connections between the two; they may dial again at once. */
  disconnect(a: SimulatedNode, b: SimulatedNode): void {
    this.network.break(a.name, b.name);
  }

  /** So much more for everything between the two; what goes between others overtakes it. */
  delay(a: SimulatedNode, b: SimulatedNode, moreMs: number): void {
    this.slow.set(linkOf(a.name, b.name), moreMs);
    this.slow.set(linkOf(b.name, a.name), moreMs);
  }

  healAll(): void {
    this.slow.clear();
    for (const a of this.nodes) for (const b of this.nodes) if (a !== b) this.heal(a, b);
  }

  async pass(durationMs: number): Promise<void> {
    await this.time.pass(durationMs);
  }

  /** Lets time pass until the condition holds, looking at it every now and then. Throws at the limit. */
  async until(
    what: string,
    isSo: () => boolean | Promise<boolean>,
    limitMs = QUIET_LIMIT_MS,
  ): Promise<void> {
    const endMs = this.time.monotonicMs() + limitMs;
    let pauseMs = LOOK_MS;
    while (!(await isSo())) {
      if (this.time.monotonicMs() > endMs) {
        throw new Error(`not so after ${limitMs} ms of simulated time: ${what}`);
      }
      await this.time.pass(Math.ceil(pauseMs));
      pauseMs = Math.min(LOOK_MS_MAX, pauseMs * LOOK_GROWTH);
    }
  }

  /**
   * Until all nodes that run are connected as far as they can be, know all of each other, need nothing and do nothing.
   * What users do that nobody watches for has to be scanned before.
   */
  async untilQuiet(limitMs = QUIET_LIMIT_MS): Promise<void> {
    const areApart = (a: SimulatedNode, b: SimulatedNode): boolean =>
      this.areStrangers(a, b) || this.network.isCut(a.name, b.name);
    await this.until('all is quiet', () => isQuiet(this.nodes, areApart), limitMs);
  }

  /** Scans everything and waits until all that follows from it is done. */
  async settle(limitMs = QUIET_LIMIT_MS): Promise<void> {
    await this.untilQuiet(limitMs);
    const scans = this.nodes.flatMap((node) =>
      node.folderSettings.map(async ({ id }) => node.runner(id)?.scanned([''])),
    );
    await this.through(Promise.all(scans));
    await this.untilQuiet(limitMs);
  }

  async stop(): Promise<void> {
    for (const node of this.nodes) await node.stop();
  }

  /** Time passes until the work is done. */
  private async through<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    work.then(over, over);
    await turns(2);
    while (!isOver) {
      if (!(await this.time.step())) throw new Error('nothing is left that could end this');
    }
    return work;
  }

  private areStrangers(a: SimulatedNode, b: SimulatedNode): boolean {
    return this.strangers.has(linkOf(a.name, b.name));
  }

  private get logger(): LoggerService {
    const keep =
      (level: string) =>
      (message: unknown): void => {
        if (NOISE.test(String(message))) return;
        if (this.log.length >= LOG_LINES_MAX) this.log.shift();
        const time = new Date(this.time.nowMs()).toISOString().slice(11, 23);
        this.log.push(`${time} ${level}${String(message)}`);
      };
    return { log: keep(''), warn: keep('warn '), error: keep('error ') };
  }
}

function linkOf(from: string, to: string): string {
  return `${from} ${to}`;
}
