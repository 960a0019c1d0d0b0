/** The port for blocks that others have: the puller asks it, the connected devices answer. */
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
  /** Those of the devices that are connected now. */
  abstract connected(devices: readonly DeviceId[]): DeviceId[];

  /** Whether some connected device has the block of a file that it is still receiving. */
  isOffered(_block: WantedBlock): boolean {
    return false;
  }
}
