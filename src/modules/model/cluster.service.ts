/**
 * What connected devices share with us: answers their Cluster Config, receives their indexes, serves their requests
 * and sends ours. Owns what was agreed on each connection. Only folders agreed on a connection are exchanged there;
 * when the settings change, devices are told anew where their shares change, and nothing else is touched.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf, SyncError } from '../../domain/errors.js';
import { Clock } from '../../platform/clock.js';
import { SettingsService } from '../config/settings.service.js';
import { type DeviceHandler } from '../connections/device-handler.js';
import { PartialOffers } from '../connections/partial-offers.js';
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
import { PullerService } from '../puller/puller.service.js';
import { FolderOffers } from './folder-offers.js';
import { areSharesChanged } from './folder-changes.js';
import { IndexReceiver } from './index-receiver.js';
import { IndexSender } from './index-sender.js';
import { ModelService } from './model.service.js';
import { type EarlyBatch, PeerSession } from './peer-session.js';
import { ProgressSender } from './progress-sender.js';
import { ReceiveTiming } from './receive-timing.js';
import { RequestServer } from './request-server.js';
import { SendTiming } from './send-timing.js';

/** What a device says of a folder that is shared with it, in Syncthing's words. */
export type RemoteFolderState = 'valid' | 'paused' | 'notSharing' | 'unknown';

@Injectable()
export class ClusterService implements DeviceHandler {
  private readonly logger = new Logger('cluster');
  private readonly trace = new Logger('idx');
  private readonly sessions = new Map<PeerConnection, PeerSession>();
  private readonly requestServer: RequestServer;
  private readonly offers: FolderOffers;
  private readonly receiveTiming: ReceiveTiming;
  private readonly sendTiming: SendTiming;
  /** Folders whose index was renewed: in this run nobody can know more of the new one than we announced. */
  private readonly renewed = new Set<string>();
  private readonly receiver: IndexReceiver;
  private stopListening: (() => void) | undefined;
  private followed: Promise<void> = Promise.resolve();
  private readonly progress: ProgressSender;

  constructor(
    private readonly model: ModelService,
    private readonly settings: SettingsService,
    private readonly database: IndexDatabase,
    events: EventsService,
    private readonly clock: Clock,
    private readonly partialOffers: PartialOffers,
    puller: PullerService,
  ) {
    this.requestServer = new RequestServer(database, (folder, name) =>
      this.model.runner(folder)?.requestScan([name]),
    );
    this.offers = new FolderOffers(database, events, clock, this.logger);
    this.receiveTiming = new ReceiveTiming(clock, (folder) =>
      this.model.runner(folder)?.requestPull(),
    );
    this.receiver = new IndexReceiver(database, events, {
      trace: (line) => this.traced(line),
      received: (folder, isMoreAwaited) => this.receiveTiming.received(folder, isMoreAwaited),
    });
    this.progress = new ProgressSender({
      clock,
      partialFiles: (folder) => puller.partialFiles(folder),
      exchanged: () =>
        [...this.sessions].map(([connection, session]) => [connection, session.keys()] as const),
      isFetching: () => model.all().some(({ state }) => state !== 'idle' && state !== 'error'),
    });
    events.on('StateChanged', ({ to }) => {
      if (to === 'syncing') this.progress.start();
    });
    this.sendTiming = new SendTiming(events, clock, (folder) => this.wakeSenders(folder));
  }

  /** From now on folders and shares follow the settings. Once, when the folders have started. */
  async start(): Promise<void> {
    this.stopListening = this.settings.onChange(() => this.follow());
    // What was changed while the folders started.
    await this.follow();
  }

  /** Resolves when nothing follows the settings any more. */
  async stop(): Promise<void> {
    this.stopListening?.();
    this.sendTiming.stop();
    this.receiveTiming.stop();
    await this.followed;
  }

  /** What the device said last of a folder that is shared with it here. */
  remoteState(folder: string, device: string): RemoteFolderState {
    const session = [...this.sessions.values()].find(
      ({ connection }) => connection.deviceId === device,
    );
    if (session?.message === undefined) return 'unknown';
    const said = session.said(folder);
    const ownId = this.model.identity.deviceId;
    if (said === undefined || !said.devices.some(({ id }) => id === ownId)) return 'notSharing';
    return said.paused ? 'paused' : 'valid';
  }

