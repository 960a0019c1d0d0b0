/**
 * Folders that devices offer and that are not shared with them here: remembered for the user and told once, and only
 * so many of one device, because a device can make up any number of them. An offer ends when the device takes it back,
 * the folder is shared with the device, or the device is no longer known.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type Settings } from '../config/settings.js';
import { type IndexDatabase, type PendingFolder } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';

/** Offers of one device at a time. */
export const OFFERS_PER_DEVICE_MAX = 100;
/** Offers of one device that are looked at in one run of the node: it could make and take back any number. */
export const OFFERS_PER_RUN_MAX = 1_000;
/** An offer of a longer ID is not kept, nor one with a NUL character, of which a database keeps what is before it. */
export const FOLDER_ID_CHARACTERS_MAX = 1_000;
/** A longer label is cut. */
export const LABEL_CHARACTERS_MAX = 1_000;

export interface OffersLog {
  log(line: string): void;
  warn(line: string): void;
}

export type OffersDatabase = Pick<
  IndexDatabase,
  | 'addPendingFolder'
  | 'pendingFolders'
  | 'removePendingFolder'
  | 'pendingDevices'
  | 'removePendingDevice'
>;

export class FolderOffers {
  /** Folders that were looked at, by device; devices are configured, so there are few. */
  private readonly seen = new Map<DeviceId, Set<string>>();
  private readonly looked = new Map<DeviceId, number>();
  /** Devices that offered too many, which is said once. */
  private readonly refused = new Set<DeviceId>();

  constructor(
    private readonly database: OffersDatabase,
    private readonly events: Pick<EventsService, 'emit'>,
    private readonly clock: Clock,
    private readonly logger: OffersLog,
  ) {}

  async add(device: DeviceId, folder: string, said: string): Promise<void> {
    if (folder.includes('\0') || folder.length > FOLDER_ID_CHARACTERS_MAX) return;
    const label = said.slice(0, LABEL_CHARACTERS_MAX).replaceAll('\0', '\ufffd');
    const isTold = this.seen.get(device)?.has(folder) ?? false;
    if (!isTold && !this.isLookedAt(device, folder)) return;
    // One that the user has dismissed waits again when it is made again.
    const pending = { folder, device, label, seenMs: this.clock.nowMs() };
    if (!(await this.database.addPendingFolder(pending))) return;
    if (!isTold) {
      this.logger.log(
        `Device ${device} offers folder ${JSON.stringify(folder)}, which is not shared with it here`,
      );
    }
    this.events.emit('PendingFoldersChanged', { folder, device, label });
  }

  /** Counts the offer; false when the device has made too many. */
  private isLookedAt(device: DeviceId, folder: string): boolean {
    const seen = this.seen.get(device) ?? new Set();
    this.seen.set(device, seen);
    const looked = (this.looked.get(device) ?? 0) + 1;
    if (looked > OFFERS_PER_RUN_MAX) return false;
    this.looked.set(device, looked);
    if (seen.size < OFFERS_PER_DEVICE_MAX) {
      seen.add(folder);
      return true;
    }
    if (!this.refused.has(device)) {
      this.refused.add(device);
      this.logger.warn(
        `Device ${device} offers more than ${OFFERS_PER_DEVICE_MAX} folders; further ones are not kept`,
      );
    }
    return false;
  }

  /** The device offers these and no others. */
  async keepOnly(device: DeviceId, offered: ReadonlySet<string>): Promise<void> {
    await this.remove((each) => each.device === device && !offered.has(each.folder));
  }

  /** Offers that were taken, and devices that were let in, wait no longer. */
  async settle({ folders, devices }: Settings): Promise<void> {
    const isKnown = (id: string): boolean => devices.some((device) => device.id === id);
    await this.remove(
      (each) =>
        !isKnown(each.device) ||
        folders.some(
          ({ id, devices: shares }) => id === each.folder && shares.includes(each.device),
        ),
    );
    for (const { device } of await this.database.pendingDevices()) {
      if (!isKnown(device)) continue;
      await this.database.removePendingDevice(device);
      this.events.emit('PendingDeviceCleared', { device });
    }
  }

  private async remove(isOver: (pending: PendingFolder) => boolean): Promise<void> {
    for (const { folder, device } of (await this.database.pendingFolders()).filter(isOver)) {
      await this.database.removePendingFolder(folder, device);
      this.events.emit('PendingFolderCleared', { folder, device });
    }
    for (const [device, seen] of this.seen) {
      for (const folder of seen) {
        if (isOver({ folder, device, label: '', seenMs: 0 })) seen.delete(folder);
      }
    }
  }
}
