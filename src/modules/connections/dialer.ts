/**
 * Dials the devices that are configured and not connected, as dial-plan.ts says, and near addresses of those that are
 * connected over a far one. Owns when each device is dialed next. Several addresses of a device are tried side by side,
 * near ones a little ahead, and the first that proves to be that device counts; from there on the channel is the
 * reception's, which settles it against one that came in meanwhile.
 */
import { setMaxListeners } from 'node:events';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type Randomness } from '../../platform/randomness.js';
import { type DeviceSettings } from '../config/settings.js';
import { type DiscoveryService } from '../discovery/discovery.service.js';
import { chooseAddresses, NEAR_HEAD_START_MS, type AddressChoice } from './address-choice.js';
import { applicantOf } from './applicant.js';
import { type ConnectionLog } from './connection-log.js';
import {
  ADDRESSES_AT_ONCE_MAX,
  afterConnection,
  afterFailure,
  type DialState,
  NEVER_DIALED,
  planDials,
} from './dial-plan.js';
import { DialRecords } from './dial-records.js';
import { keyOf } from './known-devices.js';
import { type Channel, type Transport } from './transport.js';

export interface DialerParts {
  readonly transport: Transport;
  readonly discovery: Pick<DiscoveryService, 'addresses'>;
  /** The configured devices, each once. */
  readonly known: () => DeviceSettings[];
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: ConnectionLog;
  /** Asked each time: it may change. */
  readonly intervalMs: () => number;
  /** Keys that need no dial: connected ones and our own. */
  readonly isBusy: (key: string) => boolean;
  /** Of those, the ones that a near address would serve better. */
  readonly isUpgradable: (key: string) => boolean;
  /** Whether an IP is in the LAN. */
  readonly isNear: (ip: string) => boolean;
  /** How many further connections there may be. */
  readonly room: () => number;
  /** Takes the channel over; true when it became the device's connection or waits to. */
  readonly receive: (channel: Channel, signal: AbortSignal) => Promise<boolean>;
}

export class Dialer {
  private readonly states = new Map<string, DialState>();
  private readonly dialing = new Map<string, Dial>();
  /** By key: the failure that was told. */
  private readonly told = new Map<string, string>();
  private readonly stopped = new AbortController();
  private timer: Timer | undefined;
  readonly records = new DialRecords();

  constructor(private readonly parts: DialerParts) {
    // One listener for each device that is dialed.
    setMaxListeners(0, this.stopped.signal);
  }

  /** Dials whatever is due. To be called when something changed. */
  wake(): void {
    if (this.stopped.signal.aborted) return;
    this.timer?.cancel();
    const { clock, known, isBusy, isUpgradable, room } = this.parts;
    const devices = new Map(known().map((device) => [keyOf(device), device]));
    for (const key of this.states.keys()) if (!devices.has(key)) this.forget(key);
    const isFull = room() <= this.dialing.size;
    const busy = new Set(
      [...devices.keys()].filter(
        (key) => this.dialing.has(key) || (isBusy(key) ? !isUpgradable(key) : isFull),
      ),
    );
    const plan = planDials(
      [...devices].map(([key, { paused, blockedBy }]) => ({
        ...{ key, paused },
        blocked: blockedBy !== '',
      })),
      this.states,
      busy,
      this.dialing.size,
      clock.monotonicMs(),
      this.parts.intervalMs(),
    );
    this.timer = clock.setTimer(plan.wakeInMs, () => this.wake());
    for (const key of plan.dial) this.begin(key, devices.get(key) as DeviceSettings);
  }

  /** What is known of earlier dials does not count any more: the device is dialed at once. */
  renew(key: string): void {
    this.forget(key);
    this.dialing.get(key)?.stop.abort(new SyncError('closed', 'the device was changed'));
  }

  /** An address of the device became known: it is dialed now, or soon after the dial under way fails. */
  found(key: string): void {
    this.states.delete(key);
    this.wake();
  }

  /** We are in another network: earlier failures say nothing about this one. */
  networkChanged(): void {
    this.states.clear();
    this.wake();
  }

  private forget(key: string): void {
    this.states.delete(key);
    this.told.delete(key);
  }

  private begin(key: string, device: DeviceSettings): void {
    const stop = new AbortController();
    // One listener for each address that is dialed.
    setMaxListeners(0, stop.signal);
    const onStopped = (): void => stop.abort(this.stopped.signal.reason);
    this.stopped.signal.addEventListener('abort', onStopped, { once: true });
    const done = this.dial(key, device, stop.signal).finally(() => {
      this.stopped.signal.removeEventListener('abort', onStopped);
      this.dialing.delete(key);
      this.wake();
    });
    this.dialing.set(key, { stop, done });
  }

