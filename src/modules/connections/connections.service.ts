/**
 * The node's end of the network: listens, dials, and keeps one connection to each configured device that can be
 * reached. Owns when all this starts and stops; what happens on a connection is the handler's.
 */
import { setMaxListeners } from 'node:events';
import { Injectable, Logger } from '@nestjs/common';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { Clock, type Timer } from '../../platform/clock.js';
import { packageVersion } from '../../platform/package-version.js';
import { Randomness } from '../../platform/randomness.js';
import { CertService } from '../cert/cert.service.js';
import { type DeviceSettings, type Settings } from '../config/settings.js';
import { SettingsService } from '../config/settings.service.js';
import { IndexDatabase } from '../database/index-database.js';
import { DiscoveryService } from '../discovery/discovery.service.js';
import { EventsService } from '../events/events.service.js';
import { type ConnectionHandler } from '../protocol/connection-handler.js';
import { ProtocolService } from '../protocol/protocol.service.js';
import { ConnectedDevices, type Transferred } from './connected-devices.js';
import { type ConnectionLog } from './connection-log.js';
import {
  type Candidate,
  ConnectionRegister,
  type StartableConnection,
} from './connection-register.js';
import { connectionStatus, type ConnectionStatus } from './connection-status.js';
import { planDeviceChanges, reasonToEnd } from './device-changes.js';
import { type DeviceHandler } from './device-handler.js';
import { type DialRecord } from './dial-records.js';
import { Dialer } from './dialer.js';
import { knownDevices } from './known-devices.js';
import { isLan } from './lan.js';
import { Listeners, type ListenerStatus } from './listeners.js';
import { RateLimits } from './rate-limits.js';
import { Reception } from './reception.js';
import { Strangers } from './strangers.js';
import { STATISTICS_INTERVAL_MS, transferLine } from './transfer-statistics.js';
import { ipOf } from './tcp-address.js';
import { type Channel, Transport } from './transport.js';

const MS_PER_S = 1000;
/** Whatever is configured, nobody is dialed in a tight loop. */
const RECONNECT_INTERVAL_MIN_MS = 1000;

@Injectable()
export class ConnectionsService {
  private readonly logger = new Logger('connections');
  private readonly trace = new Logger('net');
  private running: Running | undefined;

  constructor(
    private readonly settings: SettingsService,
    private readonly cert: CertService,
    private readonly protocol: ProtocolService,
    private readonly transport: Transport,
    private readonly discovery: DiscoveryService,
    private readonly database: IndexDatabase,
    private readonly events: EventsService,
    private readonly devices: ConnectedDevices,
    private readonly clock: Clock,
    private readonly randomness: Randomness,
  ) {}

  /** The addresses really listened on, `tcp://host:port` each. */
  get listenAddresses(): string[] {
    return this.running?.listeners.addresses ?? [];
  }

  /** The established connections. */
  status(): ConnectionStatus[] {
    const entries = this.running?.register.live() ?? [];
    return entries.map((entry) => connectionStatus(entry, this.clock.nowMs()));
  }

  /** Bytes of all connections since the start. */
  get transferred(): Transferred {
    return this.devices.transferred();
  }

  /** Each configured address to listen on, and what came of it. */
  listenerStatus(): ListenerStatus[] {
    return this.running?.listeners.status() ?? [];
  }

  /** By address: what came of its last dial. */
  dialStatus(): Map<string, DialRecord> {
    return this.running?.dialer.records.all() ?? new Map<string, DialRecord>();
  }

  /**
   * Rejects with SyncError 'io' when there are addresses to listen on and none of them works; one that fails beside
   * others that work is logged as an error.
   */
  async start(handler: DeviceHandler): Promise<void> {
    const running = this.assemble(handler);
    this.running = running;
    try {
      await running.listeners.apply(this.settings.settings.listenAddresses, true);
    } catch (error) {
      await this.stop();
      throw error;
    }
    const stopFollowing = this.settings.onChange((now, before) =>
      this.settingsChanged(running, now, before),
    );
    // One that came in over a far address is looked after from then on.
    const stopHearing = this.events.on('DeviceConnected', () => running.dialer.wake());
    running.stopListening = () => {
      stopFollowing();
      stopHearing();
    };
    this.logger.log('Attempting to connect to other nodes');
    running.dialer.wake();
    if (this.settings.settings.transferStatistics) this.logTransfers(running);
  }

