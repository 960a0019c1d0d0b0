/**
 * Small files put on disk by the group, synchronously, for a disk thread: all are written, all are flushed, and only
 * then each gets its name, where nothing is or what was seen still is.
 */
import * as fs from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { SystemClock } from './clock.js';
import { lookIn } from './confined-open.js';
import { FlushChoice, TOGETHER_FILES_MIN } from './flush-choice.js';
import { type ItemStat, type WholeFile } from './folder-fs.js';
import { toSystemTime } from './real-file-handle.js';
import { requireSeen } from './seen-item.js';
import { requireContent } from './stepwise-files.js';
import { LINK_CODES, systemCodeOf } from './system-errors.js';
import { systemCalls } from './system-calls.js';
import { SystemFlush } from './system-flush.js';

const CREATE = fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL;

// Not among Node's constants: see confined-open.ts.
const PLACE = 0o10000000 | fs.constants.O_DIRECTORY;

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
  const places = new Places();
  const written: Written[] = [];
  try {
    tasks.forEach((task, index) => {
      try {
        written.push(write(task, index, places));
      } catch (error) {
        results[index] = { error };
      }
    });
    flush(written, together, tools.choice, results);
    for (const { index, stat } of written) {
      const task = tasks[index] as PutTask;
      try {
        if (results[index] !== undefined) fs.rmSync(tempOf(task), { force: true });
        else {
          place(task, places);
          results[index] = { stat };
        }
      } catch (error) {
        results[index] ??= { error };
      }
    }
  } finally {
    together?.close();
    for (const { descriptor } of written) fs.closeSync(descriptor);
    places.close();
  }
  return results;
}

/** Directories that files are put into, opened once for all of them where names can be used from there. */
class Places {
  private readonly opened = new Map<string, number>();

  /** Of the directory; undefined where it has to be reached by its path. */
  of(directory: string): number | undefined {
    if (systemCalls() === undefined) return undefined;
    let place = this.opened.get(directory);
    if (place === undefined) {
      place = fs.openSync(`${directory}/.`, PLACE);
      this.opened.set(directory, place);
    }
    return place;
  }

  close(): void {
    for (const place of this.opened.values()) fs.closeSync(place);
  }
}

function tempOf({ directory, file }: PutTask): string {
  return `${directory}/${file.tempName}`;
}

/** Before anything is written: it tells of what fails from then on. */
export function openTogether(
  tasks: readonly { readonly directory: string }[],
  tools: FlushTools,
): ReturnType<FlushTools['open']> {
  const isTogether = tools.choice.isTogether(tasks.length, clock.monotonicMs());
  return isTogether && tasks[0] !== undefined ? tools.open(tasks[0].directory) : undefined;
}

function write(task: PutTask, index: number, places: Places): Written {
  const { file } = task;
  requireContent(file);
  const descriptor = create(task, places);
  try {
    for (let done = 0; done < file.data.length;) {
      done += fs.writeSync(descriptor, file.data, done, file.data.length - done, done);
    }
    const time = toSystemTime(file.modifiedS, file.modifiedNs);
    fs.futimesSync(descriptor, time, time);
    const stat = lookIn(descriptor);
    const { permissions = stat.permissions } = file;
    // As a rule they are what it was made with.
    if (stat.permissions !== permissions) fs.fchmodSync(descriptor, permissions);
    return { index, descriptor, device: stat.device, stat };
  } catch (error) {
    fs.closeSync(descriptor);
    fs.rmSync(tempOf(task), { force: true });
    throw error;
  }
}

function create(task: PutTask, places: Places): number {
  const { directory, file } = task;
  const place = places.of(directory);
  const created =
    place === undefined
      ? undefined
      : systemCalls()?.open(place, file.tempName, CREATE, file.createPermissions);
  return created ?? fs.openSync(tempOf(task), CREATE, file.createPermissions);
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

function place(task: PutTask, places: Places): void {
  const { directory, file } = task;
  const { name, tempName, replaced } = file;
  const [temp, path] = [tempOf(task), `${directory}/${name}`];
  if (replaced !== undefined) {
    requireSeen(path, name, replaced);
    fs.renameSync(temp, path);
    return;
  }
  const at = places.of(directory);
  if (at !== undefined && systemCalls()?.renameToNew(at, tempName, name) === true) return;
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