  async connected(connection: PeerConnection): Promise<void> {
    const session = new PeerSession(connection);
    this.sessions.set(connection, session);
    this.progress.start();
    await session.run(() => this.announce(session));
  }

  async clusterConfig(connection: PeerConnection, message: ClusterConfig): Promise<void> {
    const session = this.sessionOf(connection);
    await session.run(async () => {
      session.message = message;
      const named = new Set(message.folders.map(({ id }) => id));
      for (const folder of [...session.keys()]) if (!named.has(folder)) session.end(folder);
      for (const folder of message.folders) await this.agree(session, folder, true);
      await this.offers.keepOnly(connection.deviceId, named);
    });
  }

  async index(connection: PeerConnection, message: IndexBatch): Promise<void> {
    await this.receive(connection, { isFull: true, message });
  }

  async indexUpdate(connection: PeerConnection, message: IndexBatch): Promise<void> {
    await this.receive(connection, { isFull: false, message });
  }

  async request(connection: PeerConnection, message: BlockRequest): Promise<Uint8Array> {
    if (this.model.sharedWith(message.folder, connection.deviceId) === undefined) {
      throw new RequestRefused('generic', 'the folder is not shared with you');
    }
    const fs = this.model.runner(message.folder)?.fs;
    if (fs === undefined) throw new RequestRefused('generic', 'the folder is not running');
    return this.requestServer.answer(fs, message);
  }

  async downloadProgress(connection: PeerConnection, message: DownloadProgress): Promise<void> {
    const session = this.sessionOf(connection);
    if (!this.isTaken(session, message.folder)) return;
    this.partialOffers.update(connection, message);
  }

  closed(connection: PeerConnection): void {
    this.sessions.get(connection)?.close();
    this.sessions.delete(connection);
  }

  /** The folders and shares are led to the settings of the moment; calls follow each other. */
  private follow(): Promise<void> {
    const done = this.followed.then(() => this.takeUp());
    this.followed = done.catch(() => undefined);
    return done;
  }

  /** What ends here ends first, then devices are told. */
  private async takeUp(): Promise<void> {
    const now = this.settings.settings;
    const before = this.model.appliedSettings;
    const changes = await this.model.plan(now);
    for (const session of this.sessions.values()) this.retract(session, changes.drop);
    await this.model.apply(now, changes);
    for (const session of this.sessions.values()) {
      if (!areSharesChanged(session.connection.deviceId, now, before)) continue;
      // Not awaited: a device that takes its time must not hold up the settings. Nor may what it is told overtake an
      // index that is on its way: stock devices end the connection on one of a folder that is no longer shared.
      session
        .stopped()
        .then(() => session.run(() => this.tellAnew(session)))
        .catch((error: unknown) => {
          if (session.connection.isClosed) return;
          void session.connection.close(`telling changed folders: ${messageOf(error)}`);
        });
    }
    await this.offers.settle(now);
  }

  private retract(session: PeerSession, dropped: readonly string[]): void {
    const device = session.connection.deviceId;
    for (const folder of session.folders()) {
      const shared = this.model.sharedWith(folder, device);
      if (shared === undefined || dropped.includes(folder)) session.giveUp(folder);
      else if (shared.paused) session.pause(folder);
    }
  }

  private async tellAnew(session: PeerSession): Promise<void> {
    if (session.connection.isClosed) return;
    for (const { id, paused } of this.model.foldersSharedWith(session.connection.deviceId)) {
      if (!paused) session.expect(id);
    }
    await this.announce(session);
    for (const folder of session.message?.folders ?? []) await this.agree(session, folder, false);
  }

  private async announce({ connection }: PeerSession): Promise<void> {
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
    const announced = isRunning ? await this.model.announced.to(folder.id, peer) : 0;
    const own = { ...position, announced };
    const known = isRunning ? await this.database.remoteIndex(folder.id, peer) : none;
    return planFolderExchange(folder, shared, peer, this.model.identity.deviceId, own, known);
  }

