/** What the disk says in bytes, as text: names of entries and targets of links. What is not UTF-8 cannot be synced and is named. */
import { isUtf8 } from 'node:buffer';
import { type Dirent } from 'node:fs';
import { SyncError } from '../domain/errors.js';
import { type DirectoryEntry, type DirectoryListing } from './folder-fs.js';
import { printableName } from './folder-name.js';
import { typeOf } from './real-file-handle.js';

export function listingOf(found: readonly Dirent<Buffer>[]): DirectoryListing {
  const entries: DirectoryEntry[] = [];
  const undecodable: string[] = [];
  for (const entry of found) {
    if (!isUtf8(entry.name)) undecodable.push(printableName(entry.name));
    else entries.push({ name: entry.name.toString('utf8'), type: typeOf(entry) });
  }
  return { entries, undecodable };
}

/** `link`: its path, for the error. */
export function targetOf(link: string, read: Buffer): string {
  if (isUtf8(read)) return read.toString('utf8');
  const message = `target of link ${JSON.stringify(link)} is not UTF-8`;
  throw new SyncError('refused', `${message}: ${printableName(read)}`);
}