  /** Tells every peer, ends every connection, and resolves when the handler has heard of each end. */
  async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    if (running === undefined) return;
    running.stopListening();
    running.stopped.abort(new SyncError('closed', 'the node is stopping'));
    running.statistics?.cancel();
    await running.listeners.close();
    running.reception.stop();
    await running.dialer.stop();
    await Promise.all(running.receiving);
    await running.register.stop('the node is stopping');
  }

  /** Dials what is due; a device of which an address was found is due at once. */
  wake(found?: string): void {
    if (found === undefined) this.running?.dialer.wake();
    else this.running?.dialer.found(found);
  }

  /** This machine has other addresses than before. What went over the old ones is given up, and everybody dialed. */
  networkChanged(addresses: readonly string[]): void {
    this.transport.networkChanged(addresses);
    this.running?.dialer.networkChanged();
  }

  /** Ends the device's connection, if there is one, and tells the peer why; resolves when the handler has heard of it. */
  async disconnect(device: DeviceId, reason: string): Promise<void> {
    await this.running?.register.disconnect(device, reason);
  }

  /** What the change does not touch stays connected. */
  private async settingsChanged(running: Running, now: Settings, before: Settings): Promise<void> {
    running.rates.devicesChanged();
    const live = running.register.live().map(({ connection }) => ({
      device: connection.deviceId,
      ip: ipOf(connection.remoteAddress),
    }));
    const changes = planDeviceChanges(now.devices, before.devices, live);
    for (const { device, reason } of changes.disconnect) {
      // Not awaited: a peer may take its time to end, and the others are not to wait for that.
      running.register.disconnect(device, reason).catch((error: unknown) => {
        this.logger.warn(`Disconnecting ${device}: ${messageOf(error)}`);
      });
    }
    for (const key of changes.redial) running.dialer.renew(key);
    running.dialer.wake();
    await running.listeners.apply(now.listenAddresses);
  }

  private assemble(handler: DeviceHandler): Running {
    const current = (): Settings => this.settings.settings;
    const known = (): DeviceSettings[] => knownDevices(current().devices);
    const { clock, devices, events, protocol, transport } = this;
    const { deviceId: ownId } = this.cert;
    const log = this.log();
    const rates = new RateLimits(current, clock);
    const connectionsMax = (): number => current().limits?.connectionsMax || Infinity;
    const connectionsEnough = (): number => current().limits?.connectionsEnough || Infinity;
    const register = new ConnectionRegister({
      ...{ ownId, devices, handler, events, clock, log, connectionsMax },
      isWelcome: ({ device, channel }) => {
        const now = known().find(({ id }) => id === device.id);
        // The ID of a fingerprint may not be written down yet.
        const isLearning = now === undefined && device.fingerprint !== '';
        return isLearning || reasonToEnd(now, ipOf(channel.remoteAddress)) === undefined;
      },
      open: (candidate, connectionHandler) => this.open(candidate, connectionHandler, rates),
      onEnded: (device, livedMs) => dialer.ended(device, livedMs),
    });
    const reception = new Reception({
      ...{ ownId, known, clock, log },
      deviceName: () => current().deviceName,
      clientVersion: `v${packageVersion()}`,
      strangers: new Strangers(this.database, events, clock, log),
      learn: (fingerprint, id) => this.learn(fingerprint, id),
      greet: (stream, hello, signal) => protocol.greet(stream, hello, signal),
      offer: (candidate) => register.offer(candidate),
    });
    const dialer = new Dialer({
      ...{ known, clock, log, transport },
      discovery: this.discovery,
      randomness: this.randomness,
      intervalMs: () =>
        Math.max(RECONNECT_INTERVAL_MIN_MS, current().reconnectIntervalS * MS_PER_S),
      isBusy: (key) => key === ownId || register.has(key),
      isUpgradable: (key) => register.isUpgradable(key),
      isFar: (key) => register.isFar(key),
      isNear: (ip) => isLan(ip, undefined, current().limits?.lanNetworks),
      room: () => Math.min(connectionsMax(), connectionsEnough()) - register.count,
      receive: (channel, signal) => reception.receive(channel, true, signal),
    });
    const stopped = new AbortController();
    // The waiting room bounds its listeners.
    setMaxListeners(0, stopped.signal);
    const running: Running = {
      ...{ register, reception, dialer, rates, stopped },
      listeners: new Listeners(transport, (channel) => this.receive(running, channel), {
        info: (line) => this.logger.log(line),
        error: (line) => this.logger.error(line),
      }),
      receiving: new Set(),
      stopListening: () => undefined,
      statistics: undefined,
    };
    return running;
  }

  /** Known at once; should it not be written down, the device is recognised by its fingerprint again next time. */
  private learn(fingerprint: string, id: string): void {
    this.settings.rememberDeviceId(fingerprint, id).catch((error: unknown) => {
      this.logger.warn(`The ID of ${fingerprint} is not remembered: ${messageOf(error)}`);
    });
  }

  private open(
    candidate: Candidate,
    handler: ConnectionHandler,
    rates: RateLimits,
  ): StartableConnection {
    const { channel, device, hello } = candidate;
    const { stream, remoteAddress, isLan } = channel;
    const isTraced = this.settings.settings.trace.includes('net');
    return this.protocol.connect({
      ...{ stream, remoteAddress, isLan, hello, handler },
      deviceId: device.id,
      compression: device.compression,
      throttle: rates.throttle(device.id, isLan),
      ...(isTraced ? { trace: (line) => this.trace.debug(`${device.id}: ${line}`) } : {}),
    });
  }

  private receive(running: Running, channel: Channel): void {
    const received: Promise<unknown> = running.reception
      .receive(channel, false, running.stopped.signal)
      .catch((error: unknown) => {
        channel.stream.destroy();
        this.logger.error(`Connection from ${channel.remoteAddress}: ${messageOf(error)}`);
      })
      .finally(() => running.receiving.delete(received));
    running.receiving.add(received);
  }

  private logTransfers(running: Running): void {
    let before = this.devices.transferred();
    let beforeMs = this.clock.monotonicMs();
    const again = (): void => {
      running.statistics = this.clock.setTimer(STATISTICS_INTERVAL_MS, () => {
        const now = this.devices.transferred();
        const nowMs = this.clock.monotonicMs();
        const line = transferLine(before, now, nowMs - beforeMs);
        if (line !== undefined) this.logger.log(line);
        before = now;
        beforeMs = nowMs;
        again();
      });
    };
    again();
  }

  private log(): ConnectionLog {
    return {
      info: (line) => this.logger.log(line),
      warn: (line) => this.logger.warn(line),
      debug: (line) => this.logger.debug(line),
    };
  }
}

interface Running {
  readonly register: ConnectionRegister;
  readonly reception: Reception;
  readonly dialer: Dialer;
  readonly listeners: Listeners;
  readonly rates: RateLimits;
  /** Incoming channels whose fate is open. */
  readonly receiving: Set<Promise<unknown>>;
  readonly stopped: AbortController;
  /** Ends the subscription to the settings. */
  stopListening: () => void;
  statistics: Timer | undefined;
}
