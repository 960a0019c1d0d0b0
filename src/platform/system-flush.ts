/**
 * syncfs(2), which Node does not offer: writes all that a file system has not written yet, and tells of any write that
 * failed since its descriptor was opened (Linux 5.8). Through koffi, a library that calls functions of the system's C
 * library; where that cannot be loaded there is no such flush, and every file is flushed by itself.
 */
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import { LOCAL_FILE_SYSTEMS } from './local-file-systems.js';

type SyncFs = (descriptor: number) => number;

/** What is used of koffi. */
interface Koffi {
  load(library: null): { func(declaration: string): unknown };
}

const KERNEL_MIN = 5.08;

let syncFs: SyncFs | null | undefined;

function loadSyncFs(): SyncFs | null {
  if (process.platform !== 'linux' || !tellsOfFailures()) return null;
  try {
    // Not imported: the node runs without it, too.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    return koffi.load(null).func('int syncfs(int)') as SyncFs;
  } catch {
    return null;
  }
}

/** Before 5.8 the kernel said nothing of writes that failed. */
function tellsOfFailures(): boolean {
  const release = /^(\d+)\.(\d+)/.exec(fs.readFileSync('/proc/sys/kernel/osrelease', 'utf8'));
  return release !== null && Number(release[1]) + Number(release[2]) / 100 >= KERNEL_MIN;
}

/** One file system, opened before anything is written there that a flush shall answer for. */
export class SystemFlush {
  private constructor(
    private readonly descriptor: number,
    readonly device: bigint,
    private readonly call: SyncFs,
  ) {}

  /** undefined where the system cannot, or could not be believed. */
  static open(directory: string): SystemFlush | undefined {
    syncFs ??= loadSyncFs();
    if (syncFs === null) return undefined;
    let descriptor: number;
    try {
      descriptor = fs.openSync(`${directory}/.`, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    } catch {
      return undefined;
    }
    try {
      if (LOCAL_FILE_SYSTEMS.has(fs.statfsSync(`/proc/self/fd/${descriptor}/.`).type)) {
        const device = fs.fstatSync(descriptor, { bigint: true }).dev;
        return new SystemFlush(descriptor, device, syncFs);
      }
    } catch {
      // It cannot be said what it is.
    }
    fs.closeSync(descriptor);
    return undefined;
  }

  /** False when something could not be written, by whomever. */
  run(): boolean {
    return this.call(this.descriptor) === 0;
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }
}
