/**
 * One connection per device: registers greeted and admitted channels, settles duplicates as duplicate-rule.ts says,
 * and does the bookkeeping of an end once. Order for the handler, per device: `connected` of a connection, its
 * messages, `closed`; only then `connected` of the next one.
 */
import { messageOf } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type DeviceSettings } from '../config/settings.js';
import { type EventsService } from '../events/events.service.js';
import { type ConnectionHandler, type PeerConnection } from '../protocol/connection-handler.js';
import { type Hello } from '../protocol/messages.js';
import { type ConnectedDevices } from './connected-devices.js';
import { type ConnectionLog, SaidOnce, shownName } from './connection-log.js';
import { type DeviceHandler } from './device-handler.js';
import { CROSSING_MS, HOLD_MS, settle } from './duplicate-rule.js';
import { type Channel } from './transport.js';

/** A connection that is so old cannot be one of two that crossed for the peer either: a better one replaces it. */
export const UPGRADE_AFTER_MS = CROSSING_MS + 2000;
/** How long an ended connection may take to say goodbye before its socket is destroyed. */
export const CLOSE_WAIT_MS = 2000;

/** A channel whose peer was greeted and is welcome. */
export interface Candidate {
  readonly channel: Channel;
  readonly hello: Hello;
  /** `id` is the full one. */
  readonly device: DeviceSettings;
  /** We dialed it. */
  readonly isOurs: boolean;
}

export interface StartableConnection extends PeerConnection {
  /** Begins to read. */
  start(): void;
}

export interface RegisterParts {
  readonly ownId: DeviceId;
  readonly devices: ConnectedDevices;
  readonly handler: DeviceHandler;
  /** Makes the connection; the peer's messages go to the handler once it is started. */
  readonly open: (candidate: Candidate, handler: ConnectionHandler) => StartableConnection;
  readonly events: Pick<EventsService, 'emit'>;
  readonly clock: Clock;
  readonly log: ConnectionLog;
  readonly onEnded: (device: DeviceId, livedMs: number) => void;
  /** Asked last: the settings may have changed since the peer was greeted. Absent: everybody may stay. */
  readonly isWelcome?: (candidate: Candidate) => boolean;
  /** Devices connected at once. Absent: any number. */
  readonly connectionsMax?: () => number;
}

/** An established connection, for people. */
export interface LiveEntry {
  readonly candidate: Candidate;
  readonly connection: PeerConnection;
  /** Wall clock, ms. */
  readonly startedMs: number;
}

interface Entry {
  readonly candidate: Candidate;
  readonly sinceMs: number;
  readonly startedMs: number;
  connection: StartableConnection | undefined;
  /** The peer's Cluster Config came. */
  isChosen: boolean;
  /** Settles when the handler has done its `connected`. */
  readonly ready: Deferred;
  /** Resolves after the handler's `closed`. */
  readonly gone: Deferred;
}

interface Deferred {
  readonly promise: Promise<void>;
  /** Settles as the given value or promise does. */
  readonly resolve: (value?: Promise<void>) => void;
}

interface Held {
  readonly candidate: Candidate;
  readonly timer: Timer;
}

export class ConnectionRegister {
  private readonly entries = new Map<DeviceId, Entry>();
  /** Second connections that wait for the peer's choice. */
  private readonly held = new Map<DeviceId, Held>();
  /** By device: the end of the line of what is done for it. */
  private readonly turns = new Map<DeviceId, Promise<unknown>>();
  /** Devices for which there was no room. */
  private readonly refused = new SaidOnce();
  private isStopping = false;

  constructor(private readonly parts: RegisterParts) {}

  /** True when the channel became the device's connection, or is held in case it will be. */
  offer(candidate: Candidate): Promise<boolean> {
    return this.inTurn(candidate.device.id, () => this.settle(candidate));
  }

  /** True from the registration of a connection to the device until the handler knows of its end. */
  has(device: DeviceId): boolean {
    return this.entries.has(device);
  }

  get count(): number {
    return this.entries.size;
  }

  live(): LiveEntry[] {
    return [...this.entries.values()].flatMap(({ candidate, connection, startedMs }) =>
      connection === undefined || connection.isClosed ? [] : [{ candidate, connection, startedMs }],
    );
  }

  /** Connected, and over a far address. */
  isFar(device: DeviceId): boolean {
    return this.entries.get(device)?.candidate.channel.isLan === false;
  }

