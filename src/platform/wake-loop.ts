/**
 * Runs one job at a time, each time it is woken. Wakes during a run, however many, lead to exactly one more run:
 * what became true before the job started is seen by it, what becomes true during it is seen by the next.
 */
import { setMaxListeners } from 'node:events';

export class WakeLoop {
  private readonly controller = new AbortController();
  private isPending = false;
  private running: Promise<void> | undefined;

  /**
   * @param job gets a signal that aborts on stop
   * @param onError gets what a job throws, unless it was stopped; the loop goes on with the next wake
   */
  constructor(
    private readonly job: (signal: AbortSignal) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {
    // Whatever the job does at the same time listens; the job's own limits bound that.
    setMaxListeners(0, this.controller.signal);
  }

  /** Runs the job soon, never within this call. Does nothing after stop. */
  wake(): void {
    if (this.controller.signal.aborted) return;
    this.isPending = true;
    this.running ??= this.run();
  }

  /** Aborts the run under way and resolves when it has ended; nothing runs after that. Never called by the job. */
  async stop(): Promise<void> {
    this.isPending = false;
    if (!this.controller.signal.aborted) this.controller.abort(new Error('stopped'));
    await this.running;
  }

  /** Resolves when nothing runs and nothing is pending. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.controller;
    // Let the caller of wake finish first: it may be about to make true what the job shall see.
    await Promise.resolve();
    try {
      while (this.isPending && !signal.aborted) {
        this.isPending = false;
        await this.runOnce(signal);
      }
    } finally {
      // In the same turn as the last look at isPending: no wake can fall between.
      this.running = undefined;
    }
  }

  private async runOnce(signal: AbortSignal): Promise<void> {
    try {
      await this.job(signal);
    } catch (error) {
      if (!signal.aborted) this.onError(error);
    }
  }
}
