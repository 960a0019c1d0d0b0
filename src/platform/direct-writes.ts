/**
 * Large blocks written past the system's page cache (O_DIRECT): what is flushed before it counts has to reach the disk
 * anyway, and the copy in between costs more processor time than receiving the block, most of it for memory that
 * nobody has used lately. Owns the memory that such writes need, which must lie at addresses that the disk can reach.
 * Rule: where the file system has no such way, or refuses, the caller writes as ever; a disk that fails is told at once.
 */
import * as fs from 'node:fs';
import { systemCodeOf } from './system-errors.js';

/** Less is written as ever: each direct write waits for the disk. */
export const DIRECT_BYTES_MIN = 256 * 1024;
/** Positions, lengths and addresses that every disk takes. */
const ALIGNMENT_BYTES = 4096;
/** Where memory may begin. */
const ADDRESS_STEP_BYTES = 16;
/** Of one write. */
const STAGE_BYTES = 1024 * 1024;
/**
 * By the types that statfs gives: ext4 and XFS. Others compress, keep checksums of pages, or send what is written over a
 * network, and are better at it with the cache.
 */
const DIRECT_FILE_SYSTEMS: ReadonlySet<number> = new Set([0xef53, 0x58465342]);
/** The file system, or the disk, cannot. */
const CANNOT: ReadonlySet<string> = new Set(['EINVAL', 'EOPNOTSUPP', 'ENOTSUP']);

const NOTHING = new Uint8Array(0);

/** Of one thread. */
export class DirectWrites {
  #stage: Uint8Array | undefined;
  /** Where in the stage an address begins that every disk so far has taken. */
  #start = 0;
  /** Devices that took none. */
  readonly #refusing = new Set<number>();

  constructor(private readonly fileSystems: ReadonlySet<number> = DIRECT_FILE_SYSTEMS) {}

  /** Writes the front of the data, as far as it goes this way; returns how many bytes that were. */
  write(descriptor: number, data: Uint8Array, position: number): number {
    const length = data.length - (data.length % ALIGNMENT_BYTES);
    if (length < DIRECT_BYTES_MIN || position % ALIGNMENT_BYTES !== 0) return 0;
    // Fails where the descriptor is not for writing, which the other one would be.
    fs.writeSync(descriptor, NOTHING, 0, 0, position);
    const direct = this.#open(descriptor);
    if (direct === undefined) return 0;
    try {
      return this.#writeAll(direct, data.subarray(0, length), position);
    } finally {
      fs.closeSync(direct);
    }
  }

  /** The same file once more, as the flag cannot be set on a descriptor; undefined where it cannot be. */
  #open(descriptor: number): number | undefined {
    const { O_WRONLY, O_DIRECT } = fs.constants;
    if (process.platform !== 'linux' || O_DIRECT === undefined) return undefined;
    const path = `/proc/self/fd/${descriptor}`;
    try {
      if (!this.fileSystems.has(fs.statfsSync(path).type)) return undefined;
      if (this.#refusing.size > 0 && this.#refusing.has(deviceOf(descriptor))) return undefined;
      return fs.openSync(path, O_WRONLY | O_DIRECT);
    } catch {
      // No /proc, no permission by its name, or no such way on this file system.
      return undefined;
    }
  }

  #writeAll(direct: number, data: Uint8Array, position: number): number {
    let done = 0;
    while (done < data.length) {
      const part = data.subarray(done, done + STAGE_BYTES);
      const count = this.#writePart(direct, part, position + done);
      done += count;
      // The rest of a part that was not written whole has no place that the disk takes.
      if (count !== part.length) break;
    }
    return done;
  }

  #writePart(direct: number, part: Uint8Array, position: number): number {
    const count = this.#writeFrom(this.#start, direct, part, position);
    if (count !== undefined) return count;
    // Nothing tells addresses: where they have to begin is found by trying, with few bytes, which are right in any case.
    const first = part.subarray(0, ALIGNMENT_BYTES);
    for (let start = this.#start; start < ALIGNMENT_BYTES; start += ADDRESS_STEP_BYTES) {
      if (this.#writeFrom(start, direct, first, position) === undefined) continue;
      this.#start = start;
      return this.#writeFrom(start, direct, part, position) ?? 0;
    }
    this.#refusing.add(deviceOf(direct));
    return 0;
  }

  /** undefined where the disk does not take it from there. */
  #writeFrom(
    start: number,
    direct: number,
    part: Uint8Array,
    position: number,
  ): number | undefined {
    // No block buffer: it stays where it is.
    this.#stage ??= Buffer.allocUnsafeSlow(STAGE_BYTES + ALIGNMENT_BYTES);
    this.#stage.set(part, start);
    try {
      return fs.writeSync(direct, this.#stage, start, part.length, position);
    } catch (error) {
      if (CANNOT.has(systemCodeOf(error))) return undefined;
      throw error;
    }
  }
}

function deviceOf(descriptor: number): number {
  return fs.fstatSync(descriptor).dev;
}
