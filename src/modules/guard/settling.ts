/**
 * Something that comes in parts is judged when no part has come for a short while, or when it has gone on for long. Pure
 * but for what it keeps; times are passed in.
 */
export const SETTLE_MS = 2_000;
export const SETTLE_MS_MAX = 30_000;

export class Settling {
  private seen: number;
  private firstMs = 0;
  private lastMs = 0;

  /** `start`: a mark that is settled. */
  constructor(start = 0) {
    this.seen = start;
    this.settled = start;
  }

  /** The last mark that was. */
  settled: number;

  /** 0 when all up to the mark is settled now, else in how many milliseconds to ask again. */
  waitMs(mark: number, nowMs: number): number {
    if (mark === this.settled) {
      this.seen = mark;
      return 0;
    }
    // Others may have set what is settled.
    if (this.seen <= this.settled) this.firstMs = nowMs;
    if (this.seen !== mark) this.lastMs = nowMs;
    this.seen = mark;
    const end = Math.min(this.lastMs + SETTLE_MS, this.firstMs + SETTLE_MS_MAX);
    if (nowMs < end) return end - nowMs;
    this.settled = mark;
    return 0;
  }
}
