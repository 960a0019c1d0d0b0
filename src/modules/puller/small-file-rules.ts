/** Which files take the short way: those of one block. */
import { MIN_BLOCK_BYTES } from '../../domain/block.js';
import { type NeededItem } from '../database/index-database.js';
import { isPresent } from './pull-plan.js';

const SMALL_FILE_BYTES_MAX = MIN_BLOCK_BYTES;

export function isSmallFile({ global, local }: NeededItem): boolean {
  if (global.type !== 'file' || global.deleted || global.size > SMALL_FILE_BYTES_MAX) return false;
  return !isPresent(local) || local.type === 'file';
}
