/** Texts that people and programs write, made from grammars, and changes of them that know nothing of the grammar. */
import { type SeededRandom } from '../../support/random.js';

const CHARACTERS = [
  'a',
  'b',
  'Z',
  '0',
  ' ',
  '.',
  '-',
  'ä',
  'İ',
  'ß',
  'ſ',
  '😀',
  '\ud83d',
  '\ufffd',
  '\uffff',
  '\0',
  '\t',
  '\u202e',
];

/** One to four changes: cut, repeat, insert, exchange; `other`: another text, to splice with; `tokens`: what means something. */
export function mutatedText(
  text: string,
  random: SeededRandom,
  tokens: readonly string[],
  other: string,
): string {
  let changed = text;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    const at = random.below(changed.length + 1);
    const end = at + random.below(random.pick([2, 8, 60]));
    const [head, middle, tail] = [changed.slice(0, at), changed.slice(at, end), changed.slice(end)];
    switch (random.below(8)) {
      case 0:
        changed = head + tail;
        break;
      case 1:
        changed = head + middle.repeat(2 + random.below(30)) + tail;
        break;
      case 2:
      case 3:
        changed = head + random.pick(tokens) + tail;
        break;
      case 4:
        changed = head + random.pick(tokens).repeat(1 + random.below(200)) + tail;
        break;
      case 5:
        changed = head + random.pick(CHARACTERS) + changed.slice(at);
        break;
      case 6: {
        const from = random.below(other.length + 1);
        changed = head + other.slice(from, from + random.below(200)) + tail;
        break;
      }
      default:
        changed = head;
    }
  }
  return changed;
}

export function anyText(random: SeededRandom, tokens: readonly string[], most: number): string {
  const pieces = Array.from({ length: random.below(most) }, () =>
    random.below(3) === 0 ? random.pick(CHARACTERS) : random.pick(tokens),
  );
  return pieces.join('');
}

export const GLOB_TOKENS = [
  '*',
  '**',
  '***',
  '?',
  '/',
  '{',
  '}',
  ',',
  '[',
  ']',
  '[!',
  '-',
  '\\',
  '!',
  '(?i)',
  '(?d)',
  '#include ',
  '#escape=',
  '//',
  '\n',
  'a',
  'b',
];

/** A pattern as the grammar has it, with alternatives up to `depth` deep. */
export function glob(random: SeededRandom, depth: number): string {
  const parts = Array.from({ length: 1 + random.below(5) }, () => globPart(random, depth));
  return parts.join('');
}

function globPart(random: SeededRandom, depth: number): string {
  switch (random.below(depth > 0 ? 10 : 8)) {
    case 0:
      return '*';
    case 1:
      return '**';
    case 2:
      return '?';
    case 3:
      return '/';
    case 4: {
      const [from, to] = [random.pick(CHARACTERS), random.pick(CHARACTERS)];
      return `[${random.below(3) === 0 ? '!' : ''}${from}-${to}]`;
    }
    case 5:
      return `[${random.below(3) === 0 ? '!' : ''}${random.pick(CHARACTERS)}${random.pick(CHARACTERS)}]`;
    case 6:
      return `\\${random.pick([...GLOB_TOKENS, ...CHARACTERS])}`;
    case 7:
      return random.pick(CHARACTERS);
    default: {
      const choices = Array.from({ length: random.below(4) }, () => glob(random, depth - 1));
      return `{${choices.join(',')}}`;
    }
  }
}

/** Lines of a file of patterns. */
export function ignoreFile(random: SeededRandom): string {
  const lines = Array.from({ length: random.below(8) }, () => {
    switch (random.below(14)) {
      case 0:
        return '// comment';
      case 1:
        return `#include ${random.pick(['other', '../x', '/etc/passwd', '', 'deep/er', 'other'])}`;
      case 2:
        return `#escape${random.pick(['=', ' = ', ''])}${random.pick(['|', '\\', '$', '', 'ab', '😀'])}`;
      default: {
        const prefix = random.pick(['', '', '!', '(?i)', '(?d)', '(?d)(?i)!', '/', '!/', '**/']);
        return prefix + glob(random, 3) + random.pick(['', '', '/', '/**']);
      }
    }
  });
  return lines.join(random.pick(['\n', '\n', '\r\n']));
}

