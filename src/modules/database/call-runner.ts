/**
 * Runs the calls of the port on the core. Reads run at once; changes run one after the other in the order of the
 * calls, and between two transactions of a long one the thread pauses, so that reads do not wait for it. What removed
 * folders leave behind goes in single steps, each behind all changes that wait.
 */
import { SyncError } from '../../domain/errors.js';
import { type IndexCall, type IndexCore } from './index-core.js';

export class CallRunner {
  private lastChange: Promise<unknown> = Promise.resolve();
  private isStopped = false;
  /** Under way or waiting for those before. */
  private changesLeft = 0;
  private isRemoving = false;
  private isRemovalWanted = false;

  constructor(
    private readonly core: IndexCore,
    /** Lets the thread turn to other calls. */
    private readonly pause: () => Promise<void>,
  ) {}

  async run(call: IndexCall): Promise<unknown> {
    this.assertRunning();
    if (call.kind === 'read') return this.core.read(call.method, call.args);
    const result = await this.inTurn(call);
    if (call.method === 'removeFolder') this.finishRemovals();
    return result;
  }

  /** Goes on in the background with removals; should it fail, the next start tries again. */
  finishRemovals(): void {
    this.isRemovalWanted = true;
    if (!this.isRemoving) void this.removeRest();
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

  private async removeRest(): Promise<void> {
    this.isRemoving = true;
    try {
      while (this.isRemovalWanted) {
        this.isRemovalWanted = false;
        while (await this.inTurn({ kind: 'change', method: 'removalStep', args: [] })) {
          await this.pause();
        }
      }
    } catch {
      // Closed, or the disk is full: what is left harms nobody.
    } finally {
      this.isRemoving = false;
    }
  }

  private inTurn(call: IndexCall & { kind: 'change' }): Promise<unknown> {
    this.changesLeft += 1;
    const mustWait = this.changesLeft > 1;
    const result = this.lastChange
      .then(() => (mustWait ? this.pause() : undefined))
      .then(() => this.change(call))
      .finally(() => (this.changesLeft -= 1));
    this.lastChange = result.catch(() => {});
    return result;
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
