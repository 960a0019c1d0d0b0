/**
 * Moved files by the group, before anything else of a pass is built: pairs of a needed name and a file of ours that is to
 * be deleted, told by the index page by page. All of a group get their new names, which are flushed, then lose the old ones,
 * and are recorded together. Whatever is unusual about a file is left to move-here.ts, which takes one after the other.
 */
import { isInConflict } from '../../domain/global-version.js';
import { type LocalFileInfo } from '../../domain/file-info.js';
import { parentOf } from '../../domain/file-name.js';
import { compareTreeOrder } from '../../domain/tree-order.js';
import { type FileId, type FileMove } from '../../platform/folder-fs.js';
import { TaskQueue } from '../../platform/task-queue.js';
import { type MovePair, type NeededItem } from '../database/index-database.js';
import { hasMetadata, recordOf } from './disk-state.js';
import { isLeftAlone } from './link-protection.js';
import { type PullContext } from './pull-context.js';
import { type PullJob } from './pull-job.js';
import { appliesPermissions, isPresent, TRAVELLING_PERMISSIONS } from './pull-plan.js';

/** Files in a group. */
export const MOVE_GROUP_FILES = 500;
/** While one waits for the disk, the next is looked up, and one before is recorded. */
const GROUPS_AT_ONCE = 3;
/** Directories remembered as looked at. */
const DIRECTORIES_MAX = 10_000;

export interface MoveGroupParts {
  /** What the first phase of the pass has to do about the item; undefined: nothing now. */
  readonly plan: (item: NeededItem) => PullJob | undefined;
  /** Rejects only when the pass has to end. */
  readonly attempt: (job: PullJob) => Promise<void>;
  readonly began: (job: PullJob) => void;
  readonly succeeded: (job: PullJob) => void;
}

/** A file that can be moved with others. */
interface Movable {
  readonly job: PullJob;
  readonly source: LocalFileInfo;
  /** To record for the old name. */
  readonly deletion: LocalFileInfo;
  readonly move: FileMove;
}

export class MoveGroups {
  private readonly directories = new Set<string>();

  constructor(
    private readonly ctx: PullContext,
    private readonly parts: MoveGroupParts,
  ) {}

  /** Resolves when all that was moved is recorded. */
  async run(): Promise<void> {
    const { ctx } = this;
    const { settings, versioner, isSendOnly } = ctx.folder;
    const isExactTime = (settings.modifiedWindowS ?? 0) === 0;
    const isUsual = ctx.disk.isExact && isExactTime && !ctx.owners.isActive;
    if (!ctx.hasDeletes || isSendOnly === true || versioner !== undefined || !isUsual) return;
    const queue = new TaskQueue({ tasksMax: GROUPS_AT_ONCE });
    const underWay = new Set<Promise<void>>();
    try {
      for (let from: Uint8Array | undefined, isFirst = true; isFirst || from !== undefined;) {
        ctx.signal.throwIfAborted();
        const page = await ctx.database.movePairs(settings.id, from, MOVE_GROUP_FILES);
        isFirst = false;
        from = page.next;
        const group = page.pairs.flatMap((pair) => this.movable(pair) ?? []);
        if (group.length === 0) continue;
        for (const { job, source } of group) ctx.moved.set(source.name, job.item.global.name);
        await this.makeDirectories(group);
        if (underWay.size >= GROUPS_AT_ONCE) await Promise.race(underWay);
        const task = queue.run(() => this.move(group)).finally(() => underWay.delete(task));
        // Awaited below.
        task.catch(() => undefined);
        underWay.add(task);
      }
      await Promise.all(underWay);
    } finally {
      await Promise.allSettled(underWay);
    }
    // What comes next reads what is needed from the index.
    await ctx.batch.flush();
  }

