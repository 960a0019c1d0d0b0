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
import { type NeededItem } from '../database/index-database.js';
import { deleteDirectory, deleteItem } from './delete-actions.js';
import { isLeftAlone } from './link-protection.js';
import { ChangedOnDiskError } from './last-look.js';
import { type PullContext } from './pull-context.js';
import { planRevert } from './revert-plan.js';

const ITEMS_AT_ONCE = 500;
const MS_PER_S = 1_000;

export class RevertPass {
  /** Items that are no longer changes. */
  changed = 0;
  /** One line for each item that could not be reverted. */
  readonly failures: string[] = [];
  private readonly enclosing: NeededItem[] = [];

  constructor(private readonly ctx: PullContext) {}

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
          if (action.kind === 'remove') await this.remove(local);
          else await this.record(action.file);
        }
        from = part.next;
      } while (from !== undefined);
      await this.removeUntilEnclosing(undefined);
    } finally {
      await batch.flush();
    }
  }

  private async record(file: LocalFileInfo): Promise<void> {
    await this.ctx.batch.add([file], []);
    this.changed += 1;
  }

  private async remove(local: LocalFileInfo): Promise<void> {
    const { folder, clock } = this.ctx;
    const { isIgnored, isDeletable } = folder.ignores.match(local.name);
    if (isIgnored && !isDeletable) return;
    const nowS = Math.floor(clock.nowMs() / MS_PER_S);
    const deletion = { modifiedBy: folder.ownShortId, replicaId: folder.replicaId, nowS };
    // Should the item ever come from somewhere else, this delete is older.
    const global = { ...deletedFrom(local, deletion), version: EMPTY_VECTOR, symlinkTarget: '' };
    const item = { global, local, devices: [] };
    if (local.type === 'directory') this.enclosing.push(item);
    else await this.attempt(local.name, () => deleteItem(this.ctx, item));
  }

  private async removeUntilEnclosing(name: string | undefined): Promise<void> {
    for (;;) {
      const top = this.enclosing.at(-1);
      if (top === undefined || (name !== undefined && isBelow(name, top.global.name))) return;
      this.enclosing.pop();
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
      this.failures.push(`${name}: ${messageOf(error)}`);
    }
  }
}
