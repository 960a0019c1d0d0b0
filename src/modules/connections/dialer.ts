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
  ADDRESS_HEAD_START_MS,
  afterConnection,
  afterFailure,
  type DialState,
  HANGING_AFTER_MS,
  NEVER_DIALED,
  planDials,
} from './dial-plan.js';
import { DialRecords } from './dial-records.js';
import { keyOf } from './known-devices.js';
import { isAllowedNetwork } from './networks.js';
import { ipOf } from './tcp-address.js';
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
  /** Connected over a far address: upgradable now, or in a while. */
  readonly isFar: (key: string) => boolean;
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
  /** When the network changed last, monotonic. */
  private changedMs = -Infinity;
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
    this.leaveUnwanted(devices);
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
    // Where every device is connected as well as can be nothing is looked at until something changes.
    const isLookedAfter = [...devices.keys()].some((key) => this.parts.isFar(key));
    const wakeInMs = plan.wakeInMs ?? (isLookedAfter ? this.parts.intervalMs() : undefined);
    if (wakeInMs !== undefined) this.timer = clock.setTimer(wakeInMs, () => this.wake());
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
    const dial = this.dialing.get(key);
    const nowMs = this.parts.clock.monotonicMs();
    // One that has just begun may be about to get through.
    if (dial !== undefined && nowMs - dial.startedMs >= HANGING_AFTER_MS) {
      leave(dial, 'another address was found');
    }
    this.wake();
  }

  /** We are in another network: earlier failures, and dials under way, say nothing about this one. */
  networkChanged(): void {
    this.changedMs = this.parts.clock.monotonicMs();
    this.states.clear();
    for (const dial of this.dialing.values()) leave(dial, 'the network changed');
    this.wake();
  }

  /** Dials under way to devices that are not to be connected any more. */
  private leaveUnwanted(devices: ReadonlyMap<string, DeviceSettings>): void {
    for (const [key, dial] of this.dialing) {
      const device = devices.get(key);
      if (device === undefined || device.paused || device.blockedBy !== '') {
        dial.stop.abort(new SyncError('closed', 'the device is not wanted any more'));
      }
    }
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
    const dial: Dial = {
      stop,
      startedMs: this.parts.clock.monotonicMs(),
      isOpen: false,
      done: Promise.resolve(),
    };
    // Entered first: it is asked for while it runs.
    this.dialing.set(key, dial);
    dial.done = this.dial(key, device, dial).finally(() => {
      this.stopped.signal.removeEventListener('abort', onStopped);
      this.dialing.delete(key);
      this.wake();
    });
  }

  /** An established connection ended after so long. One from before we changed networks says nothing of its device. */
  ended(key: string, livedMs: number): void {
    const { clock, randomness } = this.parts;
    const intervalMs = this.parts.intervalMs();
    const state = this.states.get(key) ?? NEVER_DIALED;
    const nowMs = clock.monotonicMs();
    const isFromBefore = nowMs - livedMs <= this.changedMs;
    const next = isFromBefore
      ? NEVER_DIALED
      : afterConnection(state, livedMs, nowMs, intervalMs, randomness.fraction());
    this.states.set(key, next);
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped.abort(new SyncError('closed', 'the node is stopping'));
    this.timer?.cancel();
    await Promise.all([...this.dialing.values()].map(({ done }) => done));
  }

  /** Never rejects. */
  private async dial(key: string, device: DeviceSettings, dial: Dial): Promise<void> {
    const { signal } = dial.stop;
    const { clock, log, randomness, receive } = this.parts;
    const isUpgrade = this.parts.isBusy(key);
    let isGood = false;
    try {
      const channel = await this.open(device, isUpgrade, signal);
      dial.isOpen = channel !== undefined;
      isGood = channel !== undefined && (await receive(channel, signal));
    } catch (error) {
      const line = `Connecting to ${key}: ${messageOf(error)}`;
      // Told once until a connection is made; the same reason every minute helps nobody.
      if (isUpgrade || this.told.get(key) === line) log.debug(line);
      else if (!signal.aborted) log.info(line);
      if (!signal.aborted) this.told.set(key, line);
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
      if (near.length > 0 && far.length > 0) {
        await this.headStart(nearby, NEAR_HEAD_START_MS, scope.signal);
      }
      await Promise.all([nearby, this.tryAll(far, attempt, scope.signal)]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (found !== undefined) return found;
    throw new SyncError('io', failures.join('; '), true);
  }

  /** Each has a little time for itself before the next one joins in, so that most peers see one attempt alone. */
  private async tryAll(
    addresses: readonly string[],
    attempt: (address: string) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const running = new Set<Promise<void>>();
    for (const address of addresses) {
      if (signal.aborted) break;
      const tried: Promise<void> = attempt(address).finally(() => running.delete(tried));
      running.add(tried);
      await this.headStart(Promise.race(running), ADDRESS_HEAD_START_MS, signal);
      while (running.size >= ADDRESSES_AT_ONCE_MAX) await Promise.race(running);
    }
    await Promise.all(running);
  }

  /** Over when those ahead have failed, an address has answered, or the time is up. */
  private async headStart(
    ahead: Promise<void>,
    headStartMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const over = new AbortController();
    const onAbort = (): void => over.abort();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const wait = this.parts.clock.sleep(headStartMs, over.signal).catch(() => undefined);
    await Promise.race([ahead, wait]);
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
      const problem = wrongDevice(channel, device) ?? wrongNetwork(channel, device);
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
  /** Monotonic. */
  readonly startedMs: number;
  /** A channel to the device is there, and the rest is the reception's. */
  isOpen: boolean;
  done: Promise<void>;
}

/** Gives the dial up, unless it has reached the device. */
function leave({ stop, isOpen }: Dial, reason: string): void {
  if (!isOpen) stop.abort(new SyncError('closed', reason));
}

/** What is wrong with the certificate at the far end, for the device we meant. */
function wrongDevice(channel: Channel, device: DeviceSettings): string | undefined {
  const { id, fingerprint } = applicantOf(channel.peerCertificate);
  const isRight = device.id === '' ? fingerprint === device.fingerprint : id === device.id;
  return isRight ? undefined : `is device ${id}`;
}

/** A host name may lead anywhere: what it led to is looked at before anything is said. */
function wrongNetwork(channel: Channel, device: DeviceSettings): string | undefined {
  const ip = ipOf(channel.remoteAddress);
  if (ip === undefined || isAllowedNetwork(ip, device.allowedNetworks ?? [])) return undefined;
  return `${ip} is not in the networks allowed for the device`;
}
