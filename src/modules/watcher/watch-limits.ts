/** The system's limits on watching: what they are, and what to tell the user whose folder runs into them. */
import { readFileSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import { systemCodeOf } from '../../platform/system-errors.js';

export type InotifyLimit = 'max_queued_events' | 'max_user_watches' | 'max_user_instances';

/** Linux's own, for where the limit cannot be read. */
const QUEUED_EVENTS_DEFAULT = 16_384;
/** One drain with so much of what the queue holds may have lost what came after. */
const OVERFLOW_SHARE = 3 / 4;

/** undefined where there is no such limit, or it cannot be read. */
export function inotifyLimit(name: InotifyLimit): number | undefined {
  try {
    const value = Number(readFileSync(`/proc/sys/fs/inotify/${name}`, 'latin1'));
    return Number.isSafeInteger(value) && value > 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * So many events in one turn of the loop mean that the system's queue was full, which Node does not tell: events that
 * came then are lost.
 */
export function overflowEvents(): number {
  return Math.floor((inotifyLimit('max_queued_events') ?? QUEUED_EVENTS_DEFAULT) * OVERFLOW_SHARE);
}

/** Whether the error is that of a limit, so that the whole tree cannot be watched. */
export function isLimitError(error: unknown): boolean {
  return ['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(systemCodeOf(error));
}

/** What to raise and to what. `directories`: those of the folder. */
export function limitError(
  error: unknown,
  directories: number,
  limitOf: (name: InotifyLimit) => number | undefined = inotifyLimit,
): SyncError {
  const isWatches = systemCodeOf(error) === 'ENOSPC';
  const name = isWatches ? 'max_user_watches' : 'max_user_instances';
  const now = limitOf(name);
  const needed = (now ?? 0) + (isWatches ? directories : 1);
  const setting = `fs.inotify.${name}`;
  const value = nextPowerOfTwo(needed);
  const text =
    `the system's limit on watching files is reached: the folder has ${directories} directories and ` +
    `${setting} is ${now ?? 'not known'}; raise it to ${value} (sysctl -w ${setting}=${value})`;
  return new SyncError('refused', text, true, { cause: error });
}

/** What is in use already is at most the present limit. */
function nextPowerOfTwo(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(count, 2)));
}
