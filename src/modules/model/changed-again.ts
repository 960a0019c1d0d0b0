/** Files that changed while they were hashed are scanned again, after a pause that grows: a file that is written all the
 * time must not be hashed all the time. What one scan left is not forgotten over what the next one leaves. */
import { ScanRequests } from './scan-requests.js';

/** A file that changed while it was hashed is scanned again after this time, and after twice the last pause then. */
export const CHANGED_RETRY_MS = 1_000;
export const CHANGED_RETRY_MAX_MS = 3_600_000;

export class ChangedAgain {
  private readonly left = new ScanRequests();
  private pauseMs = CHANGED_RETRY_MS;

  constructor(
    /** Calls back once after the time, unless that is on its way already. */
    private readonly after: (delayMs: number, callback: () => void) => void,
    private readonly requestScan: (names: readonly string[]) => void,
  ) {}

  /** A scan has ended that has to look at these again. */
  scanned(names: readonly string[]): void {
    if (names.length === 0) {
      if (!this.left.isAny) this.pauseMs = CHANGED_RETRY_MS;
      return;
    }
    this.left.add(names);
    this.after(this.pauseMs, () => this.requestScan(this.left.take() ?? []));
    this.pauseMs = Math.min(2 * this.pauseMs, CHANGED_RETRY_MAX_MS);
  }
}
