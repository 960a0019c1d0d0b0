/**
 * Tree order: names by their UTF-8 bytes with '/' below every other byte. A directory comes right before all that
 * is in it and nothing else comes between, so that a tree is one range of names.
 */

/** Follows the separator's byte 0x00: the key of a name and this byte end the range of its tree. */
const AFTER_SEPARATOR = 0x01;
// eslint-disable-next-line no-control-regex
const HAS_MARKS = /[\0\x01]/;
/** One byte for each character, and no mark. */
// eslint-disable-next-line no-control-regex
const PLAIN = /^[\x02-\x7f]*$/;
const UTF8 = new TextEncoder();

/**
 * Bytes that sort as the names do: UTF-8 with '/' as 0x00. To keep the keys of different names different, a NUL
 * in a name (possible on the wire only) is 0x01 0x01 and the character U+0001 is 0x01 0x02.
 */
export function treeKey(name: string): Uint8Array {
  if (PLAIN.test(name)) return plainKey(name);
  if (!HAS_MARKS.test(name)) return UTF8.encode(name.replaceAll('/', '\0'));
  const bytes = UTF8.encode(name);
  const key: number[] = [];
  for (const byte of bytes) {
    if (byte <= 1) key.push(1, byte + 1);
    else key.push(byte === 0x2f ? 0 : byte);
  }
  return Uint8Array.from(key);
}

/** The usual names, in half the time. */
function plainKey(name: string): Uint8Array {
  const key = new Uint8Array(name.length);
  Buffer.from(key.buffer).write(name, 'latin1');
  for (let at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) key[at] = 0;
  return key;
}

/**
 * The keys of a name and of all below it: from ≤ key < to. For '' (the whole folder) there is no end.
 */
export function treeKeyRange(tree: string): { from: Uint8Array; to: Uint8Array | undefined } {
  const from = treeKey(tree);
  if (tree === '') return { from, to: undefined };
  return { from, to: Uint8Array.of(...from, AFTER_SEPARATOR) };
}

/** Negative when a comes before b, 0 when equal. Names are well-formed Unicode. */
export function compareTreeOrder(a: string, b: string): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i += 1) {
    const ac = a.charCodeAt(i);
    const bc = b.charCodeAt(i);
    if (ac !== bc) return rank(ac) - rank(bc);
  }
  return a.length - b.length;
}

/** Where a UTF-16 unit sorts so that the order is that of UTF-8: surrogates stand for what lies above all others. */
function rank(unit: number): number {
  if (unit === 0x2f) return -1;
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The name is the tree itself or inside it; everything is in ''. */
export function isBelow(name: string, tree: string): boolean {
  if (tree === '') return true;
  if (!name.startsWith(tree)) return false;
  return name.length === tree.length || name.charCodeAt(tree.length) === 0x2f;
}

/**
 * The fewest trees that cover the names, in tree order; [''] is the whole folder. No names at all means the whole
 * folder, as in a scan request; names that lead out of it are left out. With isKnown, a tree starts at the topmost
 * directory that is not known, since the directories above a new item are new themselves.
 */
export function unifySubtrees(
  names: readonly string[],
  isKnown: (name: string) => boolean = () => true,
): string[] {
  if (names.length === 0) return [''];
  const trees = names
    .map((name) => canonicalName(name))
    .filter((name) => name !== undefined)
    .map((name) => topmostUnknown(name, isKnown))
    .sort(compareTreeOrder);
  const unified: string[] = [];
  for (const tree of trees) {
    const previous = unified.at(-1);
    if (previous === undefined || !isBelow(tree, previous)) unified.push(tree);
  }
  return unified;
}

function topmostUnknown(name: string, isKnown: (name: string) => boolean): string {
  let topmost = name;
  for (let end = name.lastIndexOf('/'); end >= 0; end = topmost.lastIndexOf('/')) {
    if (isKnown(topmost.slice(0, end))) break;
    topmost = topmost.slice(0, end);
  }
  return topmost;
}

/**
 * A relative name in its one form: without empty, `.` and `..` components, a leading slash meaning the root.
 * Undefined for what leads out of the folder and for two leading slashes.
 */
export function canonicalName(text: string): string | undefined {
  if (text.startsWith('//')) return undefined;
  const isRooted = text.startsWith('/');
  const kept: string[] = [];
  for (const component of text.split('/')) {
    if (component === '' || component === '.') continue;
    if (component !== '..') kept.push(component);
    else if (kept.pop() === undefined && !isRooted) return undefined;
  }
  return kept.join('/');
}
