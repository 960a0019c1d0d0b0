/** Which versions the kind "simple" lets go: all but the newest N, and those older than so many days. Pure. */
import { type Selection } from './version-selection.js';
import { tagOf, timeOfTag } from './version-names.js';

export const DAY_MS = 24 * 3_600_000;

/** `cleanoutDays`: 0 or less: however old. */
export function simpleSelection(keep: number, cleanoutDays: number): Selection {
  return (versions, nowMs) => {
    const sorted = [...versions].sort();
    const surplus = Math.max(0, sorted.length - keep);
    if (cleanoutDays <= 0) return sorted.slice(0, surplus);
    const isOld = (version: string): boolean => {
      const time = timeOfTag(tagOf(version));
      return time !== undefined && nowMs - time > cleanoutDays * DAY_MS;
    };
    return [...sorted.slice(0, surplus), ...sorted.slice(surplus).filter(isOld)];
  };
}
