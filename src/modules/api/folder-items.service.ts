/** Lists of a folder's items for the REST interface, read from the index in parts and bounded. */
import { Injectable } from '@nestjs/common';
import { type FileInfo } from '../../domain/file-info.js';
import { isInvalid } from '../../domain/file-info-rules.js';
import { canonicalName } from '../../domain/tree-order.js';
import { compareVectors } from '../../domain/version-vector.js';
import { ConnectedDevices } from '../connections/connected-devices.js';
import { IndexDatabase } from '../database/index-database.js';
import { BrowseTree, type TreeEntry } from './browse-tree.js';
import { FolderStatusService } from './folder-status.service.js';
import { HttpError } from './http-error.js';
import { type Page } from './query-values.js';
import { walkedPage } from './walked-page.js';

/** Entries of one answer of browse; more are to be asked for by prefix and levels. */
const ENTRIES_MAX = 100_000;
const ITEMS_AT_ONCE = 1_000;
/** Needed items come with their block lists. */
const NEEDS_AT_ONCE = 200;

@Injectable()
export class FolderItemsService {
  constructor(
    private readonly database: IndexDatabase,
    private readonly status: FolderStatusService,
    private readonly connected: ConnectedDevices,
  ) {}

  async browse(
    folder: string,
    prefix: string,
    levels: number,
    dirsOnly: boolean,
  ): Promise<TreeEntry[]> {
    this.status.active(folder);
    const tree = canonicalName(prefix.replace(/\/+$/, '')) ?? '';
    const answer = new BrowseTree(tree);
    let position: Uint8Array | undefined;
    let entries = 0;
    do {
      const part = await this.database.walkGlobals(folder, tree, levels, position, ITEMS_AT_ONCE);
      for (const item of part.items) {
        if (dirsOnly && item.type !== 'directory') continue;
        answer.add(item);
        entries += 1;
      }
      if (entries > ENTRIES_MAX) {
        throw new HttpError(500, `more than ${ENTRIES_MAX} entries: ask by prefix and levels`);
      }
      position = part.next;
    } while (position !== undefined);
    return answer.roots;
  }

  /** The connected devices that can give this version, or null. */
  async availability(
    folder: string,
    global: FileInfo,
  ): Promise<{ id: string; fromTemporary: boolean }[] | null> {
    const { devices } = this.status.folder(folder);
    const holders: { id: string; fromTemporary: boolean }[] = [];
    for (const id of devices) {
      if (this.connected.get(id) === undefined) continue;
      const theirs = await this.database.remote(folder, id, global.name);
      if (theirs === undefined || isInvalid(theirs)) continue;
      if (compareVectors(theirs.version, global.version) !== 'equal') continue;
      holders.push({ id, fromTemporary: false });
    }
    return holders.length === 0 ? null : holders;
  }

  /** What a receive-only folder keeps to itself, one page of it. */
  async localChanged(folder: string, page: Page): Promise<FileInfo[]> {
    this.status.active(folder);
    const { receiveOnlyChanged: counts } = await this.database.summary(folder);
    if (counts.files + counts.directories + counts.symlinks + counts.deleted === 0) return [];
    return walkedPage(page, (from) =>
      this.database.walkReceiveOnlyChanges(folder, from, ITEMS_AT_ONCE),
    );
  }

  async need(folder: string, { page, perpage }: Page): Promise<FileInfo[]> {
    const { ignoreDelete } = this.status.active(folder);
    const found: FileInfo[] = [];
    let after: string | undefined;
    let left = (page - 1) * perpage;
    while (found.length < perpage) {
      const part = await this.database.needs(folder, after, NEEDS_AT_ONCE);
      const last = part.at(-1);
      if (last === undefined) break;
      after = last.global.name;
      for (const { global } of part) {
        if (ignoreDelete && global.deleted) continue;
        if (left > 0) left -= 1;
        // Without the block list, which would be most of what is held here.
        else if (found.length < perpage) found.push({ ...global, blockHashes: new Uint8Array(0) });
      }
    }
    return found;
  }
}
