/**
 * The lines of a `.stignore` file as patterns, by Syncthing's rules (docs: users/ignoring): prefixes `!`, `(?i)` and
 * `(?d)`, `/` for the folder's root, comments, `#include`, `#escape`. One line gives up to four globs, in order.
 */
import { SyncError } from '../errors.js';
import { toNfc } from '../file-name.js';
import { BadGlob, parseGlob } from './glob.js';

export interface IgnorePattern {
  /** Matched against whole names from the root, without a leading `/`; in lower case if it folds case. */
  readonly glob: string;
  readonly isRooted: boolean;
  /** false after `!`: what matches is kept. */
  readonly isIgnored: boolean;
  /** After `(?d)`: may be deleted where it is in the way of deleting a directory. */
  readonly isDeletable: boolean;
  /** After `(?i)`. */
  readonly foldsCase: boolean;
}

export interface IgnoreFile {
  /** As they stand in the file, without the blanks around them. */
  readonly lines: readonly string[];
  /** Those of included files in the place of their line. */
  readonly patterns: readonly IgnorePattern[];
  /** Names as given to `read`, this file's first. */
  readonly files: readonly string[];
}

/** As Syncthing shows it. */
export function patternText(pattern: IgnorePattern): string {
  const { glob, isRooted, isIgnored, isDeletable, foldsCase } = pattern;
  const prefixes = [isDeletable && '(?d)', foldsCase && '(?i)', !isIgnored && '!', isRooted && '/'];
  return prefixes.filter((prefix) => prefix !== false).join('') + glob;
}

/** Gives the text of an included file by its path from the folder's root; rejects when it cannot be read. */
export type ReadIncluded = (path: string) => Promise<string>;

/** Bounds what a file that another device wrote can cost here. */
export const IGNORE_FILES_MAX = 100;
export const IGNORE_LINES_MAX = 100_000;
/** Of a pattern that is refused. */
const SHOWN_CHARACTERS_MAX = 200;

const ESCAPE = '#escape';
const INCLUDE = '#include';

interface Parsing {
  readonly read: ReadIncluded;
  readonly seenLines: Set<string>;
  readonly files: string[];
  lines: number;
}

/** Rejects with SyncError 'config', which names file, line and reason; nothing is left out silently. */
export async function parseIgnoreFile(
  text: string,
  file: string,
  read: ReadIncluded,
): Promise<IgnoreFile> {
  const parsing = { read, seenLines: new Set<string>(), files: [file], lines: 0 };
  const patterns = await parseText(text, file, parsing);
  return { lines: linesOf(text), patterns, files: parsing.files };
}

/** Without the blanks around them, and without what follows the last line's end. */
export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

async function parseText(text: string, file: string, parsing: Parsing): Promise<IgnorePattern[]> {
  const patterns: IgnorePattern[] = [];
  let escape: string | undefined;
  let isPatternSeen = false;
  for (const [at, line] of linesOf(text).entries()) {
    const refuse = (reason: string): SyncError =>
      new SyncError('config', `${file}, line ${at + 1}: ${reason}`, false);
    if ((parsing.lines += 1) > IGNORE_LINES_MAX)
      throw refuse(`more than ${IGNORE_LINES_MAX} lines`);
    if (line.startsWith(ESCAPE)) {
      if (escape !== undefined) throw refuse('#escape stands here a second time');
      if (isPatternSeen) throw refuse('#escape has to stand before the patterns');
      escape = escapeIn(line);
      if (escape === undefined)
        throw refuse(`${JSON.stringify(line)}: expected #escape=X with one character`);
      continue;
    }
    if (parsing.seenLines.has(line)) continue;
    parsing.seenLines.add(line);
    if (line === '' || line.startsWith('//')) continue;
    const plain = withBackslashes(line, escape ?? '\\');
    if (plain.startsWith(INCLUDE)) {
      patterns.push(...(await include(plain, file, parsing, refuse)));
      continue;
    }
    isPatternSeen = true;
    try {
      patterns.push(...patternsOf(plain));
    } catch (error) {
      if (!(error instanceof BadGlob)) throw error;
      throw refuse(`invalid pattern ${shown(plain)}: ${error.message}`);
    }
  }
  return patterns;
}

function shown(pattern: string): string {
  const isLong = pattern.length > SHOWN_CHARACTERS_MAX;
  return JSON.stringify(isLong ? `${pattern.slice(0, SHOWN_CHARACTERS_MAX)}…` : pattern);
}

/** The one character that `#escape=X` names. */
function escapeIn(line: string): string | undefined {
  const match = /^#escape\s*=\s*(\S)$/u.exec(line);
  return match?.[1];
}

function withBackslashes(line: string, escape: string): string {
  if (escape === '\\') return line;
  return line.replaceAll(escape, '\\').replaceAll('\\\\', `\\${escape}`);
}

async function include(
  line: string,
  from: string,
  parsing: Parsing,
  refuse: (reason: string) => SyncError,
): Promise<IgnorePattern[]> {
  const named = /^\S* (.*)$/s.exec(line)?.[1]?.trim() ?? '';
  if (named === '') throw refuse('failed to parse #include line: no file?');
  const path = joined(from, named);
  if (parsing.files.includes(path)) throw refuse(`${path} is included more than once`);
  if (parsing.files.length >= IGNORE_FILES_MAX) throw refuse(`more than ${IGNORE_FILES_MAX} files`);
  parsing.files.push(path);
  let text: string;
  try {
    text = await parsing.read(path);
  } catch (error) {
    throw refuse(`failed to load include file ${path}: ${(error as Error).message}`);
  }
  return parseText(text, path, parsing);
}

/** Relative to the including file's directory; `..` beyond the root stays in front. */
function joined(from: string, named: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of named.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/** A line that ends with `/` means what is below; any other the item and what is below. */
function patternsOf(line: string): IgnorePattern[] {
  if (line.endsWith('/**')) return expanded(line);
  if (line.endsWith('/')) return expanded(`${line}**`);
  return [...expanded(line), ...expanded(`${line}/**`)];
}

function expanded(line: string): IgnorePattern[] {
  const { rest, ...flags } = prefixesOf(toNfc(line));
  if (rest === '') throw new BadGlob('missing pattern');
  const text = flags.foldsCase ? rest.toLowerCase() : rest;
  const globs = text.startsWith('/') ? [text.slice(1)] : unrooted(text);
  const isRooted = text.startsWith('/');
  return globs.map((glob) => {
    parseGlob(glob);
    return { glob, isRooted, ...flags };
  });
}

function unrooted(text: string): string[] {
  if (!text.startsWith('**/')) return [text, `**/${text}`];
  const rest = text.slice('**/'.length);
  return rest === '' ? [text] : [text, rest];
}

/** Each at most once, in any order. */
function prefixesOf(line: string): {
  rest: string;
  isIgnored: boolean;
  isDeletable: boolean;
  foldsCase: boolean;
} {
  const seen = new Set<string>();
  let rest = line;
  for (;;) {
    const prefix = ['!', '(?i)', '(?d)'].find((each) => !seen.has(each) && rest.startsWith(each));
    if (prefix === undefined) break;
    seen.add(prefix);
    rest = rest.slice(prefix.length);
  }
  const [isIgnored, foldsCase] = [!seen.has('!'), seen.has('(?i)')];
  return { rest, isIgnored, isDeletable: seen.has('(?d)'), foldsCase };
}
