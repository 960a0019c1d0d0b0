/** Scans folders: what on disk differs from the index, as batches of findings. Keeps nothing between scans. */
import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock.js';
import { FindingBatches } from './finding-batches.js';
import { Hasher } from './hasher.js';
import { ScanRun } from './scan-run.js';
import { type ScanFinding, type ScanRequest } from './scan-finding.js';
import { Walker } from './walker.js';

export { type ScanFinding, type ScannedItem, type ScanRequest } from './scan-finding.js';

@Injectable()
export class ScannerService {
  constructor(
    private readonly walker: Walker,
    private readonly hasher: Hasher,
    private readonly clock: Clock,
  ) {}

  /**
   * Batches of findings, bounded in number, bytes and time; an unchanged folder gives none. 'gone' comes after what changed.
   * Leaving the loop stops the scan. Throws SyncError when the root fails or the scanner is closed, and the signal's
   * reason when aborted.
   */
  async *scan(request: ScanRequest): AsyncGenerator<ScanFinding[], void> {
    request.signal.throwIfAborted();
    const left = new AbortController();
    const signal = AbortSignal.any([request.signal, left.signal]);
    const findings = new FindingBatches(this.clock);
    const { walker, hasher } = this;
    const run = new ScanRun(request, { walker, hasher, findings }, signal).run().then(
      () => findings.finish(),
      (error: unknown) => findings.finish(error),
    );
    try {
      yield* findings.read();
    } finally {
      left.abort(new Error('the reader of the scan left'));
      findings.finish();
      await run;
    }
  }
}
