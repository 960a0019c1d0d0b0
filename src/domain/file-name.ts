/**
 * Names of items: which a peer may send, which are applied here, and the names this program makes.
 * A name is relative to the folder with '/' between components; a backslash is a character like any other.
 */
import { createHash } from 'node:crypto';

/** What a folder keeps for itself, at its root only. */
const INTERNAL_NAMES: readonly string[] = ['.stfolder', '.stignore', '.stversions'];
const TEMP_PREFIX = '.syncthing.';
const TEMP_PREFIX_WINDOWS = '~syncthing~';
const TEMP_SUFFIX = '.tmp';
/** In every name with a component that begins so. */
const TEMP_MARK = /[.~]syncthing/;
const CONFLICT_MARK = '.sync-conflict-';
const WHOLE_CONFLICT_MARK = /\.sync-conflict-\d{8}-\d{6}-[A-Z2-7]{7}/;
/** Longer bases are hashed in temp names: some file systems hold far less than COMPONENT_BYTES_MAX. */
const TEMP_BASE_BYTES_MAX = 160 - TEMP_PREFIX.length - TEMP_SUFFIX.length;
/** The longest component that Linux file systems hold. */
export const COMPONENT_BYTES_MAX = 255;
/** The longest path that Linux takes is 4096 bytes; the rest is room for the folder's root and a temp name. */
export const NAME_BYTES_MAX = 4096 - 256;

/** Names with a component that is empty, "." or "..". */
const ODD_COMPONENT = /(?:^|\/)\.{0,2}(?:\/|$)/;
// eslint-disable-next-line no-control-regex
const PLAIN = /^[\x01-\x7f]*$/;
/** No UTF-16 unit takes more in UTF-8. */
const BYTES_PER_UNIT_MAX = 3;

/** Why a peer breaks the protocol by sending this name; undefined when it does not. */
export function wireNameProblem(name: string): string | undefined {
  if (!ODD_COMPONENT.test(name)) return undefined;
  if (name === '') return 'the name is empty';
  if (name.startsWith('/')) return 'the name is absolute';
  const odd = name.split('/').find((component) => ['', '.', '..'].includes(component));
  if (odd === '') return 'the name has an empty component';
  return `the name has a component "${odd}"`;
}

/** Why a name that the wire allows is not applied here; undefined when it can be. */
export function localNameProblem(name: string): string | undefined {
  const onWire = wireNameProblem(name);
  if (onWire !== undefined) return onWire;
  if (!PLAIN.test(name)) {
    if (name.includes('\0')) return 'the name has a NUL character';
    if (!name.isWellFormed()) return 'the name is not well-formed Unicode';
    if (name !== toNfc(name)) return 'the name is not in Unicode normal form C';
  }
  if (isInternalName(name)) return 'the name is reserved for the folder itself';
  if (isLonger(name, NAME_BYTES_MAX)) return `the name is longer than ${NAME_BYTES_MAX} bytes`;
  // What is short has no long component, and no component is one of ours where their mark is nowhere.
  if (!isLonger(name, COMPONENT_BYTES_MAX) && !TEMP_MARK.test(name)) return undefined;
  for (const component of name.split('/')) {
    // A scan passes over temp names and all below them: an item put there would seem deleted at once.
    if (isTempName(component)) return 'the name is reserved for temporary files';
    if (isLonger(component, COMPONENT_BYTES_MAX)) {
      return `a component of the name is longer than ${COMPONENT_BYTES_MAX} bytes`;
    }
  }
  return undefined;
}

function isLonger(text: string, bytesMax: number): boolean {
  return text.length * BYTES_PER_UNIT_MAX > bytesMax && Buffer.byteLength(text) > bytesMax;
}

/** Marker, patterns and versions of the folder at its root, and all below them. */
export function isInternalName(name: string): boolean {
  // Few names do, and each is asked about in every scan.
  if (!name.startsWith('.st')) return false;
  return INTERNAL_NAMES.some((own) => name === own || name.startsWith(`${own}/`));
}

/** Is the last component that of a temporary file, of this system or of Windows? */
export function isTempName(name: string): boolean {
  const base = baseOf(name);
  return base.startsWith(TEMP_PREFIX) || base.startsWith(TEMP_PREFIX_WINDOWS);
}

/** The name under which the content of an item is collected, in the same directory. */
export function tempNameFor(name: string): string {
  const base = baseOf(name);
  const short =
    Buffer.byteLength(base) > TEMP_BASE_BYTES_MAX
      ? createHash('sha256').update(base).digest('hex')
      : base;
  return joined(parentOf(name), TEMP_PREFIX + short + TEMP_SUFFIX);
}

/**
 * The name for the losing side of a conflict, in local time and before the extension. The stem is cut where the
 * result would be too long for a file system: a copy under a shorter name is better than none.
 * @param dateMs time of the conflict, milliseconds since 1970
 * @param shortIdText 7 digits of the device that made the losing version
 */
export function conflictNameFor(name: string, dateMs: number, shortIdText: string): string {
  const base = baseOf(name);
  const dot = base.lastIndexOf('.');
  const stem = dot < 0 ? base : base.slice(0, dot);
  const extension = dot < 0 ? '' : base.slice(dot);
  const mark = `${CONFLICT_MARK}${localTime(dateMs)}-${shortIdText}`;
  const room = COMPONENT_BYTES_MAX - Buffer.byteLength(mark);
  const shortExtension = cutToBytes(extension, room);
  const shortStem = cutToBytes(stem, room - Buffer.byteLength(shortExtension));
  return joined(parentOf(name), shortStem + mark + shortExtension);
}

/** Is the last component that of a conflict copy? Such items sync like any other. */
export function isConflictName(name: string): boolean {
  return baseOf(name).includes(CONFLICT_MARK);
}

/** Of a conflict copy the name that it is a copy of; any other name as it is. */
export function originalNameOf(name: string): string {
  return joined(parentOf(name), baseOf(name).replace(WHOLE_CONFLICT_MARK, ''));
}

/** The directory that holds the item; '' is the folder's root. */
export function parentOf(name: string): string {
  const slash = name.lastIndexOf('/');
  return slash < 0 ? '' : name.slice(0, slash);
}

/** The last component. */
export function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The name in Unicode normal form C, the form of all names in the index. */
export function toNfc(name: string): string {
  return name.normalize('NFC');
}

function joined(parent: string, base: string): string {
  return parent === '' ? base : `${parent}/${base}`;
}

/** As many whole characters from the start as fit. */
function cutToBytes(text: string, bytesMax: number): string {
  if (Buffer.byteLength(text) <= bytesMax) return text;
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    cut += character;
  }
  return cut;
}

/** YYYYMMDD-HHMMSS, in local time; `dateMs` since 1970. */
export function localTime(dateMs: number): string {
  const date = new Date(dateMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const year = String(date.getFullYear()).padStart(4, '0');
  return (
    `${year}${two(date.getMonth() + 1)}${two(date.getDate())}` +
    `-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}`
  );
}
