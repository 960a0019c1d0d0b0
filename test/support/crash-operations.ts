/**
 * The operations of which the proofs of crashes and faults make sequences: what a second device announces, and what a user
 * does on the disk. Contents are never repeated, so that each tells who wrote it.
 */
import { type FileInfo } from '../../src/domain/file-info.js';
import { parentOf } from '../../src/domain/file-name.js';
import { updateVector, type VersionVector } from '../../src/domain/version-vector.js';
import { type IndexDatabase } from '../../src/modules/database/index-database.js';
import { type FolderFs } from '../../src/platform/folder-fs.js';
import { deletedInfo, directoryInfo, fileInfo } from './file-info.factory.js';
import { largeContent, textOf } from './folder-life.js';
import { type FakeBlockSource, FOLDER, PEER, type StillClock, THEIRS } from './pull-fixture.js';

const NOW_S = 1_700_000_000;
const MS_PER_S = 1_000;
const NAMES_MAX = 1_000;
/** What people wrote, by the names they wrote it under, and what of it nobody has given up. */
export class Writings {
  /** Texts that a name has had, as textOf. */
  readonly byName = new Map<string, Set<string>>();
  /** Contents of users on this machine that have to be somewhere. */
  readonly kept = new Set<string>();
  /** Names that a user has deleted or taken away, or that another device has. */
  readonly deleted = new Set<string>();
  /** Names that a user on this machine changed. */
  readonly changed = new Set<string>();
  private readonly byHash = new Map<string, string>();

  wrote(name: string, content: Uint8Array): void {
    const texts = this.byName.get(name) ?? new Set();
    this.byName.set(name, texts.add(textOf(content)));
    const { blocksHash } = fileInfo(name, content);
    this.byHash.set(Buffer.from(blocksHash).toString('hex'), textOf(content));
  }

  copy(): Writings {
    const copy = new Writings();
    for (const [name, texts] of this.byName) copy.byName.set(name, new Set(texts));
    for (const [hash, text] of this.byHash) copy.byHash.set(hash, text);
    for (const name of this.kept) copy.kept.add(name);
    for (const name of this.deleted) copy.deleted.add(name);
    for (const name of this.changed) copy.changed.add(name);
    return copy;
  }

  textOf({ blocksHash }: FileInfo): string {
    return this.byHash.get(Buffer.from(blocksHash).toString('hex')) ?? '';
  }
}

export type Node = { readonly content: Uint8Array } | { readonly target: string } | 'directory';

/** A second device. It knows of us what our index says, but for what is `unaware`. */
export class OtherDevice {
  private readonly announced = new Map<string, FileInfo>();
  private waiting: FileInfo[] = [];
  private sequence = 0;

  constructor(
    private readonly source: FakeBlockSource,
    private readonly clock: StillClock,
    private readonly writings: Writings,
    private readonly database: () => IndexDatabase,
  ) {}

  /** The same device, as others know it. */
  continued(clock: StillClock, writings: Writings, database: () => IndexDatabase): OtherDevice {
    const next = new OtherDevice(this.source, clock, writings, database);
    for (const [name, file] of this.announced) next.announced.set(name, file);
    next.sequence = this.sequence;
    return next;
  }

  /** With the directories above; what is in the way goes. */
  async put(name: string, node: Node, rest: Partial<FileInfo> = {}): Promise<void> {
    const parent = parentOf(name);
    if (parent !== '' && (await this.typeOf(parent)) !== 'directory') {
      await this.put(parent, 'directory');
    }
    if (node !== 'directory' && (await this.typeOf(name)) === 'directory') {
      for (const below of await this.below(name)) if (below !== name) await this.remove(below);
    }
    await this.change(name, infoOf(name, node), rest);
    if (node !== 'directory' && 'content' in node) {
      this.writings.wrote(name, node.content);
      this.source.add(node.content);
    }
  }

  /** With all that is in it. */
  async removeTree(name: string): Promise<void> {
    for (const below of (await this.below(name)).reverse()) await this.remove(below);
  }

  async remove(name: string, rest: Partial<FileInfo> = {}): Promise<void> {
    const known = await this.latest(name);
    if (known === undefined) return;
    this.writings.deleted.add(name);
    await this.change(name, deletedInfo(name, { type: known.type }), rest);
  }

  /** As a rename shows: added there, deleted here, the same blocks and times. */
  async move(from: string, to: string): Promise<void> {
    for (const name of await this.below(from)) {
      const known = await this.latest(name);
      if (known === undefined || known.deleted) continue;
      const target = to + name.slice(from.length);
      const text = this.writings.textOf(known);
      await this.change(target, { ...known, name: target }, {});
      if (known.type === 'file') {
        this.writings.byName.set(target, (this.writings.byName.get(target) ?? new Set()).add(text));
      }
    }
    const kept = new Set(this.writings.kept);
    await this.removeTree(from);
    for (const text of kept) this.writings.kept.add(text);
  }

