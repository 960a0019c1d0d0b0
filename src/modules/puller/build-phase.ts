/**
 * The first phase of a pass, in one walk through the needs: a directory comes before what is in it, as the order has
 * it; directories and links are made one by one while files are worked on side by side, as many as there
 * is room for. When the files of one group of devices have used up their room, a walk of their own goes on with them at
 * the speed of those devices, and the others are not held up.
 */
import { compareTreeOrder } from '../../domain/tree-order.js';
import { groupOf, type PullContext } from './pull-context.js';
import { isFileJob, type PullJob, weightOf } from './pull-job.js';
import { GROUP_FILES_MAX } from './small-group.js';

export interface BuildParts {
  /** What is to be built, behind that job. */
  readonly jobs: (after: PullJob | undefined) => AsyncIterable<PullJob>;
  /** Else all that is no file comes before the files. */
  readonly isInTreeOrder: boolean;
  /** Rejects only when the pass has to end. */
  readonly attempt: (job: PullJob) => Promise<void>;
  /** Whether the job goes better with others of its kind, on the same disk and from the same devices. */
  readonly goesWithOthers: (job: PullJob) => boolean;
  /** As attempt, for such jobs. */
  readonly attemptAll: (jobs: readonly PullJob[]) => Promise<void>;
}

/** The files of one group that the main walk passes over. */
interface GroupWalk {
  passedOver: number;
  taken: number;
  done: Promise<void>;
}