const XML_TEXTS = [
  '1',
  'true',
  '',
  'a&amp;b',
  '&#0;',
  '&#x110000;',
  '&lol;',
  '<![CDATA[x]]>',
  '<!-- c -->',
  '-1',
  '1e400',
  ' x ',
];
const XML_NAMES = [
  'folder',
  'device',
  'options',
  'gui',
  'versioning',
  'param',
  'address',
  'unknown',
  'constructor',
  'hasOwnProperty',
  '__proto__',
  'toString',
  'defaults',
];
const XML_ATTRIBUTES = [
  'id',
  'path',
  'key',
  'val',
  'type',
  'rescanIntervalS',
  '__proto__',
  'constructor',
  'version',
  'name',
];

export const XML_TOKENS = [
  '<',
  '>',
  '</',
  '/>',
  '<!--',
  '-->',
  '<![CDATA[',
  ']]>',
  '<?xml?>',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
  '&',
  '&amp;',
  '&#x41;',
  '"',
  "'",
  '=',
  ' ',
  '<folder>',
  '</folder>',
  '<configuration version="37">',
  '</configuration>',
  '__proto__',
  ' id="x"',
];

export function xmlElement(random: SeededRandom, depth: number): string {
  const name = random.pick(XML_NAMES);
  const attributes = Array.from(
    { length: random.below(3) },
    () =>
      ` ${random.pick(XML_ATTRIBUTES)}="${random.pick(['', 'a', '&quot;', '1', 'sendonly', '/tmp/x'])}"`,
  );
  const open = `<${name}${[...new Set(attributes)].join('')}`;
  if (depth === 0 || random.below(4) === 0) return `${open}>${random.pick(XML_TEXTS)}</${name}>`;
  const children = Array.from({ length: random.below(4) }, () => xmlElement(random, depth - 1));
  return `${open}>${children.join(random.pick(['', '\n  ']))}</${name}>`;
}

export const INI_TOKENS = [
  '[',
  ']',
  '=',
  '\n',
  ';',
  '#',
  '[repository]',
  '[repository.',
  '[nodes]',
  'dir = /x',
  'id = y',
  ' = dynamic',
  ', ',
];

export function iniFile(random: SeededRandom, ids: readonly string[]): string {
  const lines = Array.from({ length: random.below(10) }, () =>
    random.pick([
      '[repository]',
      `[repository.${random.pick(['x', 'y', '__proto__', '', '].['])}]`,
      '[nodes]',
      'dir = /data/x',
      'dir = ~/x',
      'id = other',
      `${random.pick(ids)} = ${random.pick(['dynamic', '192.0.2.1:22000', 'tcp://[::1]:1', '[::', 'a b', ''])}`,
      '; comment',
      '# comment',
      '',
      'key = value',
      '= value',
      'nothing',
    ]),
  );
  return lines.join('\n');
}

export const JSON_TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  'null',
  'true',
  '1e999',
  '-0',
  '"__proto__":',
  '"constructor":',
  '[[[[',
  '{"a":',
];

/** Any JSON value; odd numbers and names that objects inherit. */
export function jsonValue(random: SeededRandom, depth: number, keys: readonly string[]): unknown {
  const kind = random.below(depth > 0 ? 12 : 8);
  if (kind < 8) {
    return random.pick([
      null,
      true,
      false,
      0,
      -1,
      1,
      -0,
      1.5,
      1e308,
      -1e308,
      2 ** 53,
      -(2 ** 53),
      2 ** 31,
      65_536,
      1e-300,
      '',
      'x',
      'x'.repeat(300),
      '\0',
      '\ud800',
      '<script>',
      '../..',
      'toString',
      '0',
      'true',
      '\u2028',
      '%',
    ]);
  }
  const length = random.below(4);
  if (kind < 10) return Array.from({ length }, () => jsonValue(random, depth - 1, keys));
  const entries = Array.from({ length }, () => [
    random.pick([...keys, '__proto__', 'constructor', 'prototype', 'toString', '']),
    jsonValue(random, depth - 1, keys),
  ]);
  return Object.fromEntries(entries) as object;
}
