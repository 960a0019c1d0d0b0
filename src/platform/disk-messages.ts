/** Groups of disk tasks between the event loop and its threads: a few flat values instead of objects for each task. */
import { type DiskFailure, type DiskResult, type DiskTask } from './disk-tasks.js';
import { type ItemStat } from './folder-fs.js';

export interface DiskRequest {
  readonly group: number;
  /** Of each task: directory, name and, to put a file, temp name. Joined by NUL. */
  readonly texts: string;
  /** NUMBERS of each task. */
  readonly numbers: Float64Array;
  /** Content of files to put, hashes of blocks to read. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** By index of the task: what a file replaces. */
  readonly replaced: ReadonlyMap<number, ItemStat>;
}

export interface DiskReply {
  readonly group: number;
  /** Of a put file seconds and nanoseconds, of a read 1 and 0 when it has the bytes. */
  readonly numbers: Float64Array;
  /** Bytes read, in the order of the tasks; each takes as many as were asked for. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly failures: ReadonlyMap<number, DiskFailure>;
}

/** isPut; length of its data; then createPermissions, permissions, seconds, nanoseconds or position, length. */
const NUMBERS = 6;
const TEXTS = 3;
const AS_CREATED = -1;

/** Bytes that the task adds to a request and to its reply. */
export function bytesOf(task: DiskTask): number {
  return task.kind === 'put' ? task.file.data.length : task.length;
}

export function packRequest(group: number, tasks: readonly DiskTask[]): DiskRequest {
  const numbers = new Float64Array(tasks.length * NUMBERS);
  const texts: string[] = [];
  const replaced = new Map<number, ItemStat>();
  const parts = tasks.map((task) => (task.kind === 'put' ? task.file.data : task.sha256));
  tasks.forEach((task, index) => {
    const { length } = parts[index];
    if (task.kind === 'read') {
      texts.push(task.directory, task.name, '');
      numbers.set([0, length, task.position, task.length], index * NUMBERS);
      return;
    }
    const { file } = task;
    texts.push(task.directory, file.name, file.tempName);
    const { createPermissions, permissions = AS_CREATED, modifiedS, modifiedNs } = file;
    const row = [1, length, createPermissions, permissions, modifiedS, modifiedNs];
    numbers.set(row, index * NUMBERS);
    if (file.replaced !== undefined) replaced.set(index, file.replaced);
  });
  return { group, texts: texts.join('\0'), numbers, data: joined(parts), replaced };
}

export function unpackRequest(request: DiskRequest): DiskTask[] {
  const texts = request.texts.split('\0');
  let at = 0;
  return Array.from({ length: request.numbers.length / NUMBERS }, (_, index): DiskTask => {
    const [directory, name, tempName] = texts.slice(index * TEXTS);
    const [isPut, dataLength, third, fourth, fifth, sixth] = request.numbers.subarray(
      index * NUMBERS,
    );
    const data = request.data.subarray(at, at + dataLength);
    at += dataLength;
    if (isPut === 0) {
      return { kind: 'read', directory, name, position: third, length: fourth, sha256: data };
    }
    const permissions = fourth === AS_CREATED ? undefined : fourth;
    const times = { modifiedS: fifth, modifiedNs: sixth };
    const replaced = request.replaced.get(index);
    const rest = { name, tempName, data, createPermissions: third, permissions, replaced };
    return { kind: 'put', directory, file: { ...rest, ...times } };
  });
}

/** The result of one task of the group; `dataAt`: where the bytes of the reads before it end. */
export function resultAt(
  reply: DiskReply,
  index: number,
  task: DiskTask,
  dataAt: number,
): DiskResult {
  const [first, second] = reply.numbers.subarray(index * 2);
  if (task.kind === 'put') return { modifiedS: first, modifiedNs: second };
  return first === 0 ? undefined : reply.data.subarray(dataAt, dataAt + task.length);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
