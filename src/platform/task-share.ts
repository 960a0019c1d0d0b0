/**
 * How many small disk tasks go to one thread at once: as few as give all threads work, but no fewer than take a while. What
 * the system has in memory is read faster than a message travels; of what has to come from a disk several threads wait better.
 */

/** A group takes at least about so long, so that a message pays. */
const GROUP_MS_MIN = 2;
/** Whatever was measured. */
export const GROUP_TASKS_MIN = 8;
export const GROUP_TASKS_MAX = 64;
/** Of one task, before any was measured: as from memory. */
const FIRST_GUESS_MS = 0.03;
/** Weight of the newest measurement. */
const NEWEST = 0.25;

export class TaskShare {
  private taskMs = FIRST_GUESS_MS;

  /** The size of the next group, where so many tasks wait for so many threads. */
  groupOf(waiting: number, threads: number): number {
    const pays = Math.max(GROUP_TASKS_MIN, Math.ceil(GROUP_MS_MIN / this.taskMs));
    return Math.min(GROUP_TASKS_MAX, Math.max(pays, Math.ceil(waiting / threads)));
  }

  /** How long a thread took for a group. */
  took(tasks: number, ms: number): void {
    const each = Math.max(ms / tasks, Number.EPSILON);
    this.taskMs += NEWEST * (each - this.taskMs);
  }
}
