/**
 * Up to which sequence our index of each folder was ever sent, and to whom. Kept in the index itself and written before
 * the sending: a device that knows more than it was sent has it from a life of the index that we lost. What others were
 * sent since then proves nothing about that: sequences of the lost life come again.
 */
import { type DeviceId } from '../../domain/wire-terms.js';
import { type IndexDatabase } from '../database/index-database.js';

/** To anybody. */
const factKey = (folder: string): string => `announced ${folder}`;
/** By device, as JSON. */
const devicesKey = (folder: string): string => `announcedTo ${folder}`;

interface Announced {
  toAnybody: number;
  /** What devices of which nothing is noted were sent at most: older programs noted no devices. */
  toOthers: number;
  readonly byDevice: Map<DeviceId, number>;
}

export class AnnouncedSequences {
  private readonly known = new Map<string, Promise<Announced>>();

  constructor(private readonly database: Pick<IndexDatabase, 'fact' | 'setFacts'>) {}

  async toAnybody(folder: string): Promise<number> {
    return (await this.of(folder)).toAnybody;
  }

  async to(folder: string, device: DeviceId): Promise<number> {
    const { byDevice, toOthers } = await this.of(folder);
    return byDevice.get(device) ?? toOthers;
  }

  /** The folder's index is dropped: the next one begins anew. */
  async forget(folder: string): Promise<void> {
    this.known.set(folder, Promise.resolve({ toAnybody: 0, toOthers: 0, byDevice: new Map() }));
    await this.database.setFacts({ [devicesKey(folder)]: '{}', [factKey(folder)]: '0' });
  }

  /** Resolves when it is durable. */
  async raise(folder: string, device: DeviceId, sequence: number): Promise<void> {
    const announced = await this.of(folder);
    const facts: Record<string, string> = {};
    if (sequence > (announced.byDevice.get(device) ?? -1)) {
      announced.byDevice.set(device, sequence);
      facts[devicesKey(folder)] = JSON.stringify(Object.fromEntries(announced.byDevice));
    }
    if (sequence > announced.toAnybody) {
      announced.toAnybody = sequence;
      facts[factKey(folder)] = String(sequence);
    }
    if (Object.keys(facts).length > 0) await this.database.setFacts(facts);
  }

  private of(folder: string): Promise<Announced> {
    const known = this.known.get(folder);
    if (known !== undefined) return known;
    const read = this.read(folder);
    this.known.set(folder, read);
    // Another try reads anew.
    read.catch(() => this.known.delete(folder));
    return read;
  }

  private async read(folder: string): Promise<Announced> {
    const toAnybody = Number((await this.database.fact(factKey(folder))) ?? 0);
    const devices = (await this.database.fact(devicesKey(folder))) ?? '{}';
    const byDevice = new Map(Object.entries(JSON.parse(devices) as Record<DeviceId, number>));
    return { toAnybody, toOthers: toAnybody, byDevice };
  }
}
