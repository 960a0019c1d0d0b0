/**
 * Dials the devices that are configured and not connected, as dial-plan.ts says. Owns when each device is dialed
 * next. Several addresses of a device are tried side by side and the first that proves to be that device counts;
 * from there on the channel is the reception's, which settles it against one that came in meanwhile.
 */
import { setMaxListeners } from 'node:events';
import { messageOf, SyncError } from '../../domain/errors.js';
import { type Clock, type Timer } from '../../platform/clock.js';
import { type Randomness } from '../../platform/randomness.js';
import { type DeviceSettings } from '../config/settings.js';
import { type DiscoveryService } from '../discovery/discovery.service.js';
import { applicantOf } from './applicant.js';
import { type ConnectionLog } from './connection-log.js';
import {
  ADDRESSES_AT_ONCE_MAX,
  ADDRESSES_MAX,
  afterConnection,
  afterFailure,
  type DialState,
  NEVER_DIALED,
  planDials,
} from './dial-plan.js';
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
  readonly intervalMs: number;
  /** Keys that need no dial: connected ones and our own. */
  readonly isBusy: (key: string) => boolean;
  /** Takes the channel over; true when it became the device's connection or waits to. */
  readonly receive: (channel: Channel, signal: AbortSignal) => Promise<boolean>;
}

export class Dialer {
  private readonly states = new Map<string, DialState>();
  private readonly dialing = new Map<string, Promise<void>>();
  /** By key: the failure that was told. */
  private readonly told = new Map<string, string>();
  private readonly stopped = new AbortController();
  private timer: Timer | undefined;

  constructor(private readonly parts: DialerParts) {
    // One listener for each device that is dialed.
    setMaxListeners(0, this.stopped.signal);
  }

  /** Dials whatever is due. To be called when something changed. */
  wake(): void {
    if (this.stopped.signal.aborted) return;
    this.timer?.cancel();
    const { clock, intervalMs, known } = this.parts;
    const devices = new Map(known().map((device) => [keyOf(device), device]));
    const targets = [...devices].map(([key, device]) => ({
      key,
      paused: device.paused,
      blocked: device.blockedBy !== '',
    }));
    const busy = new Set(
      [...devices.keys()].filter((key) => this.dialing.has(key) || this.parts.isBusy(key)),
    );
    const { dialing } = this;
    const plan = planDials(
      targets,
      this.states,
      busy,
      dialing.size,
      clock.monotonicMs(),
      intervalMs,
    );
    this.timer = clock.setTimer(plan.wakeInMs, () => this.wake());
    for (const key of plan.dial) {
      const dial = this.dial(key, devices.get(key) as DeviceSettings).finally(() => {
        this.dialing.delete(key);
        this.wake();
      });
      this.dialing.set(key, dial);
    }
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

  /** An established connection ended after so long. */
  ended(key: string, livedMs: number): void {
    const { clock, intervalMs, randomness } = this.parts;
    const state = this.states.get(key) ?? NEVER_DIALED;
    const nowMs = clock.monotonicMs();
    this.states.set(key, afterConnection(state, livedMs, nowMs, intervalMs, randomness.fraction()));
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped.abort(new SyncError('closed', 'the node is stopping'));
    this.timer?.cancel();
    await Promise.all(this.dialing.values());
  }

  /** Never rejects. */
  private async dial(key: string, device: DeviceSettings): Promise<void> {
    const { clock, discovery, intervalMs, log, randomness, receive } = this.parts;
    const { signal } = this.stopped;
    let isGood = false;
    try {
      const addresses = (await discovery.addresses(device, signal)).slice(0, ADDRESSES_MAX);
      const channel = addresses.length === 0 ? undefined : await this.first(device, addresses);
      isGood = channel !== undefined && (await receive(channel, signal));
    } catch (error) {
      const line = `Connecting to ${key}: ${messageOf(error)}`;
      // Told once until a connection is made; the same reason every minute helps nobody.
      if (this.told.get(key) === line) log.debug(line);
      else if (!signal.aborted) log.info(line);
      this.told.set(key, line);
    }
    if (isGood) this.told.delete(key);
    if (isGood || signal.aborted) return;
    const state = this.states.get(key) ?? NEVER_DIALED;
    this.states.set(
      key,
      afterFailure(state, clock.monotonicMs(), intervalMs, randomness.fraction()),
    );
  }

  /** The first channel that leads to the device. Rejects with every address's reason in one message. */
  private async first(device: DeviceSettings, addresses: readonly string[]): Promise<Channel> {
    const scope = new AbortController();
    const stop = (): void => scope.abort(this.stopped.signal.reason);
    this.stopped.signal.addEventListener('abort', stop, { once: true });
    const waiting = [...addresses];
    const failures: string[] = [];
    let found: Channel | undefined;
    const worker = async (): Promise<void> => {
      for (let address = waiting.shift(); address !== undefined; address = waiting.shift()) {
        if (scope.signal.aborted) return;
        try {
          const channel = await this.parts.transport.dial(address, scope.signal);
          const problem = found === undefined ? wrongDevice(channel, device) : 'not needed';
          if (problem === undefined) {
            found = channel;
            scope.abort(new SyncError('closed', 'another address answered first'));
          } else {
            channel.stream.destroy();
            failures.push(`${address}: ${problem}`);
          }
        } catch (error) {
          failures.push(messageOf(error));
        }
      }
    };
    try {
      await Promise.all(addresses.slice(0, ADDRESSES_AT_ONCE_MAX).map(worker));
    } finally {
      this.stopped.signal.removeEventListener('abort', stop);
    }
    if (found !== undefined) return found;
    throw new SyncError('io', failures.join('; '), true);
  }
}

/** What is wrong with the certificate at the far end, for the device we meant. */
function wrongDevice(channel: Channel, device: DeviceSettings): string | undefined {
  const { id, fingerprint } = applicantOf(channel.peerCertificate);
  const isRight = device.id === '' ? fingerprint === device.fingerprint : id === device.id;
  return isRight ? undefined : `is device ${id}`;
}
