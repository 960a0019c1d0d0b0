/**
 * Files that get other names, by the group: what is asked for and answered, and the steps themselves, synchronously, for a
 * disk thread. First each gets its new name, where nothing is, and all are flushed; in a second step, once the directories
 * are flushed, too, each loses its old one. What was written to meanwhile keeps both.
 */
import * as fs from 'node:fs';
import { type DiskFailure, failureOf } from './disk-tasks.js';
import { TOGETHER_FILES_MIN } from './flush-choice.js';
import { type FileId, type FileMove } from './folder-fs.js';
import { changedItem } from './item-state.js';
import { OPEN_READ } from './open-flags.js';
import { itemStatOf } from './confined-open.js';
import {
  flush,
  type FlushTools,
  openTogether,
  type PutResult,
  timed,
  TOOLS,
  type Written,
} from './put-files.js';

const NUMBERS = 4;
const IDS = 2;
const ANY_PERMISSIONS = -1;
export const TRAVELLING = 0o777;

/** Paths whose directories the caller holds. */
export interface MoveRequest {
  readonly group: number;
  readonly step: 'look' | 'link' | 'drop';
  /** Old and new path of each, joined by NUL. */
  readonly texts: string;
  /** Of each size, seconds, nanoseconds, permissions. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** To drop: of each inode and device. */
  readonly ids: BigUint64Array<ArrayBuffer>;
}

export interface MoveReply {
  readonly group: number;
  /** Of each that was linked inode and device. */
  readonly ids: BigUint64Array<ArrayBuffer>;
  /** Of each 1 when the old name is gone, or a file of the size is there. */
  readonly yes: Uint8Array<ArrayBuffer>;
  readonly failures: ReadonlyMap<number, DiskFailure>;
}

export function packMoves(
  group: number,
  step: MoveRequest['step'],
  moves: readonly FileMove[],
  ids: readonly FileId[],
): MoveRequest {
  const numbers = new Float64Array(moves.length * NUMBERS);
  const packedIds = new BigUint64Array(ids.length * IDS);
  const texts: string[] = [];
  moves.forEach(({ from, to, size, modifiedS, modifiedNs, permissions }, index) => {
    texts.push(from, to);
    numbers.set([size, modifiedS, modifiedNs, permissions ?? ANY_PERMISSIONS], index * NUMBERS);
  });
  ids.forEach(({ inode, device }, index) => packedIds.set([inode, device], index * IDS));
  return { group, step, texts: texts.join('\0'), numbers, ids: packedIds };
}

function unpackMoves({ texts, numbers }: MoveRequest): FileMove[] {
  const paths = texts.split('\0');
  return Array.from({ length: numbers.length / NUMBERS }, (_, index): FileMove => {
    const at = index * NUMBERS;
    const permissions = numbers[at + 3] as number;
    return {
      from: paths[index * 2] as string,
      to: paths[index * 2 + 1] as string,
      size: numbers[at] as number,
      modifiedS: numbers[at + 1] as number,
      modifiedNs: numbers[at + 2] as number,
      permissions: permissions === ANY_PERMISSIONS ? undefined : permissions,
    };
  });
}

export function idAt(ids: BigUint64Array, index: number): FileId {
  return { inode: ids[index * IDS] as bigint, device: ids[index * IDS + 1] as bigint };
}

/** What is under the name is the file that is to be moved, with nothing done to it. */
export function isExpected(
  found: Pick<FileMove, 'size' | 'modifiedS' | 'modifiedNs'> & {
    readonly type: string;
    readonly permissions: number;
  },
  move: FileMove,
): boolean {
  if (found.type !== 'file' || !isContentOf(found, move)) return false;
  return move.permissions === undefined || (found.permissions & TRAVELLING) === move.permissions;
}

/** As far as a look can tell. */
export function isContentOf(
  found: Pick<FileMove, 'size' | 'modifiedS' | 'modifiedNs'>,
  move: FileMove,
): boolean {
  return (
    found.size === move.size &&
    found.modifiedS === move.modifiedS &&
    found.modifiedNs === move.modifiedNs
  );
}

