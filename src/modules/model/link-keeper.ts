/**
 * Looks at the links directly below the roots of folders, has followed-links.ts decide about them, remembers what is
 * followed in the index database, and tells the folder's file system. One for the node: what one folder follows no other
 * folder follows.
 */
import { isDeepStrictEqual } from 'node:util';
import { messageOf, SyncError } from '../../domain/errors.js';
import { isInternalName, isTempName, localNameProblem } from '../../domain/file-name.js';
import { isInvalid } from '../../domain/file-info-rules.js';
import { LocalFlag, type LocalFileInfo } from '../../domain/file-info.js';
import { type FolderFs, type FolderFsFactory, type LinkTarget } from '../../platform/folder-fs.js';
import { isSameTarget, type RootItem, topOf } from '../../platform/root-links.js';
import { type FolderSettings, type Settings } from '../config/settings.js';
import { type IndexDatabase } from '../database/index-database.js';
import { forgetTree } from './forget-tree.js';
import { MARKER_NAME } from './folder-marker.js';
import {
  acceptNameOf,
  changedNames,
  decideLinks,
  deleteNameOf,
  type GuardedPlace,
  type LinkFacts,
  type LinkStanding,
  rootLinksOf,
} from './followed-links.js';

/** Items that are not expected on disk. */
const NOT_HERE = LocalFlag.ignored | LocalFlag.unsupported;
/** Rows read at once to find out whether anything is below a name. */
const ROWS_AT_ONCE = 500;
/** What a new file system of its own puts into its root. */
const LOST_AND_FOUND = 'lost+found';

type Remembered = ReadonlyMap<string, LinkTarget>;

const keyOf = (folder: string, name: string): string => JSON.stringify([folder, name]);

const factKey = (folder: string): string => `links ${folder}`;

export interface LinkKeeperLog {
  info(message: string): void;
}

