/** Which files the kind "trashcan" lets go: those that came into it more than so many days ago. Pure. */
import { DAY_MS } from './simple.js';

/** `modifiedMs`: of the file in the trash can, which is when it came there. `cleanoutDays`: 0 or less: however old. */
export function isTrashOld(modifiedMs: number, nowMs: number, cleanoutDays: number): boolean {
  return cleanoutDays > 0 && modifiedMs < nowMs - cleanoutDays * DAY_MS;
}
