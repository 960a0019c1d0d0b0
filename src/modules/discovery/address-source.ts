/** A way to learn where a device is: the LAN, a global server, … The discovery asks all of its sources. */
import { type DeviceId } from '../../domain/wire-terms.js';

export interface AddressSource {
  /** For people, for instance `local discovery`. */
  readonly name: string;
  /** Addresses as `tcp://host:port`; empty when none is known. A rejection costs only this source's answer. */
  addresses(device: DeviceId, signal: AbortSignal): Promise<readonly string[]>;
  /** What it knows now without asking anybody: per device the addresses as they were announced. */
  known?(): ReadonlyMap<DeviceId, readonly string[]>;
  /** Why it does not work at present; '' while it does. */
  readonly problem?: string;
}

/** The injection token of the list of sources. */
export abstract class AddressSources {
  abstract readonly sources: readonly AddressSource[];
}
