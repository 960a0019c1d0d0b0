/** What a Syncthing 2.1 checks on what it receives; each function says what is wrong, or undefined. */
import { posix } from 'node:path';
import { type bep } from '../../src/modules/protocol/gen/bep.js';

/** Size that old releases gave directories. */
const SYNTHETIC_DIRECTORY_BYTES = 128;
const REQUEST_BYTES_MAX = 32 * 1024 * 1024;
const TYPE_FILE = 0;
const TYPE_DIRECTORY = 1;

export function checkFile(file: bep.FileInfo): string | undefined {
  const size = Number(file.size);
  const hasBlocks = file.blocks.length > 0;
  const isFile = file.type === TYPE_FILE;
  const ofName = checkName(file.name);
  if (ofName !== undefined) return `${file.name}: ${ofName}`;
  const fail = (what: string): string => `${file.name}: ${what}`;
  if (file.deleted && hasBlocks) return fail('deleted file with non-empty block list');
  if (!isFile && hasBlocks) return fail('non-file type with non-empty block list');
  if (file.type === TYPE_DIRECTORY && size !== 0 && size !== SYNTHETIC_DIRECTORY_BYTES) {
    return fail('directory with nonzero size');
  }
  if (!isFile && file.type !== TYPE_DIRECTORY && size !== 0) return fail('link with nonzero size');
  if (isFile && !file.deleted && !file.invalid && !hasBlocks) return fail('file without blocks');
  return undefined;
}

/** Stricter than stock in one thing: stock turns names into NFC before it sends them, so any other is our fault. */
export function checkName(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'invalid name';
  if (name.startsWith('/') || name.startsWith('../')) return 'invalid name';
  if (name.endsWith('/') || posix.normalize(name) !== name) return 'name not canonical';
  return name === name.normalize('NFC') ? undefined : 'name not in NFC';
}

export function checkRequest(request: bep.Request): string | undefined {
  const ofName = checkName(request.name);
  if (ofName !== undefined) return ofName;
  if (request.size < 0) return `request size ${request.size} too small`;
  if (request.size > REQUEST_BYTES_MAX) return `request size ${request.size} too large`;
  return request.hash.length === 0 ? 'request missing block hash' : undefined;
}

/** `known`: highest sequence before this message; a full index starts anew. */
export function sequenceAnomalies(
  index: bep.Index,
  isFull: boolean,
  known: number,
): { anomalies: string[]; sequence: number } {
  const before = isFull ? 0 : known;
  const previous = Number(index.prevSequence);
  const last = Number(index.lastSequence);
  const sequences = index.files.map((file) => Number(file.sequence));
  const anomalies: string[] = [];
  const note = (what: string): void => void anomalies.push(`${index.folder}: ${what}`);
  if (previous > 0 && previous !== before) note(`prev_sequence ${previous}, expected ${before}`);
  sequences.forEach((sequence, i) => {
    if (sequence < previous) note(`sequence ${sequence} before prev_sequence ${previous}`);
    if (last > 0 && sequence > last) note(`sequence ${sequence} after last_sequence ${last}`);
    if (i > 0 && sequence <= sequences[i - 1]!) note(`sequence ${sequence} not increasing`);
  });
  const highest = Math.max(before, ...sequences);
  if (last > 0 && sequences.length > 0 && last !== sequences.at(-1)) {
    note(`last_sequence ${last}, last file ${sequences.at(-1)}`);
  }
  return { anomalies, sequence: highest };
}
