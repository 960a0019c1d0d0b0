/**
 * Local discovery (protocol v4) over one beacon: announces this node every interval, and at once when a newcomer is
 * heard, so that it need not wait; remembers who else announces. Owns the neighbours heard there.
 */
import { messageOf } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { type AddressSource } from './address-source.js';
import { dialableAddresses, resolveAddresses } from './announced-addresses.js';
import { decodeAnnouncement, encodeAnnouncement } from './announcement.js';
import { type Beacon, type BeaconPlace, type OpenBeacon } from './beacon.js';
import { type DiscoveryLog } from './discovery-log.js';
import { ANNOUNCE_INTERVAL_MS, Neighbours } from './neighbours.js';

/** Answers to newcomers, who can be invented, come at most this often. */
export const ANSWER_GAP_MS = 1000;
/**
 * A device is told to be found again at most this often at first; the gap doubles while the news go on. Anybody can
 * invent news of a device, and each makes us dial.
 */
const NEWS_GAP_MS = 1000;
const NEWS_GAP_MAX_MS = 60_000;
/** A network that has just come up may lose what is sent at once: so long after a change it is said again. */
export const CHANGE_AGAIN_MS = 3000;

export interface LocalDiscoveryParts {
  readonly ownId: DeviceId;
  readonly beacon: Beacon;
  readonly place: BeaconPlace;
  readonly clock: Clock;
  readonly instanceId: bigint;
  /** What to announce, asked each time. Nothing is sent when there is nothing. */
  readonly announced: () => readonly string[];
  readonly isConfigured: (device: DeviceId) => boolean;
  /** A configured device was found, or found elsewhere. `addresses` can be dialed. */
  readonly found: (device: DeviceId, addresses: readonly string[]) => void;
  readonly log: DiscoveryLog;
}

export class LocalDiscovery implements AddressSource {
  readonly name: string;
  private readonly neighbours = new Neighbours();
  private readonly timers: NamedTimers<'announce' | 'again'>;
  private readonly told = new Map<DeviceId, Told>();
  private open: OpenBeacon | undefined;
  private sentMs = -Infinity;
  private isSending = false;
  private isStopped = false;
  private currentProblem = '';

  constructor(private readonly parts: LocalDiscoveryParts) {
    const { kind, port, group } = parts.place;
    this.name =
      kind === 'broadcast'
        ? `IPv4 local broadcast discovery on port ${port}`
        : `IPv6 local multicast discovery on address [${group}]:${port}`;
    this.timers = new NamedTimers(parts.clock);
  }

  /** Why not all of the last announcement went out; '' when it did. */
  get problem(): string {
    return this.currentProblem;
  }

  /** Resolves when it listens and the first announcement is on its way. */
  async start(): Promise<void> {
    const open = await this.parts.beacon.open(this.parts.place, (packet, source) =>
      this.hear(packet, source),
    );
    if (this.isStopped) return open.close();
    this.open = open;
    this.announce();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.timers.stop();
    const { open } = this;
    this.open = undefined;
    await open?.close();
  }

  /** This machine has other addresses than before: others hear of it at once, and once more. */
  networkChanged(): void {
    this.announce();
    this.timers.set('again', CHANGE_AGAIN_MS, () => this.announce());
  }

  /** Now, or as soon as the last time is long enough ago. */
  announce(): void {
    if (this.isStopped) return;
    const waitMs = this.sentMs + ANSWER_GAP_MS - this.parts.clock.monotonicMs();
    if (waitMs > 0) this.timers.set('announce', Math.ceil(waitMs), () => this.announce());
    else void this.send();
  }

  addresses(device: DeviceId): Promise<readonly string[]> {
    const heard = this.neighbours.addresses(device, this.parts.clock.monotonicMs());
    return Promise.resolve(dialableAddresses(heard));
  }

  known(): ReadonlyMap<DeviceId, readonly string[]> {
    return this.neighbours.all(this.parts.clock.monotonicMs());
  }

  private async send(): Promise<void> {
    const { announced, clock, instanceId, ownId } = this.parts;
    this.sentMs = clock.monotonicMs();
    const pauseMs = this.isSending ? ANSWER_GAP_MS : ANNOUNCE_INTERVAL_MS;
    this.timers.set('announce', pauseMs, () => this.announce());
    const addresses = announced();
    if (this.open === undefined || this.isSending || addresses.length === 0) return;
    this.isSending = true;
    try {
      const packet = encodeAnnouncement({ id: ownId, addresses, instanceId });
      this.tellProblem((await this.open.send(packet)).join('; '));
    } catch (error) {
      this.tellProblem(messageOf(error));
    } finally {
      this.isSending = false;
    }
  }

  /** Told when it is another one than last time: the same every half minute helps nobody. */
  private tellProblem(problem: string): void {
    if (problem !== '' && problem !== this.currentProblem) {
      this.parts.log.warn(`${this.name}: ${problem}`);
    }
    this.currentProblem = problem;
  }

  private hear(packet: Uint8Array, source: string): void {
    const { clock, found, isConfigured, log, ownId } = this.parts;
    const announcement = this.isStopped ? undefined : decodeAnnouncement(packet);
    if (announcement === undefined || announcement.id === ownId) return;
    const nowMs = clock.monotonicMs();
    const { id } = announcement;
    const isOurs = isConfigured(id);
    const addresses = resolveAddresses(announcement.addresses, source);
    const heard = this.neighbours.hear(announcement, addresses, source, isOurs, nowMs);
    if (heard === 'newcomer') this.announce();
    if (heard === 'known' && this.told.get(id)?.isOwed !== true) return;
    if (!isOurs) return log.debug(`Discovered node ${id} at ${addresses.join(', ')}`);
    if (!this.isNews(id, nowMs)) return;
    const dialable = dialableAddresses(addresses);
    log.info(`Discovered node ${id} at ${dialable.join(', ') || 'no address of use'}`);
    if (dialable.length > 0) found(id, dialable);
  }

  private isNews(id: DeviceId, nowMs: number): boolean {
    const before = this.told.get(id) ?? { atMs: -Infinity, gapMs: 0, isOwed: false };
    const { atMs, gapMs } = before;
    const quietMs = nowMs - atMs;
    if (quietMs < gapMs) {
      this.told.set(id, { ...before, isOwed: true });
      return false;
    }
    const doubled = Math.min(NEWS_GAP_MAX_MS, 2 * gapMs);
    this.told.set(id, {
      atMs: nowMs,
      gapMs: quietMs > NEWS_GAP_MAX_MS ? NEWS_GAP_MS : Math.max(NEWS_GAP_MS, doubled),
      isOwed: false,
    });
    return true;
  }
}

/** What was told of a configured device. */
interface Told {
  readonly atMs: number;
  /** For so long after that, news are not told. */
  readonly gapMs: number;
  /** There were news since: they are told when the device is next heard after the gap. */
  readonly isOwed: boolean;
}
