/**
 * What one folder has of files that are still on their way: the checked blocks in temp files, for those who may want
 * them meanwhile. In memory only, bounded by the files that are on their way at once.
 */
import { blockCount } from '../../domain/block.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type VersionVector } from '../../domain/version-vector.js';

/** Smaller files are complete before anybody could ask. */
export const PARTIAL_BLOCKS_MIN = 2;

/** Another object when the file is collected anew: what was said of the one before does not count any more. */
export interface PartialFile {
  readonly name: string;
  readonly version: VersionVector;
  readonly blockSize: number;
  /** Only ever appended to. */
  readonly blockIndexes: readonly number[];
}

export class PartialFiles {
  private readonly files = new Map<string, PartialFile>();

  /** `valid`: the blocks that are there already. Returns the call that adds further ones. */
  begin(file: FileInfo, valid: Iterable<number>): (blockIndexes: readonly number[]) => void {
    const blockIndexes = [...valid];
    if (blockCount(file) < PARTIAL_BLOCKS_MIN) return () => undefined;
    const { name, version, blockSize } = file;
    this.files.set(name, { name, version, blockSize, blockIndexes });
    return (more) => void blockIndexes.push(...more);
  }

  /** Complete, or given up. */
  end(name: string): void {
    this.files.delete(name);
  }

  all(): PartialFile[] {
    return [...this.files.values()];
  }
}
