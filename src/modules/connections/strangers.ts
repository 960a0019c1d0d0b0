/**
 * Devices that knocked and are not configured: remembered for the user, told once, and bounded, because anybody
 * can make up any number of them.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { type IndexDatabase } from '../database/index-database.js';
import { type EventsService } from '../events/events.service.js';
import { type ConnectionLog, SaidOnce, shownName } from './connection-log.js';
import { hostOf } from './tcp-address.js';

/** Pending devices kept; further ones are refused like the others but not remembered. */
export const PENDING_DEVICES_MAX = 100;

type PendingStore = Pick<IndexDatabase, 'pendingDevices' | 'addPendingDevice'>;

export class Strangers {
  private readonly said = new SaidOnce();
  private isFullSaid = false;

  constructor(
    private readonly database: PendingStore,
    private readonly events: Pick<EventsService, 'emit'>,
    private readonly clock: Clock,
    private readonly log: ConnectionLog,
  ) {}

  /** `name`: from the stranger's Hello; `address`: `host:port`. */
  async refuse(device: DeviceId, name: string, address: string): Promise<void> {
    const isNewHere = this.said.isNew(`${device} ${hostOf(address)}`);
    if (!isNewHere) return;
    const pending = await this.database.pendingDevices();
    const isKnown = pending.some((each) => each.device === device);
    if (!isKnown && pending.length >= PENDING_DEVICES_MAX) return this.sayFull();
    const seenMs = this.clock.nowMs();
    const isNew = await this.database.addPendingDevice({ device, name, address, seenMs });
    this.log.info(
      `Refused unknown device ${device} (${shownName(name)} at ${address}): add it to the configuration to connect`,
    );
    if (isNew) this.events.emit('PendingDevicesChanged', { device, address, name });
  }

  private sayFull(): void {
    if (this.isFullSaid) return;
    this.isFullSaid = true;
    this.log.warn(`${PENDING_DEVICES_MAX} unknown devices are pending; further ones are not kept`);
  }
}
