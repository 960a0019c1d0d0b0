import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { IgnoreMatcher } from './matcher.js';
import { IGNORE_FILES_MAX, type IgnorePattern, parseIgnoreFile } from './patterns.js';

const NOTHING_ELSE = (path: string): Promise<string> =>
  Promise.reject(new Error(`${path} is not there`));

async function matcherOf(
  text: string,
  included: Record<string, string> = {},
): Promise<IgnoreMatcher> {
  const read = (path: string): Promise<string> =>
    path in included ? Promise.resolve(included[path]) : NOTHING_ELSE(path);
  return new IgnoreMatcher((await parseIgnoreFile(text, '.stignore', read)).patterns);
}

describe('a pattern file', () => {
  it.each([
    [
      'a name alone, wherever it is and all below it',
      'foo',
      'foo sub/foo foo/x a/foo/x',
      'foobar afoo',
    ],
    ['a path below any directory', 'a/b', 'a/b x/a/b a/b/c', 'b a'],
    ['with a slash in front, the root alone', '/foo', 'foo foo/x', 'sub/foo'],
    ['with a slash behind, what is in it but not itself', 'foo/', 'foo/x sub/foo/x', 'foo sub/foo'],
    ['an asterisk within one name', 'te*ne', 'telephone sub/telephone tene', 'tele/phone'],
    ['two asterisks across names', 'te**ne', 'telephone tele/sub/dir/phone', 'telephon'],
    ['two asterisks between slashes, also for none', '/a/**/b', 'a/b a/x/b a/x/y/b', 'b/a x/a/b'],
    ['a question mark as one character but a slash', 'te??st', 'tebest', 'teb/st test'],
    ['a range', '[a-c]x', 'ax sub/cx', 'dx'],
    ['a list, also what is not in it', '[!ab]y', 'cy', 'ay by'],
    ['a circumflex as any other character of a list', '[^q]w', 'qw ^w', 'rw'],
    ['alternatives', '{banana,pine*}.txt', 'banana.txt pineapple.txt', 'apple.txt'],
    ['alternatives in alternatives', '{a,b{c,d}}x', 'ax bcx bdx', 'bx cx'],
    ['commas outside of braces as commas', 'a,b', 'a,b', 'a b'],
    ['what follows a backslash as itself', '\\{a\\}\\*', '{a}*', 'a {a}b'],
    ['upper and lower case as different', 'test', 'test', 'TEST'],
    ['with (?i), upper and lower case as the same', '(?i)TeSt', 'test TEST sub/tEST', 'tests'],
    ['the first that matches: kept before ignored', '!keep\nk*', 'kick', 'keep keep/x'],
    ['the first that matches: ignored before kept', 'k*\n!keep', 'kick keep', 'x'],
    ['prefixes in any order', '!(?i)keep\n(?i)!ALSO\n*', 'other', 'KEEP also'],
    ['comments and empty lines as nothing', '// foo\n\n  \nbar', 'bar', 'foo'],
    ['slashes behind a name as part of it', 'a // b', 'a\\u0020//\\u0020b', 'a'],
    ['no blanks around, and either end of line', '  foo \r\n\tbar\t\r\n', 'foo bar', 'x'],
    ['a hash as any other character', '#snapshot', '#snapshot', 'snapshot'],
    ['another escape character', '#escape=|\n|{a|}\n|||*', '{a} |*', 'a |b'],
    ['names composed of parts like those composed at once', 'a\u0308', '\u00e4', 'a'],
    ['an unclosed brace as closed at the end', '{a,b', 'a b', '{a,b'],
  ])('knows %s', async (_, text, ignored, kept) => {
    const matcher = await matcherOf(text);
    const names = (list: string): string[] =>
      list.split(' ').map((name) => name.replaceAll('\\u0020', ' '));
    for (const name of names(ignored))
      expect([name, matcher.match(name).isIgnored]).toEqual([name, true]);
    for (const name of names(kept))
      expect([name, matcher.match(name).isIgnored]).toEqual([name, false]);
  });

  it('includes others in the place of the line, relative to the one that names them', async () => {
    const matcher = await matcherOf('!a\n#include sub/more\nb', {
      'sub/more': 'a\n#include ../rest\n',
      rest: 'c',
    });
    const ignored = ['a', 'b', 'c', 'd'].filter((name) => matcher.match(name).isIgnored);
    expect(ignored).toEqual(['b', 'c']);
  });

  it.each([
    ['an unclosed set', 'ok\n[a', '.stignore, line 2: invalid pattern "[a"'],
    ['an empty set', '[]', '.stignore, line 1: invalid pattern "[]"'],
    ['a range without end', '[a-]', 'line 1'],
    ['a range that runs back', '[z-a]', 'line 1'],
    ['one that runs back from beyond 16 bits', '[😀-\uffff]', "should be greater than lo '😀'"],
    ['braces nested without end', '{'.repeat(2000), 'at most 32 levels of { }'],
    ['a pattern longer than any name', `ok\n${'*a'.repeat(5000)}`, 'line 2: invalid pattern "*a*a'],
    ['a prefix alone', '\n!', '.stignore, line 2: invalid pattern "!": missing pattern'],
    ['an include of nothing', '#include ', 'no file'],
    [
      'an include of what is not there',
      '#include x',
      'failed to load include file x: x is not there',
    ],
    ['an include of itself', '#include .stignore', '.stignore is included more than once'],
    ['two escapes', '#escape=|\n#escape=!', 'line 2: #escape'],
    ['an escape after patterns', 'a\n#escape=|', 'line 2: #escape'],
    ['an escape of two characters', '#escape=ab', 'expected #escape=X'],
  ])('with %s is refused, and the line is named', async (_, text, reason) => {
    await expect(matcherOf(text)).rejects.toThrow(reason);
  });

  it('is refused when files include each other without end', async () => {
    const read = (path: string): Promise<string> => Promise.resolve(`#include ${path}x`);
    const parsed = parseIgnoreFile('#include x', '.stignore', read);
    await expect(parsed).rejects.toThrow(`more than ${IGNORE_FILES_MAX} files`);
  });

  it('says which files it came from and what its lines are', async () => {
    const read = (): Promise<string> => Promise.resolve('a');
    const parsed = await parseIgnoreFile(' x \n#include y\n', '.stignore', read);
    expect(parsed).toMatchObject({ lines: ['x', '#include y'], files: ['.stignore', 'y'] });
  });
});

