/** Records what a device announces of a folder, and wakes the folder. Source: BEP v1, "Index" and "Index Update". */
import { type FileInfo } from '../../domain/file-info.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type EarlyBatch, type PeerSession } from './peer-session.js';

export interface IndexReceiverObserver {
  /** One line for each batch. */
  trace(line: string): void;
  /** The folder has something to look at; `isMoreAwaited`: more belongs to it, and will be here in a moment. */
  received(folder: string, isMoreAwaited: boolean): void;
}

/** Devices send up to 1000 items at once: after so many, more is likely to follow. */
const PART_ITEMS_MIN = 500;
/** Files of a part that are looked at, whether their content is here. */
const SAMPLES = 3;

export class IndexReceiver {
  constructor(
    private readonly database: IndexDatabase,
    private readonly events: Pick<EventsService, 'emit'>,
    private readonly observer: IndexReceiverObserver,
  ) {}

  /** Resolves when it is durable. What comes for a folder that is given up meanwhile is dropped. */
  async take(session: PeerSession, { isFull, message }: EarlyBatch): Promise<void> {
    const { folder, files, lastSequence } = message;
    const device = session.connection.deviceId;
    const isOver = (): boolean => session.standing(folder) === 'given up';
    if (isOver()) return;
    if (!session.isInOrder(folder, isFull)) {
      this.observer.trace(
        `dropped ${files.length} items of folder ${folder} from ${device}: an update before its index`,
      );
      return;
    }
    try {
      if (isFull) {
        const { indexId } = await this.database.remoteIndex(folder, device);
        await this.database.resetRemoteIndex(folder, device, indexId);
        if (isOver()) return;
      }
      const outcome = await this.database.updateRemote(folder, device, files, lastSequence);
      const { sequence } = outcome;
      this.events.emit('RemoteIndexUpdated', { folder, device, items: files.length, sequence });
      this.observer.trace(
        `received ${files.length} items of folder ${folder} up to sequence ${sequence} from ${device}`,
      );
    } catch (error) {
      // Its index is dropped in the same moment.
      if (!isOver()) throw error;
    }
    this.observer.received(folder, await this.looksMoved(folder, files));
  }

  /** A part of an index with new names of content that is here under others. */
  private async looksMoved(folder: string, files: readonly FileInfo[]): Promise<boolean> {
    if (files.length < PART_ITEMS_MIN) return false;
    const withContent = files.filter(
      (file) => file.type === 'file' && !file.deleted && file.size > 0,
    );
    const step = Math.max(1, Math.floor(withContent.length / SAMPLES));
    // Nothing but deletes: what they are of came before.
    if (withContent.length === 0) return true;
    for (let at = 0; at < withContent.length; at += step) {
      const { name, blocksHash } = withContent[at] as FileInfo;
      const same = await this.database.localsWithBlocks(folder, blocksHash, 2);
      if (same.length === 0 || same.some((each) => each.name === name)) return false;
    }
    return true;
  }
}
