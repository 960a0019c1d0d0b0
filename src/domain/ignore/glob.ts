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

const SPECIAL = '?*[{';

class Reader {
  at = 0;
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
  return parseSequence(new Reader([...pattern]), false);
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

/** `***` is `**` and at least one character, as stock has it. */
function endStars(nodes: GlobNode[]): void {
  const isSome = nodes.at(-1)?.kind === 'any' && nodes.at(-2)?.kind === 'super';
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
  const of = [parseSequence(reader, true)];
  while (reader.next !== undefined && reader.take() === ',') of.push(parseSequence(reader, true));
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
    if (last < first)
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