  private movable({ wanted, source: given }: MovePair): Movable | undefined {
    const { ctx } = this;
    const { settings, replicaId } = ctx.folder;
    const { global, local } = wanted;
    const source = given.local;
    if (isPresent(local) || source === undefined || !isFileOf(source, wanted)) return undefined;
    if (!given.global.deleted || ctx.moved.has(source.name)) return undefined;
    if (isLeftAlone(source.name, ctx.fs.links)) return undefined;
    if (isInConflict(source.version, given.global.version, replicaId)) return undefined;
    const isCompared = !settings.ignorePerms && !source.noPermissions;
    // Of permissions that nothing is known of here the disk is asked.
    const permissions = isCompared ? source.permissions : global.permissions;
    const { diskModifiedS: modifiedS, diskModifiedNs: modifiedNs } = source;
    if (!hasMetadata(global, { modifiedS, modifiedNs, permissions }, settings)) return undefined;
    if (ctx.transfers.holds(global)) return undefined;
    const job = this.parts.plan(wanted);
    if (job?.action.kind !== 'file') return undefined;
    const isAsked = isCompared || appliesPermissions(global, settings);
    const move = {
      from: source.name,
      to: global.name,
      size: source.size,
      modifiedS,
      modifiedNs,
      permissions: isAsked ? permissions & TRAVELLING_PERMISSIONS : undefined,
    };
    return { job, source, deletion: recordOf(given, given.global), move };
  }

  /** Those that are needed above the new names, each before what is in it. */
  private async makeDirectories(group: readonly Movable[]): Promise<void> {
    const { ctx, parts } = this;
    const unknown = new Set<string>();
    for (const { move } of group) {
      for (let name = parentOf(move.to); name !== ''; name = parentOf(name)) {
        if (this.directories.has(name) || unknown.has(name)) break;
        unknown.add(name);
      }
    }
    if (unknown.size === 0) return;
    const names = [...unknown].sort(compareTreeOrder);
    for (const item of await ctx.needs.neededOf(ctx.folder.settings.id, names)) {
      const job = parts.plan(item);
      if (job?.action.kind === 'directory') await parts.attempt(job);
    }
    if (this.directories.size + names.length > DIRECTORIES_MAX) this.directories.clear();
    for (const name of names) this.directories.add(name);
  }

  private async move(group: readonly Movable[]): Promise<void> {
    const { ctx } = this;
    ctx.signal.throwIfAborted();
    const linked: { readonly movable: Movable; readonly id: FileId }[] = [];
    const results = await ctx.fs.moves.link(group.map(({ move }) => move));
    group.forEach((movable, index) => {
      const id = results[index];
      // The single steps come across whatever it is.
      if (id === undefined || id instanceof Error) ctx.moved.delete(movable.source.name);
      else linked.push({ movable, id });
    });
    if (linked.length === 0) return;
    for (const { movable } of linked) this.parts.began(movable.job);
    // On the disk before the old names go.
    const ways = new Map(linked.map(({ movable: { move } }) => [parentOf(move.to), move.to]));
    await Promise.all([...ways.values()].map((name) => ctx.batch.syncWay(name)));
    const gone = await ctx.fs.moves.drop(
      linked.map(({ movable }) => movable.move),
      linked.map(({ id }) => id),
    );
    await this.record(
      linked.map(({ movable }, index) => ({ movable, isGone: gone[index] === true })),
    );
    for (const { movable } of linked) this.parts.succeeded(movable.job);
  }

  private async record(
    moved: readonly { readonly movable: Movable; readonly isGone: boolean }[],
  ): Promise<void> {
    const { ctx } = this;
    const files: LocalFileInfo[] = [];
    const directories = new Set<string>();
    for (const { movable, isGone } of moved) {
      const { job, deletion, move } = movable;
      // Else the user wrote to it under its old name, or it cannot be removed: that is looked at by itself.
      if (isGone) files.push(deletion);
      else ctx.rescan.add(move.from, move.to);
      files.push(recordOf(job.item, move));
      directories.add(parentOf(move.from)).add(parentOf(move.to));
    }
    await ctx.batch.add(files, directories);
  }
}

/** A file on our disk with the wanted content. */
function isFileOf(source: LocalFileInfo, { global }: NeededItem): boolean {
  if (!isPresent(source) || source.type !== 'file' || global.type !== 'file') return false;
  if (global.deleted || global.size === 0 || source.name === global.name) return false;
  return (
    source.size === global.size && Buffer.compare(source.blockHashes, global.blockHashes) === 0
  );
}
