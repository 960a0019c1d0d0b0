/**
 * Global discovery (v3) with one server: tells it where we are as often as it asks, and asks it where others are.
 * Owns the server's answers for as long as they hold.
 */
import { messageOf, SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type Clock } from '../../platform/clock.js';
import { NamedTimers } from '../../platform/named-timers.js';
import { OperationSlots } from '../../platform/operation-slots.js';
import { WakeLoop } from '../../platform/wake-loop.js';
import { type AddressSource } from './address-source.js';
import { dialableAddresses, specifiedAddresses } from './announced-addresses.js';
import { type AnnouncePause, NOTHING_MS, pauseAfter, pauseAfterFailure } from './announce-plan.js';
import { type DiscoveryHttp, type ServerAnswer } from './discovery-http.js';
import { type DiscoveryLog } from './discovery-log.js';
import { type DiscoveryServer } from './discovery-server.js';
import { LookUpCache } from './look-up-cache.js';

/** Look-ups under way at one server. */
export const LOOK_UPS_MAX = 8;
/** A change of addresses settles before it is announced. */
export const CHANGE_DELAY_MS = 2000;
/** Changes that come without end are announced this far apart. */
export const CHANGE_GAP_MS = 10_000;
/** Addresses kept of one answer. */
const ANSWER_ADDRESSES_MAX = 64;

export interface GlobalDiscoveryParts {
  readonly server: DiscoveryServer;
  readonly http: DiscoveryHttp;
  readonly clock: Clock;
  /** What to announce, asked each time. */
  readonly announced: () => readonly string[];
  readonly log: DiscoveryLog;
}

export class GlobalDiscovery implements AddressSource {
  readonly name: string;
  private readonly cache = new LookUpCache();
  private readonly asking = new Map<DeviceId, Promise<readonly string[]>>();
  private readonly slots: OperationSlots;
  private readonly timers: NamedTimers<'announce'>;
  private readonly announcer: WakeLoop;
  /** Of the look-ups under way: ended with the node, and when the network is another one. */
  private era = new AbortController();
  private isStopped = false;
  private failures = 0;
  private announcedMs = -Infinity;
  /** Monotonic; no announcement before. */
  private notBeforeMs = 0;
  private currentProblem = '';

  constructor(private readonly parts: GlobalDiscoveryParts) {
    this.name = `global discovery server ${parts.server.url}`;
    this.slots = new OperationSlots(LOOK_UPS_MAX, this.name);
    this.timers = new NamedTimers(parts.clock);
    this.announcer = new WakeLoop(
      (signal) => this.announce(signal),
      (error) => parts.log.warn(`${this.name}: ${messageOf(error)}`),
    );
    if (parts.server.announce) this.currentProblem = 'not announced';
  }

  /** Why the last announcement did not work; '' when it did. */
  get problem(): string {
    return this.currentProblem;
  }

  start(): void {
    if (this.parts.server.announce) this.announcer.wake();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.era.abort(new SyncError('closed', 'the node is stopping'));
    this.timers.stop();
    await this.announcer.stop();
    await Promise.allSettled(this.asking.values());
    await this.slots.close();
  }

  /** This machine has other addresses than before: they are announced soon, and old answers count no more. */
  networkChanged(): void {
    this.cache.clear();
    if (this.isStopped) return;
    // What was asked over the old network may be waited for in vain, and says nothing about the new one.
    this.asking.clear();
    this.era.abort(new SyncError('closed', 'the network changed', true));
    this.era = new AbortController();
    if (!this.parts.server.announce) return;
    const nowMs = this.parts.clock.monotonicMs();
    const atMs = Math.max(
      nowMs + CHANGE_DELAY_MS,
      this.announcedMs + CHANGE_GAP_MS,
      this.notBeforeMs,
    );
    this.timers.set('announce', Math.ceil(atMs - nowMs), () => this.announcer.wake());
  }

