/**
 * One item of the file system in memory: what it is now, and what of it would outlast a crash.
 * A file's content and metadata become durable by syncing the file. Which entries of a directory are durable is in the
 * journal of the disk: an entry may be durable while the content of the file that it names is not.
 */
import { type ItemStat } from './folder-fs.js';
import { type Entry, type MemoryJournal } from './memory-journal.js';

const NS_PER_S = 1_000_000_000n;
const GROWTH_FACTOR = 1.5;
/** The number that stat gives as the device of a disk in memory which was given none. */
export const MEMORY_DEVICE = 1n;

/** Times in nanoseconds since 1970. */
export interface Instant {
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
}

export type MemoryEntry = Entry<MemoryNode>;

/**
 * What a crash makes of content that was not flushed: 'zeros' and 'torn' are as 'kept', but what was written since the
 * last flush reads as zeros, all of it or its second half: the size reached the disk before the data.
 */
export type ContentFate = 'kept' | 'lost' | 'zeros' | 'torn';

interface State extends Instant {
  readonly permissions: number;
  readonly uid: number;
  readonly gid: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

export class MemoryNode {
  /** Names that are not UTF-8, in printable form. */
  readonly undecodable: string[] = [];
  /** By the name, or its folded form where case does not count. */
  readonly entries = new Map<string, MemoryEntry>();
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
  #isContentDurable = true;
  /** The step of the journal in which it was first changed since it was flushed; undefined: it was not. */
  #changedStep: number | undefined;
  // The durable state and this one hold the same bytes: copy before writing.
  #sharesBytes = true;

  constructor(
    readonly type: ItemStat['type'],
    readonly inode: bigint,
    permissions: number,
    now: Instant,
    /** Of the disk that it is on. */
    readonly journal: MemoryJournal<MemoryNode>,
    /** Of a link. */
    readonly target = '',
    readonly device = MEMORY_DEVICE,
  ) {
    this.#permissions = permissions;
    this.#modifiedNs = now.modifiedNs;
    this.#changedNs = now.changedNs;
    this.#durable = this.#state();
  }

  get isContentDurable(): boolean {
    return this.#isContentDurable;
  }

  /** The step of the journal since which a crash could take something from it; undefined: nothing but entries. */
  get changedStep(): number | undefined {
    return this.#changedStep;
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

  /** What a file holds now, not copied: to be read at once. */
  get content(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
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
    this.#changed(now);
  }

  setOwner(uid: number, gid: number, now: Instant): void {
    this.#uid = uid;
    this.#gid = gid;
    this.#changed(now);
  }

  setModified(modifiedNs: bigint, now: Instant): void {
    this.#modifiedNs = modifiedNs;
    this.#changed(now);
  }

  put(key: string, entry: MemoryEntry, now: Instant): void {
    this.#setEntry(key, entry, now);
    entry.node.links += 1;
  }

  take(key: string, now: Instant): void {
    this.#setEntry(key, undefined, now);
  }

  /** Moves the change time: a name of it came, went or moved. */
  named(now: Instant): void {
    this.#changedNs = now.changedNs;
  }

  sync(): void {
    this.makeDurable();
    this.journal.synced(this);
  }

  makeDurable(): void {
    this.#durable = this.#state();
    this.#isContentDurable = true;
    this.#changedStep = undefined;
    this.#sharesBytes = true;
  }

  /** After a crash: what the disk has. */
  fall(fate: ContentFate): void {
    const durable = this.#durable;
    if (fate === 'zeros' || fate === 'torn') this.#tear(fate === 'torn' ? 2 : Infinity);
    if (fate === 'lost') {
      this.#bytes = durable.bytes;
      this.#size = durable.size;
      this.#permissions = durable.permissions;
      this.#uid = durable.uid;
      this.#gid = durable.gid;
      this.#modifiedNs = durable.modifiedNs;
      this.#changedNs = durable.changedNs;
    }
    this.makeDurable();
  }

  /** The same item of a copy of the disk, without its entries. */
  copy(journal: MemoryJournal<MemoryNode>): MemoryNode {
    const now = { modifiedNs: this.#modifiedNs, changedNs: this.#changedNs };
    const { type, inode, target, device } = this;
    const copy = new MemoryNode(type, inode, this.#permissions, now, journal, target, device);
    copy.undecodable.push(...this.undecodable);
    copy.links = this.links;
    copy.#uid = this.#uid;
    copy.#gid = this.#gid;
    copy.#size = this.#size;
    copy.#bytes = this.#bytes;
    copy.#durable = this.#durable;
    copy.#isContentDurable = this.#isContentDurable;
    copy.#changedStep = this.#changedStep;
    this.#sharesBytes = true;
    return copy;
  }

  #setEntry(key: string, after: MemoryEntry | undefined, now: Instant): void {
    const before = this.entries.get(key);
    if (before !== undefined) before.node.links -= 1;
    this.journal.note({ directory: this, key, before, after });
    if (after === undefined) this.entries.delete(key);
    else this.entries.set(key, after);
    this.#modifiedNs = now.modifiedNs;
    this.#changedNs = now.changedNs;
  }

  /** What differs from the flushed bytes, from its `1 / divisor` part on, is what was there before, or zeros. */
  #tear(divisor: number): void {
    const { bytes, size } = this.#durable;
    const torn = new Uint8Array(this.#size);
    torn.set(bytes.subarray(0, Math.min(size, this.#size)));
    const written = Math.floor(this.#size / divisor);
    torn.set(this.#bytes.subarray(0, written));
    this.#bytes = torn;
  }

  #touch(now: Instant): void {
    this.#modifiedNs = now.modifiedNs;
    this.#isContentDurable = false;
    this.#changed(now);
  }

  #changed(now: Instant): void {
    this.#changedNs = now.changedNs;
    this.#changedStep ??= this.journal.step;
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
    };
  }
}
