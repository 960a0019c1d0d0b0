/** When a folder is looked through for temp files that nobody will go on with. */
import { type Clock } from '../../platform/clock.js';
import { type FolderFs } from '../../platform/folder-fs.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { removeStrayTemps } from '../puller/temp-cleanup.js';

export const CLEANUP_INTERVAL_MS = 24 * 3_600_000;

export class TempRounds {
  /** The first round follows the first scan. */
  isDue = true;
  private readonly timers: NamedTimers<'cleanup'>;

  constructor(
    private readonly clock: Clock,
    private readonly wake: () => void,
    private readonly info: (message: string) => void,
  ) {
    this.timers = new NamedTimers(clock);
  }

  async run(fs: FolderFs, signal: AbortSignal): Promise<void> {
    this.isDue = false;
    const removed = await removeStrayTemps(fs, this.clock.nowMs(), signal);
    for (const name of removed) this.info(`${name}: removed a temporary file older than a day`);
    this.timers.set('cleanup', CLEANUP_INTERVAL_MS, () => {
      this.isDue = true;
      this.wake();
    });
  }

  stop(): void {
    this.timers.stop();
  }
}