  async addresses(device: DeviceId, signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    if (!this.parts.server.lookUp) return [];
    const cached = this.cache.get(device, this.parts.clock.monotonicMs());
    if (cached !== undefined) return dialableAddresses(cached);
    // Whoever asks meanwhile waits for the same answer, so it is the node's end that stops it and not one caller's.
    const asked: Promise<readonly string[]> =
      this.asking.get(device) ??
      this.lookUp(device).finally(() => {
        if (this.asking.get(device) === asked) this.asking.delete(device);
      });
    this.asking.set(device, asked);
    return dialableAddresses(await unlessAborted(asked, signal));
  }

  known(): ReadonlyMap<DeviceId, readonly string[]> {
    return this.cache.found(this.parts.clock.monotonicMs());
  }

  private async lookUp(device: DeviceId): Promise<readonly string[]> {
    const { clock, http, server } = this.parts;
    const { signal } = this.era;
    const url = new URL(server.url);
    url.searchParams.set('device', device);
    const request = { url: url.href, serverId: server.id, insecure: server.insecure };
    try {
      const answer = await this.slots.run(() => http.exchange(request, signal));
      const addresses = answer.status === 200 ? addressesIn(answer.body) : [];
      this.cache.set(device, addresses, clock.monotonicMs(), answer.retryAfterS);
      if (answer.status !== 200 && answer.status !== 404) {
        throw new SyncError('refused', `the server answered ${answer.status}`, true);
      }
      return addresses;
    } catch (error) {
      if (!signal.aborted && this.cache.get(device, clock.monotonicMs()) === undefined) {
        this.cache.set(device, [], clock.monotonicMs(), undefined);
      }
      throw error;
    }
  }

  private async announce(signal: AbortSignal): Promise<void> {
    const addresses = this.parts.announced();
    const pause = addresses.length === 0 ? nothingSaid() : await this.tell(addresses, signal);
    if (signal.aborted) return;
    const nowMs = this.parts.clock.monotonicMs();
    this.announcedMs = nowMs;
    this.notBeforeMs = pause.isBinding ? nowMs + pause.pauseMs : 0;
    this.timers.set('announce', pause.pauseMs, () => this.announcer.wake());
  }

  private async tell(addresses: readonly string[], signal: AbortSignal): Promise<AnnouncePause> {
    const { http, server } = this.parts;
    let answer: ServerAnswer;
    try {
      answer = await http.exchange(
        {
          url: server.url,
          serverId: server.id,
          insecure: server.insecure,
          body: JSON.stringify({ addresses }),
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) this.tellProblem(messageOf(error));
      this.failures += 1;
      return pauseAfterFailure(this.failures);
    }
    this.failures = 0;
    const isGood = answer.status >= 200 && answer.status < 300;
    this.tellProblem(isGood ? '' : `${server.url}: the announcement was answered ${answer.status}`);
    return pauseAfter(answer);
  }

  /** Told when it changes. */
  private tellProblem(problem: string): void {
    const { log, server } = this.parts;
    const before = this.currentProblem;
    this.currentProblem = problem;
    if (problem === before) return;
    if (problem === '') log.info(`Announced to ${server.url}`);
    else log.warn(`Global discovery: ${problem}`);
  }
}

/** Lets one who waits go; what is waited for goes on for the others. */
function unlessAborted<T>(awaited: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    awaited
      .finally(() => signal.removeEventListener('abort', onAbort))
      .then(resolve, (error: unknown) => reject(error as Error));
  });
}

function nothingSaid(): AnnouncePause {
  return { pauseMs: NOTHING_MS, isBinding: false };
}

/** Whatever of an answer is an address. */
function addressesIn(body: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return [];
  }
  const list = (parsed as { addresses?: unknown } | null)?.addresses;
  if (!Array.isArray(list)) return [];
  const texts = list.slice(0, ANSWER_ADDRESSES_MAX).filter((each) => typeof each === 'string');
  return specifiedAddresses(texts);
}