export class LinkKeeper {
  private readonly remembered = new Map<string, Remembered>();
  /** Trees whose deletion is being recorded, as the user has told. */
  private readonly emptied = new Set<string>();
  /** Folders decide one after the other. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly database: IndexDatabase,
    private readonly factory: FolderFsFactory,
    private readonly settings: () => Pick<Settings, 'folders' | 'home'>,
    private readonly log: LinkKeeperLog,
  ) {}

  /**
   * Decides anew about the links of the folder and tells its file system. Resolves with the names directly below the root
   * that stand otherwise than before: they are to be scanned.
   */
  async refresh(folder: FolderSettings, fs: FolderFs): Promise<string[]> {
    const isAny = folder.followSymlinks === true || (await this.rememberedOf(folder.id)).size > 0;
    if (!isAny) return [];
    const done = this.last.then(() => this.decide(folder, fs));
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Of names that a scan misses those directly below the root whose tree cannot be told to be deleted. */
  async unclear(folder: string, fs: FolderFs, missing: readonly string[]): Promise<Set<string>> {
    const { followed } = fs.links;
    const tops = new Set(followed.size === 0 ? [] : missing.map(topOf));
    const unclear = new Set<string>();
    for (const top of tops) {
      const expected = followed.get(top);
      if (expected === undefined) continue;
      const { item } = await this.look(fs, top);
      const isSame = item.type === 'symlink' && isSameDirectory(item.target, expected);
      const isEmpty = !isSame || (await fs.isEmpty(top, countsForNothing).catch(() => true));
      if (isEmpty && (!isSame || (await this.hasItems(folder, top)))) unclear.add(top);
    }
    return unclear;
  }

  /** The folder's index is dropped. */
  async forget(folder: string): Promise<void> {
    if ((await this.rememberedOf(folder)).size > 0) await this.remember(folder, new Map());
  }

  private async decide(folder: FolderSettings, fs: FolderFs): Promise<string[]> {
    const isFollowing = folder.followSymlinks === true;
    const places = await this.places(folder);
    let standings = await this.standings(folder, fs, places);
    for (const name of await this.told(fs, standings, 'delete')) {
      this.log.info(`Folder ${folder.id}: ${JSON.stringify(name)} was emptied for all devices`);
      this.emptied.add(keyOf(folder.id, name));
      standings = await this.standings(folder, fs, places);
    }
    for (const name of await this.told(fs, standings, 'accept')) {
      this.log.info(`Folder ${folder.id}: goes on with what is at ${JSON.stringify(name)} now`);
      await forgetTree(folder.id, name, this.database);
      await this.remember(folder.id, without(await this.rememberedOf(folder.id), name));
      standings = await this.standings(folder, fs, places);
    }
    await this.rememberFollowed(folder.id, standings);
    const links = rootLinksOf(standings, isFollowing);
    const before = fs.links;
    if (isDeepStrictEqual(before, links)) return [];
    fs.follow(links);
    const changed = changedNames(before, links);
    this.tell(folder.id, changed, standings);
    return changed;
  }

  private tell(
    folder: string,
    changed: readonly string[],
    standings: ReadonlyMap<string, LinkStanding>,
  ): void {
    for (const name of changed) {
      const standing = standings.get(name);
      const link = `Folder ${folder}: the link ${JSON.stringify(name)}`;
      if (standing?.kind === 'followed')
        this.log.info(`${link} is followed to ${standing.target.path}`);
      if (standing?.kind === 'plain' && standing.note !== '')
        this.log.info(`${link}: ${standing.note}`);
    }
  }

  private async standings(
    folder: FolderSettings,
    fs: FolderFs,
    places: readonly GuardedPlace[],
  ): Promise<ReadonlyMap<string, LinkStanding>> {
    const isFollowing = folder.followSymlinks === true;
    const facts: LinkFacts[] = [];
    const names = await this.candidates(folder, fs);
    const entries = await this.database.locals(folder.id, names);
    for (const [index, name] of names.entries()) {
      facts.push(await this.factsOf(folder, fs, name, entries[index]));
    }
    return decideLinks(facts, places, isFollowing);
  }

  /** Links that are there now, and names that were followed. */
  private async candidates(folder: FolderSettings, fs: FolderFs): Promise<string[]> {
    const names = new Set((await this.rememberedOf(folder.id)).keys());
    if (folder.followSymlinks !== true) return [...names];
    for (const { name, type } of (await fs.list('')).entries) {
      const isLink = type === 'symlink' || fs.links.followed.has(name);
      const isOwn = isInternalName(name) || isTempName(name);
      if (isLink && !isOwn && localNameProblem(name) === undefined) names.add(name);
    }
    return [...names];
  }

  private async factsOf(
    folder: FolderSettings,
    fs: FolderFs,
    name: string,
    entry: LocalFileInfo | undefined,
  ): Promise<LinkFacts> {
    const remembered = (await this.rememberedOf(folder.id)).get(name);
    const { item, trouble } = await this.look(fs, name);
    const isLink = item.type === 'symlink';
    const { target } = item;
    const own = kindOf(entry);
    const isNew = isLink && remembered === undefined;
    const elsewhere = isNew ? await this.database.global(folder.id, name) : undefined;
    // What cannot be read is a problem of the walk.
    const isEmpty =
      isLink &&
      target !== undefined &&
      (await this.isTargetEmpty(fs, name, target).catch(() => false));
    if (!isEmpty) this.emptied.delete(keyOf(folder.id, name));
    return {
      name,
      item,
      trouble,
      lineage: isLink && target !== undefined ? await this.factory.lineage(target.path) : [],
      remembered,
      own,
      // Of one that is deleted we may have a copy which a crash has kept from being recorded.
      isLinkElsewhere:
        elsewhere?.type === 'symlink' &&
        !isInvalid(elsewhere) &&
        (!elsewhere.deleted || own === 'none'),
      isEmpty,
      hasItems: (isEmpty || own === 'deleted') && (await this.hasItems(folder.id, name)),
    };
  }

  private async look(fs: FolderFs, name: string): Promise<{ item: RootItem; trouble: string }> {
    try {
      return { item: await fs.lookAt(name), trouble: '' };
    } catch (error) {
      if (!(error instanceof SyncError) || error.code === 'closed') throw error;
      return { item: { type: 'symlink', target: undefined }, trouble: messageOf(error) };
    }
  }

  /** Also of a target that is not followed yet. */
  private async isTargetEmpty(fs: FolderFs, name: string, target: LinkTarget): Promise<boolean> {
    if (isSameDirectory(fs.links.followed.get(name), target)) {
      return fs.isEmpty(name, countsForNothing);
    }
    const behind = await this.factory.open(target.path);
    try {
      const stat = await behind.stat('');
      const isIt = stat?.device === target.device && stat.inode === target.inode;
      // Exchanged meanwhile: nothing is there for sure.
      return !isIt || (await behind.isEmpty('', countsForNothing));
    } finally {
      await behind.close();
    }
  }

  /** What others deleted may be gone from here without being recorded yet: that does not count. */
  private async hasItems(folder: string, name: string): Promise<boolean> {
    const isToGo = this.emptied.has(keyOf(folder, name));
    let after: string | undefined = name;
    for (;;) {
      const rows = await this.database.localSummaries(folder, name, after, ROWS_AT_ONCE);
      for (const row of rows) {
        if (row.name === name || row.deleted || (row.localFlags & NOT_HERE) !== 0) continue;
        if (isToGo) return false;
        if ((await this.database.global(folder, row.name))?.deleted !== true) return true;
      }
      after = rows.at(-1)?.name;
      if (after === undefined) break;
    }
    // All of it is recorded as deleted: what was told has been done.
    this.emptied.delete(keyOf(folder, name));
    return false;
  }

  /** Names of which the user has told how to go on; told once, it holds once. */
  private async told(
    fs: FolderFs,
    standings: ReadonlyMap<string, LinkStanding>,
    what: 'accept' | 'delete',
  ): Promise<string[]> {
    const told: string[] = [];
    for (const [name, standing] of standings) {
      if (standing.kind !== 'stopped') continue;
      if (what === 'accept' ? !standing.isAcceptable : standing.isEmptied !== true) continue;
      const file = what === 'accept' ? acceptNameOf(name) : deleteNameOf(name);
      const stat = await fs.stat(`${MARKER_NAME}/${file}`).catch(() => undefined);
      if (stat?.type !== 'file') continue;
      await fs.removeFile(`${MARKER_NAME}/${file}`);
      told.push(name);
    }
    return told;
  }

  private async places(folder: FolderSettings): Promise<GuardedPlace[]> {
    const { folders, home } = this.settings();
    const places: GuardedPlace[] = [];
    const add = async (what: string, path: string): Promise<void> => {
      places.push({ what, lineage: await this.factory.lineage(path) });
    };
    await add('this folder itself', folder.path);
    await add('the home of this node', home);
    for (const { id, path } of folders) {
      if (id === folder.id) continue;
      await add(`the folder ${id}`, path);
      for (const target of (await this.rememberedOf(id)).values()) {
        await add(`what the folder ${id} follows a link to`, target.path);
      }
    }
    return places;
  }

  private async rememberFollowed(
    folder: string,
    standings: ReadonlyMap<string, LinkStanding>,
  ): Promise<void> {
    const known = await this.rememberedOf(folder);
    const next = new Map(known);
    for (const [name, standing] of standings) {
      if (standing.kind === 'followed') next.set(name, standing.target);
      if (standing.kind === 'plain') next.delete(name);
    }
    if (!isDeepStrictEqual(next, known)) await this.remember(folder, next);
  }

  private async rememberedOf(folder: string): Promise<Remembered> {
    const known = this.remembered.get(folder);
    if (known !== undefined) return known;
    const stored = parse(await this.database.fact(factKey(folder)));
    const now = this.remembered.get(folder) ?? stored;
    this.remembered.set(folder, now);
    return now;
  }

  private async remember(folder: string, links: Remembered): Promise<void> {
    await this.database.setFact(factKey(folder), textOf(links));
    this.remembered.set(folder, links);
  }
}

function countsForNothing(name: string): boolean {
  return name === LOST_AND_FOUND || isTempName(name);
}

function isSameDirectory(a: LinkTarget | undefined, b: LinkTarget): boolean {
  return isSameTarget(a, b);
}

function kindOf(entry: LocalFileInfo | undefined): LinkFacts['own'] {
  if (entry === undefined) return 'none';
  if (entry.deleted) return 'deleted';
  return entry.type === 'symlink' ? 'link' : entry.type;
}

function without(links: Remembered, name: string): Remembered {
  return new Map([...links].filter(([each]) => each !== name));
}

function textOf(links: Remembered): string {
  const entries = [...links].map(([name, { path, device, inode, bornNs }]) => [
    name,
    { path, device: `${device}`, inode: `${inode}`, bornNs: bornNs?.toString() },
  ]);
  return entries.length === 0 ? '' : JSON.stringify(Object.fromEntries(entries));
}

function parse(text: string | undefined): Remembered {
  if (!text) return new Map();
  const stored = JSON.parse(text) as Record<
    string,
    { path: string; device: string; inode: string; bornNs?: string }
  >;
  return new Map(
    Object.entries(stored).map(([name, { path, device, inode, bornNs }]) => [
      name,
      {
        ...{ path, device: BigInt(device), inode: BigInt(inode) },
        ...(bornNs === undefined ? {} : { bornNs: BigInt(bornNs) }),
      },
    ]),
  );
}
