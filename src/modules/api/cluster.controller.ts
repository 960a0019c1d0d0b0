/** /rest/cluster/pending: devices and folders that asked to be let in. */
import { Controller, Delete, Get, Query } from '@nestjs/common';
import { IndexDatabase } from '../database/index-database.js';
import { EventLogService } from './event-log.service.js';
import { knownDevice } from './known-device.js';
import { text } from './query-values.js';

interface PendingDeviceAnswer {
  readonly time: string;
  readonly name: string;
  readonly address: string;
}

interface OfferAnswer {
  readonly time: string;
  readonly label: string;
  readonly receiveEncrypted: boolean;
  readonly remoteEncrypted: boolean;
}

type OffersByFolder = Record<string, { offeredBy: Record<string, OfferAnswer> }>;

@Controller('rest/cluster/pending')
export class ClusterController {
  constructor(
    private readonly database: IndexDatabase,
    private readonly events: EventLogService,
  ) {}

  @Get('devices')
  async devices(): Promise<Record<string, PendingDeviceAnswer>> {
    const pending = await this.database.pendingDevices();
    return Object.fromEntries(
      pending.map(({ device, name, address, seenMs }) => [
        device,
        { time: new Date(seenMs).toISOString(), name, address },
      ]),
    );
  }

  @Delete('devices')
  async removeDevice(@Query('device') device: unknown): Promise<void> {
    const id = knownDevice(text(device), 400);
    await this.database.removePendingDevice(id);
    this.events.add({ type: 'PendingDevicesChanged', data: { removed: [{ deviceID: id }] } });
  }

  /** device: only what it offers. */
  @Get('folders')
  async folders(@Query('device') device: unknown): Promise<OffersByFolder> {
    const only = text(device) === '' ? undefined : knownDevice(text(device), 400);
    // Folders are named by strangers.
    const answer = Object.create(null) as OffersByFolder;
    for (const pending of await this.database.pendingFolders()) {
      if (only !== undefined && pending.device !== only) continue;
      const offers = (answer[pending.folder] ??= { offeredBy: {} });
      offers.offeredBy[pending.device] = {
        time: new Date(pending.seenMs).toISOString(),
        label: pending.label,
        receiveEncrypted: false,
        remoteEncrypted: false,
      };
    }
    return answer;
  }

  /** Without a device: the folder as offered by any. */
  @Delete('folders')
  async removeFolder(
    @Query('folder') folder: unknown,
    @Query('device') device: unknown,
  ): Promise<void> {
    const only = text(device) === '' ? undefined : knownDevice(text(device), 400);
    const id = text(folder);
    const removed: { folderID: string; deviceID: string }[] = [];
    for (const pending of await this.database.pendingFolders()) {
      if (pending.folder !== id || (only !== undefined && pending.device !== only)) continue;
      await this.database.removePendingFolder(id, pending.device);
      removed.push({ folderID: id, deviceID: pending.device });
    }
    if (removed.length > 0) this.events.add({ type: 'PendingFoldersChanged', data: { removed } });
  }
}
