/** Lets a real file system take the steps that disk threads take for groups of files one by one, with its own operations. */
import { type FolderFs } from '../../src/platform/folder-fs.js';
import { linkSeenStepwise } from '../../src/platform/stepwise-files.js';
import { StepwiseMoves } from '../../src/platform/stepwise-moves.js';

export function takeStepByStep(fs: FolderFs): void {
  const moves = new StepwiseMoves(fs);
  fs.linkSeen = (from, to, seen) => linkSeenStepwise(fs, from, to, seen);
  fs.moves.link = (asked) => moves.link(asked);
  fs.moves.drop = (asked, ids) => moves.drop(asked, ids);
}
