/**
 * One item of the file system in memory: what it is now, and what of it would outlast a crash.
 * A file's content and metadata become durable by syncing the file, a directory's entries by syncing the directory;
 * an entry may be durable while the content of the file that it names is not.
 */
import { type ItemStat } from './folder-fs.js';

const NS_PER_S = 1_000_000_000n;
const GROWTH_FACTOR = 1.5;
/** The number that stat gives as the device of a disk in memory which was given none. */
export const MEMORY_DEVICE = 1n;

/** Times in nanoseconds since 1970. */
export interface Instant {
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

export interface MemoryEntry {
  readonly name: string;
  readonly node: MemoryNode;
}

interface State extends Instant {
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  /** By the name, or its folded form where case does not count. */
  readonly entries: ReadonlyMap<string, MemoryEntry>;
}

export class MemoryNode {
  /** Names that are not UTF-8, in printable form. */
  readonly undecodable: string[] = [];
  entries = new Map<string, MemoryEntry>();
  /** Entries that name it. */
  links = 0;
  #bytes = new Uint8Array(0);
  #size = 0;
  #permissions: number;
  #uid = 0;
  #gid = 0;
  #modifiedNs: bigint;
  #changedNs: bigint;
  #durable: State;
  #isDurable = true;
  // The durable state and this one hold the same bytes: copy before writing.
  #sharesBytes = true;

  constructor(
    readonly type: ItemStat['type'],
    readonly inode: bigint,
    permissions: number,
    now: Instant,
    /** Of a link. */
    readonly target = '',
    readonly device = MEMORY_DEVICE,
  ) {
    this.#permissions = permissions;
    this.#modifiedNs = now.modifiedNs;
    this.#changedNs = now.changedNs;
    this.#durable = this.#state();
  }

  /** Whether a crash now could take nothing from it. */
  get isDurable(): boolean {
    return this.#isDurable;
  }

  get durableEntries(): ReadonlyMap<string, MemoryEntry> {
    return this.#durable.entries;
  }

  stat(): ItemStat {
    const fraction = ((this.#modifiedNs % NS_PER_S) + NS_PER_S) % NS_PER_S;
    return {
      type: this.type,
      size: this.type === 'symlink' ? Buffer.byteLength(this.target) : this.#size,
      permissions: this.#permissions,
      modifiedS: Number((this.#modifiedNs - fraction) / NS_PER_S),
      modifiedNs: Number(fraction),
      changedNs: this.#changedNs,
      device: this.device,
      inode: this.inode,
      links: this.links,
      uid: this.#uid,
      gid: this.#gid,
    };
  }

  read(position: number, length: number): Uint8Array {
    return this.#bytes.slice(position, Math.max(position, Math.min(this.#size, position + length)));
  }

  write(position: number, data: Uint8Array, now: Instant): void {
    if (data.length === 0) return;
    const end = position + data.length;
    this.#reserve(end, Math.ceil(end * GROWTH_FACTOR));
    this.#bytes.set(data, position);
    this.#size = Math.max(this.#size, end);
    this.#touch(now);
  }

  truncate(size: number, now: Instant): void {
    this.#reserve(size, size);
    // What is cut off must read as zeros if the file grows again.
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
    this.#touch(now);
  }

  setPermissions(permissions: number, now: Instant): void {
    this.#permissions = permissions;
    this.changed(now);
  }

  setOwner(uid: number, gid: number, now: Instant): void {
    this.#uid = uid;
    this.#gid = gid;
    this.changed(now);
  }

  setModified(modifiedNs: bigint, now: Instant): void {
    this.#modifiedNs = modifiedNs;
    this.changed(now);
  }

  put(key: string, entry: MemoryEntry, now: Instant): void {
    this.#unlink(key);
    this.entries.set(key, entry);
    entry.node.links += 1;
    this.#touch(now);
  }

  take(key: string, now: Instant): void {
    this.#unlink(key);
    this.entries.delete(key);
    this.#touch(now);
  }

  /** Moves the change time: a name of it came, went or moved. */
  changed(now: Instant): void {
    this.#changedNs = now.changedNs;
    this.#isDurable = false;
  }

  makeDurable(): void {
    this.#durable = this.#state();
    this.#isDurable = true;
    this.#sharesBytes = true;
  }

  fallBack(): void {
    const durable = this.#durable;
    this.#bytes = durable.bytes as Uint8Array<ArrayBuffer>;
    this.#size = durable.size;
    this.#permissions = durable.permissions;
    this.#uid = durable.uid;
    this.#gid = durable.gid;
    this.#modifiedNs = durable.modifiedNs;
    this.#changedNs = durable.changedNs;
    this.entries = new Map(durable.entries);
    this.#isDurable = true;
    this.#sharesBytes = true;
  }

  #unlink(key: string): void {
    const entry = this.entries.get(key);
    if (entry !== undefined) entry.node.links -= 1;
  }

  #touch(now: Instant): void {
    this.#modifiedNs = now.modifiedNs;
    this.changed(now);
  }

  /** Makes room for `size` bytes in an array of our own; a new one has room for `capacity`. */
  #reserve(size: number, capacity: number): void {
    const fits = size <= this.#bytes.length;
    if (fits && !this.#sharesBytes) return;
    const bytes = new Uint8Array(fits ? this.#bytes.length : capacity);
    bytes.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = bytes;
    this.#sharesBytes = false;
  }

  #state(): State {
    return {
      permissions: this.#permissions,
      uid: this.#uid,
      gid: this.#gid,
      modifiedNs: this.#modifiedNs,
      changedNs: this.#changedNs,
      bytes: this.#bytes,
      size: this.#size,
      entries: new Map(this.entries),
    };
  }
}
