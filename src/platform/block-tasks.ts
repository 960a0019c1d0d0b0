/**
 * One block written to an open file, for worker threads: hashed and written where its bytes lie, so that each is read
 * into a processor once and the event loop never touches it. The buffer travels with the task and comes back with the
 * result.
 */
import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { type DiskFailure, failureOf } from './disk-tasks.js';
import { type BlockWrite } from './real-file-handle.js';

export interface BlockWriteRequest {
  /** Number of the task in its thread. */
  readonly group: number;
  readonly write: BlockWrite;
}

export interface BlockWriteReply {
  readonly group: number;
  /** False: other bytes than the hash says, and nothing was written. */
  readonly isRight: boolean;
  readonly buffer: ArrayBuffer;
  readonly failure: DiskFailure | undefined;
}

export function runBlockWrite({ group, write }: BlockWriteRequest): BlockWriteReply {
  const { buffer } = write.data;
  try {
    return { group, isRight: writeIfRight(write), buffer, failure: undefined };
  } catch (error) {
    return { group, isRight: false, buffer, failure: failureOf(error) };
  }
}

function writeIfRight({ descriptor, positions, data, sha256 }: BlockWrite): boolean {
  if (!hash('sha256', data, 'buffer').equals(sha256)) return false;
  for (const position of positions) {
    for (let done = 0; done < data.length;) {
      done += fs.writeSync(descriptor, data, done, data.length - done, position + done);
    }
  }
  return true;
}
