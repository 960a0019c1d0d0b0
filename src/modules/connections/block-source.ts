/** The port for blocks that others have: the puller asks it, the connected devices answer. */
import { SyncError } from '../../domain/errors.js';
import { type VersionVector } from '../../domain/version-vector.js';
import { type DeviceId } from '../../domain/wire-terms.js';

export interface WantedBlock {
  readonly folder: string;
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly hash: Uint8Array;
  readonly blockNo: number;
  /** Of the file: given where a device may be asked that is still receiving the same version itself. */
  readonly version?: VersionVector;
}

/** Of small blocks asked for at once. */
export const BURST_BYTES_MAX = 1024 * 1024;

/** Checks the bytes and keeps them. */
export type TakeBlock = (data: Uint8Array) => Promise<boolean>;

export abstract class BlockSource {
  /**
   * The block from one of the devices, the least busy connected one first; another is asked when one fails, is slow
   * or sends other bytes than the hash says. Beside the devices, those are asked that have the block of a file which they
   * are receiving themselves. Rejects with SyncError 'missing' (retryable) when no device gives it.
   */
  abstract fetch(
    block: WantedBlock,
    devices: readonly DeviceId[],
    signal: AbortSignal,
  ): Promise<Uint8Array>;
  /**
   * As fetch, but what a device sends is handed to `take`, which has it from then on, and checks it: false stands for other
   * bytes than the hash says, and another device is asked. Not called again while it runs, nor after it took the block;
   * when it rejects, so does this. Settles only when no call of it is under way.
   */
  async deliver(
    block: WantedBlock,
    devices: readonly DeviceId[],
    signal: AbortSignal,
    take: TakeBlock,
  ): Promise<void> {
    const data = await this.fetch(block, devices, signal);
    if (await take(data)) return;
    throw new SyncError('mismatch', `block ${block.blockNo} has another hash`, true);
  }

  /**
   * Small blocks, asked of one of the devices all at once: what it sent of the right length, not checked against the hash, in
   * the order of the blocks; undefined what it did not give in the time it usually takes: that is to be fetched by itself.
   * Rejects with the signal's reason alone.
   */
  async fetchAll(
    blocks: readonly WantedBlock[],
    devices: readonly DeviceId[],
    signal: AbortSignal,
  ): Promise<(Uint8Array | undefined)[]> {
    const data = await Promise.all(
      blocks.map((block) => this.fetch(block, devices, signal).catch(() => undefined)),
    );
    signal.throwIfAborted();
    return data;
  }

  /** How much of small blocks is worth asking for at once; 0: each is to be fetched by itself. */
  burstBytes(_devices: readonly DeviceId[]): number {
    return BURST_BYTES_MAX;
  }

  /** Those of the devices that are connected now. */
  abstract connected(devices: readonly DeviceId[]): DeviceId[];

  /** Whether some connected device has the block of a file that it is still receiving. */
  isOffered(_block: WantedBlock): boolean {
    return false;
  }
}
