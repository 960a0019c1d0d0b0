/**
 * A command line as words, split as a POSIX shell splits one: blanks part words, quotes and backslashes are honoured,
 * and nothing else means anything. Pure; no shell ever sees the words.
 */

/** What a backslash escapes within double quotes. */
const ESCAPED_IN_DOUBLE = '$`"\\\n';

/** Throws Error with the fault. */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote === "'") {
      if (character === "'") quote = '';
      else word += character;
    } else if (character === '\\') {
      const next = line[++at];
      if (next === undefined) throw new Error('it ends with a backslash');
      const isLiteral = quote === '"' && !ESCAPED_IN_DOUBLE.includes(next);
      // A backslash at the end of a line joins it with the next.
      if (next !== '\n') word = `${word ?? ''}${isLiteral ? character : ''}${next}`;
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else word += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (' \t\n'.includes(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') throw new Error(`a ${quote} is not closed`);
  if (word !== undefined) words.push(word);
  return words;
}
