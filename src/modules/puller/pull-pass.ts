/**
 * One pass over what a folder needs, in two walks through the needs in tree order, page by page.
 *
 * Building (build-phase.ts): directories, links and files. Moves happen here, so before any delete.
 * Clearing: what a directory holds follows it in tree order, so a stack of the directories that enclose the current
 * name is enough to delete each after all that is in it: its height is the depth of the tree, whatever its size.
 * A file or link that takes the place of a directory waits on the same stack.
 */
import { type ItemProblem, messageOf, SyncError } from '../../domain/errors.js';
import { isUnusable } from '../../domain/file-info-rules.js';
import { type IgnoreMatcher } from '../../domain/ignore/matcher.js';
import { isBelow } from '../../domain/tree-order.js';
import { TaskQueue } from '../../platform/task-queue.js';
import { type NeededItem } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { BuildPhase } from './build-phase.js';
import { deleteDirectory, deleteItem, keepOurs } from './delete-actions.js';
import {
  pullFile,
  type PullResult,
  recordIgnored,
  recordOnly,
  updateMetadata,
} from './file-actions.js';
import { removeTemp } from './file-finisher.js';
import { ChangedOnDiskError } from './last-look.js';
import { protectLinks } from './link-protection.js';
import { NEEDS_PAGE_ITEMS, walkNeeds } from './needs-walk.js';
import { MoveGroups } from './move-groups.js';
import { groupOf, type PullContext } from './pull-context.js';
import { isFileJob, type PullJob, weightOf } from './pull-job.js';
import {
  changesIndexOnly,
  isPresent,
  phaseOf,
  planItem,
  type PullAction,
  type PullPhase,
} from './pull-plan.js';
import { type RetryBook } from './retry-book.js';
import { NoRoomError } from './room-book.js';
import { pullSmallFile } from './small-file.js';
import { goesWithOthers, pullSmallGroup } from './small-group.js';
import { isSmallFile } from './small-file-rules.js';
import { makeDirectory, makeLink } from './tree-actions.js';

export class PullPass {
  /** Items that now are as they should be. */
  changed = 0;
  /** Items that nothing was tried for yet. */
  deferred = 0;
  /** Items that no connected device has. */
  waiting = 0;
  failed = 0;

  constructor(
    private readonly ctx: PullContext,
    private readonly retries: RetryBook,
    private readonly events: EventsService,
    private readonly filesInFlight: number,
    /** One line for each item that was done or failed. */
    private readonly trace: (line: string) => void,
  ) {}

  async run(): Promise<void> {
    const { transfers, temps, batch, fs } = this.ctx;
    this.retries.beginPass();
    transfers.beginPass();
    temps.beginPass();
    let isBuilt: boolean;
    try {
      await this.move();
      isBuilt = await this.build();
      await batch.flush();
      await fs.checkRoot();
      // What is to be deleted may hold content that what is still to be built can use.
      if (isBuilt) await this.clear();
    } finally {
      // What was done is recorded, whatever ended the pass.
      await batch.flush();
    }
    await this.ctx.folder.versioner?.tidy();
    if (!isBuilt) return;
    transfers.endPass();
    this.retries.endPass();
    for (const name of temps.takeUnneeded()) await removeTemp(this.ctx, name);
  }

  private async build(): Promise<boolean> {
    const { source, folder } = this.ctx;
    const parts = {
      jobs: (after: PullJob | undefined) => this.jobs('build', after),
      isInTreeOrder: this.ctx.order === undefined,
      attempt: (job: PullJob) => this.attempt(job),
      goesWithOthers: ({ action, item }: PullJob) =>
        action.kind === 'file' && goesWithOthers(this.ctx, item),
      attemptAll: (jobs: readonly PullJob[]) => this.attemptAll(jobs),
    };
    const hasSeveralDevices = source.connected(folder.settings.devices).length > 1;
    const phase = new BuildPhase(this.ctx, parts, hasSeveralDevices);
    await phase.run();
    this.deferred += phase.deferred;
    return phase.deferred === 0 || phase.isHeldUpInPart;
  }

