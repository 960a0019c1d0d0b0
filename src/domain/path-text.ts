/** Paths as text: where two of them part, and a directory name made of what a person called something. Pure. */

/** What is odd in a file name on some system or in some shell. */
const DISALLOWED = /['/\\[\]{};:!@$%&^#<>"|?*]/;
const PRINTABLE = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u;
const REPLACEMENT = '\ufffd';
/** Names of devices on Windows, whatever follows the first dot. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|(?:com|lpt)[0-9])(?:\.|$)/i;

/** The longest directory that both lie in, or are; '' where one path is absolute and the other is not. */
export function commonPath(a: string, b: string): string {
  if (a.startsWith('/') !== b.startsWith('/')) return '';
  const [first, second] = [a, b].map((path) => path.split('/').filter((part) => part !== ''));
  const end = first.findIndex((part, i) => part !== second[i]);
  const common = first.slice(0, end < 0 ? first.length : end).join('/');
  return a.startsWith('/') ? `/${common}` : common;
}

/** A similar name that every system takes. */
export function pathNameFrom(text: string): string {
  let name = '';
  for (const character of text) {
    const isPlain =
      PRINTABLE.test(character) && character !== REPLACEMENT && !DISALLOWED.test(character);
    if (isPlain && character !== ' ') name += character;
    else if (name !== '' && !name.endsWith(' ')) name += ' ';
  }
  const trimmed = name.trim();
  return WINDOWS_DEVICE.test(trimmed) ? `-${trimmed}` : trimmed;
}
