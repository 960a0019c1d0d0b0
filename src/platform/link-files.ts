/**
 * Second names for files by the group, synchronously, for a disk thread: each is opened, looked at and gets its other
 * name, where nothing is; then all are flushed.
 */
import * as fs from 'node:fs';
import { itemStatOf } from './confined-open.js';
import { type ItemStat } from './folder-fs.js';
import { changedItem, isSameState } from './item-state.js';
import { OPEN_READ } from './open-flags.js';
import {
  flush,
  type FlushTools,
  openTogether,
  type PutResult,
  TOOLS,
  type Written,
} from './put-files.js';

/** The name is a single component in the directory. */
export interface LinkTask {
  readonly kind: 'link';
  readonly directory: string;
  readonly name: string;
  /** The whole path of the file. */
  readonly from: string;
  readonly seen: ItemStat;
}

export function linkFiles(tasks: readonly LinkTask[], tools: FlushTools = TOOLS): PutResult[] {
  const results: PutResult[] = [];
  const together = openTogether(tasks, tools);
  const opened: Written[] = [];
  try {
    tasks.forEach((task, index) => {
      try {
        const file = open(task, index);
        opened.push(file);
        link(task, file.stat);
      } catch (error) {
        results[index] = { error };
      }
    });
    const linked = opened.filter(({ index }) => results[index] === undefined);
    flush(linked, together, tools.choice, results);
    for (const { index, stat } of linked) results[index] ??= { stat };
  } finally {
    together?.close();
    for (const { descriptor } of opened) fs.closeSync(descriptor);
  }
  return results;
}

function open({ from, name, seen }: LinkTask, index: number): Written {
  const descriptor = fs.openSync(from, OPEN_READ);
  try {
    const found = fs.fstatSync(descriptor, { bigint: true });
    const stat = itemStatOf(found);
    if (!isSameState(seen, stat)) throw changedItem(name);
    return { index, descriptor, device: found.dev, stat };
  } catch (error) {
    fs.closeSync(descriptor);
    throw error;
  }
}

function link({ from, directory, name }: LinkTask, opened: ItemStat): void {
  const path = `${directory}/${name}`;
  fs.linkSync(from, path);
  const linked = idOf(path);
  if (linked === `${opened.device} ${opened.inode}`) return;
  // Another file came under the old name in between, and keeps that; or under the new one, which is not ours to remove.
  if (linked !== undefined && linked === idOf(from) && linked === idOf(path)) fs.unlinkSync(path);
  throw changedItem(name);
}

function idOf(path: string): string | undefined {
  const found = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino}`;
}