  private async clear(): Promise<void> {
    const queue = new TaskQueue({ tasksMax: this.filesInFlight });
    const enclosing: PullJob[] = [];
    let running: Promise<void>[] = [];
    const settle = async (): Promise<void> => {
      await Promise.all(running);
      running = [];
    };
    const popUntilEnclosing = async (name: string | undefined): Promise<void> => {
      for (;;) {
        const top = enclosing.at(-1);
        if (top === undefined || (name !== undefined && isBelow(name, top.item.global.name)))
          return;
        enclosing.pop();
        await settle();
        await this.attempt(top);
      }
    };
    try {
      for await (const job of this.jobs('clear')) {
        await popUntilEnclosing(job.item.global.name);
        if (job.action.kind === 'delete') {
          const task = queue.run(() => this.attempt(job));
          // A rejection is told by settle(), which may come later.
          task.catch(() => undefined);
          running.push(task);
          if (running.length >= NEEDS_PAGE_ITEMS) await settle();
        } else if (!isFileJob(job) || this.hasRoom(job)) {
          enclosing.push(job);
        } else {
          this.deferred += 1;
        }
      }
      await popUntilEnclosing(undefined);
    } finally {
      await Promise.allSettled(running);
    }
    await settle();
  }

  /** What one phase has to do; items that are not to be tried now are left out. */
  private async *jobs(phase: PullPhase, after?: PullJob): AsyncGenerator<PullJob> {
    const { needs, folder, signal } = this.ctx;
    const order = phase === 'build' ? this.ctx.order : undefined;
    const { id } = folder.settings;
    const onPage =
      phase === 'build'
        ? (items: readonly NeededItem[]): void => this.ctx.ownPlaces.lookUp(items)
        : undefined;
    for await (const { item, place } of walkNeeds(needs, id, order, after, onPage)) {
      signal.throwIfAborted();
      const job = this.jobOf(item, place, phase);
      if (job !== undefined) yield job;
    }
  }

  private jobOf(item: NeededItem, place: PullJob['place'], phase: PullPhase): PullJob | undefined {
    const { folder, clock, temps } = this.ctx;
    const isIgnored = isLeftOut(item, folder.ignores);
    if (item.global.type === 'file' && !item.global.deleted && !isIgnored) {
      temps.needed(item.global.name);
    }
    const planned: PullAction = isIgnored ? { kind: 'ignore' } : planItem(item, folder.settings);
    const action = protectLinks(planned, item, folder.fs.links);
    if (phaseOf(action, item) !== phase || action.kind === 'nothing') return undefined;
    if (folder.isSendOnly && !changesIndexOnly(action)) return undefined;
    const { name, version } = item.global;
    if (!this.retries.mayTry(name, version, clock.monotonicMs())) return undefined;
    const job: PullJob = { item, action, place };
    return isFileJob(job) && this.ctx.room.passesOver(item.global) ? undefined : job;
  }

  /** Moved files by the group. */
  private async move(): Promise<void> {
    const groups = new MoveGroups(this.ctx, {
      plan: (item) => this.jobOf(item, undefined, 'build'),
      attempt: (job) => this.attempt(job),
      began: (job) => void this.events.emit('ItemStarted', this.eventOf(job)),
      succeeded: (job) => this.end(job, null),
    });
    await groups.run();
  }

  private hasRoom(job: PullJob): boolean {
    const { global } = job.item;
    return this.ctx.transfers.reserve(global, groupOf(this.ctx, job.item), weightOf(job));
  }

  /** Rejects only when the pass has to end; what goes wrong with the item is noted. */
  private async attempt(job: PullJob): Promise<void> {
    this.begin(job);
    await this.carryOut(job);
  }

  /** Small files that can go together, and what is left of them one by one. */
  private async attemptAll(jobs: readonly PullJob[]): Promise<void> {
    for (const job of jobs) this.begin(job);
    const items = jobs.map(({ item }) => item);
    const done = await pullSmallGroup(this.ctx, items).catch((error: unknown) => {
      this.trace(`${items.length} files together: ${messageOf(error)}`);
      return new Set<NeededItem>();
    });
    const carryOut = async (job: PullJob): Promise<void> => {
      if (!done.has(job.item)) return this.carryOut(job);
      this.ctx.transfers.done(job.item.global.name);
      this.end(job, null);
    };
    await Promise.all(jobs.map(carryOut));
  }

  private begin(job: PullJob): void {
    const { global } = job.item;
    const { transfers, signal } = this.ctx;
    signal.throwIfAborted();
    const isNew = !transfers.isBegun(global, 'memory') && !transfers.isBegun(global, 'temp-file');
    if (isVisible(job) && isNew) this.events.emit('ItemStarted', this.eventOf(job));
  }

