/**
 * Runs the calls of the port on the core. Reads run at once; changes run one after the other in the order of the
 * calls, and between two transactions of a long one the thread pauses, so that reads do not wait for it.
 */
import { SyncError } from '../../domain/errors.js';
import { type IndexCall, type IndexCore } from './index-core.js';

export class CallRunner {
  private lastChange: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  /** Under way or waiting for those before. */
  private changesLeft = 0;

  constructor(
    private readonly core: IndexCore,
    /** Lets the thread turn to other calls. */
    private readonly pause: () => Promise<void>,
  ) {}

  async run(call: IndexCall): Promise<unknown> {
    this.assertRunning();
    if (call.kind === 'read') return this.core.read(call.method, call.args);
    this.changesLeft += 1;
    const mustWait = this.changesLeft > 1;
    const result = this.lastChange
      .then(() => (mustWait ? this.pause() : undefined))
      .then(() => this.change(call))
      .finally(() => (this.changesLeft -= 1));
    this.lastChange = result.catch(() => {});
    return result;
  }

  /** Goes on in the background with removals that a stop interrupted; should it fail, the next start tries again. */
  finishRemovals(): void {
    this.run({ kind: 'change', method: 'finishRemovals', args: [] }).catch(() => {});
  }

  /** Resolves when the changes begun before are done; later calls are rejected. */
  async drain(): Promise<void> {
    await this.lastChange;
    this.isStopped = true;
  }

  /** Changes under way get no further than the transactions that have ended. */
  stop(): void {
    this.isStopped = true;
  }

  private async change(call: IndexCall & { kind: 'change' }): Promise<unknown> {
    this.assertRunning();
    const steps = this.core.change(call.method, call.args);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await this.pause();
      this.assertRunning();
    }
  }

  private assertRunning(): void {
    if (this.isStopped) throw new SyncError('closed', 'the index database is closed');
  }
}
