/**
 * Stats of many items as two flat arrays: copying these between threads costs a hundredth of copying the objects,
 * and the receiving event loop is the one that answers peers.
 */
import { type ItemStat } from '../../platform/folder-fs.js';

const TYPES: readonly ItemStat['type'][] = ['file', 'directory', 'symlink', 'other'];
/** type, size, permissions, modifiedS, modifiedNs, links, uid, gid */
const NUMBERS = 8;
const UNKNOWN = -1;
/** changedNs, device, inode */
const BIGINTS = 3;

export interface StatColumns {
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly bigints: BigUint64Array<ArrayBuffer>;
}

export function newStatColumns(count: number): StatColumns {
  return {
    numbers: new Float64Array(count * NUMBERS),
    bigints: new BigUint64Array(count * BIGINTS),
  };
}

export function putStat(columns: StatColumns, index: number, stat: ItemStat): void {
  const { numbers, bigints } = columns;
  const n = index * NUMBERS;
  numbers[n] = TYPES.indexOf(stat.type);
  numbers[n + 1] = stat.size;
  numbers[n + 2] = stat.permissions;
  numbers[n + 3] = stat.modifiedS;
  numbers[n + 4] = stat.modifiedNs;
  numbers[n + 5] = stat.links ?? UNKNOWN;
  numbers[n + 6] = stat.uid ?? UNKNOWN;
  numbers[n + 7] = stat.gid ?? UNKNOWN;
  const b = index * BIGINTS;
  bigints[b] = stat.changedNs;
  bigints[b + 1] = stat.device;
  bigints[b + 2] = stat.inode;
}

export function statAt(columns: StatColumns, index: number): ItemStat {
  const { numbers, bigints } = columns;
  const n = index * NUMBERS;
  const b = index * BIGINTS;
  return {
    type: TYPES[numbers[n]],
    size: numbers[n + 1],
    permissions: numbers[n + 2],
    modifiedS: numbers[n + 3],
    modifiedNs: numbers[n + 4],
    links: known(numbers[n + 5]),
    uid: known(numbers[n + 6]),
    gid: known(numbers[n + 7]),
    // Stored as unsigned; a change time before 1970 comes back as the signed value it was.
    changedNs: BigInt.asIntN(64, bigints[b]),
    device: bigints[b + 1],
    inode: bigints[b + 2],
  };
}

function known(value: number): number | undefined {
  return value === UNKNOWN ? undefined : value;
}

export function columnBuffers(columns: StatColumns): ArrayBuffer[] {
  return [columns.numbers.buffer, columns.bigints.buffer];
}
