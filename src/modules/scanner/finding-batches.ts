/**
 * Findings on their way to the reader, in batches bounded by number, bytes and time: an index transaction for each finding
 * would be slow, and the first changes should not wait for the last. The producer waits while the reader is behind.
 */
import { type Clock, type Timer } from '../../platform/clock.js';
import { type ScanFinding } from './scan-finding.js';

const BATCH_FINDINGS_MAX = 1000;
/** Bytes of block hashes in a batch. */
const BATCH_HASH_BYTES_MAX = 1024 * 1024;
/** A finding waits no longer than this for others to go with it. */
const BATCH_WAIT_MS_MAX = 100;
/** The producer waits while as many as these are not taken. */
const FINDINGS_WAITING_MAX = 4 * BATCH_FINDINGS_MAX;

export class FindingBatches {
  private waiting: ScanFinding[] = [];
  private hashBytes = 0;
  private isDue = false;
  private timer: Timer | undefined;
  private end: { error?: unknown } | undefined;
  private wakeReader = (): void => undefined;
  private wakeProducer = (): void => undefined;

  constructor(private readonly clock: Clock) {}

  add(finding: ScanFinding): void {
    if (this.end !== undefined) return;
    this.waiting.push(finding);
    if (finding.kind === 'changed') this.hashBytes += finding.item.blockHashes?.length ?? 0;
    this.timer ??= this.clock.setTimer(BATCH_WAIT_MS_MAX, () => {
      this.isDue = true;
      this.wakeReader();
    });
    if (this.isFull()) this.wakeReader();
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.waiting.length >= FINDINGS_WAITING_MAX && this.end === undefined) {
      await new Promise<void>((resolve) => (this.wakeProducer = resolve));
    }
  }

  /** What was added before is handed out before the error. */
  finish(error?: unknown): void {
    this.end ??= { error };
    this.timer?.cancel();
    this.wakeReader();
    this.wakeProducer();
  }

  async *read(): AsyncGenerator<ScanFinding[], void> {
    for (;;) {
      if (this.waiting.length > 0 && (this.isDue || this.isFull() || this.end !== undefined)) {
        yield this.take();
      } else if (this.end !== undefined) {
        if (this.end.error !== undefined) throw this.end.error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.wakeReader = resolve));
      }
    }
  }

  private isFull(): boolean {
    return this.waiting.length >= BATCH_FINDINGS_MAX || this.hashBytes >= BATCH_HASH_BYTES_MAX;
  }

  private take(): ScanFinding[] {
    const batch = this.waiting.splice(0, BATCH_FINDINGS_MAX);
    this.hashBytes = 0;
    for (const finding of this.waiting) {
      if (finding.kind === 'changed') this.hashBytes += finding.item.blockHashes?.length ?? 0;
    }
    this.timer?.cancel();
    this.timer = undefined;
    this.isDue = this.waiting.length > 0;
    this.wakeProducer();
    return batch;
  }
}