  /** Whether a near address of the device would be worth a dial: it is connected, for long enough, over a far one. */
  isUpgradable(device: DeviceId): boolean {
    const entry = this.entries.get(device);
    if (entry === undefined || entry.candidate.channel.isLan) return false;
    return this.parts.clock.monotonicMs() - entry.sinceMs >= UPGRADE_AFTER_MS;
  }

  /** Ends the device's connection, if there is one; resolves when the handler knows of its end. */
  disconnect(device: DeviceId, reason: string): Promise<void> {
    return this.inTurn(device, async () => {
      this.dropHeld(device, reason);
      const entry = this.entries.get(device);
      if (entry !== undefined) await this.end(entry, reason);
    });
  }

  /** Ends everything and takes nothing more. */
  async stop(reason: string): Promise<void> {
    this.isStopping = true;
    for (const device of [...this.held.keys()]) this.dropHeld(device, reason);
    await Promise.all([...this.turns.values()]);
    await Promise.all([...this.entries.values()].map((entry) => this.end(entry, reason)));
  }

  private inTurn<T>(device: DeviceId, job: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(device) ?? Promise.resolve()).then(job);
    const settled = turn
      .catch(() => undefined)
      .then(() => {
        if (this.turns.get(device) === settled) this.turns.delete(device);
      });
    this.turns.set(device, settled);
    return turn;
  }

  private async settle(candidate: Candidate): Promise<boolean> {
    const device = candidate.device.id;
    const existing = this.entries.get(device);
    if (existing === undefined || existing.connection?.isClosed === true) {
      await existing?.gone.promise;
      return this.hasRoom(candidate) && this.register(candidate);
    }
    const settlement = settle({
      ownId: this.parts.ownId,
      peerId: device,
      clientName: candidate.hello.clientName,
      existingIsOurs: existing.candidate.isOurs,
      existingAgeMs: this.parts.clock.monotonicMs() - existing.sinceMs,
      existingIsChosen: existing.isChosen,
      newIsOurs: candidate.isOurs,
    });
    const { remoteAddress } = candidate.channel;
    this.parts.log.debug(`Second connection to ${device} at ${remoteAddress}: ${settlement}`);
    if (settlement === 'hold') {
      this.hold(candidate);
      return true;
    }
    if (settlement === 'refuse') {
      candidate.channel.stream.destroy();
      return false;
    }
    this.dropHeld(device, 'a newer connection came');
    return this.replace(existing, candidate);
  }

  /** Only devices that are not connected take up room. */
  private hasRoom({ channel, device }: Candidate): boolean {
    const connectionsMax = this.parts.connectionsMax?.() ?? Infinity;
    if (this.entries.size < connectionsMax) {
      this.refused.forget(device.id);
      return true;
    }
    const { log } = this.parts;
    const line = `Refused ${device.id}: ${connectionsMax} devices are connected, the limit`;
    if (this.refused.isNew(device.id)) log.info(line);
    else log.debug(line);
    channel.stream.destroy();
    return false;
  }

  private register(candidate: Candidate): boolean {
    const entry = this.enter(candidate);
    return entry !== undefined && this.begin(entry);
  }

  /**
   * The new connection takes the place of the old one before that is ended: what is asked of the device from now on goes
   * over the new one, and waits there until both sides have said what they share.
   */
  private async replace(existing: Entry, candidate: Candidate): Promise<boolean> {
    const entry = this.enter(candidate);
    if (entry === undefined) return false;
    await this.end(existing, 'replaced by a newer connection');
    return this.begin(entry);
  }

  /** Registers the connection; it neither sends nor reads yet. undefined when it is of no use. */
  private enter(candidate: Candidate): Entry | undefined {
    const { channel, device } = candidate;
    const { clock, devices } = this.parts;
    const isWelcome = this.parts.isWelcome?.(candidate) ?? true;
    if (this.isStopping || channel.stream.destroyed || !isWelcome) {
      channel.stream.destroy();
      return undefined;
    }
    const entry: Entry = {
      candidate,
      sinceMs: clock.monotonicMs(),
      startedMs: clock.nowMs(),
      connection: undefined,
      isChosen: false,
      ready: deferred(),
      gone: deferred(),
    };
    const connection = this.open(entry);
    this.entries.set(device.id, entry);
    if (connection.isClosed) return entry;
    devices.replace(connection);
    // From its end on nobody is to ask it for anything; its last call to the handler comes later.
    connection.signal.addEventListener('abort', () => devices.remove(connection), { once: true });
    return entry;
  }

  /** True when the connection is up. */
  private begin(entry: Entry): boolean {
    const { channel, device, hello } = entry.candidate;
    const connection = entry.connection as StartableConnection;
    if (connection.isClosed) {
      entry.ready.resolve();
      return false;
    }
    this.parts.log.info(
      `Connected to node ${device.id} at ${channel.remoteAddress} ` +
        `(${shownName(hello.clientName)} ${shownName(hello.clientVersion)}, ${channel.crypto})`,
    );
    this.parts.events.emit('DeviceConnected', {
      device: device.id,
      address: channel.remoteAddress,
      clientName: hello.clientName,
      clientVersion: hello.clientVersion,
    });
    entry.ready.promise.catch((error: unknown) => connection.close(messageOf(error)));
    entry.ready.resolve(this.parts.handler.connected(connection));
    // What the peer sends meanwhile is received but waits for `ready`: both sides may be sending at once.
    connection.start();
    return true;
  }

  private open(entry: Entry): StartableConnection {
    try {
      const connection = this.parts.open(entry.candidate, this.handlerOf(entry));
      entry.connection = connection;
      return connection;
    } catch (error) {
      entry.candidate.channel.stream.destroy();
      throw error;
    }
  }

  /** What the connection calls: the model's handler, after `connected`, and with the bookkeeping of the end. */
  private handlerOf(entry: Entry): ConnectionHandler {
    const { handler } = this.parts;
    const device = entry.candidate.device.id;
    const whenReady =
      <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        await entry.ready.promise;
        return call(...args);
      };
    return {
      clusterConfig: whenReady((connection, message) => {
        entry.isChosen = true;
        this.dropHeld(device, 'the peer chose the other connection');
        return handler.clusterConfig(connection, message);
      }),
      index: whenReady((connection, message) => handler.index(connection, message)),
      indexUpdate: whenReady((connection, message) => handler.indexUpdate(connection, message)),
      request: whenReady((connection, message) => handler.request(connection, message)),
      downloadProgress: whenReady((connection, message) =>
        handler.downloadProgress(connection, message),
      ),
      closed: (connection, reason) => void this.closed(entry, connection, reason),
    };
  }

  private async closed(entry: Entry, connection: PeerConnection, reason: Error): Promise<void> {
    const device = connection.deviceId;
    const { devices, events, handler, log, onEnded, clock } = this.parts;
    devices.remove(connection);
    log.info(`Connection to ${device} at ${connection.remoteAddress} closed: ${reason.message}`);
    await entry.ready.promise.catch(() => undefined);
    try {
      handler.closed(connection, reason);
    } finally {
      if (this.entries.get(device) === entry) this.entries.delete(device);
      entry.gone.resolve();
      events.emit('DeviceDisconnected', { device, error: reason.message });
      this.promoteHeld(device);
      onEnded(device, clock.monotonicMs() - entry.sinceMs);
    }
  }

  private async end(entry: Entry, reason: string): Promise<void> {
    const { stream } = entry.candidate.channel;
    const force = this.parts.clock.setTimer(CLOSE_WAIT_MS, () => stream.destroy());
    entry.connection?.close(reason).catch(() => stream.destroy());
    await entry.gone.promise;
    force.cancel();
  }

  private hold(candidate: Candidate): void {
    const device = candidate.device.id;
    this.dropHeld(device, 'a newer connection came');
    const timer = this.parts.clock.setTimer(HOLD_MS, () =>
      this.dropHeld(device, 'the peer made no choice in time'),
    );
    this.held.set(device, { candidate, timer });
  }

  private takeHeld(device: DeviceId): Candidate | undefined {
    const held = this.held.get(device);
    held?.timer.cancel();
    this.held.delete(device);
    return held?.candidate;
  }

  private dropHeld(device: DeviceId, why: string): void {
    const candidate = this.takeHeld(device);
    if (candidate === undefined) return;
    this.parts.log.debug(`Second connection to ${device} dropped: ${why}`);
    candidate.channel.stream.destroy();
  }

  private promoteHeld(device: DeviceId): void {
    const candidate = this.takeHeld(device);
    if (candidate === undefined) return;
    this.offer(candidate).catch((error: unknown) => {
      candidate.channel.stream.destroy();
      this.parts.log.warn(`Connection to ${device}: ${messageOf(error)}`);
    });
  }
}

function deferred(): Deferred {
  let resolve: Deferred['resolve'] = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = (value) => settle(value);
  });
  return { promise, resolve };
}
