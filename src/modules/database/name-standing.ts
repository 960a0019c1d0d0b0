/** How things stand with one name: the rows of all devices, the global version among them, whether we need it. Pure. */
import { isInvalid } from '../../domain/file-info-rules.js';
import { isNeeded, pickGlobal, type Candidate } from '../../domain/global-version.js';
import { compareVectors, isConcurrent } from '../../domain/version-vector.js';
import { type ItemFacts, type RawItem } from './item-encoding.js';
import { LOCAL } from './schema.js';

/** One device's row for a name. */
export interface DeviceItem extends Candidate {
  /** '' for our own, which so comes first among equals. */
  readonly device: string;
  readonly deviceNumber: number;
  readonly file: ItemFacts;
  readonly raw: RawItem;
}

export interface Standing {
  readonly global: DeviceItem | undefined;
  readonly local: DeviceItem | undefined;
  /** The version to bring about here: the global one, or a delete that ours is to be announced above. */
  readonly needed: DeviceItem | undefined;
}

export function standingOf(items: readonly DeviceItem[]): Standing {
  const local = items.find((item) => item.deviceNumber === LOCAL);
  const global = items.length === 1 ? items[0] : pickGlobal(items);
  const isOurs = global === undefined || global === local;
  if (!isOurs && isNeeded(global.file, local?.file)) return { global, local, needed: global };
  const needed = pickGlobal(items.filter(({ file }) => isConcurrentDelete(file, local?.file)));
  return { global, local, needed };
}

/** Devices that announced exactly this version as valid, ourselves excepted. */
export function holdersOf(global: DeviceItem, items: readonly DeviceItem[]): string[] {
  return items
    .filter(
      (item) =>
        item.deviceNumber !== LOCAL &&
        !isInvalid(item.file) &&
        compareVectors(item.file.version, global.file.version) === 'equal',
    )
    .map((item) => item.device);
}

/** Does the device delete what we hold in a version that does not include ours, nor ours its? */
function isConcurrentDelete(announced: ItemFacts, local: ItemFacts | undefined): boolean {
  if (local === undefined || local.deleted || isInvalid(local)) return false;
  if (!announced.deleted || isInvalid(announced)) return false;
  return isConcurrent(compareVectors(announced.version, local.version));
}

/** Can blocks of this row be read from our own disk? */
export function isReadable(deviceNumber: number, file: ItemFacts): boolean {
  return deviceNumber === LOCAL && file.type === 'file' && !file.deleted && !isInvalid(file);
}
