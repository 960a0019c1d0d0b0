/** How much room a file system has, as those without the rights of root may use it. */
import * as fs from 'node:fs/promises';

export interface DiskSpace {
  /** Bytes. */
  readonly freeBytes: number;
  /** Bytes. */
  readonly totalBytes: number;
  /** The file system: as ItemStat.device. */
  readonly device: bigint;
}

/** Of the file system that the directory is on; rejects with the system's error. */
export async function spaceAt(directory: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await fs.statfs(directory);
  const { dev } = await fs.stat(directory, { bigint: true });
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize, device: dev };
}
