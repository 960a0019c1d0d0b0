/** Patterns and a matcher from lines, as a `.stignore` file has them. */
import { IgnoreMatcher } from '../../src/domain/ignore/matcher.js';
import { type IgnorePattern, parseIgnoreFile } from '../../src/domain/ignore/patterns.js';

export const NO_IGNORES = new IgnoreMatcher([]);

export async function patternsOf(...lines: string[]): Promise<readonly IgnorePattern[]> {
  const nothing = (path: string): Promise<string> => Promise.reject(new Error(`no ${path}`));
  return (await parseIgnoreFile(lines.join('\n'), '.stignore', nothing)).patterns;
}

export async function ignoring(...lines: string[]): Promise<IgnoreMatcher> {
  return new IgnoreMatcher(await patternsOf(...lines));
}
