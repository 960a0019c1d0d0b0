/**
 * Small pieces of disk work done synchronously, for worker threads: many of them travel in one message, because on the
 * event loop each single call costs more than what it does on the disk. The caller has opened and holds the directory
 * that a task works in; a task names one component there and follows no link.
 */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { SyncError, type ErrorCode, messageOf } from '../domain/errors.js';
import { type ItemStat } from './folder-fs.js';
import { type LinkTask } from './link-files.js';
import { OPEN_READ } from './open-flags.js';
import { type PutTask } from './put-files.js';
import { requireSeen } from './seen-item.js';
import { systemCodeOf } from './system-errors.js';

/** Names are single components. */
export type DiskTask =
  | PutTask
  | LinkTask
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

/** A path as tasks have it. */
export function placeOf(path: string): { directory: string; name: string } {
  const slash = path.lastIndexOf('/');
  return { directory: path.slice(0, slash), name: path.slice(slash + 1) };
}

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
export function runDiskTask(
  task: Exclude<DiskTask, PutTask | LinkTask>,
  target: Uint8Array,
): Uint8Array | undefined {
  switch (task.kind) {
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

/** A regular file. */
export function openForReading(path: string): number {
  const descriptor = fs.openSync(path, OPEN_READ);
  if (fs.fstatSync(descriptor).isFile()) return descriptor;
  fs.closeSync(descriptor);
  throw new SyncError('refused', 'not a regular file');
}

function read(task: DiskTask & { kind: 'read' }, target: Uint8Array): Uint8Array | undefined {
  const descriptor = openForReading(`${task.directory}/${task.name}`);
  try {
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