describe('an ignored directory', () => {
  it.each([
    ['is not read where nothing is kept', 'a', true],
    ['is not read where a kept one lies at the root', '!/keep\n*', true],
    ['is read where something deeper may be kept', '!/x/keep\n*', false],
    ['is read where a kept name may be anywhere', '!keep\n*', false],
    ['is not read when it is ignored before what is kept', 'a\n!keep\n*', true],
  ])('%s', async (_, text, canSkip) => {
    const verdict = (await matcherOf(text)).match('a');
    expect(verdict).toMatchObject({ isIgnored: true, canSkipDirectory: canSkip });
  });

  it('may go with its parent only after (?d)', async () => {
    const matcher = await matcherOf('(?d)a\nb\n!(?d)c');
    expect(['a', 'b', 'c', 'd'].filter((name) => matcher.match(name).isDeletable)).toEqual(['a']);
  });
});

const glob = fc
  .array(fc.constantFrom('a', 'ab', 'b', '/', '*', '**', '?', '[ab]', '[!a]', '{a,b}', 'A', '.'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
const name = fc
  .array(fc.constantFrom('a', 'b', 'ab', '/', '.', 'A', 'c'), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''));
const flags = { isRooted: fc.boolean(), isIgnored: fc.boolean(), isDeletable: fc.boolean() };

it('finds the same pattern as one who tries each in order', () => {
  const pattern = fc.record({ glob, foldsCase: fc.boolean(), ...flags }).map((each) => ({
    ...each,
    glob: each.foldsCase ? each.glob.toLowerCase() : each.glob,
  }));
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 12 }), name, (patterns: IgnorePattern[], given) => {
      const first = patterns.find((each) => {
        const { isIgnored } = new IgnoreMatcher([{ ...each, isIgnored: true }]).match(given);
        return isIgnored;
      });
      const verdict = new IgnoreMatcher(patterns).match(given);
      expect(verdict.isIgnored).toBe(first?.isIgnored ?? false);
    }),
  );
});

it('is decided, and not tried for years, however many stars a pattern has', async () => {
  const matcher = await matcherOf('**a**a**a**a**a**a**b\n*a*a*a*a*a*a*b\n{*a*a*,*a*}*a*a*b');
  expect(matcher.match('a'.repeat(4000)).isIgnored).toBe(false);
});

it('is decided at once when a pattern has an open start, or all of a name looks like its beginning', async () => {
  const open = await matcherOf('**a*a*b**');
  expect(open.match('a'.repeat(3800)).isIgnored).toBe(false);
  // It was tried again at each place in the name where `/a` stands.
  const repeated = await matcherOf('a{?[\tä],b**}/x');
  expect(repeated.match('a/'.repeat(1900)).isIgnored).toBe(false);
});

it('knows a range that ends beyond 16 bits', async () => {
  const matcher = await matcherOf('[\uffff-😀]');
  expect(matcher.match('😀').isIgnored).toBe(true);
  expect(matcher.match('a').isIgnored).toBe(false);
});
