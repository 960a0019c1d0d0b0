/**
 * Whatever stands in a file of ignore patterns, which another device may have written: it is read or refused with file
 * and line, and matching a name against it takes bounded time.
 */
import { IgnoreMatcher } from '../../src/domain/ignore/matcher.js';
import {
  type IgnorePattern,
  parseIgnoreFile,
  patternText,
} from '../../src/domain/ignore/patterns.js';
import { SyncError } from '../../src/domain/errors.js';
import { type SeededRandom } from '../support/random.js';
import { fuzz, isWellSaid } from './support/fuzz.js';
import { anyText, glob, GLOB_TOKENS, ignoreFile, mutatedText } from './support/text-seeds.js';

const INCLUDED = new Map([
  ['other', '*.tmp\n#include third\n'],
  ['third', '!keep\n'],
  ['deep/er', '#include ../other\n[a-'],
]);

function included(path: string): Promise<string> {
  const text = INCLUDED.get(path);
  if (text === undefined) return Promise.reject(new SyncError('missing', `${path} is not there`));
  return Promise.resolve(text);
}

const NAME_PIECES = [
  'a',
  'b',
  'A',
  '/',
  'a/b',
  '.',
  '😀',
  '\ud83d',
  'ä',
  'keep',
  'x.tmp',
  ' ',
  '-',
  '[',
  '\\',
];

function name(random: SeededRandom): string {
  const pieces = Array.from({ length: 1 + random.below(10) }, () => random.pick(NAME_PIECES));
  return random.below(400) === 0 ? 'a/'.repeat(1_900) + pieces.join('') : pieces.join('');
}

/** It says where. */
function isPlaced(error: unknown): boolean {
  return isWellSaid(error) && /^[^:]+, line \d+: /.test((error as SyncError).message);
}

fuzz<string>({
  name: 'files of patterns are read or refused with file and line, and match any name',
  make: (random) => {
    const kind = random.below(6);
    if (kind === 0) return anyText(random, GLOB_TOKENS, 40);
    const good = ignoreFile(random);
    return kind < 4 ? good : mutatedText(good, random, GLOB_TOKENS, ignoreFile(random));
  },
  take: async (text, random) => {
    const { patterns } = await parseIgnoreFile(text, '.stignore', included);
    const names = Array.from({ length: 4 }, () => name(random));
    const verdicts = verdictsOf(patterns, names);
    if (patterns.map(patternText).includes('')) throw new Error('a pattern that shows as nothing');
    if (random.below(20) === 0) requireSame(verdicts, onePatternEach(patterns, names), names);
  },
  isRefusal: isPlaced,
});

function verdictsOf(patterns: readonly IgnorePattern[], names: readonly string[]): string[] {
  const matcher = new IgnoreMatcher(patterns);
  return names.map((each) => JSON.stringify(matcher.match(each)));
}

/** The slow way: the first pattern in order that matches alone decides. */
function onePatternEach(patterns: readonly IgnorePattern[], names: readonly string[]): string[] {
  const alone = patterns.map((pattern) => new IgnoreMatcher([{ ...pattern, isIgnored: true }]));
  return names.map((each) => {
    const at = alone.findIndex((matcher) => matcher.match(each).isIgnored);
    const { isIgnored, isDeletable } =
      at < 0 ? { isIgnored: false, isDeletable: false } : patterns[at]!;
    return `${isIgnored} ${isIgnored && isDeletable}`;
  });
}

function requireSame(
  verdicts: readonly string[],
  slow: readonly string[],
  names: readonly string[],
): void {
  verdicts.forEach((text, at) => {
    const { isIgnored, isDeletable } = JSON.parse(text) as {
      isIgnored: boolean;
      isDeletable: boolean;
    };
    if (`${isIgnored} ${isDeletable}` !== slow[at]) {
      throw new Error(`${JSON.stringify(names[at])}: ${text}, tried in order: ${slow[at]}`);
    }
  });
}

/** Patterns that make matchers try many ways, and names that nearly match. */
fuzz<string>({
  name: 'patterns of many ways are decided in bounded time',
  make: (random) => {
    const piece = random.pick([
      '*a',
      '**a',
      '*',
      '**',
      '?',
      '{a,a}',
      '{a,aa}',
      '{*a,a*}',
      '[!b]',
      'a',
      '{',
      '{a,{',
      '}',
      '{,}',
      '**/',
      '[a-z]*',
    ]);
    const repeated = piece.repeat(
      1 + random.below(random.pick([3, 3, 3, 12, 12, 60, random.below(20) === 0 ? 1_000 : 9])),
    );
    const around = [
      random.pick(['', '**', '*', '/', '(?i)', '{']),
      random.pick(['', 'b', '**', '*b**', '/', '}b']),
    ];
    return `${around[0]}${repeated}${random.below(3) === 0 ? glob(random, 2) : ''}${around[1]}`;
  },
  take: async (text, random) => {
    const { patterns } = await parseIgnoreFile(text, '.stignore', included);
    const matcher = new IgnoreMatcher(patterns);
    const length = random.pick([10, 60, 255, random.below(60) === 0 ? 3_800 : 30]);
    matcher.match('a'.repeat(length));
    matcher.match('a/'.repeat(length / 2) + 'c');
  },
  isRefusal: isPlaced,
});
