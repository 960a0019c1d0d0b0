/**
 * Folders that devices offer and that are not shared with them here: remembered for the user and told once, and only
 * so many of one device, because a device can make up any number of them.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';

/** Offers of one device that are looked at in one run of the node. */
export const OFFERS_PER_DEVICE_MAX = 100;

export interface OffersLog {
  log(line: string): void;
  warn(line: string): void;
}

export class FolderOffers {
  /** Folders that were looked at, by device; devices are configured, so there are few. */
  private readonly seen = new Map<DeviceId, Set<string>>();

  constructor(
    private readonly database: Pick<IndexDatabase, 'addPendingFolder'>,
    private readonly events: Pick<EventsService, 'emit'>,
    private readonly clock: Clock,
    private readonly logger: OffersLog,
  ) {}

  async add(device: DeviceId, folder: string, label: string): Promise<void> {
    const seen = this.seen.get(device) ?? new Set();
    this.seen.set(device, seen);
    if (seen.has(folder) || seen.size > OFFERS_PER_DEVICE_MAX) return;
    seen.add(folder);
    if (seen.size > OFFERS_PER_DEVICE_MAX) {
      this.logger.warn(
        `Device ${device} offers more than ${OFFERS_PER_DEVICE_MAX} folders; further ones are not kept`,
      );
      return;
    }
    const pending = { folder, device, label, seenMs: this.clock.nowMs() };
    if (!(await this.database.addPendingFolder(pending))) return;
    this.logger.log(
      `Device ${device} offers folder ${JSON.stringify(folder)}, which is not shared with it here`,
    );
    this.events.emit('PendingFoldersChanged', { folder, device, label });
  }
}
