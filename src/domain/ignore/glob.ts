/**
 * Globs as Syncthing's ignore patterns use them: `*`, `**`, `?`, `[ab]`, `[a-z]`, `[!…]`, `{a,b}` and `\`. Here they become
 * nodes; glob-match matches names against them.
 */

export type GlobNode =
  | { readonly kind: 'text'; readonly text: string }
  /** `*`: anything but `/`. */
  | { readonly kind: 'any' }
  /** `**`: anything. */
  | { readonly kind: 'super' }
  /** `?`: one character but `/`. */
  | { readonly kind: 'one' }
  /** One character that is, or with `not` is not, in the list or range. */
  | { readonly kind: 'set'; readonly not: boolean; readonly of: CharacterSet }
  | { readonly kind: 'choice'; readonly of: readonly GlobNode[][] };

/** A list of characters, or all from the first to the last. */
export interface CharacterSet {
  readonly list: string;
  readonly range?: readonly [string, string];
}

/** A pattern that cannot be read; the message says why. */
export class BadGlob extends Error {}

/** To look whether a name matches takes time with the length of both; a line may be cut into several. */
export const GLOB_CHARACTERS_MAX = 2048;
/** `{a,{b,{c}}}` has three. Each level costs a call of itself when it is read and matched. */
export const GLOB_LEVELS_MAX = 32;

const SPECIAL = '?*[{';

class Reader {
  at = 0;
  /** Of `{`, around what is read now. */
  levels = 0;
  constructor(readonly characters: readonly string[]) {}
  get next(): string | undefined {
    return this.characters[this.at];
  }
  take(): string {
    const character = this.characters[this.at];
    if (character === undefined) throw new BadGlob('unexpected end of input');
    this.at += 1;
    return character;
  }
}

/** Throws BadGlob. An unclosed `{` ends with the pattern, as in Syncthing. */
export function parseGlob(pattern: string): GlobNode[] {
  const reader = new Reader([...pattern]);
  if (reader.characters.length > GLOB_CHARACTERS_MAX) {
    throw new BadGlob(`expected at most ${GLOB_CHARACTERS_MAX} characters`);
  }
  return parseSequence(reader, false);
}

function parseSequence(reader: Reader, isInChoice: boolean): GlobNode[] {
  const nodes: GlobNode[] = [];
  while (reader.next !== undefined) {
    const { next } = reader;
    if (isInChoice && (next === ',' || next === '}')) break;
    if (SPECIAL.includes(next)) {
      nodes.push(parseSpecial(reader));
      endStars(nodes);
    } else {
      const text = readText(reader, isInChoice ? `${SPECIAL},}` : SPECIAL);
      if (text !== '') nodes.push({ kind: 'text', text });
    }
  }
  return nodes;
}

/** `***` is `**` and at least one character, as stock has it; `****` is `**`. */
function endStars(nodes: GlobNode[]): void {
  const isSome = nodes.at(-1)?.kind === 'any' && nodes.at(-2)?.kind === 'super';
  if (nodes.at(-1)?.kind === 'super' && nodes.at(-2)?.kind === 'super') nodes.pop();
  if (isSome) nodes.splice(-1, 1, { kind: 'set', not: true, of: { list: '' } });
}

function parseSpecial(reader: Reader): GlobNode {
  switch (reader.take()) {
    case '?':
      return { kind: 'one' };
    case '[':
      return parseSet(reader);
    case '{':
      return parseChoice(reader);
    default:
      if (reader.next !== '*') return { kind: 'any' };
      reader.take();
      return { kind: 'super' };
  }
}

function parseChoice(reader: Reader): GlobNode {
  reader.levels += 1;
  if (reader.levels > GLOB_LEVELS_MAX) {
    throw new BadGlob(`expected at most ${GLOB_LEVELS_MAX} levels of { }`);
  }
  const of = [parseSequence(reader, true)];
  while (reader.next !== undefined && reader.take() === ',') of.push(parseSequence(reader, true));
  reader.levels -= 1;
  return { kind: 'choice', of };
}

/** A range is of two characters alone: `[abc-e]` is the list of a, b, c, - and e. */
function parseSet(reader: Reader): GlobNode {
  const not = reader.next === '!';
  if (not) reader.take();
  const first = reader.take();
  if (reader.next === '-') {
    reader.take();
    const last = reader.take();
    if (reader.take() !== ']') throw new BadGlob('expected close range character');
    // By code point: the halves of a character beyond 16 bits sort below others.
    if (last.codePointAt(0)! < first.codePointAt(0)!)
      throw new BadGlob(`hi character '${last}' should be greater than lo '${first}'`);
    return { kind: 'set', not, of: { list: '', range: [first, last] } };
  }
  reader.at -= 1;
  const list = readText(reader, ']');
  reader.take();
  if (list === '') throw new BadGlob('could not parse range');
  return { kind: 'set', not, of: { list } };
}

/** Up to one of `breakers`; a character after `\` stands for itself. */
function readText(reader: Reader, breakers: string): string {
  let text = '';
  while (reader.next !== undefined && !breakers.includes(reader.next)) {
    const character = reader.take();
    if (character !== '\\') text += character;
    else if (reader.next !== undefined) text += reader.take();
  }
  return text;
}
