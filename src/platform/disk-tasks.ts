/**
 * Small pieces of disk work done synchronously, for worker threads: many of them travel in one message, because on the
 * event loop each single call costs more than what it does on the disk. The caller has opened and holds the directory
 * that a task works in; a task names one component there and follows no link.
 */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { SyncError, type ErrorCode, messageOf } from '../domain/errors.js';
import { itemStatOf } from './confined-open.js';
import { type ItemStat, type WholeFile } from './folder-fs.js';
import { changedItem, isSameState } from './item-state.js';
import { toSystemTime } from './real-file-handle.js';
import { LINK_CODES, systemCodeOf } from './system-errors.js';

const CREATE = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL;
// O_NONBLOCK: opening a FIFO must not wait for its other end.
const READ = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

/** Names are single components. */
export type DiskTask =
  | { readonly kind: 'put'; readonly directory: string; readonly file: WholeFile }
  | {
      readonly kind: 'remove';
      readonly directory: string;
      readonly name: string;
      readonly seen: ItemStat;
    }
  | {
      readonly kind: 'rename';
      readonly directory: string;
      readonly name: string;
      /** The whole path of the item that gets the name. */
      readonly from: string;
      readonly seen: ItemStat;
    }
  | {
      readonly kind: 'read';
      readonly directory: string;
      readonly name: string;
      readonly position: number;
      readonly length: number;
      /** Empty: any content will do. */
      readonly sha256: Uint8Array;
    };

/** Of a put file its time on disk, of a read the bytes, undefined where the content is not the wanted one. */
export type DiskResult = Pick<ItemStat, 'modifiedS' | 'modifiedNs'> | Uint8Array | undefined;

/** An error as it travels: with the system's own code, or one of our findings. */
export interface DiskFailure {
  readonly code: ErrorCode | undefined;
  readonly systemCode: string;
  readonly message: string;
}

export function failureOf(error: unknown): DiskFailure {
  const code = error instanceof SyncError ? error.code : undefined;
  return { code, systemCode: systemCodeOf(error), message: messageOf(error) };
}

export function errorFrom({ code, systemCode, message }: DiskFailure): Error {
  if (code !== undefined) return new SyncError(code, message, true);
  return Object.assign(new Error(message), { code: systemCode });
}

/** `target`: where the bytes of a read go. */
export function runDiskTask(task: DiskTask, target: Uint8Array): DiskResult {
  switch (task.kind) {
    case 'put':
      return put(task.directory, task.file);
    case 'read':
      return read(task, target);
    case 'remove':
      requireSeen(`${task.directory}/${task.name}`, task.name, task.seen);
      fs.unlinkSync(`${task.directory}/${task.name}`);
      return undefined;
    case 'rename':
      requireSeen(`${task.directory}/${task.name}`, task.name, task.seen);
      fs.renameSync(task.from, `${task.directory}/${task.name}`);
      return undefined;
  }
}

/** Throws 'changed'; what is not there any more is for the call that follows to find. */
function requireSeen(path: string, name: string, seen: ItemStat): void {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (found === undefined || !isSameState(seen, itemStatOf(found))) throw changedItem(name);
}

function put(directory: string, file: WholeFile): ItemStat {
  const temp = `${directory}/${file.tempName}`;
  const descriptor = fs.openSync(temp, CREATE, file.createPermissions);
  let made: ItemStat;
  try {
    made = fill(descriptor, file);
  } catch (error) {
    fs.rmSync(temp, { force: true });
    throw error;
  }
  place(temp, `${directory}/${file.name}`, file);
  return made;
}

function fill(descriptor: number, file: WholeFile): ItemStat {
  try {
    for (let done = 0; done < file.data.length;) {
      done += fs.writeSync(descriptor, file.data, done, file.data.length - done, done);
    }
    if (file.permissions !== undefined) fs.fchmodSync(descriptor, file.permissions);
    const time = toSystemTime(file.modifiedS, file.modifiedNs);
    fs.futimesSync(descriptor, time, time);
    fs.fsyncSync(descriptor);
    return itemStatOf(fs.fstatSync(descriptor, { bigint: true }));
  } finally {
    fs.closeSync(descriptor);
  }
}

function place(temp: string, path: string, { name, replaced }: WholeFile): void {
  if (replaced !== undefined) {
    requireSeen(path, name, replaced);
    fs.renameSync(temp, path);
    return;
  }
  try {
    fs.linkSync(temp, path);
  } catch (error) {
    if (LINK_CODES[systemCodeOf(error)] !== 'refused') throw error;
    // A file system without second names: a look right before is the best there is.
    const found = fs.lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined) throw new SyncError('exists', `${name} exists`);
    fs.renameSync(temp, path);
    return;
  }
  fs.unlinkSync(temp);
}

function read(task: DiskTask & { kind: 'read' }, target: Uint8Array): Uint8Array | undefined {
  const descriptor = fs.openSync(`${task.directory}/${task.name}`, READ);
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw new SyncError('refused', 'not a regular file');
    for (let done = 0; done < task.length;) {
      const at = task.position + done;
      const count = fs.readSync(descriptor, target, done, task.length - done, at);
      if (count === 0) return undefined;
      done += count;
    }
    const isWanted =
      task.sha256.length === 0 || hash('sha256', target, 'buffer').equals(task.sha256);
    return isWanted ? target : undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}
