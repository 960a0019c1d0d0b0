/**
 * Where a device may be reached: the addresses that are configured, and for `dynamic` whatever the sources know.
 * Owns no address itself; an answer is good for one attempt.
 */
import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type DeviceSettings } from '../config/settings.js';
import { AddressSources } from './address-source.js';

/** The word in a configuration for "ask the discovery". */
export const DYNAMIC = 'dynamic';
/** Addresses taken from one source for one device: what a server claims is bounded. */
export const ADDRESSES_PER_SOURCE_MAX = 32;

@Injectable()
export class DiscoveryService {
  private readonly logger = new Logger('discovery');

  constructor(private readonly found: AddressSources) {}

  /** `tcp://host:port` each, configured ones first, none twice. Rejects with the signal's reason only. */
  async addresses(
    device: Pick<DeviceSettings, 'id' | 'addresses'>,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<string[]> {
    const fixed = device.addresses.filter((address) => address !== DYNAMIC);
    const isDynamic = fixed.length < device.addresses.length;
    // Without its full ID nobody can be asked for a device: it has to come to us.
    const found = isDynamic && device.id !== '' ? await this.lookUp(device.id, signal) : [];
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

  private async lookUp(device: string, signal: AbortSignal): Promise<string[]> {
    const answers = await Promise.all(
      this.found.sources.map(async (source) => {
        try {
          const addresses = await source.addresses(device, signal);
          return addresses.slice(0, ADDRESSES_PER_SOURCE_MAX);
        } catch (error) {
          this.logger.debug(`${source.name}: ${device}: ${messageOf(error)}`);
          return [];
        }
      }),
    );
    signal.throwIfAborted();
    return answers.flat();
  }
}
