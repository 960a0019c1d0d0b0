/**
 * Sends our index for one folder over one connection: what is after the last sequence sent, in batches bounded in
 * items and bytes, then what is new whenever it is woken. Owns the position reached. Source: BEP v1, "Index".
 */
import { INVALID_FLAGS, type LocalFileInfo } from '../../domain/file-info.js';
import { WakeLoop } from '../../platform/wake-loop.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type PeerConnection } from '../protocol/connection-handler.js';

/** Items in one Index or Index Update. */
export const BATCH_ITEMS_MAX = 1000;
/** Encoded bytes in one Index or Index Update, about: a single item may be larger. */
export const BATCH_BYTES_MAX = 250 * 1024;
/** A wake that was lost is made good after this time. */
const LOOK_AGAIN_MS = 60_000;

export interface IndexSenderObserver {
  /** One line for each batch. */
  trace(line: string): void;
  /** From now on the device may know our index up to the sequence. */
  sending(sequence: number): Promise<void>;
}

export class IndexSender {
  private readonly loop: WakeLoop;
  private timer: Timer | undefined;
  private sentSequence: number;
  private isFirst: boolean;

  constructor(
    private readonly connection: PeerConnection,
    private readonly folder: string,
    startAfter: number,
    private readonly database: IndexDatabase,
    private readonly clock: Clock,
    private readonly observer: IndexSenderObserver,
  ) {
    this.sentSequence = startAfter;
    this.isFirst = startAfter === 0;
    this.loop = new WakeLoop(
      (signal) => this.send(signal),
      (error) => {
        if (!connection.isClosed) void connection.close(`sending index: ${String(error)}`);
      },
    );
  }

  /** The last sequence that was handed to the connection. */
  get position(): number {
    return this.sentSequence;
  }

  wake(): void {
    this.loop.wake();
  }

  async stop(): Promise<void> {
    this.timer?.cancel();
    await this.loop.stop();
  }

  private async send(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.connection.isClosed) {
      const files = await this.database.localsAfter(
        this.folder,
        this.sentSequence,
        BATCH_ITEMS_MAX,
        BATCH_BYTES_MAX,
      );
      const last = files.at(-1);
      if (last === undefined) break;
      const batch = {
        folder: this.folder,
        files: files.map(announced),
        lastSequence: last.sequence,
        prevSequence: this.isFirst ? 0 : this.sentSequence,
      };
      // Once it is stopped nothing more may leave: the device may have been told that it is not shared any more.
      if (signal.aborted) break;
      await this.observer.sending(last.sequence);
      if (signal.aborted) break;
      await (this.isFirst ? this.connection.index(batch) : this.connection.indexUpdate(batch));
      this.observer.trace(
        `sent ${files.length} items of folder ${this.folder} up to sequence ${last.sequence} to ${this.connection.deviceId}`,
      );
      this.isFirst = false;
      this.sentSequence = last.sequence;
    }
    this.timer?.cancel();
    if (!signal.aborted) this.timer = this.clock.setTimer(LOOK_AGAIN_MS, () => this.wake());
  }
}

/** Our item as it goes out: an item with a local flag is announced as one that we cannot give. */
function announced(file: LocalFileInfo): LocalFileInfo {
  return (file.localFlags & INVALID_FLAGS) === 0 ? file : { ...file, invalid: true };
}
