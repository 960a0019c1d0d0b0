/** Groups of disk tasks between the event loop and its threads: a few flat values instead of objects for each task. */
import { type DiskFailure, type DiskResult, type DiskTask } from './disk-tasks.js';
import { type ItemStat } from './folder-fs.js';

export interface DiskRequest {
  readonly group: number;
  /** Of each task: directory, name and, to put a file, temp name, or to rename or link one, its path. Joined by NUL. */
  readonly texts: string;
  /** NUMBERS of each task. */
  readonly numbers: Float64Array;
  /** Hashes and content of files to put, hashes of blocks to read. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** By index of the task: what it replaces or removes. */
  readonly seen: ReadonlyMap<number, ItemStat>;
}

export interface DiskReply {
  readonly group: number;
  /** Of a put file seconds and nanoseconds, of a read 1 and 0 when it has the bytes. */
  readonly numbers: Float64Array;
  /** Bytes read, in the order of the tasks; each takes as many as were asked for. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly failures: ReadonlyMap<number, DiskFailure>;
  /** Of all of them together. */
  readonly tookMs: number;
}

/**
 * Kind; length of its data; then createPermissions, permissions, seconds, nanoseconds, bytes of the data that are the hash,
 * or position, length.
 */
const NUMBERS = 7;
const TEXTS = 3;
const AS_CREATED = -1;
const KINDS: readonly DiskTask['kind'][] = ['read', 'put', 'remove', 'rename', 'link'];
const NO_BYTES = new Uint8Array(0);

/** Bytes that the task adds to a request and to its reply. */
export function bytesOf(task: DiskTask): number {
  if (task.kind === 'put') return task.file.data.length;
  return task.kind === 'read' ? task.length : 0;
}

export function packRequest(group: number, tasks: readonly DiskTask[]): DiskRequest {
  const numbers = new Float64Array(tasks.length * NUMBERS);
  const texts: string[] = [];
  const seen = new Map<number, ItemStat>();
  const parts = tasks.flatMap(dataOf);
  tasks.forEach((task, index) => {
    const { name, third, looked, row } = columnsOf(task);
    texts.push(task.directory, name, third);
    const length = dataOf(task).reduce((sum, part) => sum + part.length, 0);
    numbers.set([KINDS.indexOf(task.kind), length, ...row], index * NUMBERS);
    if (looked !== undefined) seen.set(index, looked);
  });
  return { group, texts: texts.join('\0'), numbers, data: joined(parts), seen };
}

function dataOf(task: DiskTask): Uint8Array[] {
  if (task.kind === 'put') return [task.file.sha256 ?? NO_BYTES, task.file.data];
  return task.kind === 'read' ? [task.sha256] : [];
}

interface Columns {
  readonly name: string;
  readonly third: string;
  readonly looked: ItemStat | undefined;
  readonly row: readonly number[];
}

function columnsOf(task: DiskTask): Columns {
  switch (task.kind) {
    case 'put': {
      const { name, tempName, replaced, createPermissions, modifiedS, modifiedNs } = task.file;
      const { permissions = AS_CREATED } = task.file;
      const hashBytes = task.file.sha256?.length ?? 0;
      const row = [createPermissions, permissions, modifiedS, modifiedNs, hashBytes];
      return { name, third: tempName, looked: replaced, row };
    }
    case 'read':
      return { name: task.name, third: '', looked: undefined, row: [task.position, task.length] };
    case 'remove':
      return { name: task.name, third: '', looked: task.seen, row: [] };
    case 'rename':
    case 'link':
      return { name: task.name, third: task.from, looked: task.seen, row: [] };
  }
}

export function unpackRequest(request: DiskRequest): DiskTask[] {
  const texts = request.texts.split('\0');
  let at = 0;
  return Array.from({ length: request.numbers.length / NUMBERS }, (_, index): DiskTask => {
    const [directory, name, third] = texts.slice(index * TEXTS, (index + 1) * TEXTS);
    const [kind, dataLength, ...row] = request.numbers.subarray(
      index * NUMBERS,
      (index + 1) * NUMBERS,
    );
    const data = request.data.subarray(at, at + dataLength);
    at += dataLength;
    const seen = request.seen.get(index);
    if (KINDS[kind] === 'read') {
      return { kind: 'read', directory, name, position: row[0], length: row[1], sha256: data };
    }
    if (KINDS[kind] === 'put') {
      const [createPermissions, permissions, modifiedS, modifiedNs, hashBytes] = row;
      const file = {
        name,
        tempName: third,
        data: data.subarray(hashBytes),
        sha256: hashBytes > 0 ? data.subarray(0, hashBytes) : undefined,
        createPermissions,
        permissions: permissions === AS_CREATED ? undefined : permissions,
        modifiedS,
        modifiedNs,
        replaced: seen,
      };
      return { kind: 'put', directory, file };
    }
    const removed = seen as ItemStat;
    if (KINDS[kind] === 'remove') return { kind: 'remove', directory, name, seen: removed };
    const is = KINDS[kind] === 'link' ? 'link' : 'rename';
    return { kind: is, directory, name, seen: removed, from: third };
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
  if (task.kind !== 'read') return undefined;
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
