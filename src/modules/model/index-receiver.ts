/** Records what a device announces of a folder, and wakes the folder. Source: BEP v1, "Index" and "Index Update". */
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type EarlyBatch, type PeerSession } from './peer-session.js';

export interface IndexReceiverObserver {
  /** One line for each batch. */
  trace(line: string): void;
  /** The folder has something to look at. */
  received(folder: string): void;
}

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
    this.observer.received(folder);
  }
}
