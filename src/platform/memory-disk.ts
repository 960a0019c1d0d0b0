/**
 * The tree of items behind the file system in memory, which outlives those who open it, and what a crash makes of it.
 * Everything it does depends on its calls and its clock alone, so a run can be repeated exactly.
 */
import { SyncError } from '../domain/errors.js';
import { type Clock } from './clock.js';
import { type DiskSpace } from './disk-space.js';
import { type ItemStat } from './folder-fs.js';
import { componentsOf, splitName } from './folder-name.js';
import { type Instant, MEMORY_DEVICE, type MemoryEntry, MemoryNode } from './memory-node.js';

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

/** Something that was not synced: a file's content and metadata, or a directory's entries and metadata. */
export interface Unsynced {
  readonly kind: 'content' | 'entries';
  readonly name: string;
}

export interface CrashOptions {
  /** What reached the disk although nobody waited for it; false: nothing did, true: everything (a killed process). */
  readonly keepUnsynced: boolean | ((what: Unsynced) => boolean);
}

/** Where an entry is or would be. */
export interface Place {
  readonly directory: MemoryNode;
  readonly key: string;
  readonly base: string;
  readonly entry: MemoryEntry | undefined;
}

/** An error as the system gives it. */
export function systemError(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: as if from the system`), { code });
}

export class MemoryDisk {
  readonly caseSensitive: boolean;
  readonly formSensitive: boolean;
  readonly umask: number;
  beforeOperation: ((operation: string, name: string) => void) | undefined;
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
    options: MemoryDiskOptions = {},
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
    this.root = new MemoryNode('directory', this.#lastInode, ROOT_PERMISSIONS, now, '', device);
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
    const { device } = place.directory;
    const node = new MemoryNode(type, ++this.#lastInode, permissions, now, target, device);
    place.directory.put(place.key, { name: place.base, node }, now);
    return node;
  }

  remove(place: Place): void {
    const now = this.now();
    place.directory.take(place.key, now);
    place.entry?.node.changed(now);
  }

  /** A FIFO, socket or device: for tests. */
  placeOther(name: string): void {
    this.add('other', 0o600, name);
  }

  /** An entry whose name is not UTF-8, in printable form: for tests. */
  placeUndecodable(directory: string, printed: string): void {
    this.directory(directory).undecodable.push(printed);
  }

  /**
   * What was not synced is kept or lost item by item, as the caller says: harsher than a journaling file system,
   * which keeps the order of changes. A directory that would appear under two parents stays under the first.
   */
  crash({ keepUnsynced }: CrashOptions): void {
    this.generation++;
    const keeps = typeof keepUnsynced === 'function' ? keepUnsynced : () => keepUnsynced;
    const found = new Map<MemoryNode, string>();
    collect(this.root, '', found);
    for (const [node, name] of found) {
      const kind = node.type === 'directory' ? 'entries' : 'content';
      if (!node.isDurable && !keeps({ kind, name })) node.fallBack();
    }
    dropSecondParents(this.root, new Set([this.root]));
    for (const node of found.keys()) {
      node.links = 0;
      node.makeDurable();
    }
    countLinks(this.root);
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

/** Every item that is now or durably below the node, with a name that it has. */
function collect(node: MemoryNode, name: string, found: Map<MemoryNode, string>): void {
  if (found.has(node)) return;
  found.set(node, name);
  for (const entries of [node.entries, node.durableEntries]) {
    for (const entry of entries.values()) {
      collect(entry.node, name === '' ? entry.name : `${name}/${entry.name}`, found);
    }
  }
}

function dropSecondParents(directory: MemoryNode, seen: Set<MemoryNode>): void {
  for (const [key, { node }] of directory.entries) {
    if (node.type !== 'directory') continue;
    if (seen.has(node)) {
      directory.entries.delete(key);
      continue;
    }
    seen.add(node);
    dropSecondParents(node, seen);
  }
}

function countLinks(directory: MemoryNode): void {
  for (const { node } of directory.entries.values()) {
    node.links += 1;
    if (node.type === 'directory') countLinks(node);
  }
}
