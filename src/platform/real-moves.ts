/**
 * Moves on the real disk: directories are held for a group of files at once, and a disk thread takes the step for all of
 * them (file-moves.ts), so that the event loop's part is the same for a group as for one file.
 */
import { type CheckedDirectories } from './checked-directories.js';
import { type DiskThreads } from './disk-threads.js';
import { errorFrom } from './disk-tasks.js';
import { idAt, type MoveReply, type MoveRequest } from './file-moves.js';
import { type FileId, type FileLook, type FileMove, type FileMoves } from './folder-fs.js';
import { splitName } from './folder-name.js';
import { type OperationSlots } from './operation-slots.js';
import { requireNoLink, type RootLinks } from './root-links.js';
import { LINK_CODES, toSyncError } from './system-errors.js';

/** Directories held at once for a step, each a descriptor. */
const DIRECTORIES_AT_ONCE = 64;
const FILES_AT_ONCE = 1_000;

export interface RealMoveParts {
  readonly root: string;
  readonly directories: CheckedDirectories;
  readonly threads: DiskThreads;
  readonly slots: OperationSlots;
  readonly links: () => RootLinks;
}

/** A move that can be taken: its place among those asked for, and the directories of its names. */
interface Placed {
  readonly index: number;
  readonly move: FileMove;
  readonly from: { readonly parent: string; readonly base: string };
  readonly to: { readonly parent: string; readonly base: string };
}

export class RealMoves implements FileMoves {
  constructor(private readonly parts: RealMoveParts) {}

  link(moves: readonly FileMove[]): Promise<(FileId | Error)[]> {
    return this.inGroups<FileId>(moves, 'link', [], ({ ids }, at) => idAt(ids, at));
  }

  drop(moves: readonly FileMove[], ids: readonly FileId[]): Promise<(boolean | Error)[]> {
    return this.inGroups<boolean>(moves, 'drop', ids, ({ yes }, at) => yes[at] === 1);
  }

  async look(files: readonly FileLook[]): Promise<(boolean | Error)[]> {
    const looks = files.map(({ name, size }) => {
      return { from: name, to: name, size, modifiedS: 0, modifiedNs: 0, permissions: undefined };
    });
    return this.inGroups<boolean>(looks, 'look', [], ({ yes }, at) => yes[at] === 1);
  }

  private async inGroups<T>(
    moves: readonly FileMove[],
    step: MoveRequest['step'],
    ids: readonly FileId[],
    resultAt: (reply: MoveReply, at: number) => T,
  ): Promise<(T | Error)[]> {
    const results: (T | Error)[] = [];
    const fail = ({ index, move }: Pick<Placed, 'index' | 'move'>, error: unknown): void => {
      const path = `${this.parts.root}/${move.from}`;
      const verb = `${step}, as ${JSON.stringify(move.to)},`;
      results[index] = toSyncError(verb, path, error, LINK_CODES);
    };
    for (const group of groupsOf(this.placed(moves, fail))) {
      await this.parts.slots.run(() =>
        this.withDirectories(group, async (paths) => {
          const open = group.filter((placed) => {
            const problem = [paths.get(placed.from.parent), paths.get(placed.to.parent)].find(
              (path) => typeof path !== 'string',
            );
            if (problem !== undefined) fail(placed, problem);
            return problem === undefined;
          });
          if (open.length === 0) return;
          const reply = await this.parts.threads.runMoves(
            step,
            open.map(({ move, from, to }) => ({
              ...move,
              from: `${paths.get(from.parent) as string}/${from.base}`,
              to: `${paths.get(to.parent) as string}/${to.base}`,
            })),
            step === 'drop' ? open.map(({ index }) => ids[index] as FileId) : [],
          );
          open.forEach((placed, at) => {
            const failure = reply.failures.get(at);
            if (failure !== undefined) fail(placed, errorFrom(failure));
            else results[placed.index] = resultAt(reply, at);
          });
        }),
      );
    }
    return results;
  }

  private placed(
    moves: readonly FileMove[],
    fail: (placed: Pick<Placed, 'index' | 'move'>, error: unknown) => void,
  ): Placed[] {
    const links = this.parts.links();
    return moves.flatMap((move, index) => {
      try {
        for (const name of [move.from, move.to]) requireNoLink(links, name);
        return [{ index, move, from: splitName(move.from), to: splitName(move.to) }];
      } catch (error) {
        fail({ index, move }, error);
        return [];
      }
    });
  }

  /** Holds all of them while `act` runs; where one cannot be reached it gets the error in place of its path. */
  private async withDirectories(
    group: readonly Placed[],
    act: (paths: ReadonlyMap<string, unknown>) => Promise<void>,
  ): Promise<void> {
    const names = [...new Set(group.flatMap(({ from, to }) => [from.parent, to.parent]))];
    const paths = new Map<string, unknown>();
    const hold = async (at: number): Promise<void> => {
      const name = names[at];
      if (name === undefined) return act(paths);
      let isHeld = false;
      try {
        await this.parts.directories.use(name, (path) => {
          isHeld = true;
          paths.set(name, path);
          return hold(at + 1);
        });
      } catch (error) {
        if (isHeld) throw error;
        paths.set(name, error);
        await hold(at + 1);
      }
    };
    await hold(0);
  }
}

/** Neighbours whose directories can be held together. */
function groupsOf(placed: readonly Placed[]): Placed[][] {
  const groups: Placed[][] = [];
  let group: Placed[] = [];
  let directories = new Set<string>();
  for (const each of placed) {
    const more = [each.from.parent, each.to.parent].filter((name) => !directories.has(name));
    const isFull = directories.size + more.length > DIRECTORIES_AT_ONCE;
    if (group.length > 0 && (isFull || group.length >= FILES_AT_ONCE)) {
      groups.push(group);
      group = [];
      directories = new Set();
    }
    group.push(each);
    directories.add(each.from.parent).add(each.to.parent);
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