export function runMoves(request: MoveRequest, tools = TOOLS): MoveReply {
  const moves = unpackMoves(request);
  const failures = new Map<number, DiskFailure>();
  const yes = new Uint8Array(moves.length);
  if (request.step === 'link') {
    const ids = linkAll(moves, failures, tools);
    return { group: request.group, ids, yes, failures };
  }
  moves.forEach((move, index) => {
    try {
      const isYes = request.step === 'look' ? isThere(move) : drop(move, idAt(request.ids, index));
      yes[index] = isYes ? 1 : 0;
    } catch (error) {
      failures.set(index, failureOf(error));
    }
  });
  return { group: request.group, ids: new BigUint64Array(0), yes, failures };
}

function linkAll(
  moves: readonly FileMove[],
  failures: Map<number, DiskFailure>,
  tools: FlushTools,
): BigUint64Array<ArrayBuffer> {
  const ids = new BigUint64Array(moves.length * IDS);
  const directories = moves.map(({ to }) => ({ directory: to.slice(0, to.lastIndexOf('/')) }));
  const together = openTogether(directories, tools);
  try {
    const linked: number[] = [];
    moves.forEach((move, index) => {
      try {
        const { inode, device } = link(move);
        ids.set([inode, device], index * IDS);
        linked.push(index);
      } catch (error) {
        failures.set(index, failureOf(error));
      }
    });
    let rest = linked;
    if (together !== undefined) {
      const isCovered = (index: number): boolean => idAt(ids, index).device === together.device;
      const covered = linked.filter(isCovered).length;
      const flushed =
        covered >= TOGETHER_FILES_MIN && timed(tools.choice, true, covered, () => together.run());
      if (flushed) rest = linked.filter((index) => !isCovered(index));
    }
    flushApart(moves, ids, rest, failures, tools);
  } finally {
    together?.close();
  }
  return ids;
}

function link(move: FileMove): FileId {
  const { from, to } = move;
  const found = fs.lstatSync(from, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !isExpected(itemStatOf(found), move)) throw changedItem(from);
  fs.linkSync(from, to);
  const linked = idOf(to);
  if (linked?.inode === found.ino && linked.device === found.dev) return linked;
  // Another file came under the old name in between, and keeps that; or under the new one, which is not ours to remove.
  const source = idOf(from);
  const isSecondName =
    linked !== undefined && linked.inode === source?.inode && linked.device === source.device;
  if (isSecondName) fs.unlinkSync(to);
  throw changedItem(from);
}

/** Whether the old name is gone: not where the user wrote to the file meanwhile. */
function drop(move: FileMove, { inode, device }: FileId): boolean {
  const found = fs.lstatSync(move.from, { bigint: true, throwIfNoEntry: false });
  // Another file that came there keeps its name.
  if (found === undefined || found.ino !== inode || found.dev !== device) return true;
  if (!isContentOf(itemStatOf(found), move)) return false;
  fs.unlinkSync(move.from);
  return true;
}

function isThere({ from, size }: FileMove): boolean {
  const found = fs.lstatSync(from, { throwIfNoEntry: false });
  return found !== undefined && found.isFile() && found.size === size;
}

function idOf(path: string): FileId | undefined {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && { inode: found.ino, device: found.dev };
}

/** Each file by itself. */
function flushApart(
  moves: readonly FileMove[],
  ids: BigUint64Array,
  indexes: readonly number[],
  failures: Map<number, DiskFailure>,
  { choice }: FlushTools,
): void {
  const opened: Written[] = [];
  const results: PutResult[] = [];
  try {
    for (const index of indexes) {
      try {
        opened.push(open(moves[index] as FileMove, index, idAt(ids, index)));
      } catch (error) {
        results[index] = { error };
      }
    }
    flush(opened, undefined, choice, results);
  } finally {
    for (const { descriptor } of opened) fs.closeSync(descriptor);
  }
  results.forEach((result, index) => {
    if ('error' in result) failures.set(index, failureOf(result.error));
  });
}

function open({ from, to }: FileMove, index: number, id: FileId): Written {
  const descriptor = fs.openSync(to, OPEN_READ);
  const found = fs.fstatSync(descriptor, { bigint: true });
  if (found.ino === id.inode && found.dev === id.device) {
    return { index, descriptor, device: found.dev, stat: itemStatOf(found) };
  }
  fs.closeSync(descriptor);
  throw changedItem(from);
}
