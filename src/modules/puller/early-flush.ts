/**
 * Flushes a large file while it is being filled, so that the disk works beside the network and the flush at the end finds
 * little left. The rule: a flush that failed fails the file, as the system tells of a lost write only once.
 */
import { type FileHandle } from '../../platform/folder-fs.js';

/** Bytes written since the last flush began: a second or less of most disks. */
export const FLUSH_EVERY_BYTES = 64 * 1024 * 1024;

export class EarlyFlush {
  private unflushedBytes = 0;
  private running: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly handle: Pick<FileHandle, 'sync'>) {}

  written(bytes: number): void {
    this.unflushedBytes += bytes;
    if (this.unflushedBytes < FLUSH_EVERY_BYTES || this.running !== undefined) return;
    this.unflushedBytes = 0;
    this.running = this.flush();
  }

  /** Resolves when no flush is under way any more. Nothing is written meanwhile. */
  async end(): Promise<void> {
    await this.running;
  }

  /** Throws what a flush has failed with. */
  requireDone(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }

  private async flush(): Promise<void> {
    try {
      await this.handle.sync();
    } catch (error) {
      this.failure ??= { error };
    }
    this.running = undefined;
  }
}
