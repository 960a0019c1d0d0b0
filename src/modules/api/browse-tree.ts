/** The tree of /rest/db/browse, made from global versions in tree order. Pure. */
import { type FileInfo } from '../../domain/file-info.js';
import { baseOf, parentOf } from '../../domain/file-name.js';
import { shownSize, timeText, TYPE_NAMES } from './file-answer.js';

export interface TreeEntry {
  readonly name: string;
  readonly modTime: string;
  readonly size: number;
  readonly type: string;
  children?: TreeEntry[];
}

export class BrowseTree {
  readonly roots: TreeEntry[] = [];
  private readonly directories = new Map<string, TreeEntry>();

  /** prefix: the directory that is browsed, '' = the folder. */
  constructor(private readonly prefix: string) {}

  /** A directory comes before what is in it; what has no directory in the index has no place. */
  add(file: FileInfo): void {
    const entry: TreeEntry = {
      name: baseOf(file.name),
      modTime: timeText(file.modifiedS, file.modifiedNs),
      size: shownSize(file),
      type: TYPE_NAMES[file.type],
    };
    const parent = parentOf(file.name);
    if (parent === this.prefix) this.roots.push(entry);
    else {
      const above = this.directories.get(parent);
      if (above === undefined) return;
      (above.children ??= []).push(entry);
    }
    if (file.type === 'directory') this.directories.set(file.name, entry);
  }
}