  /** Shared with the device here, and stopped by a setting that is not supported: no offer to take. */
  private isBlocked(folder: string, device: string): boolean {
    const settings = this.settings.settings.folders.find(({ id }) => id === folder);
    return settings?.blockedBy !== '' && settings?.devices.includes(device) === true;
  }

  /** `isNews`: the peer has just said this; else it is looked at again because of changed settings. */
  private async agree(session: PeerSession, said: ClusterFolder, isNews: boolean): Promise<void> {
    const { connection } = session;
    const folder = said.id;
    const answer = await this.answerTo(connection, said);
    if (answer.kind === 'offered') {
      session.end(folder);
      if (this.isBlocked(folder, connection.deviceId)) return;
      return this.offers.add(connection.deviceId, folder, answer.label);
    }
    if (answer.kind === 'idle') {
      if (isNews || session.sender(folder) !== undefined) {
        const { reason } = answer;
        this.logger.log(`Folder ${folder} is not exchanged with ${connection.deviceId}: ${reason}`);
      }
      if (isNews) session.end(folder);
      return;
    }
    const sender = session.sender(folder);
    const isUnderWay = sender !== undefined && answer.resetTo === undefined;
    // A device that says it has less than it was sent lost it, or will drop what is on its way.
    if (isUnderWay && (!isNews || answer.sendAfter >= sender.position)) return;
    await this.exchange(session, answer, isNews);
  }

  private async exchange(
    session: PeerSession,
    answer: FolderAnswer & { readonly kind: 'exchange' },
    isNews: boolean,
  ): Promise<void> {
    const { connection } = session;
    const { folder } = answer;
    const device = connection.deviceId;
    if (answer.isRolledBack && !this.renewed.has(folder)) return this.rollBack(connection, folder);
    if (answer.resetTo !== undefined) {
      await this.database.resetRemoteIndex(folder, device, answer.resetTo);
    }
    const sent = isNews ? undefined : session.sentBefore(folder);
    const sender = new IndexSender(
      connection,
      folder,
      sent ?? answer.sendAfter,
      this.database,
      this.clock,
      {
        trace: (line) => this.traced(line),
        sending: (sequence) => this.model.announced.raise(folder, device, sequence),
      },
    );
    session.exchange(folder, sender, answer);
    sender.wake();
    for (const batch of session.takeEarly(folder)) await this.receiver.take(session, batch);
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
    await this.model.renewReplica();
    const announced = await this.model.announced.to(folder, connection.deviceId);
    this.model.runner(folder)?.requestRenewal(announced, this.model.retiredReplicas);
    await this.database.renewIndexId(folder);
    throw new SyncError('changed', `index of folder ${folder} was rolled back; reconnect`, true);
  }

  private async receive(connection: PeerConnection, batch: EarlyBatch): Promise<void> {
    const session = this.sessionOf(connection);
    const { folder } = batch.message;
    this.partialOffers.announced(connection, folder, batch.message.files);
    if (this.isTaken(session, folder)) await this.receiver.take(session, batch);
    else if (session.standing(folder) !== 'given up') session.hold(batch);
  }

  private sessionOf(connection: PeerConnection): PeerSession {
    const session = this.sessions.get(connection);
    if (session === undefined) throw new SyncError('closed', 'the connection is closed');
    return session;
  }

  /**
   * Whether what the peer sends of the folder is taken now. A stock peer that shares or resumes a folder may send its
   * index before the Cluster Config that says so. Throws SyncError 'protocol' for a folder not shared with the device.
   */
  private isTaken(session: PeerSession, folder: string): boolean {
    const standing = session.standing(folder);
    if (standing === 'exchanged' || standing === 'draining') return true;
    const isShared = this.model.sharedWith(folder, session.connection.deviceId) !== undefined;
    if (standing === 'unknown' && !isShared) {
      throw new SyncError('protocol', `folder ${JSON.stringify(folder)} is not exchanged here`);
    }
    return false;
  }

  private traced(line: string): void {
    if (this.settings.settings.trace.includes('idx')) this.trace.debug(line);
  }

  private wakeSenders(folder: string): void {
    for (const session of this.sessions.values()) session.sender(folder)?.wake();
  }
}
