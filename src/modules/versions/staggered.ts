/** Which versions the kind "staggered" lets go: the older they are, the farther apart are those that stay. Pure. */
import { tagOf, timeOfTag } from './version-names.js';
import { type Selection } from './version-selection.js';

const MINUTE_S = 60;
const HOUR_S = 60 * MINUTE_S;
const DAY_S = 24 * HOUR_S;
const MS_PER_S = 1_000;

interface Interval {
  /** Versions are at least so far apart … */
  readonly stepS: number;
  /** … while they are younger than this. */
  readonly endS: number;
}

/** For the first hour one each half minute, for a day one an hour, for 30 days one a day, then one a week. */
const INTERVALS: readonly Interval[] = [
  { stepS: 30, endS: HOUR_S },
  { stepS: HOUR_S, endS: DAY_S },
  { stepS: DAY_S, endS: 30 * DAY_S },
];
const LAST_STEP_S = 7 * DAY_S;

/** `maxAgeS`: 0 or less: however old. The oldest version within that age always stays. */
export function staggeredSelection(maxAgeS: number): Selection {
  const last = { stepS: LAST_STEP_S, endS: maxAgeS };
  return (versions, nowMs) => {
    const removed: string[] = [];
    let olderAgeS: number | undefined;
    for (const version of [...versions].sort()) {
      const time = timeOfTag(tagOf(version));
      if (time === undefined) continue;
      const ageS = Math.trunc((nowMs - time) / MS_PER_S);
      if (maxAgeS > 0 && ageS > maxAgeS) {
        removed.push(version);
        continue;
      }
      const { stepS } = INTERVALS.find(({ endS }) => ageS < endS) ?? last;
      if (olderAgeS !== undefined && olderAgeS - ageS < stepS) removed.push(version);
      else olderAgeS = ageS;
    }
    return removed;
  };
}
