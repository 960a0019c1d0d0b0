/**
 * Whether a group of new files is flushed one by one or with all that the file system has to write (syncfs): one wait
 * for the disk instead of one for each file, unless others write much there. Decided from what both took lately.
 */

/** Of fewer files, each is flushed by itself. */
export const TOGETHER_FILES_MIN = 8;
/** So long one by one after a flush together took longer than that would have. */
export const APART_MS = 10_000;
/** Of one file by itself, before any was measured. */
const FIRST_GUESS_MS = 1;
/** Weight of the newest measurement. */
const NEWEST = 0.25;

export class FlushChoice {
  private singleMs = FIRST_GUESS_MS;
  private apartUntilMs = -Infinity;

  isTogether(files: number, nowMs: number): boolean {
    return files >= TOGETHER_FILES_MIN && nowMs >= this.apartUntilMs;
  }

  /** How long the flush of so many files took, which ended now. */
  took(isTogether: boolean, files: number, ms: number, nowMs: number): void {
    if (!isTogether) this.singleMs += NEWEST * (ms / files - this.singleMs);
    else if (ms > files * this.singleMs) this.apartUntilMs = nowMs + APART_MS;
  }
}
