/**
 * openat(2), renameat2(2), statx(2) and posix_fadvise(2), which Node does not offer: a path from an open directory by way of
 * /proc takes twice the time, Node makes an object of dates for each look, and its rename replaces what is there. Through koffi,
 * as the flush is (system-flush.ts). What fails here is tried again Node's way by the caller, which tells why; where the
 * library cannot be loaded everything is done that way.
 */
import { createRequire } from 'node:module';
import { type ItemStat } from './folder-fs.js';

interface Calls {
  openat(directory: number, name: string, flags: number, mode: number): number;
  /** Not in every C library. */
  renameat2?(from: number, name: string, to: number, newName: string, flags: number): number;
  statx(directory: number, name: string, flags: number, mask: number, into: Uint8Array): number;
  posix_fadvise(descriptor: number, position: number, length: number, advice: number): number;
}

/** What is used of koffi. */
interface Koffi {
  load(library: null): { func(declaration: string): unknown };
}

/** Where these flags have these values, numbers lie as this file reads them, and no argument is passed in another way. */
const ARCHITECTURES = ['x64', 'arm64'];
// Not among Node's constants.
const O_CLOEXEC = 0o2000000;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
const RENAME_NOREPLACE = 1;
const POSIX_FADV_DONTNEED = 4;
const STATX_BASIC_STATS = 0x7ff;

const STATX_BYTES = 256;
const NS_PER_S = 1_000_000_000n;
const TWO_32 = 4_294_967_296;
const S_IFMT = 0o170000;

/** By the mode's kind. */
export const TYPE_BY_MODE: Readonly<Record<number, ItemStat['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
};

function loadCalls(): Calls | undefined {
  if (process.platform !== 'linux' || !ARCHITECTURES.includes(process.arch)) return undefined;
  try {
    // Not imported: the node runs without it, too.
    const koffi = createRequire(import.meta.url)('koffi') as Koffi;
    const library = koffi.load(null);
    return {
      openat: library.func('int openat(int, const char*, int, uint32_t)') as Calls['openat'],
      ...renameIn(library),
      statx: library.func('int statx(int, const char*, int, uint32_t, void*)') as Calls['statx'],
      posix_fadvise: library.func(
        'int posix_fadvise(int, int64_t, int64_t, int)',
      ) as Calls['posix_fadvise'],
    };
  } catch {
    return undefined;
  }
}

function renameIn(library: ReturnType<Koffi['load']>): Pick<Calls, 'renameat2'> {
  const declaration = 'int renameat2(int, const char*, int, const char*, uint32_t)';
  try {
    return { renameat2: library.func(declaration) as Required<Calls>['renameat2'] };
  } catch {
    return {};
  }
}

let loaded: SystemCalls | null | undefined;

/** Of this thread; undefined where there are no such calls. */
export function systemCalls(): SystemCalls | undefined {
  if (loaded === undefined) loaded = SystemCalls.load() ?? null;
  return loaded ?? undefined;
}

export class SystemCalls {
  private readonly bytes = new Uint8Array(STATX_BYTES);
  private readonly words = new Uint32Array(this.bytes.buffer);
  private readonly longs = new BigUint64Array(this.bytes.buffer);
  /** The device of the last look, which that of the next one is as a rule. */
  private major = 0;
  private minor = 0;
  private device = 0n;

  private constructor(private readonly calls: Calls) {}

  /** undefined where there are no such calls. */
  static load(): SystemCalls | undefined {
    const calls = loadCalls();
    return calls && new SystemCalls(calls);
  }

  /** A descriptor; undefined when it cannot be opened. */
  open(directory: number, name: string, flags: number, mode = 0): number | undefined {
    const opened = this.calls.openat(directory, name, flags | O_CLOEXEC, mode);
    return opened < 0 ? undefined : opened;
  }

  /** Both names are in the directory. False when it is not done: something has the new name, or this cannot be had here. */
  renameToNew(directory: number, name: string, newName: string): boolean {
    const { calls } = this;
    return calls.renameat2?.(directory, name, directory, newName, RENAME_NOREPLACE) === 0;
  }

  /** The system need not keep the range in its cache. It may do so nevertheless. */
  dropCached(descriptor: number, position: number, length: number): void {
    this.calls.posix_fadvise(descriptor, position, length, POSIX_FADV_DONTNEED);
  }

  /** What is there under the name, links not followed; undefined when that cannot be said. */
  lookAt(directory: number, name: string): ItemStat | undefined {
    return this.statx(directory, name, AT_SYMLINK_NOFOLLOW);
  }

  /** What is open; undefined when that cannot be said. */
  lookIn(descriptor: number): ItemStat | undefined {
    return this.statx(descriptor, '', AT_EMPTY_PATH);
  }

  private statx(directory: number, name: string, flags: number): ItemStat | undefined {
    const { bytes, words, longs } = this;
    if (this.calls.statx(directory, name, flags, STATX_BASIC_STATS, bytes) !== 0) return undefined;
    // What of it the file system did not tell is nothing to go by.
    if ((words[0] & STATX_BASIC_STATS) !== STATX_BASIC_STATS) return undefined;
    const mode = words[7] & 0xffff;
    return {
      type: TYPE_BY_MODE[mode & S_IFMT] ?? 'other',
      size: words[10] + words[11] * TWO_32,
      permissions: mode & 0o7777,
      // Its upper half is signed: before 1970 the nanoseconds still count upwards.
      modifiedS: words[28] + (words[29] | 0) * TWO_32,
      modifiedNs: words[30],
      changedNs: BigInt.asIntN(64, longs[12]) * NS_PER_S + BigInt(words[26]),
      links: words[4],
      uid: words[5],
      gid: words[6],
      device: this.deviceOf(words[34], words[35]),
      inode: longs[4],
    };
  }

  /** As the C library puts it together, and Node tells it. */
  private deviceOf(major: number, minor: number): bigint {
    if (major !== this.major || minor !== this.minor) {
      const [high, low] = [BigInt(major), BigInt(minor)];
      this.device =
        ((high & ~0xfffn) << 32n) |
        ((high & 0xfffn) << 8n) |
        ((low & ~0xffn) << 12n) |
        (low & 0xffn);
      this.major = major;
      this.minor = minor;
    }
    return this.device;
  }
}