  /** The time and permissions of what it is now. */
  async touch(name: string): Promise<void> {
    const known = await this.latest(name);
    if (known === undefined || known.deleted) return;
    const kept = new Set(this.writings.kept);
    const permissions = known.type === 'file' ? 0o600 : 0o700;
    await this.change(name, known, { permissions, modifiedS: this.nowS() });
    for (const text of kept) this.writings.kept.add(text);
  }

  /** The version of a change by one who has seen nothing but what this device announced. */
  unaware(name: string): { version: VersionVector } {
    const known = this.announced.get(name)?.version ?? [];
    return { version: updateVector(known, THEIRS, this.nowS()) };
  }

  /** What was changed since is told to the node. */
  async announce(): Promise<void> {
    const files = this.waiting.map((file) => ({ ...file, sequence: ++this.sequence }));
    this.waiting = [];
    if (files.length > 0) await this.database().updateRemote(FOLDER, PEER, files, 0);
  }

  private async change(name: string, info: FileInfo, rest: Partial<FileInfo>): Promise<void> {
    const known = await this.latest(name);
    if (known !== undefined && rest.version === undefined) {
      this.writings.kept.delete(this.writings.textOf(known));
    }
    const version = updateVector(known?.version ?? [], THEIRS, this.nowS());
    const changed = {
      ...info,
      modifiedBy: THEIRS,
      version,
      modifiedS: info.modifiedS === NOW_S ? this.nowS() : info.modifiedS,
      ...rest,
    };
    this.announced.set(name, changed);
    this.waiting.push(changed);
  }

  private async latest(name: string): Promise<FileInfo | undefined> {
    const told = this.waiting.findLast((file) => file.name === name);
    return told ?? (await this.database().global(FOLDER, name));
  }

  private async typeOf(name: string): Promise<string | undefined> {
    const known = await this.latest(name);
    return known === undefined || known.deleted ? undefined : known.type;
  }

  /** What there is of the tree, itself first. */
  private async below(tree: string): Promise<string[]> {
    const { items } = await this.database().walkGlobals(FOLDER, '', -1, undefined, NAMES_MAX);
    const names = new Set([...items, ...this.waiting].map(({ name }) => name));
    const found = [...names].filter((name) => name === tree || name.startsWith(`${tree}/`));
    const types = await Promise.all(found.map((name) => this.typeOf(name)));
    return found.filter((_, i) => types[i] !== undefined).sort();
  }

  private nowS(): number {
    return Math.floor(this.clock.now / MS_PER_S);
  }
}

function infoOf(name: string, node: Node): FileInfo {
  if (node === 'directory') return directoryInfo(name);
  if ('content' in node) return fileInfo(name, node.content);
  const link = { type: 'symlink' as const, symlinkTarget: node.target, noPermissions: true };
  return directoryInfo(name, link);
}

/** Somebody at this machine, whose programs flush what they write. */
export class LocalUser {
  constructor(
    private readonly fs: () => FolderFs,
    private readonly writings: Writings,
    /** Of the other device, which gets what is written. */
    private readonly source: FakeBlockSource,
  ) {}

  /** In place where there is a file. */
  async write(name: string, content: string): Promise<void> {
    const found = await this.look(name);
    if (found !== undefined && found !== 'file') await this.remove(name);
    if (found === 'file') await this.giveUp(name);
    const parent = parentOf(name);
    if (parent !== '' && (await this.look(parent)) !== 'directory')
      await this.makeDirectory(parent);
    const fs = this.fs();
    const exists = found === 'file';
    const file = exists ? await fs.openFile(name, 'write') : await fs.createFile(name, 0o644);
    await file.truncate(0);
    await file.write(0, Buffer.from(content));
    await file.sync();
    await file.close();
    await fs.syncDirectory(parent);
    this.source.add(Buffer.from(content));
    this.writings.wrote(name, Buffer.from(content));
    this.writings.kept.add(content);
    this.writings.changed.add(name);
  }

  async makeDirectory(name: string): Promise<void> {
    const found = await this.look(name);
    if (found === 'directory') return;
    if (found !== undefined) await this.remove(name);
    await this.fs().makeDirectory(name, 0o755);
    await this.fs().syncDirectory(parentOf(name));
    this.writings.changed.add(name);
  }

  async remove(name: string): Promise<void> {
    const found = await this.look(name);
    if (found === undefined) return;
    const fs = this.fs();
    if (found === 'directory') {
      for (const entry of (await fs.list(name)).entries) await this.remove(`${name}/${entry.name}`);
      await fs.removeDirectory(name);
    } else {
      if (found === 'file') await this.giveUp(name);
      await fs.removeFile(name);
    }
    await fs.syncDirectory(parentOf(name));
    this.writings.deleted.add(name);
    this.writings.changed.add(name);
  }

