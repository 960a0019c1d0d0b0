/**
 * In which order the blocks of a file are asked for. Pure. Devices that fetch the same file at the same time begin at
 * different places, each at its share, so that soon each has what the others lack and they can serve each other.
 */

/** `ownRank`: our place, from 0, among the `devicesCount` devices of the folder. */
export function fetchOrder<T>(blocks: readonly T[], ownRank: number, devicesCount: number): T[] {
  // Two devices are one who has the file and one who wants it: nobody to share with.
  if (devicesCount <= 2) return [...blocks];
  const start = Math.floor((blocks.length * ownRank) / devicesCount);
  return [...blocks.slice(start), ...blocks.slice(0, start)];
}

/** Every device of the folder must come to the same ranks: by their short IDs. */
export function rankOf(own: bigint, others: readonly bigint[]): number {
  return others.filter((other) => other < own).length;
}