  private async carryOut(job: PullJob): Promise<void> {
    const { item, action } = job;
    const { transfers, signal } = this.ctx;
    const { name } = item.global;
    let error: string | null = null;
    try {
      signal.throwIfAborted();
      if ((await this.perform(job)) === 'under-way') {
        this.trace(`${action.kind} ${name}: still on its way`);
        return;
      }
    } catch (caught) {
      signal.throwIfAborted();
      const reason = await this.ctx.room.explain(caught, item.global);
      error = messageOf(reason);
      this.note(item, reason);
    } finally {
      if (isFileJob(job)) transfers.done(name);
    }
    this.end(job, error);
  }

  /** `error`: why it has failed; null when the item is as it should be now. */
  private end(job: PullJob, error: string | null): void {
    const { name } = job.item.global;
    if (error === null) {
      this.changed += 1;
      this.retries.succeeded(name);
      this.ctx.temps.done(name);
    }
    this.ctx.patience.progress();
    this.trace(`${job.action.kind} ${name}: ${error ?? 'done'}`);
    if (!isVisible(job)) return;
    const { folder, item, type, action } = this.eventOf(job);
    this.events.emit('ItemFinished', { folder, item, type, action, error });
  }

  private async perform({ item, action }: PullJob): Promise<PullResult> {
    switch (action.kind) {
      case 'refuse':
        throw new SyncError(action.problem.code, action.problem.message, true);
      case 'rescan':
        throw new ChangedOnDiskError(item.global.name);
      case 'metadata':
        return updateMetadata(this.ctx, item);
      case 'file': {
        const result = isSmallFile(item) ? await pullSmallFile(this.ctx, item) : 'unusual';
        return result === 'unusual' ? pullFile(this.ctx, item) : result;
      }
      default:
        await this.performAtOnce(item, action);
        return 'done';
    }
  }

  private async performAtOnce(item: NeededItem, { kind }: PullAction): Promise<void> {
    switch (kind) {
      case 'ignore':
        return recordIgnored(this.ctx, item);
      case 'record':
        return recordOnly(this.ctx, item);
      case 'keep':
        return keepOurs(this.ctx, item);
      case 'directory':
        return makeDirectory(this.ctx, item);
      case 'symlink':
        return makeLink(this.ctx, item);
      case 'delete':
        return deleteItem(this.ctx, item);
      case 'delete-directory':
        return deleteDirectory(this.ctx, item);
    }
  }

  private note({ global, devices }: NeededItem, error: unknown): void {
    const isMissing = error instanceof SyncError && error.code === 'missing';
    if (isMissing && this.ctx.source.connected(devices).length === 0) {
      this.waiting += 1;
      return;
    }
    const isChanged = error instanceof ChangedOnDiskError;
    if (isChanged) this.ctx.rescan.add(error.itemName);
    const problem: ItemProblem = {
      name: global.name,
      code: error instanceof SyncError ? error.code : 'io',
      message: messageOf(error),
    };
    this.failed += 1;
    if (error instanceof NoRoomError) this.retries.waitsForRoom(problem, global.version);
    else this.retries.failed(problem, global.version, this.ctx.clock.monotonicMs(), isChanged);
  }

  private eventOf({ item, action }: PullJob): {
    folder: string;
    item: string;
    type: string;
    action: 'update' | 'metadata' | 'delete';
  } {
    const isDelete = action.kind === 'delete' || action.kind === 'delete-directory';
    const type = (isDelete ? item.local?.type : undefined) ?? item.global.type;
    return {
      folder: this.ctx.folder.settings.id,
      item: item.global.name,
      type: type === 'directory' ? 'dir' : type,
      action: isDelete ? 'delete' : action.kind === 'metadata' ? 'metadata' : 'update',
    };
  }
}

/** Whether people are told of it: something happens to the item on disk. */
function isVisible({ action }: PullJob): boolean {
  return !['record', 'keep', 'ignore', 'rescan'].includes(action.kind);
}

/** An ignored directory of ours that is announced all the same holds something that is not ignored. */
function isLeftOut({ global, local }: NeededItem, ignores: IgnoreMatcher): boolean {
  const isHolder = isPresent(local) && local.type === 'directory' && !isUnusable(local);
  return !isHolder && ignores.match(global.name).isIgnored;
}