export class BuildPhase {
  /** Files that nothing was tried for, as there was no room for them before the patience ended. */
  deferred = 0;
  private readonly underWay = new Set<Promise<void>>();
  private readonly names = new Set<string>();
  /** Files with room of their own that the main walk took from before the walk of their group; no more than there is room. */
  private readonly ahead = new Set<string>();
  private readonly groups = new Map<string, GroupWalk>();
  private readonly waiters: (() => void)[] = [];
  /** Jobs that are to go together, with room of their own. */
  private gathered: PullJob[] = [];
  private gatheredBytes = 0;
  /** What they have in common. */
  private gatheredFor = '';
  private position = '';
  private isWalked = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly ctx: PullContext,
    private readonly parts: BuildParts,
    /** The folder has devices connected that others could be held up by. */
    private readonly hasSeveralDevices: boolean,
  ) {}

  /** Whether what is left over is of some devices only: the others are not held up by it. */
  get isHeldUpInPart(): boolean {
    return this.groups.size > 0;
  }

  /** Resolves when all is done that could be before the patience ended. */
  async run(): Promise<void> {
    await this.guard(() => this.walk());
    this.startGathered();
    this.isWalked = true;
    this.tell();
    this.ctx.patience.walked();
    for (const { done } of this.groups.values()) await done;
    this.startGathered();
    for (const { passedOver, taken } of this.groups.values()) {
      // Devices that come and go change the groups: then both walks may have passed a file over.
      this.deferred += Math.max(0, passedOver - taken);
    }
    await Promise.all(this.underWay);
    if (this.failure !== undefined) throw this.failure.error;
  }

  private async walk(): Promise<void> {
    for await (const job of this.parts.jobs(undefined)) {
      if (this.failure !== undefined) return;
      this.position = job.item.global.name;
      if (isFileJob(job)) await this.takeFile(job);
      else await this.parts.attempt(job);
      if (this.groups.size > 0) this.tell();
      // There is no room for any more, and nobody else to go on with.
      else if (this.deferred > 0 && this.ctx.patience.isOver) return;
    }
  }

  private async takeFile(job: PullJob): Promise<void> {
    const group = groupOf(this.ctx, job.item);
    const walk = this.groups.get(group);
    if (walk !== undefined && this.ctx.transfers.holds(job.item.global)) {
      // What has arrived for it gives its room to those that wait for some.
      this.ahead.add(job.item.global.name);
      this.start(job);
    } else if (walk !== undefined) {
      walk.passedOver += 1;
      this.ctx.transfers.touch(job.item.global);
    } else if (this.hasRoom(job, group)) {
      this.start(job);
    } else if (this.hasSeveralDevices || this.ctx.transfers.hasEarlier) {
      const added: GroupWalk = { passedOver: 1, taken: 0, done: Promise.resolve() };
      this.groups.set(group, added);
      added.done = this.guard(() => this.walkGroup(group, added, job));
    } else if (await this.waitForRoom(job, group)) {
      this.start(job);
    } else {
      this.deferred += 1;
    }
  }

  /** Behind the main walk, as that makes the directories. */
  private async walkGroup(group: string, walk: GroupWalk, first: PullJob): Promise<void> {
    const take = async (job: PullJob): Promise<boolean> => {
      if (!(await this.waitForTurn(job)) || !(await this.waitForRoom(job, group))) return false;
      walk.taken += 1;
      this.start(job);
      return true;
    };
    if (!(await take(first))) return;
    for await (const job of this.parts.jobs(first)) {
      if (this.failure !== undefined) return;
      if (!isFileJob(job) || groupOf(this.ctx, job.item) !== group) continue;
      if (this.ahead.delete(job.item.global.name)) continue;
      if (!(await take(job))) return;
    }
  }

  private start(job: PullJob): void {
    const { name, size } = job.item.global;
    // Devices that come and go change the groups: then both walks may come across a file.
    if (this.names.has(name)) return;
    this.names.add(name);
    if (!this.parts.goesWithOthers(job)) {
      return this.runAll([job], () => this.parts.attempt(job));
    }
    const { room, source } = this.ctx;
    const kind = `${groupOf(this.ctx, job.item)}\n${room.directoryOf(name)}`;
    if (kind !== this.gatheredFor) this.startGathered();
    this.gatheredFor = kind;
    this.gathered.push(job);
    this.gatheredBytes += size;
    const isFull =
      this.gathered.length >= GROUP_FILES_MAX ||
      this.gatheredBytes >= source.burstBytes(job.item.devices);
    if (isFull) this.startGathered();
  }

  private startGathered(): void {
    const jobs = this.gathered;
    [this.gathered, this.gatheredBytes] = [[], 0];
    if (jobs.length === 0) return;
    const [job] = jobs as [PullJob];
    const { attempt, attemptAll } = this.parts;
    this.runAll(jobs, () => (jobs.length === 1 ? attempt(job) : attemptAll(jobs)));
  }

  private runAll(jobs: readonly PullJob[], act: () => Promise<void>): void {
    const task = this.guard(act).finally(() => {
      this.underWay.delete(task);
      for (const { item } of jobs) this.names.delete(item.global.name);
      this.tell();
    });
    this.underWay.add(task);
  }

  private hasRoom(job: PullJob, group: string): boolean {
    return this.ctx.transfers.reserve(job.item.global, group, weightOf(job));
  }

  private waitForRoom(job: PullJob, group: string): Promise<boolean> {
    return this.waitFor(() => this.hasRoom(job, group));
  }

  private waitForTurn({ item }: PullJob): Promise<boolean> {
    if (!this.parts.isInTreeOrder) return Promise.resolve(true);
    const { name } = item.global;
    return this.waitFor(() => this.isWalked || compareTreeOrder(name, this.position) <= 0);
  }

  /** False when the patience ended before it became true. */
  private async waitFor(isTrue: () => boolean): Promise<boolean> {
    for (;;) {
      this.ctx.signal.throwIfAborted();
      if (this.failure !== undefined) return false;
      if (isTrue()) return true;
      if (this.ctx.patience.isOver) return false;
      // Who waits for room may wait for theirs.
      this.startGathered();
      await this.ctx.patience.wait(new Promise<void>((resolve) => this.waiters.push(resolve)));
    }
  }

  private tell(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }

  /** The first failure ends the phase, once all that is under way has ended. */
  private async guard(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.failure ??= { error };
      this.tell();
    }
  }
}
