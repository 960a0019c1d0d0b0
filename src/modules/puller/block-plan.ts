/**
 * Where each block of a wanted file comes from, cheapest first: the temp file of an earlier attempt, nothing at all
 * for zeros, our old version, our other files, and what remains from the network, each different block once.
 * Pure. A source named here is a hope only: whoever copies checks the hash.
 */
import {
  blockCount,
  blockHash,
  blockLength,
  blockOffset,
  isZeroBlock,
} from '../../domain/block.js';
import { type FileInfo } from '../../domain/file-info.js';
import { type BlockLocation } from '../database/index-database.js';

export interface BlockPlanInput {
  readonly wanted: FileInfo;
  /** Indexes of the blocks that the temp file holds already; undefined when it is new and thus full of zeros. */
  readonly inTemp: ReadonlySet<number> | undefined;
  /** Our version on disk; undefined when it is absent or no file. */
  readonly old: FileInfo | undefined;
  /** Zeros are written to a new file too, which is full of them, so that it has no holes. */
  readonly writesZeros?: boolean;
  /** By hashKey. */
  readonly elsewhere: ReadonlyMap<string, readonly BlockLocation[]>;
}

/** Blocks with one content. */
export interface PlannedBlock {
  /** All the places of the content in the wanted file, ascending, at least one. */
  readonly indexes: readonly number[];
  /** Where to try to copy it from, in this order; the network comes after. */
  readonly sources: readonly BlockSourcePlace[];
}

export interface BlockSourcePlace {
  /** undefined: the folder that is pulled. */
  readonly folder: string | undefined;
  readonly name: string;
  readonly offset: number;
}

export interface BlockPlan {
  /** Blocks to overwrite with zeros, without asking anybody. */
  readonly zeros: readonly number[];
  readonly copies: readonly PlannedBlock[];
  readonly fetches: readonly PlannedBlock[];
}

/** A hash as a key of a Map. */
export function hashKey(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.length).toString('latin1');
}

/** The hashes that neither the temp file nor the old version at the same place has: those to look up elsewhere. */
export function hashesToFind(input: Omit<BlockPlanInput, 'elsewhere'>): Uint8Array[] {
  const plan = planBlocks({ ...input, elsewhere: new Map() });
  return plan.fetches.map(({ indexes }) => blockHash(input.wanted, indexes[0]));
}

export function planBlocks(input: BlockPlanInput): BlockPlan {
  const { wanted, inTemp, writesZeros = false } = input;
  const zeros: number[] = [];
  const missing = new Map<string, number[]>();
  for (let index = 0; index < blockCount(wanted); index++) {
    const length = blockLength(wanted, index);
    const hash = blockHash(wanted, index);
    const isZero = length > 0 && isZeroBlock(hash, length);
    // What was found to be zeros there may be a hole.
    if (length === 0 || (inTemp?.has(index) && !(isZero && writesZeros))) continue;
    if (isZero) {
      if (inTemp !== undefined || writesZeros) zeros.push(index);
      continue;
    }
    const key = hashKey(hash);
    const indexes = missing.get(key);
    if (indexes === undefined) missing.set(key, [index]);
    else indexes.push(index);
  }
  const blocks = [...missing].map(([key, indexes]) => plannedBlock(input, key, indexes));
  return {
    zeros,
    copies: blocks.filter(({ sources }) => sources.length > 0),
    fetches: blocks.filter(({ sources }) => sources.length === 0),
  };
}

function plannedBlock(input: BlockPlanInput, key: string, indexes: number[]): PlannedBlock {
  const { wanted, old, elsewhere } = input;
  const sources: BlockSourcePlace[] = [];
  const inOld = indexes.find((index) => hasBlockAt(old, wanted, index));
  if (old !== undefined && inOld !== undefined) {
    sources.push({ folder: undefined, name: old.name, offset: blockOffset(wanted, inOld) });
  }
  const size = blockLength(wanted, indexes[0]);
  for (const place of elsewhere.get(key) ?? []) {
    if (place.size === size) {
      sources.push({ folder: place.folder, name: place.name, offset: place.offset });
    }
  }
  return { indexes, sources };
}

function hasBlockAt(old: FileInfo | undefined, wanted: FileInfo, index: number): boolean {
  if (old === undefined || old.blockSize !== wanted.blockSize || index >= blockCount(old)) {
    return false;
  }
  return Buffer.compare(blockHash(old, index), blockHash(wanted, index)) === 0;
}
