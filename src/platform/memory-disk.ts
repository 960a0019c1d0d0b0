/**
 * The tree of items behind the file system in memory, which outlives those who open it, and what a crash makes of it.
 * Everything it does depends on its calls and its clock alone, so a run can be repeated exactly.
 */
import { SyncError } from '../domain/errors.js';
import { CallFaults, systemError } from './call-faults.js';
import { type Clock } from './clock.js';
import { type DiskSpace } from './disk-space.js';
import { type ItemStat } from './folder-fs.js';
import { componentsOf, splitName } from './folder-name.js';
import {
  type CrashModel,
  type CrashOptions,
  crashTree,
  type Unsynced,
  unsyncedOf,
} from './memory-crash.js';
import { MemoryJournal } from './memory-journal.js';
import { type Instant, MEMORY_DEVICE, type MemoryEntry, MemoryNode } from './memory-node.js';

export { type CrashModel, type CrashOptions, systemError, type Unsynced };

const COMPONENT_BYTES_MAX = 255;
const ROOT_PERMISSIONS = 0o700;
const INODES_PER_DISK = 1_000_000_000n;
const NS_PER_US = 1000n;
const TIME_STEPS_NS = {
  nanoseconds: 1n,
  microseconds: NS_PER_US,
  twoSeconds: 2_000_000_000n,
} as const;
/** Of a disk that never gets full. */
const ENDLESS_BYTES = 2 ** 50;
const US_PER_MS = 1000;

export interface MemoryDiskOptions {
  /** Modification times that are set are cut to these: 'microseconds' as Node does on a real disk. */
  readonly timesIn?: keyof typeof TIME_STEPS_NS;
  readonly caseSensitive?: boolean;
  /** Whether names that differ in their Unicode form alone are two. */
  readonly formSensitive?: boolean;
  /** Taken from the permissions of what is created. */
  readonly umask?: number;
  /** The number that stat gives as the device. */
  readonly device?: bigint;
  /** False: setting permissions changes nothing. */
  readonly holdsPermissions?: boolean;
  /**
   * Called with each operation's method name and the item's name before it starts. What it throws is the operation's
   * failure; errors with a system's code ('ENOSPC') are treated as if the system had given them.
   */
  readonly beforeOperation?: (operation: string, name: string) => void;
}

/** Where an entry is or would be. */
export interface Place {
  readonly directory: MemoryNode;
  readonly key: string;
  readonly base: string;
  readonly entry: MemoryEntry | undefined;
}

export class MemoryDisk {
  readonly caseSensitive: boolean;
  readonly formSensitive: boolean;
  readonly umask: number;
  beforeOperation: ((operation: string, name: string) => void) | undefined;
  /** Called after each operation that did not fail. */
  afterOperation: ((operation: string, name: string) => void) | undefined;
  readonly faults = new CallFaults();
  /** Counts crashes: whoever opened the disk before the last one has lost it. */
  generation = 0;
  /** Called with the name of what a successful operation may have changed; see tell. */
  readonly observers = new Set<(name: string) => void>();
  readonly root: MemoryNode;
  /** Directories of other disks that followed links directly below the root lead to, by name. */
  mounted: ReadonlyMap<string, MemoryNode> = new Map();
  /** What is told of the room on it; nothing else heeds it. */
  space: DiskSpace = { freeBytes: ENDLESS_BYTES, totalBytes: ENDLESS_BYTES, device: 1n };
  readonly holdsPermissions: boolean;
  readonly #timeStepNs: bigint;
  #lastInode: bigint;
  #lastChangedNs = 0n;

