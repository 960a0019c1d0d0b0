/** Entry of a disk thread: groups of tasks in, their results out (disk-tasks.ts); blocks one by one (block-tasks.ts). */
import { parentPort } from 'node:worker_threads';
import { type BlockRequest, runBlockTask } from './block-tasks.js';
import { SystemClock } from './clock.js';
import { DirectWrites } from './direct-writes.js';
import { bytesOf, type DiskReply, type DiskRequest, unpackRequest } from './disk-messages.js';
import { type DiskFailure, failureOf, runDiskTask } from './disk-tasks.js';
import { type MoveRequest, runMoves } from './file-moves.js';
import { linkFiles, type LinkTask } from './link-files.js';
import { putFiles, type PutTask } from './put-files.js';
import { serveRequests } from './thread-port.js';

const NO_BYTES = new Uint8Array(0);
const direct = new DirectWrites();
const clock = new SystemClock();

function run(request: DiskRequest): DiskReply {
  const startMs = clock.monotonicMs();
  const tasks = unpackRequest(request);
  const readBytes = tasks.reduce(
    (sum, task) => sum + (task.kind === 'read' ? bytesOf(task) : 0),
    0,
  );
  const numbers = new Float64Array(tasks.length * 2);
  const data = new Uint8Array(readBytes);
  const failures = new Map<number, DiskFailure>();
  const puts = tasks.filter((task): task is PutTask => task.kind === 'put');
  const putResults = putFiles(puts);
  const linkResults = linkFiles(tasks.filter((task): task is LinkTask => task.kind === 'link'));
  let at = 0;
  let putsAt = 0;
  let linksAt = 0;
  tasks.forEach((task, index) => {
    if (task.kind === 'put') {
      const result = putResults[putsAt];
      putsAt += 1;
      if ('error' in result) failures.set(index, failureOf(result.error));
      else numbers.set([result.stat.modifiedS, result.stat.modifiedNs], index * 2);
      return;
    }
    if (task.kind === 'link') {
      const result = linkResults[linksAt];
      linksAt += 1;
      if ('error' in result) failures.set(index, failureOf(result.error));
      return;
    }
    const end = task.kind === 'read' ? at + task.length : at;
    try {
      const result = runDiskTask(task, task.kind === 'read' ? data.subarray(at, end) : NO_BYTES);
      if (result !== undefined) numbers[index * 2] = 1;
    } catch (error) {
      failures.set(index, failureOf(error));
    }
    at = end;
  });
  const tookMs = clock.monotonicMs() - startMs;
  return { group: request.group, numbers, data, failures, tookMs };
}

serveRequests((request: DiskRequest | BlockRequest | MoveRequest) => {
  if ('block' in request) {
    const reply = runBlockTask(request, direct);
    return parentPort?.postMessage(reply, reply.buffer === undefined ? [] : [reply.buffer]);
  }
  if ('step' in request) {
    const reply = runMoves(request);
    return parentPort?.postMessage(reply, [reply.ids.buffer, reply.yes.buffer]);
  }
  const reply = run(request);
  parentPort?.postMessage(reply, [reply.numbers.buffer, reply.data.buffer] as ArrayBuffer[]);
});
