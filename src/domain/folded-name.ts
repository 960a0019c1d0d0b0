/** Names as disks see them that do not tell upper from lower case, nor one Unicode form from another. */

const LATIN_1_LAST = 0xff;
const MICRO_SIGN = 'µ';

/** Two names with one folded form are one name to such a disk: simple case mapping, then NFC. */
export function foldedName(name: string): string {
  let folded = '';
  for (const character of name) folded += lower(character);
  return folded.normalize('NFC');
}

function lower(character: string): string {
  const isLatin = (character.codePointAt(0) ?? 0) <= LATIN_1_LAST && character !== MICRO_SIGN;
  // Through upper case, as some characters share one: the two forms of the small sigma, for instance.
  const [first] = [...(isLatin ? character : upper(character)).toLowerCase()];
  // Simple mapping is one to one: of several characters only the first counts.
  return first;
}

function upper(character: string): string {
  const several = character.toUpperCase();
  return [...several].length === 1 ? several : character;
}
