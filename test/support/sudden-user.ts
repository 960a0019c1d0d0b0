/** A user who changes a file between two calls of the node, at once and past all calls. */
import { type MemoryDisk, type Place } from '../../src/platform/memory-disk.js';
import { type Writings } from './crash-operations.js';
import { textOf } from './folder-life.js';

/** What a user may do to an item at the worst moment. The content that comes is `text`. */
export const SUDDEN_CHANGES = {
  'writes into it': (user: SuddenUser, name: string, text: string) => user.write(name, text),
  'saves it anew': (user: SuddenUser, name: string, text: string) => user.saveAnew(name, text),
  'appends to it': (user: SuddenUser, name: string, text: string) => user.append(name, text),
  'deletes it': (user: SuddenUser, name: string) => user.remove(name),
  'puts a link there': (user: SuddenUser, name: string, text: string) => user.putLink(name, text),
  'puts a directory there': (user: SuddenUser, name: string, text: string) =>
    user.putDirectory(name, text),
  'sets its permissions': (user: SuddenUser, name: string) => user.setPermissions(name),
} as const;

export class SuddenUser {
  constructor(
    private readonly disk: MemoryDisk,
    private readonly writings: Writings,
    /** Names by which the same file may be known for a moment, as it is being moved. */
    private readonly otherNames: Readonly<Record<string, string>> = {},
  ) {}

  /** In place; where there is no file, into a new one. */
  write(name: string, text: string): void {
    const node = this.place(name)?.entry?.node;
    if (node?.type !== 'file') return this.saveAnew(name, text);
    this.giveUp(name);
    node.truncate(0, this.disk.now());
    node.write(0, Buffer.from(text), this.disk.now());
    this.wrote(name, text);
  }

  append(name: string, text: string): void {
    const node = this.place(name)?.entry?.node;
    if (node?.type !== 'file') return;
    const whole = Buffer.concat([node.content, Buffer.from(text)]);
    this.giveUp(name);
    node.write(0, whole, this.disk.now());
    this.wrote(name, whole);
  }

  /** As editors do: another file gets the name. */
  saveAnew(name: string, text: string): void {
    this.remove(name);
    if (this.place(name) === undefined) return;
    this.disk.add('file', 0o644, name).write(0, Buffer.from(text), this.disk.now());
    this.wrote(name, text);
  }

  putLink(name: string, target: string): void {
    this.remove(name);
    if (this.place(name) === undefined) return;
    this.disk.add('symlink', 0o777, name, target);
  }

  putDirectory(name: string, text: string): void {
    this.remove(name);
    if (this.place(name) === undefined) return;
    this.disk.add('directory', 0o755, name);
    this.saveAnew(`${name}/inside`, text);
  }

  /** A directory with all that is in it. */
  remove(name: string): void {
    const place = this.place(name);
    this.changed(name);
    if (place?.entry === undefined) return;
    for (const entry of place.entry.node.entries.values()) this.remove(`${name}/${entry.name}`);
    if (place.entry.node.type === 'file') this.giveUp(name);
    this.writings.deleted.add(name);
    this.disk.remove(place);
  }

  setPermissions(name: string): void {
    const node = this.place(name)?.entry?.node;
    if (node?.type !== 'file') return;
    node.setPermissions(0o600, this.disk.now());
    this.changed(name);
  }

  /** undefined where its directory is not there. */
  private place(name: string): Place | undefined {
    try {
      return this.disk.place(name);
    } catch {
      return undefined;
    }
  }

  private giveUp(name: string): void {
    const node = this.place(name)?.entry?.node;
    if (node !== undefined) this.writings.kept.delete(textOf(node.content));
  }

  private wrote(name: string, content: string | Uint8Array): void {
    this.writings.wrote(name, Buffer.from(content));
    const other = this.otherNames[name];
    if (other !== undefined) this.writings.wrote(other, Buffer.from(content));
    this.writings.kept.add(textOf(Buffer.from(content)));
    this.changed(name);
  }

  private changed(name: string): void {
    this.writings.changed.add(name);
    const other = this.otherNames[name];
    if (other !== undefined) this.writings.changed.add(other);
  }
}
