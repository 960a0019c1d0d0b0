/**
 * What happened to the entries of the directories of one disk and would not outlast a crash: in the order of the calls,
 * as a journaling file system keeps it. Entries that one call changed, as the two of a rename, are one step.
 */
export interface Entry<Node> {
  readonly name: string;
  readonly node: Node;
}

export interface EntryChange<Node> {
  readonly directory: Node;
  readonly key: string;
  readonly before: Entry<Node> | undefined;
  readonly after: Entry<Node> | undefined;
  /** Of the call that made it; they grow. */
  readonly step: number;
}

export class MemoryJournal<Node> {
  #changes: EntryChange<Node>[] = [];
  #step = 0;
  #committed = 0;

  /** All changes whose directory was not synced, oldest first. */
  get changes(): readonly EntryChange<Node>[] {
    return this.#changes;
  }

  /** Steps up to this one are durable where the order of changes is kept: a flush of anything takes them along. */
  get committedStep(): number {
    return this.#committed;
  }

  /** The one under way. */
  get step(): number {
    return this.#step;
  }

  /** The changes that follow belong to another call. */
  beginStep(): void {
    this.#step += 1;
  }

  note(change: Omit<EntryChange<Node>, 'step'>): void {
    this.#changes.push({ ...change, step: this.#step });
  }

  /** A flush of that item. */
  synced(node: Node): void {
    this.#committed = this.#step;
    this.#changes = this.#changes.filter(({ directory }) => directory !== node);
  }

  clear(): void {
    this.#changes = [];
    this.#committed = this.#step;
  }

  /** What the journal of another disk holds, for the copies of its nodes. */
  take(other: MemoryJournal<Node>, copyOf: (node: Node) => Node): void {
    const entryOf = (entry: Entry<Node> | undefined): Entry<Node> | undefined =>
      entry && { name: entry.name, node: copyOf(entry.node) };
    this.#changes = other.#changes.map((change) => ({
      ...change,
      directory: copyOf(change.directory),
      before: entryOf(change.before),
      after: entryOf(change.after),
    }));
    this.#step = other.#step;
    this.#committed = other.#committed;
  }
}
