/**
 * Fetches that wait for a device with room. Folders take turns, so that a long transfer in one does not hold up a small
 * file in another; in a folder, first come, first served: nobody overtakes one who waits for the same device or for the
 * node's total, but who waits for a full device does not hold up those who want another one.
 */
import { SyncError } from '../../domain/errors.js';
import { type DeviceId } from '../../domain/wire-terms.js';
import { type DeviceLoads } from './device-load.js';

/** Fetches that wait at once; their callers bound themselves far below. */
export const WAITING_MAX = 8192;

/** Room for one request at a device. */
export interface Lease {
  readonly device: DeviceId;
  /** What the device owes us up to and with this request. */
  readonly owedBytes: number;
  /** To be called once. */
  release(): void;
}

interface Waiter {
  readonly folder: string;
  readonly bytes: number;
  readonly candidates: () => DeviceId[];
  readonly resolve: (lease: Lease | undefined) => void;
}

export class RequestQueue {
  /** Of each folder, in the order they came; the folders in the order of their turns. */
  private readonly folders = new Map<string, Set<Waiter>>();
  private count = 0;

  constructor(
    private readonly loads: DeviceLoads,
    private readonly nowMs: () => number,
    private readonly connectedCount: () => number,
  ) {}

  get waiting(): number {
    return this.count;
  }

  /** Undefined when no candidate is left. Rejects with the signal's reason. */
  lease(
    folder: string,
    bytes: number,
    candidates: () => DeviceId[],
    signal: AbortSignal,
  ): Promise<Lease | undefined> {
    if (this.count === 0 && !signal.aborted) {
      const lease = this.leaseNow(bytes, candidates());
      if (lease !== undefined) return Promise.resolve(lease);
    }
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason as Error);
      if (this.count >= WAITING_MAX) {
        return reject(new SyncError('refused', `${WAITING_MAX} blocks wait already`, true));
      }
      const onAbort = (): void => {
        this.remove(waiter);
        reject(signal.reason as Error);
        // It may have been the one that held the others up.
        this.dispatch();
      };
      const waiter: Waiter = {
        folder,
        bytes,
        candidates,
        resolve: (lease) => {
          signal.removeEventListener('abort', onAbort);
          resolve(lease);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.add(waiter);
      this.dispatch();
    });
  }

  /** Tells those who wait in vain, and gives out what room there is. To be called when devices come or go. */
  devicesChanged(): void {
    for (const waiter of this.inTurn()) {
      if (waiter.candidates().length > 0) continue;
      this.remove(waiter);
      waiter.resolve(undefined);
    }
    this.dispatch();
  }

  private dispatch(): void {
    const claimed = new Set<DeviceId>();
    for (const waiter of this.inTurn()) {
      const candidates = waiter.candidates();
      if (candidates.length === 0) {
        this.remove(waiter);
        waiter.resolve(undefined);
        continue;
      }
      if (!this.loads.hasNodeRoom(waiter.bytes)) return;
      const device = this.loads
        .ranked(candidates, waiter.bytes, this.nowMs())
        .find((each) => !claimed.has(each) && this.loads.hasRoom(each, waiter.bytes));
      if (device !== undefined) this.grant(waiter, device);
      else for (const each of candidates) claimed.add(each);
      if (claimed.size >= this.connectedCount()) return;
    }
  }

  private grant(waiter: Waiter, device: DeviceId): void {
    this.remove(waiter);
    this.endTurn(waiter.folder);
    waiter.resolve(this.reserve(device, waiter.bytes));
  }

  /** Where nobody waits; undefined when there is no room. */
  private leaseNow(bytes: number, candidates: readonly DeviceId[]): Lease | undefined {
    if (!this.loads.hasNodeRoom(bytes)) return undefined;
    const device = this.loads
      .ranked(candidates, bytes, this.nowMs())
      .find((each) => this.loads.hasRoom(each, bytes));
    return device === undefined ? undefined : this.reserve(device, bytes);
  }

  private reserve(device: DeviceId, bytes: number): Lease {
    const owedBytes = this.loads.reserve(device, bytes);
    let isHeld = true;
    return {
      device,
      owedBytes,
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.loads.release(device, bytes);
        if (this.count > 0) this.dispatch();
      },
    };
  }

  private add(waiter: Waiter): void {
    const { folder } = waiter;
    const waiters = this.folders.get(folder) ?? new Set();
    waiters.add(waiter);
    this.folders.set(folder, waiters);
    this.count += 1;
  }

  private remove(waiter: Waiter): void {
    const waiters = this.folders.get(waiter.folder);
    if (waiters?.delete(waiter) !== true) return;
    this.count -= 1;
    if (waiters.size === 0) this.folders.delete(waiter.folder);
  }

  /** The others come before it now. */
  private endTurn(folder: string): void {
    const waiters = this.folders.get(folder);
    if (waiters === undefined || this.folders.size === 1) return;
    this.folders.delete(folder);
    this.folders.set(folder, waiters);
  }

  /** One of each folder, then the next of each. */
  private *inTurn(): Generator<Waiter> {
    let turns = [...this.folders.values()].map((waiters) => waiters.values());
    while (turns.length > 0) {
      const going: typeof turns = [];
      for (const each of turns) {
        const { value, done } = each.next();
        if (done === true) continue;
        going.push(each);
        yield value;
      }
      turns = going;
    }
  }
}
