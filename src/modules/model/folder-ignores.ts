/**
 * The ignore patterns of a running folder, from `.stignore` and what it includes: read again when one of the files is
 * another. What cannot be read stops the folder; it never counts as empty, or what a user wanted left out would be shared.
 */
import { isDeepStrictEqual } from 'node:util';
import { SyncError } from '../../domain/errors.js';
import { IgnoreMatcher } from '../../domain/ignore/matcher.js';
import {
  type IgnoreFile,
  type IgnorePattern,
  linesOf,
  parseIgnoreFile,
} from '../../domain/ignore/patterns.js';
import { type FolderFs, type ItemStat } from '../../platform/folder-fs.js';

export const IGNORE_NAME = '.stignore';
/** Of one file. */
export const IGNORE_BYTES_MAX = 4 * 1024 * 1024;

type Seen = Pick<ItemStat, 'size' | 'modifiedS' | 'modifiedNs' | 'inode'> | undefined;

const NO_FILE: IgnoreFile = { lines: [], patterns: [], files: [IGNORE_NAME] };

export class FolderIgnores {
  private file = NO_FILE;
  private seen: ReadonlyMap<string, Seen> = new Map();
  private compiled = new IgnoreMatcher([]);

  get patterns(): readonly IgnorePattern[] {
    return this.file.patterns;
  }

  /** The lines of `.stignore`, as they stand there. */
  get lines(): readonly string[] {
    return this.file.lines;
  }

  /** Names of the files that the patterns come from. */
  get files(): readonly string[] {
    return this.file.files;
  }

  get matcher(): IgnoreMatcher {
    return this.compiled;
  }

  /**
   * Resolves with whether the patterns are others than before. Throws SyncError 'config', which names file and line, or
   * what kept a file from being read.
   */
  async refresh(fs: FolderFs): Promise<boolean> {
    if (this.seen.size > 0 && (await this.isAsSeen(fs))) return false;
    const seen = new Map<string, Seen>();
    const { file } = this;
    const text = await readText(fs, IGNORE_NAME, seen);
    const next =
      text === undefined
        ? NO_FILE
        : await parseIgnoreFile(text, IGNORE_NAME, async (path) => {
            const included = await readText(fs, path, seen);
            if (included === undefined) throw new Error('file not found');
            return included;
          });
    this.file = next;
    this.seen = seen;
    if (isDeepStrictEqual(next.patterns, file.patterns)) return false;
    this.compiled = new IgnoreMatcher(next.patterns);
    return true;
  }

  /** Of the file as it is, whether or not its patterns can be used. */
  async rawLines(fs: FolderFs): Promise<readonly string[]> {
    const text = await readText(fs, IGNORE_NAME, new Map()).catch(() => undefined);
    return text === undefined ? [] : linesOf(text);
  }

  private async isAsSeen(fs: FolderFs): Promise<boolean> {
    for (const [name, before] of this.seen) {
      if (!isDeepStrictEqual(marksOf(await fs.stat(name)), before)) return false;
    }
    return true;
  }
}

function marksOf(stat: ItemStat | undefined): Seen {
  if (stat === undefined) return undefined;
  const { size, modifiedS, modifiedNs, inode } = stat;
  return { size, modifiedS, modifiedNs, inode };
}

/** undefined when there is no such file. A link is refused: what it leads to may be another file at any time. */
async function readText(
  fs: FolderFs,
  name: string,
  seen: Map<string, Seen>,
): Promise<string | undefined> {
  if (name.startsWith('..')) throw new SyncError('refused', 'it lies outside the folder', false);
  const stat = await fs.stat(name);
  seen.set(name, marksOf(stat));
  if (stat === undefined) return undefined;
  if (stat.type !== 'file') throw unreadable(name, `it is no file but a ${stat.type}`);
  if (stat.size > IGNORE_BYTES_MAX) throw unreadable(name, `over ${IGNORE_BYTES_MAX} bytes`);
  const file = await fs.openFile(name, 'read');
  try {
    const bytes = await file.read(0, IGNORE_BYTES_MAX);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw unreadable(name, 'it is not UTF-8');
    throw error;
  } finally {
    await file.close();
  }
}

function unreadable(name: string, reason: string): SyncError {
  return new SyncError('config', `${name} cannot be read: ${reason}`, false);
}
