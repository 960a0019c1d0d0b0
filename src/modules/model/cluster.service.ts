/**
 * What connected devices share with us: answers their Cluster Config, receives their indexes, serves their requests
 * and sends ours. Owns what was agreed on each connection. Only folders agreed on a connection are exchanged there.
 */
import { Injectable, Logger } from '@nestjs/common';
import { SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { Randomness } from '../../platform/randomness.js';
import { SettingsService } from '../config/settings.service.js';
import { type DeviceHandler } from '../connections/device-handler.js';
import { IndexDatabase } from '../database/index-database.js';
import { EventsService } from '../events/events.service.js';
import { type PeerConnection, RequestRefused } from '../protocol/connection-handler.js';
import {
  type BlockRequest,
  type ClusterConfig,
  type ClusterFolder,
  type DownloadProgress,
  type IndexBatch,
} from '../protocol/messages.js';
import {
  type FolderAnswer,
  type IndexPosition,
  planClusterConfig,
  planFolderExchange,
  type SharedFolder,
} from './cluster-plan.js';
import { newReplicaId } from './identity.js';
import { AnnouncedSequences } from './announced.js';
import { FolderOffers } from './folder-offers.js';
import { IndexSender } from './index-sender.js';
import { ModelService } from './model.service.js';
import { RequestServer } from './request-server.js';

/** A connection on which folders are exchanged. */
type Exchanges = Map<string, IndexSender>;

@Injectable()
export class ClusterService implements DeviceHandler {
  private readonly logger = new Logger('cluster');
  private readonly trace = new Logger('idx');
  private readonly exchanges = new Map<PeerConnection, Exchanges>();
  private readonly requestServer: RequestServer;
  private readonly offers: FolderOffers;
  /** Folders whose index was renewed: in this run nobody can know more of the new one than we announced. */
  private readonly renewed = new Set<string>();
  private readonly announced: AnnouncedSequences;

  constructor(
    private readonly model: ModelService,
    private readonly settings: SettingsService,
    private readonly database: IndexDatabase,
    private readonly events: EventsService,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {
    this.announced = new AnnouncedSequences(database);
    this.requestServer = new RequestServer(database, (folder, name) =>
      this.model.runner(folder)?.requestScan([name]),
    );
    this.offers = new FolderOffers(database, events, clock, this.logger);
    events.on('LocalIndexUpdated', ({ folder }) => this.wakeSenders(folder));
  }

  async connected(connection: PeerConnection): Promise<void> {
    this.exchanges.set(connection, new Map());
    const folders: SharedFolder[] = [];
    for (const settings of this.model.foldersSharedWith(connection.deviceId)) {
      const positions = settings.paused
        ? new Map<string, IndexPosition>()
        : await this.positions(settings.id, settings.devices);
      folders.push({ settings, positions });
    }
    const { deviceName, devices } = this.settings.settings;
    const own = { id: this.model.identity.deviceId, name: deviceName };
    await connection.clusterConfig(planClusterConfig(own, folders, devices));
  }

  async clusterConfig(connection: PeerConnection, message: ClusterConfig): Promise<void> {
    const exchanges = this.agreed(connection);
    // Not awaited: a send under way waits for the peer, which may be waiting for us.
    for (const sender of exchanges.values()) void sender.stop();
    exchanges.clear();
    for (const folder of message.folders) {
      await this.take(connection, exchanges, await this.answerTo(connection, folder));
    }
  }

  async index(connection: PeerConnection, message: IndexBatch): Promise<void> {
    this.requireAgreed(connection, message.folder);
    const { indexId } = await this.database.remoteIndex(message.folder, connection.deviceId);
    await this.database.resetRemoteIndex(message.folder, connection.deviceId, indexId);
    await this.receive(connection, message);
  }

  async indexUpdate(connection: PeerConnection, message: IndexBatch): Promise<void> {
    this.requireAgreed(connection, message.folder);
    await this.receive(connection, message);
  }

  async request(connection: PeerConnection, message: BlockRequest): Promise<Uint8Array> {
    if (this.model.sharedWith(message.folder, connection.deviceId) === undefined) {
      throw new RequestRefused('generic', 'the folder is not shared with you');
    }
    const fs = this.model.runner(message.folder)?.fs;
    if (fs === undefined) throw new RequestRefused('generic', 'the folder is not running');
    return this.requestServer.answer(fs, message);
  }

  /** Nothing is asked from partly received files yet, so nothing is kept of them. */
  async downloadProgress(connection: PeerConnection, message: DownloadProgress): Promise<void> {
    this.requireAgreed(connection, message.folder);
  }

  closed(connection: PeerConnection): void {
    const exchanges = this.exchanges.get(connection);
    this.exchanges.delete(connection);
    for (const sender of exchanges?.values() ?? []) void sender.stop();
  }

  private async positions(
    folder: string,
    devices: readonly string[],
  ): Promise<Map<string, IndexPosition>> {
    const positions = new Map<string, IndexPosition>();
    positions.set(this.model.identity.deviceId, await this.ownPosition(folder));
    for (const device of devices) {
      positions.set(device, await this.database.remoteIndex(folder, device));
    }
    return positions;
  }

  private async ownPosition(folder: string): Promise<IndexPosition> {
    const { indexId } = await this.database.addFolder(folder);
    const { local } = await this.database.summary(folder);
    return { indexId, sequence: local.sequence };
  }

  private async answerTo(connection: PeerConnection, folder: ClusterFolder): Promise<FolderAnswer> {
    const peer = connection.deviceId;
    const shared = this.model.sharedWith(folder.id, peer);
    const isRunning = shared !== undefined && !shared.paused;
    const none: IndexPosition = { indexId: 0n, sequence: 0 };
    const position = isRunning ? await this.ownPosition(folder.id) : none;
    const announced = isRunning ? await this.announced.of(folder.id) : 0;
    const own = { ...position, announced };
    const known = isRunning ? await this.database.remoteIndex(folder.id, peer) : none;
    return planFolderExchange(folder, shared, peer, this.model.identity.deviceId, own, known);
  }

  private async take(
    connection: PeerConnection,
    exchanges: Exchanges,
    answer: FolderAnswer,
  ): Promise<void> {
    const { folder } = answer;
    const device = connection.deviceId;
    if (answer.kind === 'offered') return this.offers.add(device, folder, answer.label);
    if (answer.kind === 'idle') {
      this.logger.log(`Folder ${folder} is not exchanged with ${device}: ${answer.reason}`);
      return;
    }
    if (answer.isRolledBack && !this.renewed.has(folder)) return this.rollBack(connection, folder);
    if (answer.resetTo !== undefined) {
      await this.database.resetRemoteIndex(folder, device, answer.resetTo);
    }
    const sender = new IndexSender(
      connection,
      folder,
      answer.sendAfter,
      this.database,
      this.clock,
      {
        trace: (line) => this.traced(line),
        sending: (sequence) => this.announced.raise(folder, sequence),
      },
    );
    exchanges.set(folder, sender);
    sender.wake();
    this.model.runner(folder)?.deviceConnected();
  }

  /**
   * The device knows more of our index than we do, so ours is an older copy: what we announced since then is
   * unknown to us. A new index ID makes every device ask again, and new counters cannot repeat old ones.
   */
  private async rollBack(connection: PeerConnection, folder: string): Promise<void> {
    this.renewed.add(folder);
    this.logger.warn(
      `Folder ${folder}: ${connection.deviceId} knows more of our index than we do; announcing it anew`,
    );
    await this.model.renewReplica(newReplicaId(this.randomness));
    const announced = await this.announced.of(folder);
    this.model.runner(folder)?.requestRenewal(announced, this.model.retiredReplicas);
    await this.database.renewIndexId(folder);
    throw new SyncError('changed', `index of folder ${folder} was rolled back; reconnect`, true);
  }

  private async receive(connection: PeerConnection, message: IndexBatch): Promise<void> {
    const { folder, files, lastSequence } = message;
    const device = connection.deviceId;
    const outcome = await this.database.updateRemote(folder, device, files, lastSequence);
    this.events.emit('RemoteIndexUpdated', {
      folder,
      device,
      items: files.length,
      sequence: outcome.sequence,
    });
    this.traced(
      `received ${files.length} items of folder ${folder} up to sequence ${outcome.sequence} from ${device}`,
    );
    this.model.runner(folder)?.requestPull();
  }

  private agreed(connection: PeerConnection): Exchanges {
    const exchanges = this.exchanges.get(connection);
    if (exchanges === undefined) throw new SyncError('closed', 'the connection is closed');
    return exchanges;
  }

  private requireAgreed(connection: PeerConnection, folder: string): void {
    if (!this.agreed(connection).has(folder)) {
      throw new SyncError('protocol', `folder ${JSON.stringify(folder)} is not exchanged here`);
    }
  }

  private traced(line: string): void {
    if (this.settings.settings.trace.includes('idx')) this.trace.debug(line);
  }

  private wakeSenders(folder: string): void {
    for (const exchanges of this.exchanges.values()) exchanges.get(folder)?.wake();
  }
}
