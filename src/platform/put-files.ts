/**
 * Small files put on disk by the group, synchronously, for a disk thread: all are written, all are flushed, and only
 * then each gets its name, where nothing is or what was seen still is.
 */
import * as fs from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { SystemClock } from './clock.js';
import { itemStatOf } from './confined-open.js';
import { FlushChoice, TOGETHER_FILES_MIN } from './flush-choice.js';
import { type ItemStat, type WholeFile } from './folder-fs.js';
import { toSystemTime } from './real-file-handle.js';
import { requireSeen } from './seen-item.js';
import { requireContent } from './stepwise-files.js';
import { LINK_CODES, systemCodeOf } from './system-errors.js';
import { SystemFlush } from './system-flush.js';

const CREATE = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL;

/** The file's names are single components in the directory. */
export interface PutTask {
  readonly kind: 'put';
  readonly directory: string;
  readonly file: WholeFile;
}

/** The file as it lies on disk, or why it does not. */
export type PutResult = { readonly stat: ItemStat } | { readonly error: unknown };

/** A file that is to be flushed. */
export interface Written {
  readonly index: number;
  readonly descriptor: number;
  readonly device: bigint;
  readonly stat: ItemStat;
}

const clock = new SystemClock();

export interface FlushTools {
  /** What flushes took lately. */
  readonly choice: FlushChoice;
  /** The flush of the whole file system; undefined where it cannot be used. */
  open(directory: string): Pick<SystemFlush, 'device' | 'run' | 'close'> | undefined;
}

/** Of this thread. */
export const TOOLS: FlushTools = {
  choice: new FlushChoice(),
  open: (directory) => SystemFlush.open(directory),
};

export function putFiles(tasks: readonly PutTask[], tools = TOOLS): PutResult[] {
  const results: PutResult[] = [];
  const together = openTogether(tasks, tools);
  const written: Written[] = [];
  try {
    tasks.forEach((task, index) => {
      try {
        written.push(write(task, index));
      } catch (error) {
        results[index] = { error };
      }
    });
    flush(written, together, tools.choice, results);
  } finally {
    together?.close();
    for (const { descriptor } of written) fs.closeSync(descriptor);
  }
  for (const { index, stat } of written) {
    const { directory, file } = tasks[index] as PutTask;
    const temp = `${directory}/${file.tempName}`;
    try {
      if (results[index] !== undefined) fs.rmSync(temp, { force: true });
      else {
        place(temp, `${directory}/${file.name}`, file);
        results[index] = { stat };
      }
    } catch (error) {
      results[index] ??= { error };
    }
  }
  return results;
}

/** Before anything is written: it tells of what fails from then on. */
export function openTogether(
  tasks: readonly { readonly directory: string }[],
  tools: FlushTools,
): ReturnType<FlushTools['open']> {
  const isTogether = tools.choice.isTogether(tasks.length, clock.monotonicMs());
  return isTogether && tasks[0] !== undefined ? tools.open(tasks[0].directory) : undefined;
}

function write({ directory, file }: PutTask, index: number): Written {
  requireContent(file);
  const temp = `${directory}/${file.tempName}`;
  const descriptor = fs.openSync(temp, CREATE, file.createPermissions);
  try {
    for (let done = 0; done < file.data.length;) {
      done += fs.writeSync(descriptor, file.data, done, file.data.length - done, done);
    }
    if (file.permissions !== undefined) fs.fchmodSync(descriptor, file.permissions);
    const time = toSystemTime(file.modifiedS, file.modifiedNs);
    fs.futimesSync(descriptor, time, time);
    const found = fs.fstatSync(descriptor, { bigint: true });
    return { index, descriptor, device: found.dev, stat: itemStatOf(found) };
  } catch (error) {
    fs.closeSync(descriptor);
    fs.rmSync(temp, { force: true });
    throw error;
  }
}

/** Notes the failures among the results. Where flushing together fails, each file says for itself whether it is there. */
export function flush(
  written: readonly Written[],
  together: Pick<SystemFlush, 'device' | 'run'> | undefined,
  choice: FlushChoice,
  results: PutResult[],
): void {
  const covered = written.filter(({ device }) => device === together?.device);
  let rest = written;
  if (together !== undefined && covered.length >= TOGETHER_FILES_MIN) {
    if (timed(choice, true, covered.length, () => together.run())) {
      rest = written.filter(({ device }) => device !== together.device);
    }
  }
  if (rest.length > 0) {
    timed(choice, false, rest.length, () => {
      for (const { index, descriptor } of rest) {
        try {
          fs.fsyncSync(descriptor);
        } catch (error) {
          results[index] = { error };
        }
      }
    });
  }
}

/** Notes how long the flush took. */
export function timed<T>(choice: FlushChoice, isTogether: boolean, files: number, act: () => T): T {
  const startMs = clock.monotonicMs();
  const result = act();
  const nowMs = clock.monotonicMs();
  choice.took(isTogether, files, nowMs - startMs, nowMs);
  return result;
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
