/**
 * Where a device may be reached: the addresses that are configured, and for `dynamic` whatever the sources know.
 * Owns no address itself; an answer is good for one attempt.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { Clock } from '../../platform/clock.js';
import { type DeviceSettings } from '../config/settings.js';
import { AddressSources } from './address-source.js';

/** The word in a configuration for "ask the discovery". */
export const DYNAMIC = 'dynamic';
/** Addresses taken from one source for one device: what a server claims is bounded. */
export const ADDRESSES_PER_SOURCE_MAX = 32;
/** Where an address is known, the other sources are waited for so long; what they say later counts next time. */
export const PATIENCE_MS = 300;

@Injectable()
export class DiscoveryService {
  private readonly logger = new Logger('discovery');

  constructor(
    private readonly found: AddressSources,
    private readonly clock: Clock,
  ) {}

  /** `tcp://host:port` each, configured ones first, none twice. Rejects with the signal's reason only. */
  async addresses(
    device: Pick<DeviceSettings, 'id' | 'addresses'>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<string[]> {
    const fixed = device.addresses.filter((address) => address !== DYNAMIC);
    const isDynamic = fixed.length < device.addresses.length;
    // Without its full ID nobody can be asked for a device: it has to come to us.
    const found =
      isDynamic && device.id !== '' ? await this.lookUp(device.id, fixed.length > 0, signal) : [];
    return [...new Set([...fixed, ...found])];
  }

  /** What is known now without asking anybody: per device the addresses as they were announced, each once. */
  cache(): ReadonlyMap<DeviceId, readonly string[]> {
    const all = new Map<DeviceId, Set<string>>();
    for (const source of this.found.sources) {
      for (const [device, addresses] of source.known?.() ?? []) {
        const known = all.get(device) ?? new Set<string>();
        for (const address of addresses) known.add(address);
        all.set(device, known);
      }
    }
    return new Map([...all].map(([device, addresses]) => [device, [...addresses].sort()]));
  }

  /** The ways in use, and why one does not work at present: '' while it does. */
  status(): readonly { readonly name: string; readonly problem: string }[] {
    return this.found.sources.map(({ name, problem }) => ({ name, problem: problem ?? '' }));
  }

  /**
   * What the sources say. A server that cannot be reached is silent for long, and a neighbour on the LAN is not to wait for
   * that. `isReachable`: some address is known without them.
   */
  private async lookUp(
    device: string,
    isReachable: boolean,
    signal: AbortSignal,
  ): Promise<string[]> {
    const { sources } = this.found;
    const answers: (readonly string[])[] = sources.map(() => []);
    let tellFound: () => void = () => undefined;
    const isFound = new Promise<void>((resolve) => (tellFound = resolve));
    if (isReachable) tellFound();
    const all = sources.map(async (source, i) => {
      try {
        const addresses = await source.addresses(device, signal);
        answers[i] = addresses.slice(0, ADDRESSES_PER_SOURCE_MAX);
        if (addresses.length > 0) tellFound();
      } catch (error) {
        this.logger.debug(`${source.name}: ${device}: ${messageOf(error)}`);
      }
    });
    const over = new AbortController();
    const patience = this.clock.sleep(PATIENCE_MS, over.signal).catch(() => undefined);
    await Promise.race([Promise.all(all), Promise.all([isFound, patience])]);
    over.abort();
    signal.throwIfAborted();
    return answers.flat();
  }
}
