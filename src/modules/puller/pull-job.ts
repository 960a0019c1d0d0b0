/** One needed item and what is to be done about it. */
import { type NeededItem } from '../database/index-database.js';
import { type WalkPlace } from './needs-walk.js';
import { type PullAction } from './pull-plan.js';
import { isSmallFile } from './small-file-rules.js';

/** In the bound on files in flight so many small files count as one: they are over in no time. */
export const SMALL_FILES_PER_FILE = 128;
/** For each so many bytes a small file counts once more, as they are in memory. */
const SMALL_FILE_STEP_BYTES = 8 * 1024;

export interface PullJob {
  readonly item: NeededItem;
  readonly action: PullAction;
  /** Where the walk came by it; undefined in tree order. */
  readonly place: WalkPlace | undefined;
}

/** Its content may have to come from elsewhere, which takes its time. */
export function isFileJob({ action }: PullJob): boolean {
  return action.kind === 'file' || action.kind === 'metadata';
}

export function weightOf({ item }: PullJob): number {
  if (!isSmallFile(item)) return SMALL_FILES_PER_FILE;
  return 1 + Math.floor(item.global.size / SMALL_FILE_STEP_BYTES);
}
