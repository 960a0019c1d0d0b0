/**
 * Gives up what a receive-only folder has changed: one walk through those items in tree order. A directory goes after
 * what is in it, from a stack of those that enclose the current name. The rule kept here: only what is on disk as the
 * index says is removed. Interrupted anywhere, what was not reached is still a change that is shown.
 */
import { messageOf } from '../../domain/errors.js';
import { deletedFrom } from '../../domain/file-info-rules.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { isBelow } from '../../domain/tree-order.js';
import { EMPTY_VECTOR } from '../../domain/version-vector.js';
import { TaskQueue } from '../../platform/task-queue.js';
import { type NeededItem } from '../database/index-database.js';
import { deleteDirectory, deleteItem } from './delete-actions.js';
import { isLeftAlone } from './link-protection.js';
import { ChangedOnDiskError } from './last-look.js';
import { type PullContext } from './pull-context.js';
import { planRevert } from './revert-plan.js';

const ITEMS_AT_ONCE = 500;
const DELETES_AT_ONCE = 8;
/** Items told of one by one; the others are only counted. */
const FAILURES_TOLD_MAX = 100;
const MS_PER_S = 1_000;

export class RevertPass {
  /** Items that are no longer changes. */
  changed = 0;
  private readonly told: string[] = [];
  private failed = 0;
  private readonly enclosing: NeededItem[] = [];
  private readonly queue = new TaskQueue({ tasksMax: DELETES_AT_ONCE });
  /** Of one page at most. */
  private running: Promise<void>[] = [];

  constructor(private readonly ctx: PullContext) {}

  /** A line for each of the first items that could not be reverted, and one for how many more there are. */
  get failures(): string[] {
    const more = this.failed - this.told.length;
    return more > 0 ? [...this.told, `and ${more} more items`] : this.told;
  }

  async run(): Promise<void> {
    const { database, folder, batch, fs, signal } = this.ctx;
    const { id } = folder.settings;
    await fs.checkRoot();
    try {
      let from: Uint8Array | undefined;
      do {
        const part = await database.walkReceiveOnlyChanges(id, from, ITEMS_AT_ONCE);
        const names = part.items.map(({ name }) => name);
        const locals = await database.locals(id, names);
        const globals = await database.globals(id, names);
        for (const [index, local] of locals.entries()) {
          signal.throwIfAborted();
          if (local === undefined || isLeftAlone(local.name, fs.links)) continue;
          await this.removeUntilEnclosing(local.name);
          const action = planRevert(local, globals[index]);
          if (action.kind === 'remove') this.remove(local);
          else await this.record(action.file);
        }
        await this.settle();
        from = part.next;
      } while (from !== undefined);
      await this.removeUntilEnclosing(undefined);
    } finally {
      await Promise.allSettled(this.running);
      await batch.flush();
    }
  }

  private async settle(): Promise<void> {
    await Promise.all(this.running);
    this.running = [];
  }

  private async record(file: LocalFileInfo): Promise<void> {
    await this.ctx.batch.add([file], []);
    this.changed += 1;
  }

  private remove(local: LocalFileInfo): void {
    const { folder, clock } = this.ctx;
    const { isIgnored, isDeletable } = folder.ignores.match(local.name);
    if (isIgnored && !isDeletable) return;
    const nowS = Math.floor(clock.nowMs() / MS_PER_S);
    const deletion = { modifiedBy: folder.ownShortId, replicaId: folder.replicaId, nowS };
    // Should the item ever come from somewhere else, this delete is older.
    const global = { ...deletedFrom(local, deletion), version: EMPTY_VECTOR, symlinkTarget: '' };
    const item = { global, local, devices: [] };
    if (local.type === 'directory') {
      this.enclosing.push(item);
      return;
    }
    const act = (): Promise<void> => deleteItem(this.ctx, item);
    const task = this.queue.run(() => this.attempt(local.name, act));
    // A rejection is told by settle(), which comes later.
    task.catch(() => undefined);
    this.running.push(task);
  }

  private async removeUntilEnclosing(name: string | undefined): Promise<void> {
    for (;;) {
      const top = this.enclosing.at(-1);
      if (top === undefined || (name !== undefined && isBelow(name, top.global.name))) return;
      this.enclosing.pop();
      await this.settle();
      await this.attempt(top.global.name, () => deleteDirectory(this.ctx, top));
    }
  }

  /** What goes wrong with one item stops no other. */
  private async attempt(name: string, act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.changed += 1;
    } catch (error) {
      this.ctx.signal.throwIfAborted();
      if (error instanceof ChangedOnDiskError) this.ctx.rescan.add(error.itemName);
      this.failed += 1;
      if (this.told.length < FAILURES_TOLD_MAX) this.told.push(`${name}: ${messageOf(error)}`);
    }
  }
}
