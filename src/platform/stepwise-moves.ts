/** Moves by the single operations of any folder file system: what file-moves.ts does in one go on a real disk. */
import { SyncError } from '../domain/errors.js';
import { isContentOf, isExpected } from './file-moves.js';
import {
  type FileId,
  type FileLook,
  type FileMove,
  type FileMoves,
  type FolderFs,
} from './folder-fs.js';
import { changedItem } from './item-state.js';
import { linkSeenStepwise } from './stepwise-files.js';

export class StepwiseMoves implements FileMoves {
  constructor(private readonly fs: FolderFs) {}

  look(files: readonly FileLook[]): Promise<(boolean | Error)[]> {
    return eachInTurn(files, async ({ name, size }) => {
      const stat = await this.fs.stat(name);
      return stat?.type === 'file' && stat.size === size;
    });
  }

  link(moves: readonly FileMove[]): Promise<(FileId | Error)[]> {
    return eachInTurn(moves, async (move) => {
      const seen = await this.fs.stat(move.from);
      if (seen === undefined || !isExpected(seen, move)) throw changedItem(move.from);
      await linkSeenStepwise(this.fs, move.from, move.to, seen);
      return { inode: seen.inode, device: seen.device };
    });
  }

  drop(moves: readonly FileMove[], ids: readonly FileId[]): Promise<(boolean | Error)[]> {
    return eachInTurn(moves, async (move, index) => {
      const left = await this.fs.stat(move.from);
      const id = ids[index];
      if (left === undefined || left.inode !== id?.inode || left.device !== id.device) return true;
      if (!isContentOf(left, move)) return false;
      await this.fs.removeFile(move.from, left);
      return true;
    });
  }
}

/** Where the file system itself cannot go on, nothing can. */
async function eachInTurn<F, T>(
  moves: readonly F[],
  act: (move: F, index: number) => Promise<T>,
): Promise<(T | Error)[]> {
  const results: (T | Error)[] = [];
  for (const [index, move] of moves.entries()) {
    try {
      results.push(await act(move, index));
    } catch (error) {
      if (!(error instanceof SyncError) || error.code === 'closed') throw error;
      results.push(error);
    }
  }
  return results;
}
