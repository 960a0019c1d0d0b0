/** Items, devices and counts for the tests of index databases. */
import { createHash } from 'node:crypto';
import { blocksHashOf } from '../../src/domain/block.js';
import { isInvalid } from '../../src/domain/file-info-rules.js';
import { type FileInfo, type LocalFileInfo } from '../../src/domain/file-info.js';
import {
  type FolderCounts,
  type IndexDatabase,
} from '../../src/modules/database/index-database.js';
import { summariesOf, type SummaryPage } from '../../src/modules/database/summary-page.js';

const NO_BYTES = new Uint8Array(0);
export const FOLDER = 'docs';
export const ALICE = 'ALICE-DEVICE';
export const BOB = 'BOB-DEVICE';
export const KIB128 = 128 * 1024;

export function hashOf(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** A file whose blocks have the contents named. */
export function fileOf(name: string, change: Partial<LocalFileInfo> = {}, blocks = [name]) {
  const blockHashes = new Uint8Array(Buffer.concat(blocks.map(hashOf)));
  const file: LocalFileInfo = {
    name,
    type: 'file',
    size: (blocks.length - 1) * KIB128 + 100,
    modifiedS: 1_700_000_000,
    modifiedNs: 123_456_789,
    modifiedBy: 7n,
    version: [{ id: 7n, value: 1n }],
    sequence: 1,
    permissions: 0o644,
    noPermissions: false,
    deleted: false,
    invalid: false,
    blockSize: KIB128,
    blockHashes,
    blocksHash: new Uint8Array(blocksHashOf(blockHashes)),
    symlinkTarget: '',
    platform: null,
    localFlags: 0,
    diskModifiedS: 1_700_000_000,
    diskModifiedNs: 123_456_000,
  };
  return { ...file, ...change };
}

export const NO_CONTENT = { size: 0, blockSize: 0, blockHashes: NO_BYTES, blocksHash: NO_BYTES };

export function deletedOf(name: string, change: Partial<LocalFileInfo> = {}): LocalFileInfo {
  return fileOf(name, { ...NO_CONTENT, deleted: true, ...change });
}

export function directoryOf(name: string, change: Partial<LocalFileInfo> = {}): LocalFileInfo {
  return fileOf(name, { ...NO_CONTENT, type: 'directory', ...change });
}

export function announced(file: LocalFileInfo): FileInfo {
  const { diskModifiedS: _s, diskModifiedNs: _ns, ...rest } = file;
  return rest;
}

export function version(value: number, id = 7n) {
  return { version: [{ id, value: BigInt(value) }] };
}

export const names = (items: readonly { name: string }[]) => items.map(({ name }) => name);

/** Names of our items, as pages of so many tell them. */
export async function summaryNames(database: IndexDatabase, limit: number): Promise<string[]> {
  const found: string[] = [];
  for (let after: Uint8Array | undefined = undefined; ;) {
    const page: SummaryPage = await database.localSummaryPage(FOLDER, '', after, limit);
    const told = names(summariesOf(page));
    if (told.length > limit) throw new Error(`a page of ${told.length} rows`);
    found.push(...told);
    if (page.last === undefined) return found;
    after = page.last;
  }
}

export async function toGlobals(database: IndexDatabase): Promise<FileInfo[]> {
  return (await database.needs(FOLDER, undefined, 100)).map(({ global }) => global);
}

export function countsOf(
  files: readonly FileInfo[],
  isCounted: (file: FileInfo) => boolean = (file) => !isInvalid(file),
): FolderCounts {
  const valid = files.filter(isCounted);
  const present = valid.filter((file) => !file.deleted);
  const ofType = (type: string) => present.filter((file) => file.type === type);
  return {
    files: ofType('file').length,
    directories: ofType('directory').length,
    symlinks: ofType('symlink').length,
    deleted: valid.length - present.length,
    bytes: ofType('file').reduce((sum, file) => sum + file.size, 0),
    sequence: 0,
  };
}