  constructor(
    private readonly clock: Clock,
    private readonly options: MemoryDiskOptions = {},
    /** What is on it already. */
    root?: MemoryNode,
  ) {
    this.caseSensitive = options.caseSensitive ?? true;
    this.formSensitive = options.formSensitive ?? true;
    this.umask = options.umask ?? 0o022;
    this.beforeOperation = options.beforeOperation;
    this.holdsPermissions = options.holdsPermissions ?? true;
    this.#timeStepNs = TIME_STEPS_NS[options.timesIn ?? 'microseconds'];
    const { device = MEMORY_DEVICE } = options;
    // What one disk makes on another must not have the number of an item that is there.
    this.#lastInode = device * INODES_PER_DISK;
    const now = this.now();
    const journal = new MemoryJournal<MemoryNode>();
    this.root =
      root ??
      new MemoryNode('directory', this.#lastInode, ROOT_PERMISSIONS, now, journal, '', device);
  }

  /** The change time never repeats and never steps back, whatever the clock does. */
  now(): Instant {
    const modifiedNs = BigInt(Math.floor(this.clock.nowMs() * US_PER_MS)) * NS_PER_US;
    const next = this.#lastChangedNs + 1n;
    this.#lastChangedNs = modifiedNs > next ? modifiedNs : next;
    return { modifiedNs, changedNs: this.#lastChangedNs };
  }

  tell(name: string): void {
    for (const observer of this.observers) observer(name);
  }

  storableTime(ns: bigint): bigint {
    const step = this.#timeStepNs;
    return ns - (((ns % step) + step) % step);
  }

  /** The directories from the root to this one. */
  way(directory: string): MemoryNode[] {
    const nodes = [this.root];
    let node = this.root;
    for (const component of componentsOf(directory)) {
      const mounted = node === this.root ? this.mounted.get(component) : undefined;
      node = mounted ?? this.#lookUp(node, component)?.node ?? fail('ENOENT');
      if (node.type !== 'directory') {
        const message = `cannot open directory ${JSON.stringify(directory)}: leads through ${node.type}`;
        throw new SyncError('refused', message);
      }
      nodes.push(node);
    }
    return nodes;
  }

  directory(name: string): MemoryNode {
    return this.way(name).at(-1) as MemoryNode;
  }

  place(name: string): Place {
    const { parent, base } = splitName(name);
    const directory = this.directory(parent);
    return { directory, base, key: this.#keyOf(base), entry: this.#lookUp(directory, base) };
  }

  /** The item or the root. */
  node(name: string): MemoryNode {
    if (name === '') return this.root;
    return this.mounted.get(name) ?? this.place(name).entry?.node ?? fail('ENOENT');
  }

  /** As node; undefined when its directory has no such entry. */
  found(name: string): MemoryNode | undefined {
    return name === '' ? this.root : (this.mounted.get(name) ?? this.place(name).entry?.node);
  }

  add(type: ItemStat['type'], permissions: number, name: string, target?: string): MemoryNode {
    const place = this.place(name);
    if (place.entry) fail('EEXIST');
    const now = this.now();
    const { device, journal } = place.directory;
    const inode = ++this.#lastInode;
    const node = new MemoryNode(type, inode, permissions, now, journal, target, device);
    place.directory.put(place.key, { name: place.base, node }, now);
    return node;
  }

  remove(place: Place): void {
    const now = this.now();
    place.directory.take(place.key, now);
    place.entry?.node.named(now);
  }

  /** A FIFO, socket or device: for tests. */
  placeOther(name: string): void {
    this.add('other', 0o600, name);
  }

  /** An entry whose name is not UTF-8, in printable form: for tests. */
  placeUndecodable(directory: string, printed: string): void {
    this.directory(directory).undecodable.push(printed);
  }

  /** One call on the disk: what it does is done at once, or not at all. Throws as the plan of faults says. */
  perform<T>(operation: string, name: string, act: () => T): T {
    return this.faults.around(() => {
      this.beforeOperation?.(operation, name);
      for (const { journal } of [this.root, ...this.mounted.values()]) journal.beginStep();
      const result = act();
      this.afterOperation?.(operation, name);
      return result;
    });
  }

  /** What a crash would ask about now, in its order. */
  unsynced(model: CrashModel): Unsynced[] {
    return unsyncedOf(this.root, model);
  }

  crash(options: CrashOptions): void {
    this.generation++;
    this.faults.clear();
    crashTree(this.root, options);
  }

  /** All that is on it, and what of that is not flushed. Nobody has it open. */
  copy(clock = this.clock): MemoryDisk {
    const journal = new MemoryJournal<MemoryNode>();
    const copies = new Map<MemoryNode, MemoryNode>();
    const copyOf = (node: MemoryNode): MemoryNode => {
      const known = copies.get(node);
      if (known !== undefined) return known;
      const copied = node.copy(this.root.journal === node.journal ? journal : node.journal);
      copies.set(node, copied);
      for (const [key, entry] of node.entries) {
        copied.entries.set(key, { name: entry.name, node: copyOf(entry.node) });
      }
      return copied;
    };
    const root = copyOf(this.root);
    journal.take(this.root.journal, copyOf);
    const disk = new MemoryDisk(clock, this.options, root);
    disk.space = this.space;
    disk.#lastInode = this.#lastInode;
    disk.#lastChangedNs = this.#lastChangedNs;
    return disk;
  }

  #lookUp(directory: MemoryNode, base: string): MemoryEntry | undefined {
    if (Buffer.byteLength(base) > COMPONENT_BYTES_MAX) fail('ENAMETOOLONG');
    return directory.entries.get(this.#keyOf(base));
  }

  #keyOf(base: string): string {
    const inForm = this.formSensitive ? base : base.normalize('NFC');
    return this.caseSensitive ? inForm : inForm.toLowerCase();
  }
}

function fail(code: string): never {
  throw systemError(code);
}
