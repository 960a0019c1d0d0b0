/**
 * A limit on bytes per second. Pure: time is passed in. Bytes are taken when they move and may put the bucket into
 * debt; what is told back is how long to move nothing more. So the rate is kept on average whatever the size of a
 * piece, a burst is never larger than the bucket and one piece, and those who share a bucket queue up behind each other.
 */
/** After a pause, what flows at once is what the rate gives in so long. */
export const BURST_MS = 500;
export const BURST_BYTES_MIN = 16 * 1024;
export const BURST_BYTES_MAX = 512 * 1024;
const MS_PER_S = 1000;

export class TokenBucket {
  private bytesPerS = 0;
  private tokens = 0;
  private filledMs = 0;

  /** 0 = no limit. A change counts from now on, and forgives no debt that the new rate still has to work off. */
  setRate(bytesPerS: number, nowMs: number): void {
    if (bytesPerS === this.bytesPerS) return;
    const hadLimit = this.bytesPerS > 0;
    if (hadLimit) this.fill(nowMs);
    this.bytesPerS = bytesPerS;
    this.tokens = hadLimit ? Math.min(this.tokens, this.burstBytes) : this.burstBytes;
    this.filledMs = nowMs;
  }

  get burstBytes(): number {
    const share = (this.bytesPerS * BURST_MS) / MS_PER_S;
    return Math.min(BURST_BYTES_MAX, Math.max(BURST_BYTES_MIN, share));
  }

  /** So many bytes have moved. Returns for how many ms nothing more may, 0 = go on. */
  take(bytes: number, nowMs: number): number {
    if (this.bytesPerS === 0) return 0;
    this.fill(nowMs);
    this.tokens -= bytes;
    return this.tokens >= 0 ? 0 : Math.ceil((-this.tokens / this.bytesPerS) * MS_PER_S);
  }

  private fill(nowMs: number): void {
    const gained = (Math.max(0, nowMs - this.filledMs) * this.bytesPerS) / MS_PER_S;
    this.tokens = Math.min(this.burstBytes, this.tokens + gained);
    this.filledMs = nowMs;
  }
}