  async move(from: string, to: string): Promise<void> {
    if ((await this.look(from)) !== 'file') return;
    await this.remove(to);
    const text = await this.read(from);
    await this.fs().rename(from, to);
    await this.fs().syncDirectory('');
    this.writings.byName.set(to, (this.writings.byName.get(to) ?? new Set()).add(text));
    this.writings.deleted.add(from);
    for (const name of [from, to]) this.writings.changed.add(name);
  }

  async setPermissions(name: string, permissions: number): Promise<void> {
    if ((await this.look(name)) !== 'file') return;
    const file = await this.fs().openFile(name, 'read');
    await file.setPermissions(permissions);
    await file.sync();
    await file.close();
    this.writings.changed.add(name);
  }

  private async look(name: string): Promise<string | undefined> {
    const stat = await this.fs()
      .stat(name)
      .catch(() => undefined);
    return stat?.type;
  }

  private async giveUp(name: string): Promise<void> {
    this.writings.kept.delete(await this.read(name));
  }

  private async read(name: string): Promise<string> {
    const file = await this.fs().openFile(name, 'read');
    const { size } = await file.stat();
    const data = await file.read(0, size);
    await file.close();
    return textOf(data);
  }
}

export interface Scene {
  readonly other: OtherDevice;
  readonly user: LocalUser;
  /** A text that nothing else contains. */
  readonly fresh: (what: string) => string;
}

export interface Operation {
  readonly name: string;
  /** Who does it; 'revert' is this node's own. */
  readonly by: 'other' | 'user' | 'revert';
  readonly run: (scene: Scene) => Promise<void>;
}

function other(name: string, run: Operation['run']): Operation {
  return { name, by: 'other', run };
}

function user(name: string, run: Operation['run']): Operation {
  return { name, by: 'user', run };
}

function text(scene: Scene, what: string): { content: Buffer } {
  return { content: Buffer.from(scene.fresh(what)) };
}

/** What there is at the beginning: files a, b and big, a link l, a directory d with d/x and d/s/y. */
export async function beginning({ other: device, fresh }: Scene): Promise<void> {
  for (const name of ['a', 'b', 'd/x', 'd/s/y']) {
    await device.put(name, { content: Buffer.from(fresh(`first ${name}`)) });
  }
  await device.put('big', { content: largeContent(fresh('first big')) });
  await device.put('l', { target: 'a' });
}

export const OTHERS_OPERATIONS: readonly Operation[] = [
  other('new file', (s) => s.other.put('n', text(s, 'n'))),
  other('new large file', (s) => s.other.put('large', { content: largeContent(s.fresh('large')) })),
  other('replace', (s) => s.other.put('a', text(s, 'a'))),
  other('replace large', (s) => s.other.put('big', { content: largeContent(s.fresh('big')) })),
  other('metadata', (s) => s.other.touch('a')),
  other('metadata of a directory', (s) => s.other.touch('d')),
  other('delete', (s) => s.other.removeTree('b')),
  other('directory with a file', (s) => s.other.put('d/m/z', text(s, 'z'))),
  other('delete tree', (s) => s.other.removeTree('d')),
  other('change link', (s) => s.other.put('l', { target: s.fresh('target') })),
  other('file to directory', (s) => s.other.put('b/in', text(s, 'in'))),
  other('directory to file', (s) => s.other.put('d', text(s, 'd'))),
  other('link to file', (s) => s.other.put('l', text(s, 'l'))),
  other('file to link', (s) => s.other.put('a', { target: s.fresh('target') })),
  other('move file', (s) => s.other.move('a', 'moved')),
  other('move tree', (s) => s.other.move('d', 'e')),
];

/** By one who has not seen what was done here: conflicts, where something was. */
export const UNAWARE_OPERATIONS: readonly Operation[] = [
  other('unaware replace', (s) => s.other.put('a', text(s, 'a'), s.other.unaware('a'))),
  other('unaware delete', (s) => s.other.remove('a', s.other.unaware('a'))),
  other('unaware large', (s) => {
    return s.other.put('u', { content: largeContent(s.fresh('u')) }, s.other.unaware('u'));
  }),
];

export const USER_OPERATIONS: readonly Operation[] = [
  user('user edits', (s) => s.user.write('a', s.fresh('my a'))),
  user('user creates', (s) => s.user.write('u', s.fresh('my u'))),
  user('user deletes', (s) => s.user.remove('b')),
  user('user renames', (s) => s.user.move('b', 'named')),
  user('user sets permissions', (s) => s.user.setPermissions('a', 0o755)),
  user('user adds to tree', (s) => s.user.write('d/u', s.fresh('my d/u'))),
  user('user replaces tree', (s) => s.user.write('d', s.fresh('my d'))),
];

export const REVERT: Operation = { name: 'revert', by: 'revert', run: () => Promise.resolve() };