  /** An established connection ended after so long. */
  ended(key: string, livedMs: number): void {
    const { clock, randomness } = this.parts;
    const intervalMs = this.parts.intervalMs();
    const state = this.states.get(key) ?? NEVER_DIALED;
    const nowMs = clock.monotonicMs();
    this.states.set(key, afterConnection(state, livedMs, nowMs, intervalMs, randomness.fraction()));
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped.abort(new SyncError('closed', 'the node is stopping'));
    this.timer?.cancel();
    await Promise.all([...this.dialing.values()].map(({ done }) => done));
  }

  /** Never rejects. */
  private async dial(key: string, device: DeviceSettings, signal: AbortSignal): Promise<void> {
    const { clock, log, randomness, receive } = this.parts;
    const isUpgrade = this.parts.isBusy(key);
    let isGood = false;
    try {
      const channel = await this.open(device, isUpgrade, signal);
      isGood = channel !== undefined && (await receive(channel, signal));
    } catch (error) {
      const line = `Connecting to ${key}: ${messageOf(error)}`;
      // Told once until a connection is made; the same reason every minute helps nobody.
      if (isUpgrade || this.told.get(key) === line) log.debug(line);
      else if (!signal.aborted) log.info(line);
      this.told.set(key, line);
    }
    if (isGood) this.told.delete(key);
    if (isGood || signal.aborted) return;
    const state = this.states.get(key) ?? NEVER_DIALED;
    const nowMs = clock.monotonicMs();
    const intervalMs = this.parts.intervalMs();
    // A connected device loses nothing by the next attempt's coming late.
    const next = isUpgrade
      ? { failures: 0, nextMs: nowMs + intervalMs }
      : afterFailure(state, nowMs, intervalMs, randomness.fraction());
    this.states.set(key, next);
  }

  /** undefined when there is no address to dial. */
  private async open(
    device: DeviceSettings,
    isUpgrade: boolean,
    signal: AbortSignal,
  ): Promise<Channel | undefined> {
    const { discovery, isNear } = this.parts;
    const known = await discovery.addresses(device, signal);
    const choice = chooseAddresses(known, isNear, device.allowedNetworks ?? [], isUpgrade);
    if (choice.near.length + choice.far.length === 0) return undefined;
    return this.first(device, choice, signal);
  }

  /** The first channel that leads to the device. Rejects with every address's reason in one message. */
  private async first(
    device: DeviceSettings,
    { near, far }: AddressChoice,
    signal: AbortSignal,
  ): Promise<Channel> {
    const scope = new AbortController();
    setMaxListeners(0, scope.signal);
    const stop = (): void => scope.abort(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    const failures: string[] = [];
    let found: Channel | undefined;
    const attempt = async (address: string): Promise<void> => {
      try {
        const channel = await this.dialed(address, device, scope.signal);
        if (found === undefined) {
          found = channel;
          scope.abort(new SyncError('closed', 'another address answered first'));
        } else {
          channel.stream.destroy();
        }
      } catch (error) {
        failures.push(messageOf(error));
      }
    };
    try {
      const nearby = this.tryAll(near, attempt, scope.signal);
      if (near.length > 0 && far.length > 0) await this.headStart(nearby, scope.signal);
      await Promise.all([nearby, this.tryAll(far, attempt, scope.signal)]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (found !== undefined) return found;
    throw new SyncError('io', failures.join('; '), true);
  }

  private async tryAll(
    addresses: readonly string[],
    attempt: (address: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = [...addresses];
    const worker = async (): Promise<void> => {
      for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
        if (signal.aborted) return;
        await attempt(address);
      }
    };
    await Promise.all(addresses.slice(0, ADDRESSES_AT_ONCE_MAX).map(worker));
  }

  /** Over when the near addresses have all failed, one has answered, or the time is up. */
  private async headStart(nearby: Promise<void>, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const onAbort = (): void => over.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const wait = this.parts.clock.sleep(NEAR_HEAD_START_MS, over.signal).catch(() => undefined);
    await Promise.race([nearby, wait]);
    signal.removeEventListener('abort', onAbort);
    over.abort();
  }

  /** A channel that leads to the device. */
  private async dialed(
    address: string,
    device: DeviceSettings,
    signal: AbortSignal,
  ): Promise<Channel> {
    const keep = (error: string | undefined): void => {
      this.records.keep(address, { whenMs: this.parts.clock.nowMs(), error });
    };
    try {
      const channel = await this.parts.transport.dial(address, signal);
      const problem = wrongDevice(channel, device);
      if (problem !== undefined) {
        channel.stream.destroy();
        throw new SyncError('refused', `${address}: ${problem}`, true);
      }
      keep(undefined);
      return channel;
    } catch (error) {
      if (!signal.aborted) keep(messageOf(error));
      throw error;
    }
  }
}

/** Under way. */
interface Dial {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** What is wrong with the certificate at the far end, for the device we meant. */
function wrongDevice(channel: Channel, device: DeviceSettings): string | undefined {
  const { id, fingerprint } = applicantOf(channel.peerCertificate);
  const isRight = device.id === '' ? fingerprint === device.fingerprint : id === device.id;
  return isRight ? undefined : `is device ${id}`;
}
